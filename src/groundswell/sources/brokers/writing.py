"""The protocol of a target: where posts are written to. Opening one by its URI.

Targets are plug-ins as sources are: entry points of the group `groundswell.targets`, each a
function of a URI and of how many messages the stream is to hold (0: no bound, None: as is usual).
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from importlib.metadata import entry_points
from typing import Final, NamedTuple, Protocol

from groundswell.errors import UsageError

GROUP: Final = "groundswell.targets"


class Letter(NamedTuple):
    """One message to be written."""

    key: str
    """The post or account that it is about: what has one key stays in its order."""
    data: bytes
    """A line of a recording, without its end."""
    time_us: int
    """Event time."""


class Target(Protocol):
    """A stream that is written to, from one thread.

    Call order: `place` once, `put` for every few posts, `close` in the end. Each of them may raise
    one of `failures`; then it may be called again, as it was.
    """

    name: str
    """What people read."""
    failures: tuple[type[Exception], ...]
    """What a broker that cannot be reached, or cannot take it now, raises."""

    def place(self, source: str) -> str:
        """How far a source was written here, as `put` was told; empty where it never was.

        Raises:
            SourceError: going on is hopeless, as with a wrong password.
        """

    def put(self, letters: Sequence[Letter], source: str, place: str, *, simulated: bool) -> None:
        """Writes, in this order, and notes how far that is; returns when the broker has it all.

        An empty `place` is not noted. Called again after a failure it doubles nothing where the
        broker can tell.
        """

    def close(self) -> None:
        """Lets go of the connection; never raises."""


def open_target(uri: str, keep: int | None = None) -> Target:
    """The target behind a URI: `redis://…`, `nats://…`, `kafka://…`, or a plug-in's.

    Raises:
        UsageError: no target has that scheme, or the address is none.
    """
    openers = {point.name: point for point in entry_points(group=GROUP)}
    scheme = uri.split(":", 1)[0].split("+", 1)[0]
    if scheme not in openers:
        near = difflib.get_close_matches(scheme, openers, n=1)
        raise UsageError(
            f"expected a target such as {', '.join(sorted(openers))}, got {scheme[:80]!r}",
            hint=f"did you mean {near[0]!r}?" if near else "see `groundswell pump --help`",
        )
    opener: Callable[[str, int | None], Target] = openers[scheme].load()
    return opener(uri, keep)
