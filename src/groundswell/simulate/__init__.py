"""Nights that never were, with a known truth. What comes from here says that it is simulated."""
