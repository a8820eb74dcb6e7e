"""Many processes, on one machine or several: readers and counters under one head, by Ray.

Owns all that is Ray's; `ray` is imported when a cluster is begun. The head is the process that
runs the engine: it orders posts, holds the ring, tells stories, keeps and serves, as it does alone.
"""
