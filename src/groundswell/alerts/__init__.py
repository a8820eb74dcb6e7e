"""Alerts that arrive once: rules, crossings, and their way to people.

This room owns what may be watched, when a story crosses a rule, and who is told, how often and by
which channel. Crossings are found from closed boards in event time and committed with their rows
(`crossing`, `watching`); delivery has its own threads and its own clock (`courier`), so no channel
ever slows a board. It refuses to count and to rank: what a board says is taken as it stands.
"""
