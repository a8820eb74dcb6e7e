"""Bytes of Jetstream frames into the columns of a batch.

Owns both protocols of Bluesky's Jetstream: v1 and v2 look alike to callers. Does not connect,
decompress or resume.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from groundswell.model import AccountNews, AccountState, Batch
from groundswell.sources.frames import (
    EMBED,
    FACETS,
    FRAMES,
    POST,
    Account,
    Commit,
    Event,
    Frame,
    Record,
    is_foreign,
    links_of,
    warns,
)
from groundswell.sources.lines import (
    BAD_JSON,
    NEWEST_US,
    NOTHING,
    OLDEST_US,
    LineDecoder,
    Run,
    micros,
    reason_of,
    refuse,
    runs,
)

if TYPE_CHECKING:
    from groundswell.sources.scanned import Scanned, Scanner

FEW = 32
"""Lines below which scanning is not worth its loading."""
SCANNED_BYTES = 1 << 20
"""Least bytes that are scanned in one go."""


class FrameDecoder(LineDecoder[Frame]):
    """Appends posts and deletions of Jetstream frames to batches; everything else costs little.

    One decoder a connection. `decode_into` takes a frame, `decode_many` a list or NDJSON bytes.
    """

    def __init__(self) -> None:
        super().__init__(FRAMES)
        self.time_us = 0
        """Newest event time decoded, µs, of any frame: what a v1 connection resumes from."""
        self.seq = 0
        """Newest sequence number decoded (v2's `seq`, v1's `cursor`); 0 where there is none."""
        self._scanner: Scanner | None = None

    def explain(self, error: Exception, raw: bytes) -> str:
        """As for any line; odd shapes in what is no post are no fault."""
        return "" if is_foreign(raw) else reason_of(error, raw)

    def append_line(self, batch: Batch, raw: bytes) -> str:
        """As for any line, without the price of a run."""
        try:
            frame = FRAMES.decode(raw)
        except BAD_JSON as error:
            return self.explain(error, raw)
        return self._append(batch, frame)

    def decode_many(self, batch: Batch, lines: Sequence[bytes] | bytes, line: int = 1) -> None:
        """As for any lines; scanning makes no objects, so it takes long runs at once."""
        if not isinstance(lines, bytes):
            super().decode_many(batch, lines, line)
            return
        for run in runs(lines, line, SCANNED_BYTES):
            problems = self._append_scanned(batch, run)
            if problems is None:
                super().decode_many(batch, bytes(run.data), run.line)
            else:
                refuse(batch, run, problems)

    def append_run(self, batch: Batch, run: Run) -> list[tuple[int, str]] | None:
        """As for any lines; of a run that is not short good posts are scanned."""
        problems = self._append_scanned(batch, run)
        return super().append_run(batch, run) if problems is None else problems

    def _append_scanned(self, batch: Batch, run: Run) -> list[tuple[int, str]] | None:
        """Scans good posts and decodes only the rest; None, and nothing appended, where it cannot.

        What it finds wrong: position and reason of each.
        """
        found = self._scan(run) if run.lines >= FEW else None
        links = None if found is None else _scanned_links(found, run.data)
        if found is None or links is None:
            return None
        if found.times:
            self.time_us = max(self.time_us, *found.times)
        others = found.others.tolist()
        raws = run.split() if others else []
        problems, begin = [], 0
        for before, line in enumerate(others):
            _extend(batch, found, links, begin, line - before)
            begin = line - before
            if raws[line].strip() and (reason := self.append_line(batch, raws[line])):
                problems.append((line, reason))
        _extend(batch, found, links, begin, len(links))
        return problems

    def _scan(self, run: Run) -> Scanned | None:
        if self._scanner is None:
            from groundswell.sources.scanned import Scanner  # noqa: PLC0415 -- loads LLVM

            self._scanner = Scanner()
        return self._scanner.read(run.data, run.lines)

    def append_all(self, batch: Batch, decoded: list[Frame]) -> list[tuple[int, str]]:
        """`append_line` of each; good v1 posts, nearly all of a stream, go column by column."""
        try:
            commits: list[Any] = [frame.commit for frame in decoded]
            records = [commit.record for commit in commits]
            texts = [record.text for record in records]
        except AttributeError:  # one has no commit, or no record
            return self._append_mixed(batch, decoded)
        dids, times = [frame.did for frame in decoded], [frame.time_us for frame in decoded]
        rkeys = [commit.rkey for commit in commits]
        if not (
            [commit.collection for commit in commits].count(POST) == len(commits)
            and [commit.operation for commit in commits].count("create") == len(commits)
            and None not in texts
            and all(rkeys)
            and all(dids)
            and min(times, default=OLDEST_US) >= OLDEST_US
            and max(times, default=OLDEST_US) <= NEWEST_US
        ):
            return self._append_mixed(batch, decoded)
        self.time_us = max(self.time_us, *times)
        self.seq = max(self.seq, *[frame.cursor for frame in decoded])
        ids = [f"at://{did}/{POST}/{rkey}" for did, rkey in zip(dids, rkeys, strict=True)]
        batch.ids += ids
        labels = [record.labels for record in records]
        if labels.count(NOTHING) < len(labels):
            named = zip(ids, labels, strict=True)
            batch.unquoted.update(one for one, label in named if warns(label))
        batch.texts += texts
        batch.times += times
        batch.authors += dids
        batch.langs += [named[0] if (named := record.langs) else "" for record in records]
        batch.replies += [
            "" if (reply := record.reply) is None or reply.parent is None else reply.parent.uri
            for record in records
        ]
        batch.urls += [""] * len(records)
        batch.links += [
            () if record.facets is None and record.embed is None else links_of(record)
            for record in records
        ]
        return []

    def _append_mixed(self, batch: Batch, decoded: list[Frame]) -> list[tuple[int, str]]:
        problems = enumerate(self._append(batch, frame) for frame in decoded)
        return [(position, problem) for position, problem in problems if problem]

    def _append(self, batch: Batch, frame: Frame) -> str:
        """Append what a frame says; the reason if it is no frame, else an empty string."""
        commit: Commit | Event | None = frame.commit
        did, time_us, seq, account = frame.did, frame.time_us, frame.cursor, frame.account
        if frame.payload is not None:
            event = frame.payload
            commit, did, seq, account = event, event.did, event.seq, event.account
            time_us = micros(event.time) if event.time is not None else 0
        elif not did:
            return "expected a Jetstream frame with `did`, got an object without it"
        if time_us > self.time_us and time_us <= NEWEST_US:
            self.time_us = time_us
        if seq > self.seq:  # noqa: PLR1730 - a call to max() on every frame costs more
            self.seq = seq
        if account is not None:
            return _append_account(batch, account, did, time_us)
        if commit is None or commit.collection != POST:
            return ""
        return _append_commit(batch, commit, did, time_us)


def _append_account(batch: Batch, account: Account, did: str, time_us: int) -> str:
    """What a network says of an account: `active` is obeyed, whatever word stands beside it."""
    if account.active is None:
        return ""
    if not did or not OLDEST_US <= time_us <= NEWEST_US:
        return "expected news of an account with `did` and a time, got some without"
    ended: AccountState = "gone" if account.status == "deleted" else "hidden"
    batch.accounts.append(AccountNews(did, "active" if account.active else ended, time_us))
    return ""


def _append_commit(batch: Batch, commit: Commit | Event, did: str, time_us: int) -> str:
    if not OLDEST_US <= time_us <= NEWEST_US:
        return f"expected a time between 1990 and 2100, got {time_us} µs"
    if not did or not commit.rkey:
        return "expected a post with `did` and `rkey`, got one without"
    post_id = f"at://{did}/{POST}/{commit.rkey}"
    if commit.operation == "delete":
        batch.deleted.append((post_id, time_us))
        return ""
    if commit.operation not in {"create", "update"}:
        return ""
    record = commit.record
    if record is None or record.text is None:
        return "expected a post with `text`, got one without"
    if commit.operation == "update":
        batch.deleted.append((post_id, time_us - 1))
    langs = record.langs
    reply = record.reply
    batch.ids.append(post_id)
    if warns(record.labels):
        batch.unquoted.add(post_id)
    batch.texts.append(record.text)
    batch.times.append(time_us)
    batch.authors.append(did)
    batch.langs.append(langs[0] if langs else "")
    batch.replies.append("" if reply is None or reply.parent is None else reply.parent.uri)
    batch.urls.append("")
    batch.links.append(() if record.facets is None and record.embed is None else links_of(record))
    return ""


def _extend(
    batch: Batch, found: Scanned, links: list[tuple[str, ...]], begin: int, end: int
) -> None:
    """Appends posts [begin, end) of those that were scanned."""
    batch.ids += found.ids[begin:end]
    batch.texts += found.texts[begin:end]
    batch.times += found.times[begin:end]
    batch.authors += found.authors[begin:end]
    batch.langs += found.langs[begin:end]
    batch.replies += found.replies[begin:end]
    batch.urls += [""] * (end - begin)
    batch.links += links[begin:end]


def _scanned_links(found: Scanned, data: memoryview) -> list[tuple[str, ...]] | None:
    """Addresses that scanned posts carry; None where a part of them is not right."""
    links: list[tuple[str, ...]] = [()] * len(found.times)
    carrying = np.flatnonzero(found.nested[:, 0] | found.nested[:, 2])
    try:
        for post, spans in zip(carrying.tolist(), found.nested[carrying].tolist(), strict=True):
            facets, embed = data[spans[0] : spans[1]], data[spans[2] : spans[3]]
            links[post] = links_of(
                Record(
                    facets=FACETS.decode(facets) if facets else None,
                    embed=EMBED.decode(embed) if embed else None,
                )
            )
    except BAD_JSON:
        return None
    return links
