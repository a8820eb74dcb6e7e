"""Block lists and the log as CSV: what others keep can be taken over, and what is kept, handed on.

A list has one name a line, or is CSV with a header: ours (`kind,value,reason,…`), or the
domain-block export of Mastodon (`#domain,#severity,…`), of which what is suspended or limited is
taken. A list is a stranger's: lines are bounded, and one that is none is said and passed over.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from groundswell.errors import UsageError
from groundswell.review.decisions import BLOCKED, Decision, Draft, Kind, Verb, draft
from groundswell.review.rulings import in_force
from groundswell.times import iso, microseconds

LARGEST: Final = 16 << 20
"""Bytes of a list."""
MOST: Final = 100_000
"""Lines of a list."""
SAID: Final = 20
"""Lines that are named because nothing could be made of them."""
SEVERITIES: Final = frozenset({"suspend", "silence"})
"""Of Mastodon's, those that are taken: of limited servers, too, nothing trends there."""
BLOCKS: Final = ("kind", "value", "reason", "who", "at")
LOG: Final = ("id", "at", "who", "verb", "kind", "subject", "value", "reason", "undoes", "since")
MASTODON: Final = ("#domain", "#severity", "#reject_media", "#reject_reports", "#public_comment",
                   "#obfuscate")  # fmt: skip
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(slots=True)
class Taken:
    """What a list came to."""

    drafts: list[Draft] = field(default_factory=list)
    known: int = 0
    """Lines about what is blocked already."""
    passed: int = 0
    """Lines that ask for nothing: servers of which only media are refused."""
    wrong: list[tuple[int, str]] = field(default_factory=list)
    """Lines of which nothing could be made, by number, and why; the first `SAID`."""
    wrong_lines: int = 0

    def __str__(self) -> str:
        said = f"{len(self.drafts):,} new, {self.known:,} known already"
        said += f", {self.passed:,} passed over" if self.passed else ""
        return said + (f", {self.wrong_lines:,} bad lines" if self.wrong_lines else "")


