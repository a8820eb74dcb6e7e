"""Posting to an address that people set, safely: it may be anybody's, and its answer anything.

A name is resolved once, and the connection goes to the address that was checked. Addresses that
are not public are refused but for those of the networks that the settings allow. No redirect is
followed, no proxy asked, no cookie kept; of the answer no more is read than says what was wrong.
"""

from __future__ import annotations

import ipaddress
import ssl
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

import httpx

from groundswell.addresses import public
from groundswell.alerts.channels import Network
from groundswell.errors import GroundswellError
from groundswell.fetching import Resolve, resolved

SECONDS: Final = 20.0
"""That a receiver may take, connection and answer together."""
MOST_BYTES: Final = 2_000
"""Of an answer that are read."""
LONGEST_WAIT: Final = 6 * 3_600.0
"""Seconds that a receiver may ask us to wait."""
GONE: Final = 410
_PORTS: Final = {"http": 80, "https": 443}


class DeliveryError(GroundswellError):
    """A message that a channel did not take.

    `gone` says that the channel wants none any more, `retry_after` how many seconds it asks for.
    """

    def __init__(self, problem: str, *, gone: bool = False, retry_after: float = 0.0) -> None:
        super().__init__(problem)
        self.gone = gone
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class _Place:
    url: httpx.URL
    host: str
    shown: str


class Poster:
    """Posts; one for a thread. Use it as a context.

    Args:
        allowed: networks that are no public places and are posted to all the same, at any port.
        resolve: how names become addresses.
        seconds: that a receiver may take.
    """

    def __init__(
        self,
        allowed: Sequence[Network] = (),
        *,
        resolve: Resolve = resolved,
        seconds: float = SECONDS,
    ) -> None:
        self._allowed = tuple(allowed)
        self._resolve = resolve
        self._seconds = seconds
        self._trust: ssl.SSLContext | None = None

    def __enter__(self) -> Poster:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> str:
        """Posts, and returns the answer in words, as `200`.

        Raises:
            DeliveryError: the address is refused, nobody answers in time, or the answer is no 2xx.
                No message has the address in it, which may be a secret, but for its host.
        """
        place = self._checked(url)
        until = time.monotonic() + self._seconds
        with self._client() as client:
            # who sends a byte now and then is never silent for long: in the end the line is cut
            cut = threading.Timer(self._seconds, client.close)
            cut.daemon = True
            cut.start()
            try:
                request = client.build_request(
                    "POST", place.url, content=body, headers={**headers, "Host": place.shown},
                    extensions={"sni_hostname": place.host},
                )  # fmt: skip
                return self._judged(client.send(request, stream=True), place.host, until)
            except (httpx.HTTPError, RuntimeError) as error:  # RuntimeError: it was cut
                said = type(error).__name__ if isinstance(error, httpx.HTTPError) else "too slow"
                raise DeliveryError(f"no answer from {place.host}: {said}") from error
            finally:
                cut.cancel()

    def _client(self) -> httpx.Client:
        """One for a message: what is cut is not used again. Only authorities are loaded once."""
        self._trust = self._trust or httpx.create_ssl_context(trust_env=False)
        return httpx.Client(
            follow_redirects=False,
            trust_env=False,
            verify=self._trust,
            timeout=httpx.Timeout(0.75 * self._seconds, connect=min(5.0, self._seconds)),
            headers={"User-Agent": "Groundswell/0.1 (alerts)", "Accept-Encoding": "identity"},
        )

    def _judged(self, answer: httpx.Response, host: str, until: float) -> str:
        status = answer.status_code
        if not 200 <= status < 300:
            said = f"{host} answered {status}"
            after = answer.headers.get("retry-after", "")[:100]
            raise DeliveryError(said, gone=status == GONE, retry_after=wait_of(after))
        size = 0
        try:
            for piece in answer.iter_raw():
                size += len(piece)
                if size > MOST_BYTES or time.monotonic() > until:
                    break  # it said that it has it; what else it says is not wanted
        except httpx.HTTPError:
            pass  # likewise
        return str(status)

    def _checked(self, url: str) -> _Place:
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0)
            whole = httpx.URL(url)
        except (ValueError, httpx.InvalidURL):
            raise DeliveryError("its address is none") from None
        if parts.scheme not in _PORTS or not host or len(url) > 2_000 or parts.username:
            raise DeliveryError("its address is not of http or https and a host")
        try:
            found = self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise DeliveryError(f"{host[:80]} has no address") from error
        usual = port == _PORTS[parts.scheme]
        if not found or not all(self._may(one, usual=usual) for one in found):
            raise DeliveryError(
                f"{host[:80]} is no public place at port {_PORTS[parts.scheme]}, "
                "and not in allow_private"
            )
        named = f"[{found[0]}]" if ":" in found[0] else found[0]
        shown = host if usual else f"{host}:{port}"
        return _Place(whole.copy_with(host=named, port=port, fragment=None), host[:80], shown)

    def _may(self, address: str, *, usual: bool) -> bool:
        try:
            known = ipaddress.ip_address(address)
        except ValueError:
            return False
        return (usual and public(address)) or any(
            known in one for one in self._allowed if one.version == known.version
        )


def wait_of(retry_after: str, now: float | None = None) -> float:
    """Seconds that a receiver asks to wait, LONGEST_WAIT at most; 0 for what is no such header.

    >>> wait_of("120"), wait_of("soon"), wait_of("99999999"), wait_of("-5")
    (120.0, 0.0, 21600.0, 0.0)
    >>> wait_of("Thu, 01 Jan 1970 00:02:00 GMT", now=60.0)
    60.0
    """
    if retry_after.isascii() and retry_after.isdecimal():
        return min(float(retry_after[:9]), LONGEST_WAIT)
    try:
        when = parsedate_to_datetime(retry_after).timestamp()
    except (ValueError, OverflowError):
        return 0.0
    return min(max(0.0, when - (time.time() if now is None else now)), LONGEST_WAIT)
