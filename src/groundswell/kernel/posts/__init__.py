"""The posts that are held: their tokens, where terms stand in them, what was taken back."""
