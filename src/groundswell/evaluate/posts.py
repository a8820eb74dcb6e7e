"""What a measurement leaves out of a recording, before any method sees it: retweets, if asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Literal, get_args

from groundswell.errors import UsageError
from groundswell.model import Batch
from groundswell.sources import Source

Retweets = Literal["keep", "drop", "once"]
_RETWEET = re.compile(r"RT @\w+:? ?")
_COLUMNS = ("ids", "texts", "times", "authors", "langs", "replies", "urls", "links")


def checked_retweets(word: str) -> Retweets:
    """The option as typed.

    Raises:
        UsageError: it is none of the three.
    """
    for known in get_args(Retweets):
        if word == known:
            return known  # type: ignore[no-any-return]  # get_args loses the type
    raise UsageError(f"expected --retweets keep, drop or once, got {word!r}")


class Sifted:
    """A recording as a `Source`, without retweets (`drop`), or with the first of each (`once`).

    A retweet is a text that begins with `RT @name`. `once` counts a text that was already seen,
    as itself or in another's retweet, as said again.
    """

    live = False

    def __init__(self, source: Source, retweets: Retweets = "keep") -> None:
        self._source = source
        self._retweets = retweets
        self.name = source.name
        self.bytes_total: int | None = getattr(source, "bytes_total", None)

    @property
    def simulated(self) -> bool:
        """As the recording says."""
        return self._source.simulated

    @property
    def bytes_done(self) -> int | None:
        """Bytes of the recording that were read."""
        done: int | None = getattr(self._source, "bytes_done", None)
        return done

    def close(self) -> None:
        """Ends `read` soon."""
        self._source.close()

    def read(self, after: str = "") -> Iterator[Batch]:
        """The recording's batches, sifted."""
        seen: set[str] = set()
        for batch in self._source.read(after):
            yield batch if self._retweets == "keep" else self._sift(batch, seen)

    def _sift(self, batch: Batch, seen: set[str]) -> Batch:
        kept = []
        for i, text in enumerate(batch.texts):
            mark = _RETWEET.match(text)
            if self._retweets == "once":
                said = text[mark.end() :] if mark else text
                again = mark is not None and said in seen
                seen.add(said)
                if again:
                    continue
            elif mark:
                continue
            kept.append(i)
        sifted = replace(batch)
        for name in _COLUMNS:
            column = getattr(batch, name)
            setattr(sifted, name, [column[i] for i in kept])
        return sifted
