"""One accession's life, and the measures that many of them make."""
