"""What programs read: the API, feeds, neighbours' formats, health and metrics."""
