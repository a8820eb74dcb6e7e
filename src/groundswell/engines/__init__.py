"""Runs the kernel over sources: one process (local)."""
