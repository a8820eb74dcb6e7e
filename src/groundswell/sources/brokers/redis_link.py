"""How Redis is spoken to: its address, its connection, the ids of a stream.

Ids are `MILLISECONDS-NUMBER` (https://redis.io/docs/latest/develop/data-types/streams/).
"""

from __future__ import annotations

from typing import Any, Final

from groundswell.errors import SourceError, UsageError
from groundswell.sources.brokers.address import Address, Form, Secrets, address_of, client

FORM: Final = Form(
    "redis",
    {"redis": False, "rediss": True},
    6379,
    ("stream",),
    {"stream": (), "group": (), "consumer": (), "field": (), "from": ("start", "now")},
    "redis://HOST:PORT/DB?stream=NAME, with &group=NAME",
)
FIELD: Final = "post"
"""The field of an entry that has the post, where none is named."""
SIMULATED: Final = b"simulated"
"""The field of an entry that says that it is made up."""
CONNECT_SECONDS: Final = 3.0
ANSWER_SECONDS: Final = 10.0
BEGINNING: Final = "0-0"
HOPELESS: Final = ("WRONGTYPE", "NOPERM", "WRONGPASS", "NOAUTH", "unknown command")


def redis_address(uri: str) -> tuple[Address, int]:
    """The address that a URI names, and the number of its database.

    Raises:
        UsageError: it is none.
    """
    address = address_of(uri, FORM)
    if address.path and not (address.path.isdecimal() and int(address.path) < 1 << 16):
        raise UsageError(f"expected the number of a database, as in {FORM.shown}")
    return address, int(address.path or 0)


def redis_name(address: Address, db: int) -> str:
    """What people read: `redis posts@example.net:6379`."""
    return f"redis {address.get('stream')}@{address.hosts[0]}" + (f"/{db}" if db else "")


def redis_client(address: Address, db: int, secrets: Secrets) -> Any:
    """A client; it connects when it is used.

    Raises:
        UsageError: the library is not installed.
    """
    redis = client("redis")
    return redis.Redis(
        host=address.host.strip("[]"), port=address.port, db=db,
        username=secrets.user or None, password=secrets.password or None,
        ssl=address.secure, socket_connect_timeout=CONNECT_SECONDS, socket_timeout=ANSWER_SECONDS,
        client_name="groundswell", retry=client("redis.retry").Retry(
            client("redis.backoff").NoBackoff(), 0
        ),
        protocol=2,
    )  # fmt: skip


def redis_failures() -> tuple[type[Exception], ...]:
    """What a broken connection, or a server that is not ready, raises."""
    return (client("redis").exceptions.RedisError, OSError)


def refused(name: str, error: Exception) -> None:
    """Does nothing, unless an error says that trying again is of no use.

    Raises:
        SourceError: it is.
    """
    said = str(error)
    kind = type(error).__name__
    if any(one in said for one in HOPELESS) or kind.startswith("Authentication"):
        raise SourceError(
            f"expected {name}, got: {said[:200]}",
            hint="GROUNDSWELL_REDIS_USER and GROUNDSWELL_REDIS_PASSWORD say who we are; "
            "the stream must be one",
        ) from None


def parts(entry_id: str) -> tuple[int, int]:
    """An id as numbers, for comparing.

    >>> parts("1700000000000-2") > parts("999-10")
    True

    Raises:
        SourceError: it is none.
    """
    milliseconds, _, number = entry_id.partition("-")
    if not (milliseconds.isdecimal() and number.isdecimal()):
        raise SourceError(
            f"expected the id of an entry, got {entry_id[:80]!r}",
            hint="resume the stream that the cursor came from",
        )
    return int(milliseconds), int(number)
