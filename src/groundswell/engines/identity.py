"""What a kept run is of: its recordings, or its sources, and the rules that it counts by."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from groundswell.engines.boards import Plan
from groundswell.errors import SourceError
from groundswell.kernel.rules import Rules

HEAD: Final = 1 << 20
"""Bytes of a recording that it is known by, besides its size."""


def of_replay(files: Sequence[str], rules: Rules, plan: Plan) -> dict[str, Any]:
    """What a replay of recordings is known by: their beginnings and sizes, wherever they stand.

    Raises:
        SourceError: one cannot be read.
    """
    return {"recordings": [recording(name) for name in files], **_rules(rules, plan)}


def of_live(uris: Sequence[str], rules: Rules, plan: Plan) -> dict[str, Any]:
    """What a live run is known by."""
    return {"sources": list(uris), **_rules(rules, plan)}


def difference(kept: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """What differs between two identities, in words; empty where they are one.

    >>> difference({"rules": {"top": 10}}, {"rules": {"top": 5}})
    'rules.top was 10, is 5'
    >>> difference({"rules": {"top": 10}}, {"rules": {"top": 10}})
    ''
    """
    for name in sorted({*kept, *now}):
        before, after = kept.get(name), now.get(name)
        if before == after:
            continue
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            return f"{name}.{difference(before, after)}"
        return f"{name} was {_short(before)}, is {_short(after)}"
    return ""


def same_rules(kept: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether a snapshot of one run can be taken up by the other."""
    return all(kept.get(name) == now.get(name) for name in ("rules", "further", "scopes"))


def _short(value: Any) -> str:
    text = "absent" if value is None else str(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _rules(rules: Rules, plan: Plan) -> dict[str, Any]:
    scopes = {scope.name: str(scope) for scope, _ in plan.further}
    if plan.each:
        scopes[plan.each.name] = str(plan.each)
    further = _plain(plan.rules) if scopes else {}
    return {"rules": _plain(rules), "further": further, "scopes": scopes}


def _plain(rules: Rules) -> dict[str, Any]:
    """As JSON has it: a tuple would not come back as one."""
    values = asdict(rules)
    return {k: list(v) if isinstance(v, tuple) else v for k, v in values.items()}


def recording(name: str) -> dict[str, Any]:
    """What a recording is known by: its size, and a hash of its beginning.

    Raises:
        SourceError: it cannot be read.
    """
    if name == "-":
        return {"name": "standard input"}
    path = Path(name.removeprefix("file://") if "://" in name else name.removeprefix("file:"))
    try:
        with path.open("rb") as file:
            head = hashlib.sha256(file.read(HEAD)).hexdigest()
        return {"bytes": path.stat().st_size, "begins": head}
    except OSError as error:
        raise SourceError(f"expected to read {path}, got: {error.strerror}") from error
