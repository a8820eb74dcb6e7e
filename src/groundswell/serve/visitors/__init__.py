"""Who comes, what a route asks of them, and how often they may ask."""
