"""Lines of a recording into the columns of a batch, whatever kind they are.

Owns the CONTRACT's posts and deletions, and the telling apart of posts, Jetstream frames and
Mastodon Statuses: by what a line holds, the kind of the last good line first.
"""

from __future__ import annotations

from typing import Any

import msgspec

from groundswell.model import AccountNews, AccountState, Batch
from groundswell.sources.decode import FrameDecoder
from groundswell.sources.lines import (
    BAD_JSON,
    NEWEST_US,
    NOTHING,
    OLDEST_US,
    LineDecoder,
    Run,
    Time,
    holds,
    micros,
    reason_of,
    reject,
    runs,
)
from groundswell.sources.mastodon_status import StatusDecoder


class Post(msgspec.Struct, gc=False):
    """A post as the CONTRACT has it; with `deleted_at`, the deletion of one.

    With `changed_at` it is news of its author's account instead.
    """

    id: str | int | None = None
    text: str | None = None
    created_at: Time | None = None
    author: str | int | None = None
    lang: str | None = None
    url: str | None = None
    reply_to: str | int | None = None
    deleted_at: Time | None = None
    unquoted: bool | None = None
    account: msgspec.Raw = NOTHING
    changed_at: Time | None = None


class PostDecoder(LineDecoder[Post]):
    """Appends posts and deletions."""

    def __init__(self) -> None:
        super().__init__(msgspec.json.Decoder(Post))

    def append_all(self, batch: Batch, decoded: list[Post]) -> list[tuple[int, str]]:
        """Append all; position and reason of each that is neither."""
        problems: list[tuple[int, str]] = []
        ids, texts, times = batch.ids.append, batch.texts.append, batch.times.append
        authors, langs, replies = batch.authors.append, batch.langs.append, batch.replies.append
        urls, links = batch.urls.append, batch.links.append
        for at, post in enumerate(decoded):
            post_id, text, created_at = post.id, post.text, post.created_at
            if text is None or created_at is None or post_id is None or post_id == "":
                problem = _append_taken_back(batch, post)
                if problem:
                    problems.append((at, problem))
                continue
            time_us = micros(created_at)
            if not OLDEST_US <= time_us <= NEWEST_US:
                problems.append((at, _out_of_range("created_at", created_at.isoformat())))
                continue
            ids(post_id if type(post_id) is str else str(post_id))
            texts(text)
            times(time_us)
            authors(_text(post.author))
            langs(post.lang or "")
            replies(_text(post.reply_to))
            urls(post.url or "")
            links(())
            if post.unquoted:
                batch.unquoted.add(batch.ids[-1])
        return problems


def _columns(batch: Batch) -> tuple[list[Any], ...]:
    return (
        batch.ids,
        batch.texts,
        batch.times,
        batch.authors,
        batch.langs,
        batch.replies,
        batch.urls,
        batch.links,
        batch.deleted,
        batch.accounts,
    )


def _text(value: str | int | None) -> str:
    return value if type(value) is str else "" if value is None else str(value)


def _out_of_range(name: str, value: str) -> str:
    return f"expected `{name}` between 1990 and 2100, got {value}"


def _append_taken_back(batch: Batch, post: Post) -> str:
    if post.changed_at is not None:
        return _append_account(batch, post, micros(post.changed_at))
    if post.id is None or post.id == "":
        return "expected a post with `id`, got one without"
    if post.deleted_at is None:
        missing = [name for name in ("text", "created_at") if getattr(post, name) is None]
        return f"expected a post with {' and '.join(f'`{name}`' for name in missing)}, got none"
    time_us = micros(post.deleted_at)
    if not OLDEST_US <= time_us <= NEWEST_US:
        return _out_of_range("deleted_at", post.deleted_at.isoformat())
    batch.deleted.append((str(post.id), time_us))
    return ""


def _append_account(batch: Batch, post: Post, time_us: int) -> str:
    state, author = _STATES.get(bytes(post.account)), _text(post.author)
    if state is None or not author:
        return "expected `author` and `account` as active, hidden or gone, got a line without"
    if not OLDEST_US <= time_us <= NEWEST_US:
        return _out_of_range("changed_at", str(time_us))
    batch.accounts.append(AccountNews(author, state, time_us))
    return ""


_STATES: dict[bytes, AccountState] = {
    b'"active"': "active", b'"hidden"': "hidden", b'"gone"': "gone",
}  # fmt: skip


class _Header(msgspec.Struct, gc=False):
    simulated: bool = False


class _Sniff(msgspec.Struct, gc=False):
    """The fields by which kinds are told apart, undecoded."""

    id: msgspec.Raw = NOTHING
    text: msgspec.Raw = NOTHING
    content: msgspec.Raw = NOTHING
    account: msgspec.Raw = NOTHING
    deleted_at: msgspec.Raw = NOTHING
    changed_at: msgspec.Raw = NOTHING
    did: msgspec.Raw = NOTHING
    payload: msgspec.Raw = NOTHING
    kind: msgspec.Raw = NOTHING
    groundswell: msgspec.Raw = NOTHING


_SNIFF = msgspec.json.Decoder(_Sniff)
_HEADER = msgspec.json.Decoder(_Header)


class MixedDecoder:
    """Appends lines of any kind. A kind holds until a line fails it, so pure files are fast."""

    def __init__(self) -> None:
        self._posts = PostDecoder()
        self._statuses = StatusDecoder()
        self._frames = FrameDecoder()
        self._current: LineDecoder[Any] = self._posts
        self.simulated = False
        """True once a header line said that the posts are made up."""

    def decode_many(self, batch: Batch, ndjson: bytes, line: int = 1) -> None:
        """Append NDJSON bytes; `line` is the first line's number. Blank lines are passed over."""
        for run in runs(ndjson, line):
            self.decode_run(batch, run)

    def decode_run(self, batch: Batch, run: Run) -> None:
        """Append a run and its rejects."""
        sizes = [len(column) for column in _columns(batch)]
        if self._current.append_run(batch, run) == []:
            return
        for column, size in zip(_columns(batch), sizes, strict=True):
            del column[size:]  # again, line by line: posts of other kinds keep their places
        for number, raw in enumerate(run.split(), run.line):
            if raw.strip():
                self.decode_into(batch, raw, number)

    def decode_into(self, batch: Batch, raw: bytes, line: int) -> None:
        """Append one line, of the kind that its fields say; `line` is its number."""
        try:
            sniff = _SNIFF.decode(raw)
        except BAD_JSON as error:
            batch.rejected.append(reject(reason_of(error, raw), line, raw))
            return
        if self._is_header(sniff):
            return
        decoder = self._kind_of(sniff)
        reason = decoder.append_line(batch, raw)
        if reason:
            batch.rejected.append(reject(reason, line, raw))
        else:
            self._current = decoder

    def _kind_of(self, sniff: _Sniff) -> LineDecoder[Any]:
        if holds(sniff.id) and (holds(sniff.text) or holds(sniff.deleted_at)):
            return self._posts
        if holds(sniff.changed_at):
            return self._posts
        if holds(sniff.account) and bytes(sniff.content) != b"":
            return self._statuses
        if holds(sniff.did) or holds(sniff.payload) or holds(sniff.kind):
            return self._frames
        return self._posts

    def _is_header(self, sniff: _Sniff) -> bool:
        """True for a recording's header, as our simulator writes: neither post nor reject."""
        if not holds(sniff.groundswell) or holds(sniff.id):
            return False
        try:
            header = _HEADER.decode(sniff.groundswell)
        except BAD_JSON:
            return False
        self.simulated = self.simulated or header.simulated
        return True
