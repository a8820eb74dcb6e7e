"""Requests to a Mastodon server: finding its stream, opening it, reading a timeline's pages.

Owns what an answer means and how often may be asked. Mastodon allows 300 requests in five minutes a
token, and 300 in fifteen minutes for pages (`config/initializers/rack_attack.rb`); we ask for at
most 60 in five minutes and stop earlier when the server says that little is left.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx
import msgspec

from groundswell.sources.mastodon_place import LOOPBACK, Place
from groundswell.times import asked_wait

PAGE = 40
"""Posts of a page, the most that Mastodon gives."""
BODY_BYTES = 8 << 20
MOST_REQUESTS, PER_SECONDS = 60, 300.0
LEAST_LEFT = 60
"""Requests that are left to the token's other uses."""
MOST_WAIT = 900.0
AGENT = "Groundswell (self-hosted trend desk)"

MEANINGS = {
    401: "the token was refused",
    403: "this token may not read this timeline; it needs read:statuses",
    404: "no such timeline here",
    410: "no such timeline here any more",
    422: "the server wants a user's token, not an application's",
    429: "asked too often",
}
HOPELESS = frozenset({401, 403, 404, 410, 422})


class RefusedError(Exception):
    """The server answered with an error; `wait` is how long it asks to wait, in seconds."""

    def __init__(self, status: int, wait: float = 0.0) -> None:
        meaning = MEANINGS.get(status, "")
        super().__init__(f"HTTP {status}" + (f": {meaning}" if meaning else ""))
        self.status = status
        self.wait = wait


class _Configuration(msgspec.Struct):
    urls: dict[str, str | None] = {}


class _Instance(msgspec.Struct):
    configuration: _Configuration = msgspec.field(default_factory=_Configuration)


class Api:
    """One server's requests; use it as a context manager.

    Args:
        place: what is read.
        token: sent to this server, and to the streaming server that it names.
        silence: seconds without a byte after which a connection is given up.
        monotonic: seconds, for the bound on requests.
    """

    def __init__(
        self,
        place: Place,
        token: str,
        *,
        silence: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._place = place
        self._monotonic = monotonic
        self._asked: deque[float] = deque(maxlen=MOST_REQUESTS)
        self._low_until = 0.0
        self._client = httpx.Client(
            headers={"User-Agent": AGENT, "Accept-Encoding": "identity"},
            timeout=httpx.Timeout(10.0, read=silence), http2=False,
            trust_env=not place.on_loopback,
        )  # fmt: skip
        self._secret = {"Authorization": f"Bearer {token}"}

    def __enter__(self) -> Api:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def stream(self) -> httpx.Response:
        """An open answer of the stream; its caller closes it.

        Raises:
            RefusedError: the server says no.
            httpx.HTTPError: there is no such server.
        """
        query = {"tag": self._place.tag} if self._place.tag else {}
        headers = self._secret | {"Accept": "text/event-stream"}
        address = self._streaming_server() + self._place.stream
        request = self._client.build_request("GET", address, params=query, headers=headers)
        response = self._client.send(request, stream=True)
        kind = response.headers.get("content-type", "")
        if response.status_code != 200 or not kind.startswith("text/event-stream"):
            response.close()
            raise _refused(response)
        return response

    def page(self, after: str) -> bytes | None:
        """The oldest posts of the timeline that follow an id; None when we should not ask now.

        Raises:
            RefusedError: the server says no.
            httpx.HTTPError: it does not answer.
        """
        if not self._may_ask():
            return None
        query = {**self._place.query, "min_id": after, "limit": str(PAGE)}
        address = self._place.base + self._place.timeline
        body, headers = self._get(address, query, self._secret)
        left = headers.get("x-ratelimit-remaining", "")
        if left.isdigit() and int(left) < LEAST_LEFT:
            self._low_until = self._monotonic() + _wait(headers)
        return body

    def _may_ask(self) -> bool:
        now = self._monotonic()
        full = len(self._asked) == MOST_REQUESTS and now - self._asked[0] < PER_SECONDS
        if full or now < self._low_until:
            return False
        self._asked.append(now)
        return True

    def _streaming_server(self) -> str:
        """Where streams are served: as the server itself says, or else on the same host."""
        try:
            body, _ = self._get(f"{self._place.base}/api/v2/instance", {}, {})
            named = msgspec.json.decode(body, type=_Instance).configuration.urls.get("streaming")
        except (RefusedError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return self._place.base
        parts = urlsplit(named or "")
        scheme = {"wss": "https", "https": "https", "ws": "http", "http": "http"}.get(parts.scheme)
        safe = scheme == "https" or (self._place.on_loopback and parts.hostname in LOOPBACK)
        return f"{scheme}://{parts.netloc}" if safe and scheme else self._place.base

    def _get(
        self, address: str, query: Mapping[str, str], headers: Mapping[str, str]
    ) -> tuple[bytes, Mapping[str, str]]:
        with self._client.stream("GET", address, params=query, headers=headers) as response:
            if response.status_code != 200:
                raise _refused(response)
            body = bytearray()
            for chunk in response.iter_raw():
                body += chunk
                if len(body) > BODY_BYTES:
                    raise RefusedError(response.status_code)
            return bytes(body), response.headers


def _refused(response: httpx.Response) -> RefusedError:
    wait = _wait(response.headers) if response.status_code in {429, 503} else 0.0
    return RefusedError(response.status_code, wait)


def _wait(headers: Mapping[str, str]) -> float:
    """Seconds that an answer asks to wait: Retry-After, or until its limit is reset; else 60.

    >>> _wait({"retry-after": "30"}), _wait({}), _wait({"retry-after": "1000000"})
    (30.0, 60.0, 900.0)
    """
    asked = asked_wait(headers.get("retry-after", ""), time.time())
    if asked is not None:
        return min(max(asked, 1.0), MOST_WAIT)
    try:
        until = datetime.fromisoformat(headers.get("x-ratelimit-reset", ""))
        moment = until if until.tzinfo else until.replace(tzinfo=UTC)
        return min(max(moment.timestamp() - time.time(), 1.0), MOST_WAIT)
    except (ValueError, TypeError, OverflowError):
        return 60.0
