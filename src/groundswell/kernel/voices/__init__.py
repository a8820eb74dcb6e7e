"""A story's mood and those who are quoted."""
