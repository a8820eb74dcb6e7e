"""How the API answers: JSON with a strong ETag, one form of errors, parameters within limits.

Answers carry `Cache-Control: no-cache`: who holds one asks whether it still stands, because what
was taken back must leave caches as well.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from groundswell.errors import UsageError
from groundswell.settings import event_time

SHOWN = 200
"""Characters of what was sent that an error says again."""
LONGEST_TIME = 40
DIGITS = re.compile(r"[0-9]{1,9}")
_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}(?::[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](?::[0-9]{1,5})?")


class ProblemError(HTTPException):
    """An HTTP error with something to try."""

    def __init__(
        self, status: int, message: str, hint: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status, message, headers)
        self.hint = hint


def problem(error: HTTPException) -> Response:
    """An error as JSON: `{"error": {"code", "message", "hint"}}`."""
    body = {
        "code": error.status_code,
        "message": error.detail,
        "hint": getattr(error, "hint", "see /api/v1/openapi.json"),
    }
    return Response(
        msgspec.json.encode({"error": body}),
        error.status_code,
        dict(error.headers or {}) | {"Cache-Control": "no-store"},
        "application/json",
    )


def answer(
    request: Request,
    data: Any,
    *,
    headers: Mapping[str, str] | None = None,
    media_type: str = "application/json",
) -> Response:
    """Data as JSON, or bytes as they are; 304 without a body to who has the same already."""
    body = data if isinstance(data, bytes) else msgspec.json.encode(data)
    tag = f'"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'
    common = {"ETag": tag, "Cache-Control": "no-cache"} | dict(headers or {})
    if _has(request.headers.get("if-none-match", ""), tag):
        return Response(None, 304, common)
    return Response(body, 200, common, media_type)


def _has(header: str, tag: str) -> bool:
    """Whether If-None-Match names this tag; compared weakly, as RFC 9110 13.1.2 wants."""
    given = [one.strip().removeprefix("W/") for one in header.split(",")]
    return tag in given or given == ["*"]


def number(request: Request, name: str, default: int, least: int, most: int) -> int:
    """A whole number within limits.

    Raises:
        ProblemError: it is none, or out of its limits.
    """
    text = request.query_params.get(name)
    if text is None:
        return default
    if not DIGITS.fullmatch(text) or not least <= int(text) <= most:
        raise ProblemError(
            400,
            f"expected {name} as a whole number from {least} to {most}, got {text[:SHOWN]!r}",
            f"leave it out for {default}, or try {name}={most if len(text) > 2 else default}",
        )
    return int(text)


def moment(request: Request, name: str) -> int | None:
    """A time, µs, or None where none is given.

    Raises:
        ProblemError: it is none.
    """
    text = request.query_params.get(name)
    if text is None:
        return None
    try:
        if len(text) > LONGEST_TIME:
            raise UsageError(f"expected at most {LONGEST_TIME} characters, got {len(text)}")
        return event_time(text)
    except UsageError as error:
        raise ProblemError(
            400, f"{name}: {error.problem}", "in an address a + is a space: write Z, or %2B"
        ) from error


def base(request: Request) -> str:
    """The desk's address as the asker wrote it; as the socket has it where that was no address.

    It has the path that the desk is under, and no slash at its end.

    >>> from starlette.requests import Request
    >>> scope = {"type": "http", "scheme": "http", "server": ("127.0.0.1", 8765)}
    >>> base(Request(scope | {"headers": [(b"host", b"desk.example")]}))
    'http://desk.example'
    >>> base(Request(scope | {"headers": [(b"host", b'"><script>')]}))
    'http://127.0.0.1:8765'
    """
    host = request.headers.get("host", "")
    if not _HOST.fullmatch(host):
        name, port = request.scope.get("server") or ("localhost", None)
        host = f"[{name}]" if ":" in name else name
        host += f":{port}" if port else ""
    scheme = "https" if request.scope.get("scheme") == "https" else "http"
    return f"{scheme}://{host}{request.scope.get('root_path', '')}"
