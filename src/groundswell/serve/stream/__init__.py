"""Boards as server-sent events, followed by many readers at once."""
