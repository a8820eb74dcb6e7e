"""Nights that never were, with a known truth. Whatever comes from here says that it is simulated."""