def taken(
    data: bytes, kind: Kind | None, who: str, blocked: Mapping[Kind, Collection[str]]
) -> Taken:
    """The blocks that a list asks for; `kind` is of what, where the list does not say.

    Raises:
        UsageError: it is too large, no text, or does not say of what it is.
    """
    if len(data) > LARGEST:
        raise UsageError(f"expected a list of at most {LARGEST >> 20} MiB, got {len(data):,} bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"expected a list in UTF-8: {error.reason} at {error.start}") from error
    if text.count("\n") > MOST:
        raise UsageError(f"expected at most {MOST:,} lines", hint="import it in parts")
    found, seen = Taken(), {of: set(names) for of, names in blocked.items()}
    for number, (of, name, reason) in _lines(text, kind):
        if not name:
            found.passed += 1
            continue
        try:
            one = draft(who, Verb.BLOCK, of, name, reason=reason)
        except UsageError as error:
            found.wrong_lines += 1
            found.wrong += [(number, error.problem)] if len(found.wrong) < SAID else []
            continue
        if one.subject in seen.setdefault(one.kind, set()):
            found.known += 1
        else:
            seen[one.kind].add(one.subject)
            found.drafts.append(one)
    return found


Line = tuple[int, tuple[str, str, str]]
"""Its number; what of, the name (empty to pass over) and a reason."""


def _lines(text: str, kind: Kind | None) -> Iterator[Line]:
    lines = text.splitlines()
    head = [cell.strip().lower() for cell in next(csv.reader(lines[:1]), [])]
    if head[:1] == ["#domain"] or head[:2] == ["domain", "severity"]:
        return _of_mastodon(lines, [cell.lstrip("#") for cell in head])
    if {"kind", "value"} <= set(head):
        return _of_ours(lines, head)
    if kind is None:
        raise UsageError(
            "expected to be told what the list is of",
            hint=f"add --kind with one of {', '.join(BLOCKED)}",
        )
    plain = ((n, line.strip()) for n, line in enumerate(lines, 1))
    return ((n, (kind, line, "")) for n, line in plain if line and line != "#" and line[:2] != "# ")


def _of_mastodon(lines: list[str], head: list[str]) -> Iterator[Line]:
    for number, row in _rows(lines, head):
        wanted = row.get("severity", "suspend").strip().lower() in SEVERITIES
        reason = row.get("public_comment", "").strip()[:500]
        yield number, (Kind.INSTANCE, row.get("domain", "") if wanted else "", reason)


def _of_ours(lines: list[str], head: list[str]) -> Iterator[Line]:
    for number, row in _rows(lines, head):
        value = row.get("value", "")
        if value[:1] == "'" and value[1:2] in _FORMULA:
            value = value[1:]
        yield number, (row.get("kind", ""), value, row.get("reason", "")[:500])


def _rows(lines: list[str], head: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.reader(lines[1:])
    try:
        for cells in reader:
            if any(cells):
                yield reader.line_num + 1, dict(zip(head, cells, strict=False))
    except csv.Error as error:
        raise UsageError(f"expected CSV, got on line {reader.line_num + 1}: {error}") from error


def blocks_csv(decisions: Sequence[Decision], kind: Kind | None = None) -> str:
    """Blocks that hold, of a kind or of all, as `taken` reads them again."""
    return _csv(BLOCKS, (
        (str(one.kind), _cell(one.subject), _cell(one.reason), _cell(one.who), iso(one.at))
        for one in blocks(decisions, kind)
    ))  # fmt: skip


def mastodon_csv(decisions: Sequence[Decision]) -> str:
    """Blocked instances as Mastodon's domain-block export has them."""
    return _csv(MASTODON, (
        (one.subject, "suspend", "false", "false", _cell(one.reason), "false")
        for one in blocks(decisions, Kind.INSTANCE)
    ))  # fmt: skip


def log_csv(decisions: Iterable[Decision]) -> str:
    """All decisions, the oldest first."""
    return _csv(LOG, (
        tuple(_cell(value) if isinstance(value, str) else value for value in (
            one.id, iso(one.at), one.who, str(one.verb), str(one.kind), one.subject, one.value,
            one.reason, one.undoes or "", iso(one.since) if one.since else "",
        ))
        for one in decisions
    ))  # fmt: skip


def blocks(decisions: Sequence[Decision], kind: Kind | None = None) -> list[Decision]:
    """Blocks that hold, the newest first; of a name that is blocked twice the first."""
    found: dict[tuple[Kind, str], Decision] = {}
    for one in in_force(decisions):
        if one.verb is Verb.BLOCK and kind in (None, one.kind):
            found.setdefault((one.kind, one.subject), one)
    return list(found.values())[::-1]


def log_of(text: str) -> list[Decision]:
    """Decisions as `log_csv` wrote them.

    Raises:
        UsageError: it is none.
    """
    lines = text.splitlines()
    if tuple(next(csv.reader(lines[:1]), [])) != LOG:
        raise UsageError(
            f"expected decisions as CSV with the columns {','.join(LOG)}",
            hint="`groundswell review export decisions --out FILE` writes them",
        )
    found = []
    for number, row in _rows(lines, list(LOG)):
        try:
            found.append(_decision({k: _plain(v) for k, v in row.items()}))
        except (ValueError, KeyError) as error:
            raise UsageError(f"expected a decision on line {number}, got {error}") from error
    return found


def _decision(row: Mapping[str, str]) -> Decision:
    return Decision(
        row["who"], Verb(row["verb"]), Kind(row["kind"]), row["subject"], row["value"],
        row["reason"], int(row["undoes"] or 0), int(row["id"]), microseconds(row["at"]),
        microseconds(row["since"]) if row["since"] else 0,
    )  # fmt: skip


def _csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return out.getvalue()


def _cell(text: str) -> str:
    """Text that a spreadsheet would run as a formula, as text."""
    return f"'{text}" if text[:1] in _FORMULA else text


def _plain(text: str) -> str:
    return text[1:] if text[:1] == "'" and text[1:2] in _FORMULA else text
