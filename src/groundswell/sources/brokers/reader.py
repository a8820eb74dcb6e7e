"""How a broker is read: one connection, its places, and the cursors that a desk keeps of them."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import msgspec

from groundswell.errors import SourceError
from groundswell.sources.brokers.messages import Message


class Fetched(NamedTuple):
    """What one request brought."""

    messages: list[Message]
    place: str
    """Where to go on to get everything after them; the broker's own form."""
    lost: str = ""
    """Why something before them could not be had; empty where nothing is missing."""


class Reader(Protocol):
    """One connection to a broker. Each call may raise one of `failures`.

    All calls come from one thread, a helper's, since they may hang; it is made in another.

    Call order: `begin`, then `fetch` and `keep` as often as wanted, then `close`.
    """

    failures: tuple[type[Exception], ...]
    """What a broken connection raises: then another reader is made."""

    def begin(self, after: str) -> None:
        """Connects, and goes to right behind a place; of an empty one, to where one begins.

        Raises:
            SourceError: going on is hopeless, as with a wrong password.
        """

    def fetch(self, most: int, seconds: float) -> Fetched:
        """At most so many messages; waits that long for the first one."""

    def keep(self, place: str) -> bool:
        """Notes at the broker that all up to a place is kept; False where more is to be done."""

    def close(self) -> None:
        """Lets go of the connection; never raises."""


class Cursor(msgspec.Struct, frozen=True):
    """A place, and the event time of the newest post up to it, µs."""

    place: str
    time_us: int = 0


def cursor_of(text: str) -> Cursor:
    """A cursor as a batch carries it.

    Raises:
        SourceError: it is none.
    """
    try:
        return msgspec.json.decode(text, type=Cursor)
    except msgspec.DecodeError as error:
        raise SourceError(
            f"expected a broker's cursor, got {text[:80]!r}",
            hint="resume the stream that the cursor came from",
        ) from error
