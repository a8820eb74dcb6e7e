"""How Kafka is spoken to: its address, and what its client is told."""

from __future__ import annotations

import logging
from typing import Any, Final

from groundswell.errors import SourceError, UsageError
from groundswell.sources.brokers.address import Address, Form, Secrets, address_of, client

FORM: Final = Form(
    "kafka",
    {"kafka": False, "kafka+tls": True},
    9092,
    (),
    {
        "group": (), "consumer": (), "from": ("start", "now"),
        "sasl": ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"),
    },
    "kafka://HOST:PORT,HOST:PORT/TOPIC, with ?group=NAME",
    many=True,
)  # fmt: skip
ANSWER_SECONDS: Final = 5.0
SIMULATED: Final = "groundswell-simulated"
"""The header of a message that is made up."""
AT: Final = "groundswell-at"
"""The header with a post's event time, µs: by it partitions are put in order."""
HOPELESS: Final = frozenset({
    "_AUTHENTICATION", "SASL_AUTHENTICATION_FAILED", "TOPIC_AUTHORIZATION_FAILED",
    "GROUP_AUTHORIZATION_FAILED", "CLUSTER_AUTHORIZATION_FAILED", "UNSUPPORTED_SASL_MECHANISM",
    "TOPIC_EXCEPTION",
})  # fmt: skip

_QUIET = logging.getLogger("groundswell.kafka")
_QUIET.addHandler(logging.NullHandler())
_QUIET.propagate = False


class DownError(Exception):
    """No broker can be reached."""


def kafka_address(uri: str) -> Address:
    """The address that a URI names.

    Raises:
        UsageError: it is none.
    """
    address = address_of(uri, FORM)
    if not address.path or "/" in address.path:
        raise UsageError(f"expected one topic, as in {FORM.shown}")
    return address


def kafka_name(address: Address) -> str:
    """What people read: `kafka posts@example.net:9092`."""
    return f"kafka {address.path}@{address.hosts[0]}"


def kafka_failures() -> tuple[type[Exception], ...]:
    """What a broken connection, or a broker that is not ready, raises."""
    return (client("confluent_kafka").KafkaException, DownError, OSError)


def kafka_settings(address: Address, secrets: Secrets) -> dict[str, Any]:
    """What every client is told: where, who we are, and to log nothing."""
    signed = bool(secrets.user or secrets.password)
    security = ("SASL_" if signed else "") + ("SSL" if address.secure else "PLAINTEXT")
    settings: dict[str, Any] = {
        "bootstrap.servers": ",".join(address.hosts), "client.id": "groundswell",
        "security.protocol": security, "socket.connection.setup.timeout.ms": 3_000,
        "reconnect.backoff.max.ms": 2_000, "logger": _QUIET, "log_level": 2,
    }  # fmt: skip
    if signed:
        settings |= {
            "sasl.mechanism": address.get("sasl") or "SCRAM-SHA-512",
            "sasl.username": secrets.user, "sasl.password": secrets.password,
        }  # fmt: skip
    return settings


def refused(name: str, error: Any) -> None:
    """Does nothing, unless an error of the client says that trying again is of no use.

    Raises:
        SourceError: it is.
    """
    kafka_error = error.args[0] if isinstance(error, Exception) and error.args else error
    kind = kafka_error.name() if hasattr(kafka_error, "name") else ""
    if kind in HOPELESS:
        raise SourceError(
            f"expected {name}, got: {kafka_error.str()[:200]}",
            hint="GROUNDSWELL_KAFKA_USER and GROUNDSWELL_KAFKA_PASSWORD say who we are",
        ) from None
