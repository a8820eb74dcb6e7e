"""Boards held against what really happened.

Owns the rule of matching, the figures, faithful peers from their published formulas on the same
posts, and the report. Refuses to run Groundswell's own engine: boards are given to it, so that
what is measured is what users get.
"""

from groundswell.evaluate.events import Event, read_events
from groundswell.evaluate.metrics import Scorer
from groundswell.evaluate.scores import Scores

__all__ = ["Event", "Scorer", "Scores", "read_events"]
