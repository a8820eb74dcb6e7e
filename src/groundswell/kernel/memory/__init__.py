"""What the kernel remembers between slices: its state and the stories that live."""
