"""One frozen tree of settings: `groundswell.toml`, then `GROUNDSWELL_…` variables, then flags.

Every field carries its meaning, unit, default and range; what is out of range or unknown is refused
with the nearest good one named. Where each value came from is kept, for `doctor --settings`.
"""

from groundswell.settings.lengths import event_time, seconds, speed
from groundswell.settings.loading import FILE, PREFIX, Loaded, load, of
from groundswell.settings.ruling import board_rules, rules
from groundswell.settings.tree import ALERTS_FILE, PRESS_FILE, Settings, Table

__all__ = [
    "ALERTS_FILE",
    "FILE",
    "PREFIX",
    "PRESS_FILE",
    "Loaded",
    "Settings",
    "Table",
    "board_rules",
    "event_time",
    "load",
    "of",
    "rules",
    "seconds",
    "speed",
]
