"""The desk in the browser: it shows boards and decides nothing."""
