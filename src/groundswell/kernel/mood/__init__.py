"""What posts express, and the mood of many."""
