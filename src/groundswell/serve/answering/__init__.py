"""How the API answers, and what: JSON with tags and errors of one form, and its fields as types."""
