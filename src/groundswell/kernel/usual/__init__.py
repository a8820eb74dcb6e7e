"""What is usual for a term: by its past, this time of day, general use and busy languages."""
