"""Made-up posts as recordings, as Jetstream frames, and as a source."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import IO

import msgspec

from groundswell.errors import UsageError
from groundswell.model import MICROSECONDS, Batch
from groundswell.simulate.playing import generate
from groundswell.simulate.scenario import Post, Scenario
from groundswell.sources.packing import opened

POST = "app.bsky.feed.post"
BATCH = 4_096


def write(
    out: str, posts: Iterable[Post], *, form: str = "ndjson", scenario: str = "", seed: int = 0
) -> int:
    """Writes posts to a file (packed by its name, made whole before it takes that name) or `-`.

    NDJSON begins with a header that says that all of it is simulated. Returns the posts written.

    Raises:
        UsageError: `form` is neither ndjson nor jetstream.
        SourceError: the file cannot be written.
    """
    if form not in {"ndjson", "jetstream"}:
        raise UsageError(f"expected --format ndjson or jetstream, got {form!r}")
    if out == "-":
        return _write(sys.stdout.buffer, posts, form, scenario, seed)
    with opened(out) as file:
        return _write(file, posts, form, scenario, seed)


def _write(file: IO[bytes], posts: Iterable[Post], form: str, scenario: str, seed: int) -> int:
    written = 0
    if form == "jetstream":
        for frame in frames(posts):
            file.write(frame + b"\n")
            written += 1
        return written
    header = {"groundswell": {"simulated": True, "scenario": scenario, "seed": seed}}
    file.write(msgspec.json.encode(header) + b"\n")
    for post in posts:
        file.write(msgspec.json.encode(post) + b"\n")
        written += "text" in post
    return written


def frames(posts: Iterable[Post]) -> Iterator[bytes]:
    """Posts and deletions as Jetstream v1 frames; the server's time is the post's own."""
    for post in posts:
        number = post["id"].rsplit("-", 1)[-1]
        did = _did(post["author"])
        if "deleted_at" in post:
            yield _frame(did, post["deleted_at"], number, "delete", None)
            continue
        record: dict[str, object] = {
            "$type": POST,
            "createdAt": post["created_at"],
            "langs": [post["lang"]],
            "text": post["text"],
        }
        if "reply_to" in post:
            uri = f"at://{_did(post['reply_to'])}/{POST}/question"
            record["reply"] = {"parent": {"uri": uri}, "root": {"uri": uri}}
        yield _frame(did, post["created_at"], number, "create", record)


def _did(author: str) -> str:
    return "did:plc:" + author.removesuffix(".example")


def _frame(did: str, at: str, rkey: str, operation: str, record: dict[str, object] | None) -> bytes:
    commit: dict[str, object] = {
        "rev": rkey, "operation": operation, "collection": POST, "rkey": rkey,
    }  # fmt: skip
    if record is not None:
        commit |= {"record": record, "cid": "bafysimulated"}
    event = {"did": did, "time_us": _micros(at), "kind": "commit", "commit": commit}
    return msgspec.json.encode(event)


def _micros(stamp: str) -> int:
    return round(datetime.fromisoformat(stamp).timestamp() * MICROSECONDS)


class SimulatedNight:
    """A night as a `Source`: it plays from memory, and says that it is simulated."""

    live = False
    simulated = True

    def __init__(self, scenario: Scenario, *, seed: int = 1, rate: float = 1.0) -> None:
        self._scenario, self._seed, self._rate = scenario, seed, rate
        self.name = f"{scenario.title} (simulated, seed {seed})"
        self._closed = False

    def close(self) -> None:
        """Ends `read` after its batch."""
        self._closed = True

    def read(self, after: str = "") -> Iterator[Batch]:
        """The whole night, or what follows a cursor, which is a number of posts and deletions."""
        number = passed = int(after or 0)
        batch = Batch(source=self.name)
        posts = generate(self._scenario, seed=self._seed, rate=self._rate)
        for number, post in enumerate(islice(posts, passed, None), passed + 1):
            if self._closed:
                return
            _append(batch, post)
            if len(batch) == BATCH:
                batch.cursor = str(number)
                yield batch
                batch = Batch(source=self.name)
        batch.cursor = str(number)
        yield batch


def _append(batch: Batch, post: Post) -> None:
    if "deleted_at" in post:
        batch.deleted.append((post["id"], _micros(post["deleted_at"])))
        return
    batch.ids.append(post["id"])
    batch.texts.append(post["text"])
    batch.times.append(_micros(post["created_at"]))
    batch.authors.append(post["author"])
    batch.langs.append(post["lang"])
    batch.replies.append(post.get("reply_to", ""))
    batch.urls.append("")
    batch.links.append(())
