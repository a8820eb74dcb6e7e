"""The terminal: its board, its live view, `top` and progress."""
