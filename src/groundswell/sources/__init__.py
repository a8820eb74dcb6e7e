"""Where posts come from: every source stands behind one door, `Source`.

This room owns opening, decoding, resuming and rejecting. It refuses to count, to look at what
posts say, and to keep anything. What is built in comes through the same entry points
(`groundswell.sources`) as a third party's plug-in; `examples/source_plugin` is one.
"""

from groundswell.sources.door import Source, health_of, open_source

__all__ = ["Source", "health_of", "open_source"]
