"""`explain` without a recording: asks a desk that runs somewhere."""

from __future__ import annotations

import http.client
import re
from typing import Literal
from urllib.parse import urlencode

import msgspec

from groundswell.errors import SourceError, UsageError
from groundswell.terminal.plain import clean
from groundswell.terminal.top import HINT, address_of, connection_to, known_by

LONGEST = 1 << 20
"""Most bytes of an answer."""
_WORD = re.compile(r"[^ \n]+")
ACCEPT = {"text": "text/plain", "json": "application/json"}


class _Problem(msgspec.Struct):
    message: str = ""
    hint: str = ""


class _Failed(msgspec.Struct):
    """An error as CONTRACT has it."""

    error: _Problem = msgspec.field(default_factory=_Problem)


def ask_desk(url: str, term: str, at: str, form: Literal["text", "json"]) -> str:
    """What the desk at `url` says of a term now, or at a time, as text or as JSON.

    Raises:
        UsageError: `url` is none, or the desk refuses what is asked.
        SourceError: there is no desk, or it cannot answer.
    """
    address = address_of(url)
    query = urlencode({"term": term} | ({"at": at} if at else {}))
    connection = connection_to(address)
    try:
        path = f"{address.path.rstrip('/')}/api/v1/explain?{query}"
        connection.request("GET", path, headers={"Accept": ACCEPT[form]} | known_by(address))
        with connection.getresponse() as response:
            status, body = response.status, response.read(LONGEST)
    except (OSError, http.client.HTTPException) as error:
        came = clean(str(error)) or type(error).__name__
        raise SourceError(
            f"expected a desk at {clean(url)}, got {came[:200]}", hint=HINT
        ) from error
    finally:
        connection.close()
    if status != 200:
        raise _refusal(url, status, body)
    text = body.decode("utf-8", "replace")
    # a table keeps its spaces; nothing that a desk sends moves the cursor
    return text if form == "json" else _WORD.sub(lambda word: clean(word[0]), text)


def _refusal(url: str, status: int, body: bytes) -> SourceError | UsageError:
    try:
        said = msgspec.json.decode(body, type=_Failed).error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        said = _Problem()
    if not said.message:
        return SourceError(f"expected a desk at {clean(url)}, got HTTP {status}", hint=HINT)
    kind = UsageError if status == 400 else SourceError
    return kind(clean(said.message), hint="" if said.hint == "/about" else clean(said.hint))
