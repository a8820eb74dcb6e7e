"""The methods that `evaluate` compares, by the names that people type."""

from __future__ import annotations

OURS = "groundswell"
METHODS = (OURS, "mastodon", "signitrend", "bngram", "gnip", "mabed", "kleinberg", "counts")
