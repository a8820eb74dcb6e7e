"""Redis Streams as a target: posts and how far the source was taken go in at the same instant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from groundswell.sources.brokers.address import Address, client, secrets_of
from groundswell.sources.brokers.redis_link import (
    FIELD,
    SIMULATED,
    redis_address,
    redis_client,
    redis_failures,
    redis_name,
    refused,
)
from groundswell.sources.brokers.writing import Letter

KEEP: Final = 1_000_000
"""About how many entries a stream holds where nothing else is said."""


class RedisTarget:
    """A `Target`; a transaction writes posts and place, so a kill neither loses nor doubles one.

    Places stand in the hash `groundswell:pump:STREAM`, a field for each source.
    """

    def __init__(self, address: Address, db: int, keep: int) -> None:
        self.name = redis_name(address, db)
        self.failures = redis_failures()
        self._redis = redis_client(address, db, secrets_of(address))
        self._stream = address.get("stream")
        self._places = f"groundswell:pump:{self._stream}"
        self._field = address.get("field") or FIELD
        self._keep = keep
        self._unsure = False
        """Whether a transaction was sent and nothing heard of it."""

    def place(self, source: str) -> str:
        """How far a source was written here."""
        try:
            found = self._redis.hget(self._places, source)
        except self.failures as error:
            refused(self.name, error)
            raise
        return found.decode() if found else ""

    def put(self, letters: Sequence[Letter], source: str, place: str, *, simulated: bool) -> None:
        """Writes, and notes how far that is."""
        if self._unsure and place and self.place(source) == place:
            self._unsure = False  # it was done; only the answer was lost
            return
        asked = self._redis.pipeline(transaction=True)
        for letter in letters:
            fields: dict[str | bytes, bytes] = {self._field: letter.data}
            if simulated:
                fields[SIMULATED] = b"1"
            asked.xadd(self._stream, fields, maxlen=self._keep or None, approximate=True)
        if place:
            asked.hset(self._places, source, place)
        self._unsure = True
        try:
            asked.execute()
        except self.failures as error:
            refused(self.name, error)
            raise
        self._unsure = False

    def close(self) -> None:
        """Lets go of the connection."""
        self._redis.close()


def open_target(uri: str, keep: int | None = None) -> RedisTarget:
    """`redis://HOST:PORT/DB?stream=NAME`; it holds about `keep` entries, 0 for all.

    Raises:
        UsageError: the address is none, or the library is not installed.
    """
    address, db = redis_address(uri)
    client("redis")
    return RedisTarget(address, db, KEEP if keep is None else keep)
