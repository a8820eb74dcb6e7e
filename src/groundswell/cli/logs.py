"""What a run says to whoever keeps its logs: a line an event, on stderr, as text or as JSON.

No line has the text of a post, the name of an author or a secret: what is logged is a fixed message
and the figures beside it.
"""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

from groundswell.errors import UsageError
from groundswell.watch import LOG


def set_up(form: str) -> bool:
    """Begins to log as asked; `auto` logs as text where stderr is no terminal, which has the board.

    Returns whether what is logged takes the place of other lines on stderr.

    Raises:
        UsageError: there is no such form.
    """
    if form not in {"auto", "text", "json", "off"}:
        raise UsageError(f"expected --log-format auto, text, json or off, got {form!r}")
    for old in list(LOG.handlers):
        LOG.removeHandler(old)
    LOG.propagate = False
    if form == "off" or (form == "auto" and sys.stderr.isatty()):
        LOG.addHandler(logging.NullHandler())
        return False
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if form == "json" else _Text())
    LOG.addHandler(handler)
    LOG.setLevel(logging.INFO)
    return form == "json"


def _data(record: logging.LogRecord) -> dict[str, Any]:
    data = getattr(record, "data", {})
    return data if isinstance(data, dict) else {}


class _Json(logging.Formatter):
    """One object a line."""

    def format(self, record: logging.LogRecord) -> str:
        when = self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z")
        line = {"time": when, "level": record.levelname.lower(), "event": record.getMessage()}
        return json.dumps(line | _data(record), ensure_ascii=False)


class _Text(logging.Formatter):
    """Time, level, event, then name=value."""

    def format(self, record: logging.LogRecord) -> str:
        when = self.formatTime(record, "%H:%M:%S")
        said = " ".join(f"{name}={value!s}" for name, value in _data(record).items() if value != "")
        text = f"{when} {record.levelname.lower()} {record.getMessage()} {said}".rstrip()
        return "".join(c if c.isprintable() else " " for c in text)
