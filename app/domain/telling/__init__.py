"""Who is told what outside."""
