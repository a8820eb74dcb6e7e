"""The first tier: processes that prepare and tokenise posts, and know nothing else.

A reader that dies is begun again by Ray, and its batches are read once more: reading the same texts
gives the same tokens.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from groundswell.kernel.posts import columns
from groundswell.kernel.posts.columns import Columns
from groundswell.kernel.text.tokens import Tables, Tokens, prepare, tokenize
from groundswell.model import Batch

GROUP: Final = 8_192
"""Posts that are sent together, about: a message costs as much as reading 1,000."""
FEW: Final = 1_024
"""With fewer, posts are read here sooner than they are sent."""
EACH: Final = 2
"""Groups that a reader is given before it has given back the first."""

_STRINGS: Final = msgspec.msgpack.Decoder(list[str])
_LINKS: Final = msgspec.msgpack.Decoder(list[tuple[str, ...]])


class Reading(NamedTuple):
    """What a reader gives back: the arrays of `Tokens`, and the texts that it had to change."""

    hashes: NDArray[np.uint64]
    starts: NDArray[np.uint16]
    ends: NDArray[np.uint16]
    kinds: NDArray[np.uint8]
    joins: NDArray[np.uint8]
    first: NDArray[np.int64]
    changed: NDArray[np.int64]
    texts: bytes
    """Those, as MessagePack."""


class Reader:
    """What runs in another process."""

    def __init__(self) -> None:
        from groundswell.engines.loading import load_tables  # noqa: PLC0415 -- there, not here

        self._tables = load_tables()

    def read(self, texts: bytes, links: bytes) -> Reading:
        """Prepares and tokenises a batch."""
        given = _STRINGS.decode(texts)
        prepared = prepare(given, _LINKS.decode(links) or [()] * len(given), self._tables)
        changed = [i for i, text in enumerate(prepared) if text is not given[i]]
        tokens = tokenize(prepared, self._tables)
        return Reading(
            *(tokens.hashes, tokens.starts, tokens.ends, tokens.kinds, tokens.joins, tokens.first),
            np.array(changed, np.int64),
            msgspec.msgpack.encode([prepared[i] for i in changed]),
        )

    def pid(self) -> int:
        """Of its process."""
        import os  # noqa: PLC0415

        return os.getpid()


class _Sent(NamedTuple):
    """A batch as it was given, and where it stands."""

    batch: Batch
    ids: list[str]
    """As they were: who leaves posts out makes new lists."""
    group: _Group
    begin: int
    """Index of its first post in the group."""
    posts: int

    def whole(self) -> bool:
        """Whether the batch still is what was given."""
        return self.batch.ids is self.ids and len(self.ids) == self.posts


class _Group:
    """Batches that are read together."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.links: list[tuple[str, ...]] = []
        self.promise: Any = None
        """Ray's, of a `Reading`; None before they are sent."""
        self.found: tuple[Reading, dict[int, str]] | None = None


class Readers:
    """Batches that are being read, in the order in which they were given."""

    def __init__(self, ray: Any, readers: int) -> None:
        """With no readers, batches are read here when they are asked for."""
        self._ray = ray
        # begun again, and asked again, however often one dies
        kind = ray.remote(Reader).options(
            num_cpus=1, max_restarts=-1, max_task_retries=-1, scheduling_strategy="SPREAD"
        )
        self.actors = [kind.remote() for _ in range(readers)]
        self._turn = 0
        self._given: dict[int, _Sent] = {}
        self._next = _Group()
        self.most = (EACH * readers + 1) * GROUP if readers else 0
        self.deepest = 0
        """Most posts that were ever given and not yet taken back."""

    def ahead(self, batch: Batch) -> bool:
        """Gives a batch to be read; False where there is no room."""
        if id(batch) in self._given:
            return True
        held = sum(one.posts for one in self._given.values())
        if held >= self.most:
            return False
        group = self._next
        self._given[id(batch)] = _Sent(batch, batch.ids, group, len(group.texts), len(batch))
        group.texts += batch.texts
        group.links += batch.links
        self.deepest = max(self.deepest, held + len(batch))
        if len(group.texts) >= GROUP:
            self._send()
        return True

    def read(self, batch: Batch, tables: Tables) -> Columns:
        """The columns of a batch; waits for its reader. What was not given is read here."""
        given = self._taken(batch)
        if given is None or not given.whole():
            return columns.read(batch, tables)
        group = given.group
        if group.promise is None:
            if len(group.texts) < FEW:
                return columns.read(batch, tables)
            self._send()
        if group.found is None:
            found: Reading = self._ray.get(group.promise)
            texts = zip(found.changed.tolist(), _STRINGS.decode(found.texts), strict=True)
            group.found = found, dict(texts)
        return columns.of(batch, *_part(*group.found, batch.texts, given.begin))

    def _taken(self, batch: Batch) -> _Sent | None:
        """What was given of a batch; batches before it that nobody reads any more are forgotten."""
        if id(batch) not in self._given:
            return None
        while True:
            key = next(iter(self._given))
            given = self._given.pop(key)
            if key == id(batch):
                return given

    def _send(self) -> None:
        group, self._next = self._next, _Group()
        encode = msgspec.msgpack.encode
        links = group.links if any(group.links) else []
        reader = self.actors[self._turn % len(self.actors)]
        self._turn += 1
        group.promise = reader.read.remote(encode(group.texts), encode(links))


def _part(
    found: Reading, changed: dict[int, str], texts: list[str], begin: int
) -> tuple[list[str], Tokens]:
    """Prepared texts and tokens of one batch of a group."""
    prepared = list(texts)
    if changed:
        prepared = [changed.get(i, text) for i, text in enumerate(texts, begin)]
    first = found.first[begin : begin + len(texts) + 1]
    low, high = int(first[0]), int(first[-1])
    tokens = Tokens(
        found.hashes[low:high], found.starts[low:high], found.ends[low:high],
        found.kinds[low:high], found.joins[low:high], first - low,
    )  # fmt: skip
    return prepared, tokens
