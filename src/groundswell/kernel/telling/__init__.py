"""From bursts to stories: what is told together, begins, goes on and ends, row by row."""
