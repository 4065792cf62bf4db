"""Names without patients: keyed hashes, and the guard of free text."""
