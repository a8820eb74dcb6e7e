"""What a term and a story are called, and which names are one."""
