"""Redis Streams as a source: whole, by the desk's own place, or shared with others of a group.

Without a group a reader goes by its place alone (XREAD). With one it takes what the group has not
given out yet (XREADGROUP), and what is kept is acknowledged. A reader that is alone in its group
sets the group to its own place when it begins, so that nothing is lost or twice whatever was done
to the group; with others, it first takes again what it was given and did not acknowledge.
What was trimmed before it was read is said (`lost`).
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Any

from groundswell.sources.brokers.address import Address, client, secrets_of
from groundswell.sources.brokers.messages import Message
from groundswell.sources.brokers.reader import Fetched
from groundswell.sources.brokers.reading import BrokerSource
from groundswell.sources.brokers.redis_link import (
    FIELD,
    SIMULATED,
    parts,
    redis_address,
    redis_client,
    redis_failures,
    redis_name,
    refused,
)
from groundswell.sources.brokers.redis_place import EntryPlace, text_of, trimmed

ACKNOWLEDGED = 10_000
"""Most entries that are acknowledged between two requests."""
PAGE = 1_000
ANEW = "the stream was made anew"
GONE = "it was given out and deleted before it was read"

Entries = list[tuple[bytes, dict[bytes, bytes] | None]]


class RedisReader:
    """A `Reader`; see the protocol for how it is called."""

    def __init__(self, address: Address, db: int) -> None:
        self.failures = redis_failures()
        self._redis = redis_client(address, db, secrets_of(address))
        self._error = client("redis").exceptions.ResponseError
        self._name = redis_name(address, db)
        self._stream, self._group = address.get("stream"), address.get("group")
        self._consumer = address.get("consumer") or socket.gethostname()
        self._field = address.get("field").encode()
        self._now = address.get("from") == "now"
        self._place = EntryPlace()
        self._lost = ""
        self._pending = False
        """Whether what this reader was given and did not acknowledge is still to be taken."""

    def begin(self, after: str) -> None:
        """Connects, and goes to right behind a place."""
        try:
            stream = self._info()
            if after:
                self._place = EntryPlace.of(after)
            elif self._now:
                self._place = EntryPlace(text_of(stream, "last-generated-id"))
            if parts(text_of(stream, "last-generated-id")) < parts(self._place.entry):
                self._place, self._lost = EntryPlace(), ANEW
            if self._group:
                self._join(resumes=bool(after))
        except self.failures as error:
            refused(self._name, error)
            raise

    def _info(self) -> Mapping[str, Any]:
        """What Redis knows of the stream; of one that is not there, nothing."""
        try:
            info: Mapping[str, Any] = self._redis.xinfo_stream(self._stream)
        except self._error as error:
            if "no such key" not in str(error):
                raise
            return {}
        return info

    def _join(self, *, resumes: bool) -> None:
        """Makes the group where there is none, and takes up what it has for this reader."""
        begin = self._place.entry
        try:
            self._redis.xgroup_create(self._stream, self._group, begin, mkstream=True)
        except self._error as error:
            if "BUSYGROUP" not in str(error):
                raise
        else:
            return
        consumers = self._redis.xinfo_consumers(self._stream, self._group)
        others = any(one["name"] != self._consumer.encode() for one in consumers)
        if resumes and not others:
            self._redis.xgroup_delconsumer(self._stream, self._group, self._consumer)
            self._redis.xgroup_setid(
                self._stream, self._group, begin, entries_read=self._place.number or None
            )
        else:
            self._pending = True
            self._place = self._place if resumes else EntryPlace()

    def fetch(self, most: int, seconds: float) -> Fetched:
        """At most so many entries; waits that long for the first one."""
        try:
            fetched = self._shared(most) if self._group else self._whole(most)
            if not fetched.messages:
                waited = self._taken(self._wait(most, seconds))
                fetched = waited._replace(lost=fetched.lost or waited.lost)
            lost, self._lost = self._lost, ""
        except self.failures as error:
            refused(self._name, error)
            raise
        return fetched._replace(lost=lost or fetched.lost)

    def _whole(self, most: int) -> Fetched:
        """What there is, and in the same instant whether something was trimmed before it."""
        asked = self._redis.pipeline(transaction=True)
        asked.xinfo_stream(self._stream)
        asked.xread({self._stream: self._place.entry}, count=most)
        stream, found = asked.execute(raise_on_error=False)
        if isinstance(stream, self._error) and "no such key" in str(stream):
            return Fetched([], str(self._place))
        for one in (stream, found):
            if isinstance(one, Exception):
                raise one
        if parts(text_of(stream, "last-generated-id")) < parts(self._place.entry):
            self._place = EntryPlace()
            return Fetched([], str(self._place), ANEW)
        lost = trimmed(stream, self._place)
        return self._taken(found, stream, lost)

    def _shared(self, most: int) -> Fetched:
        """What this reader was given before and did not acknowledge, then what is new."""
        if self._pending:
            found = self._redis.xreadgroup(
                self._group, self._consumer, {self._stream: self._place.entry}, count=most
            )
            if found and found[0][1]:
                return self._taken(found)
            self._pending = False
        asked = self._redis.pipeline(transaction=True)
        asked.xinfo_stream(self._stream)
        asked.xinfo_groups(self._stream)
        asked.xreadgroup(self._group, self._consumer, {self._stream: ">"}, count=most)
        stream, groups, found = asked.execute()
        at = next(one for one in groups if one["name"] == self._group.encode())
        given = EntryPlace(text_of(at, "last-delivered-id"), at.get("entries-read") or 0)
        return self._taken(found, None, trimmed(stream, given))

    def _wait(self, most: int, seconds: float) -> Any:
        block = max(1, round(seconds * 1_000))
        if self._group:
            return self._redis.xreadgroup(
                self._group, self._consumer, {self._stream: ">"}, count=most, block=block
            )
        return self._redis.xread({self._stream: self._place.entry}, count=most, block=block)

    def _taken(
        self, found: Any, stream: Mapping[str, Any] | None = None, lost: str = ""
    ) -> Fetched:
        """Entries as messages, and the place after them."""
        entries: Entries = found[0][1] if found else []
        gone = any(fields is None for _, fields in entries)
        messages = [
            self._message(entry.decode(), fields) for entry, fields in entries if fields is not None
        ]
        if entries:
            last, number = entries[-1][0].decode(), self._place.number
            number = number + len(entries) if number and not lost else 0
            if stream is not None and last == text_of(stream, "last-generated-id"):
                number = int(stream.get("entries-added") or 0)
            self._place = EntryPlace(last, 0 if self._group else number)
        elif stream is not None:
            last = text_of(stream, "last-generated-id")
            self._place = EntryPlace(last, int(stream.get("entries-added") or 0))
        return Fetched(messages, str(self._place), lost or (GONE if gone else ""))

    def _message(self, entry: str, fields: Mapping[bytes, bytes]) -> Message:
        made_up = fields.get(SIMULATED) == b"1"
        wanted = self._field or FIELD.encode()
        data = fields.get(wanted)
        if data is None and not self._field and len(fields) == 1:
            data = next(iter(fields.values()))
        if data is None:
            problem = f"expected a field `{wanted.decode()}`, got none"
            return Message(entry, repr(dict(fields)).encode(), made_up, problem)
        return Message(entry, data, made_up)

    def keep(self, place: str) -> bool:
        """Acknowledges what this reader was given up to a place, some of it at a time."""
        if not self._group:
            return True
        for _ in range(ACKNOWLEDGED // PAGE):
            given = self._redis.xpending_range(
                self._stream, self._group, min="-", max=EntryPlace.of(place).entry, count=PAGE,
                consumername=self._consumer,
            )  # fmt: skip
            if given:
                ids = [one["message_id"] for one in given]
                self._redis.xack(self._stream, self._group, *ids)
            if len(given) < PAGE:
                return True
        return False

    def close(self) -> None:
        """Lets go of the connection."""
        self._redis.close()


def open_uri(uri: str) -> BrokerSource:
    """`redis://HOST:PORT/DB?stream=NAME`, or `rediss://…` over TLS.

    Raises:
        UsageError: the address is none, or the library is not installed.
    """
    address, db = redis_address(uri)
    client("redis")
    return BrokerSource(redis_name(address, db), lambda: RedisReader(address, db))
