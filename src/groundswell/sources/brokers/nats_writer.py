"""NATS JetStream as a target: the server drops what comes twice within ten minutes.

Each message has an id made of what it says (`Nats-Msg-Id`). How far a source was taken stands in
the key-value bucket `groundswell-pump`, after the messages are acknowledged.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from groundswell.errors import SourceError
from groundswell.sources.brokers.address import Address, client, secrets_of
from groundswell.sources.brokers.nats_link import (
    ANSWER_SECONDS,
    SIMULATED,
    Link,
    RefusedError,
    nats_address,
    nats_failures,
    nats_name,
)
from groundswell.sources.brokers.writing import Letter

KEEP: Final = 1_000_000
"""How many messages a stream holds that is made here, where nothing else is said."""
TWICE_SECONDS: Final = 600
"""For how long a stream that is made here knows what it has got."""
BUCKET: Final = "groundswell-pump"


class NatsTarget:
    """A `Target`; makes the stream where there is none. `keep` None leaves one that is as it is."""

    def __init__(self, address: Address, keep: int | None) -> None:
        self.name = nats_name(address)
        self.failures = nats_failures()
        self._address = address
        self._stream = address.get("stream")
        self._keep = keep
        self._link: Link | None = None
        self._places: Any = None
        self._subject = ""

    def place(self, source: str) -> str:
        """How far a source was written here."""
        return str(self._do(self._place, source))

    def put(self, letters: Sequence[Letter], source: str, place: str, *, simulated: bool) -> None:
        """Writes, and notes how far that is."""
        self._do(self._put, letters, source, place, simulated)

    def _do(self, what: Any, *given: Any) -> Any:
        """Runs one of our coroutines; a connection that failed is made anew the next time."""
        link = self._link
        try:
            if link is None:
                link = self._link = Link(self._address, secrets_of(self._address))
                link.call(self._open(link))
            return link.call(what(link, *given), ANSWER_SECONDS * 4)
        except Exception as error:
            self.close()
            if link is not None:
                link.refused(error)
            raise

    async def _open(self, link: Link) -> None:
        api, streams = client("nats.js.api"), link.streams
        missing = client("nats.js.errors").NotFoundError
        subject = self._address.get("subject")
        try:
            config = (await streams.stream_info(self._stream)).config
        except missing:
            most = KEEP if self._keep is None else self._keep
            config = (await streams.add_stream(api.StreamConfig(
                name=self._stream, subjects=[subject or self._stream], max_msgs=most or -1,
                discard=api.DiscardPolicy.OLD, duplicate_window=TWICE_SECONDS,
            ))).config  # fmt: skip
        else:
            if self._keep is not None and config.max_msgs != (self._keep or -1):
                config.max_msgs = self._keep or -1
                await streams.update_stream(config)
        self._subject = subject or next(iter(config.subjects or [""]))
        if not self._subject or any(one in self._subject for one in "*>"):
            raise SourceError(
                f"expected one subject to write to, got {self._subject or 'none'}",
                hint="name one in the address: &subject=posts.all",
            )
        try:
            self._places = await streams.key_value(BUCKET)
        except client("nats.js.errors").BucketNotFoundError:
            self._places = await streams.create_key_value(api.KeyValueConfig(bucket=BUCKET))

    def _key(self, source: str) -> str:
        return hashlib.sha256(f"{self._stream}\n{self._subject}\n{source}".encode()).hexdigest()

    async def _place(self, _: Link, source: str) -> str:
        try:
            entry = await self._places.get(self._key(source))
        except client("nats.js.errors").KeyNotFoundError:
            return ""
        return (entry.value or b"").decode()

    async def _put(
        self, link: Link, letters: Sequence[Letter], source: str, place: str, simulated: bool
    ) -> None:
        connection = link.connection
        inbox = connection.new_inbox()
        answers = await connection.subscribe(f"{inbox}.*")
        try:
            for number, letter in enumerate(letters):
                headers = {"Nats-Msg-Id": hashlib.blake2b(letter.data, digest_size=16).hexdigest()}
                if simulated:
                    headers[SIMULATED] = "1"
                await connection.publish(
                    self._subject, letter.data, reply=f"{inbox}.{number}", headers=headers
                )
            await connection.flush(int(ANSWER_SECONDS))
            for _ in letters:
                self._check(await answers.next_msg(ANSWER_SECONDS))
        finally:
            await answers.unsubscribe()
        if place:
            await self._places.put(self._key(source), place.encode())

    def _check(self, answer: Any) -> None:
        """Makes sure that the stream has a message.

        Raises:
            RefusedError: it has not.
        """
        said = msgspec.json.decode(answer.data) if answer.data else {}
        if said.get("stream") != self._stream:
            error = said.get("error", {})
            raise RefusedError(error.get("description") or f"{self._subject} is of no such stream")

    def close(self) -> None:
        """Lets go of the connection."""
        if self._link is not None:
            self._link.close()
            self._link = None


def open_target(uri: str, keep: int | None = None) -> NatsTarget:
    """`nats://HOST:PORT?stream=NAME`; a stream that is made holds `keep` messages, 0 for all.

    Raises:
        UsageError: the address is none, or the library is not installed.
    """
    address = nats_address(uri)
    client("nats")
    return NatsTarget(address, keep)
