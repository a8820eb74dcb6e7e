"""How NATS is spoken to: its address, and its asyncio client in a thread of its own.

The thread keeps answering the server's pings while a reader waits for who takes its posts.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Coroutine
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import suppress
from typing import Any, Final, TypeVar

from groundswell.errors import SourceError
from groundswell.sources.brokers.address import Address, Form, Secrets, address_of, client

T = TypeVar("T")

FORM: Final = Form(
    "nats",
    {"nats": False, "nats+tls": True},
    4222,
    ("stream",),
    {"stream": (), "subject": (), "consumer": (), "from": ("start", "now")},
    "nats://HOST:PORT?stream=NAME, with &subject=… or &consumer=NAME",
    many=True,
)
CONNECT_SECONDS: Final = 3
ANSWER_SECONDS: Final = 5.0
SIMULATED: Final = "Groundswell-Simulated"
"""The header of a message that is made up."""
HOPELESS: Final = ("Authorization", "authorization", "permissions violation", "InvalidUser")


class RefusedError(Exception):
    """The server said no to a message."""


def nats_address(uri: str) -> Address:
    """The address that a URI names.

    Raises:
        UsageError: it is none.
    """
    return address_of(uri, FORM)


def nats_name(address: Address) -> str:
    """What people read: `nats POSTS@example.net:4222`."""
    subject = f" {address.get('subject')}" if address.get("subject") else ""
    return f"nats {address.get('stream')}{subject}@{address.hosts[0]}"


def nats_failures() -> tuple[type[Exception], ...]:
    """What a broken connection, or a server that is not ready, raises."""
    return (client("nats.errors").Error, OSError, asyncio.TimeoutError, RefusedError)


def sequence_of(place: str) -> int:
    """The number of a stream's message.

    Raises:
        SourceError: it is none.
    """
    if not place.isdecimal():
        raise SourceError(
            f"expected the number of a message, got {place[:80]!r}",
            hint="resume the stream that the cursor came from",
        )
    return int(place)


class Link:
    """A connection, driven from another thread; `call` waits for its answer.

    Raises:
        SourceError: the server refuses us.
    """

    def __init__(self, address: Address, secrets: Secrets) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="nats", daemon=True)
        self._thread.start()
        self._address = address
        self.connection: Any = client("nats.aio.client").Client()
        try:
            self.call(self._connect(secrets), CONNECT_SECONDS + 1)
        except Exception as error:
            self.close()
            self.refused(error)
            raise

    async def _connect(self, secrets: Secrets) -> None:
        kind = "tls" if self._address.secure else "nats"
        await self.connection.connect(
            [f"{kind}://{host}" for host in self._address.hosts], name="groundswell",
            user=secrets.user or None, password=secrets.password or None,
            token=secrets.token or None, connect_timeout=CONNECT_SECONDS, allow_reconnect=False,
            tls=ssl.create_default_context() if self._address.secure else None, error_cb=_quiet,
        )  # fmt: skip

    @property
    def streams(self) -> Any:
        """JetStream's own calls."""
        return self.connection.jetstream(timeout=ANSWER_SECONDS)

    def call(self, doing: Coroutine[Any, Any, T], seconds: float = ANSWER_SECONDS * 2) -> T:
        """Runs a coroutine of the client; returns what it does.

        Raises:
            TimeoutError: it took longer.
        """
        future = asyncio.run_coroutine_threadsafe(doing, self._loop)
        try:
            return future.result(seconds)
        except FutureTimeoutError as error:
            future.cancel()
            raise TimeoutError(str(error) or "the server does not answer") from None

    def refused(self, error: Exception) -> None:
        """Does nothing, unless an error says that trying again is of no use.

        Raises:
            SourceError: it is.
        """
        said = f"{type(error).__name__} {error}"
        if any(one in said for one in HOPELESS):
            raise SourceError(
                f"expected {nats_name(self._address)}, got: {' '.join(str(error).split())[:200]}",
                hint="GROUNDSWELL_NATS_USER and GROUNDSWELL_NATS_PASSWORD, or "
                "GROUNDSWELL_NATS_TOKEN, say who we are",
            ) from None

    def close(self) -> None:
        """Lets go of the connection; never raises."""
        if self._loop.is_closed():
            return
        with suppress(Exception):
            self.call(self._end(), 1.0)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(1.0)
        if not self._thread.is_alive():
            self._loop.close()

    async def _end(self) -> None:
        """Closes the connection, and ends what the client left running."""
        with suppress(Exception):
            await self.connection.close()
        rest = [one for one in asyncio.all_tasks() if one is not asyncio.current_task()]
        for one in rest:
            one.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        await asyncio.sleep(0)  # sockets close in the next turn of the loop


async def _quiet(_: Exception) -> None:
    """Errors are raised where they are asked for; the client need not log them as well."""
