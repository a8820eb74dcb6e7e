"""The shape of a plain post's Jetstream frame, octet by octet; compiled.

One function an object of the frame, each over its keys in any order: `frame` holds a `commit`, that
a `record`, that languages and perhaps a `reply`. Each says where its object ends, or -1: another
shape, a space or an escape where none is usual, a field twice. Keys are compared as numbers, eight
octets at a time.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from groundswell.machine.loops import inlined
from groundswell.machine.memory import eight
from groundswell.sources.octets import (
    CLOSE,
    COLON,
    COMMA,
    END,
    LIST,
    OPEN,
    QUOTE,
    WORD,
    before_quote,
    copy_text,
    plain,
    value,
)

_ZERO: Final = ord("0")
_TWO_OCTETS, _SIX_OCTETS = np.uint64(16), np.uint64(48)
"""In bits."""
_MOST_DIGITS: Final = 17
"""Digits of a time: it stays far within 64 bits."""


def _number(name: str, begin: int = 0) -> np.uint64:
    """Eight octets of a key, or of what it has after `begin`, as `eight` reads them."""
    return np.uint64(
        int.from_bytes(name[begin : begin + WORD].encode().ljust(WORD, b"\0"), "little")
    )


_DID, _TIME, _COMMIT, _ACCOUNT = map(_number, ("did", "time_us", "commit", "account"))
_PAYLOAD, _CURSOR, _RKEY, _RECORD = map(_number, ("payload", "cursor", "rkey", "record"))
_TEXT, _LANGS, _REPLY, _FACETS = map(_number, ("text", "langs", "reply", "facets"))
_EMBED, _LABELS, _PARENT, _URI = map(_number, ("embed", "labels", "parent", "uri"))
_OPERATION, _OPERATION_END = _number("operation"), _number("operation", WORD)
_COLLECTION, _COLLECTION_END = _number("collection"), _number("collection", WORD)
_CREATE, _CREATE_SIZE = _number("create"), np.int64(6)
_POST, _POST_MIDDLE, _POST_END = (_number("app.bsky.feed.post", i) for i in (0, 8, 16))
_POST_SIZE: Final = np.int64(18)


@inlined
def _key(octets: Any, i: Any, end: Any) -> Any:
    """The key at i, and its colon: (first octets, the next eight, where its value is or -1)."""
    none = np.uint64(0)
    if i + 3 * WORD > end or octets[i] != QUOTE:
        return none, none, -1
    i += 1
    name, more = eight(octets, i), none
    mask, size, fine = before_quote(name)
    if size == WORD:
        more = eight(octets, i + WORD)
        further, rest, well = before_quote(more)
        more, size, fine = more & further, size + rest, fine and well
    i += size
    if not fine or size == 2 * WORD or octets[i + 1] != COLON:
        return none, none, -1
    return name & mask, more, i + 2


@inlined
def _parent(octets: Any, i: Any, end: Any) -> Any:
    """A post pointed to, `{"cid":…,"uri":…}`: (begin and end of its address, where it ends)."""
    begin, stop = 0, 0
    if octets[i] != OPEN:
        return 0, 0, -1
    while True:
        name, more, i = _key(octets, i + 1, end)
        if i < 0 or octets[i] != QUOTE:
            return 0, 0, -1
        quote = plain(octets, i + 1, end)
        if quote < 0 or quote + 2 > end:
            return 0, 0, -1
        if name == _URI and more == 0:
            if stop:
                return 0, 0, -1
            begin, stop = i + 1, quote
        i = quote + 1
        if octets[i] == CLOSE:
            return begin, stop, i + 1
        if octets[i] != COMMA:
            return 0, 0, -1


@inlined
def _reply(octets: Any, i: Any, end: Any) -> Any:
    """What a post answers: (begin and end of the address of its parent, where all of it ends)."""
    begin, stop, met = 0, 0, False
    if octets[i] != OPEN:
        return 0, 0, -1
    while True:
        name, more, i = _key(octets, i + 1, end)
        if i < 0:
            return 0, 0, -1
        first, last, i = _parent(octets, i, end)
        if i < 0 or i >= end:
            return 0, 0, -1
        if name == _PARENT and more == 0:
            if met:
                return 0, 0, -1
            begin, stop, met = first, last, True
        if octets[i] == CLOSE:
            return begin, stop, i + 1
        if octets[i] != COMMA:
            return 0, 0, -1


@inlined
def _langs(octets: Any, i: Any, end: Any) -> Any:
    """Languages, `["en",…]`: (begin and end of the first one, where the list ends or -1)."""
    begin, stop = 0, 0
    if i + 2 > end or octets[i] != LIST:
        return 0, 0, -1
    i += 1
    if octets[i] == END:
        return 0, 0, i + 1
    while i + 2 < end and octets[i] == QUOTE:
        quote = plain(octets, i + 1, end)
        if quote < 0 or quote + 2 > end:
            break
        if begin == 0:
            begin, stop = i + 1, quote
        i = quote + 1
        if octets[i] == END:
            return begin, stop, i + 1
        if octets[i] != COMMA:
            break
        i += 1
    return 0, 0, -1


@inlined
def _record(octets: Any, i: Any, end: Any, out: Any, n: Any, nested: Any) -> Any:  # noqa: C901, PLR0911, PLR0912 -- each way out is one refusal
    """The record at i: (where it ends or -1, new length of the texts, language, address answered).

    Begins and ends of what it has of facets and embed go to `nested`.
    """
    lang, parent, text, langs, reply = (0, 0), (0, 0), False, False, False
    nested[:] = 0
    if octets[i] != OPEN:
        return -1, n, lang, parent
    while True:
        name, more, i = _key(octets, i + 1, end)
        if i < 0:
            return -1, n, lang, parent
        if more:
            name = np.uint64(0)
        if name == _TEXT:
            if text or octets[i] != QUOTE:
                return -1, n, lang, parent
            text = True
            i, n = copy_text(octets, i + 1, end, out, n)
            if i < 0:
                return -1, n, lang, parent
            i += 1
        elif name == _LANGS:
            if langs:
                return -1, n, lang, parent
            langs = True
            begin, stop, i = _langs(octets, i, end)
            lang = (begin, stop)
        elif name == _REPLY:
            if reply:
                return -1, n, lang, parent
            reply = True
            begin, stop, i = _reply(octets, i, end)
            parent = (begin, stop)
        elif name in (_FACETS, _EMBED):
            place = 0 if name == _FACETS else 2
            if nested[place]:
                return -1, n, lang, parent
            nested[place] = i
            i = value(octets, i, end)
            nested[place + 1] = i
        elif name == _LABELS or octets[i] != QUOTE:
            return -1, n, lang, parent
        else:
            i = plain(octets, i + 1, end)
            i = -1 if i < 0 else i + 1
        if i < 0 or i >= end:
            return -1, n, lang, parent
        if octets[i] == CLOSE:
            return (i + 1 if text else -1), n, lang, parent
        if octets[i] != COMMA:
            return -1, n, lang, parent


@inlined
def _commit(octets: Any, i: Any, end: Any, out: Any, n: Any, nested: Any) -> Any:  # noqa: C901, PLR0911, PLR0912 -- each way out is one refusal
    """The commit at i: (where it ends or -1, new length of the texts, rkey, language, answered)."""
    rkey, lang, parent = (0, 0), (0, 0), (0, 0)
    operation, collection, record = False, False, False
    if octets[i] != OPEN:
        return -1, n, rkey, lang, parent
    while True:
        name, more, i = _key(octets, i + 1, end)
        if i < 0:
            return -1, n, rkey, lang, parent
        if name == _RECORD and more == 0:
            if record:
                return -1, n, rkey, lang, parent
            record = True
            i, n, lang, parent = _record(octets, i, end, out, n, nested)
        else:
            if octets[i] != QUOTE:
                return -1, n, rkey, lang, parent
            begin = i + 1
            i = plain(octets, begin, end)
            if i < 0:
                return -1, n, rkey, lang, parent
            size = i - begin
            if name == _OPERATION and more == _OPERATION_END:
                if operation or size != _CREATE_SIZE or begin + WORD > end:
                    return -1, n, rkey, lang, parent
                if (
                    eight(octets, begin) << _TWO_OCTETS != _CREATE << _TWO_OCTETS
                ):  # its quote is left out
                    return -1, n, rkey, lang, parent
                operation = True
            elif name == _COLLECTION and more == _COLLECTION_END:
                same = (
                    size == _POST_SIZE
                    and eight(octets, begin) == _POST
                    and eight(octets, begin + WORD) == _POST_MIDDLE
                    and eight(octets, begin + 10)
                    == (_POST_MIDDLE >> _TWO_OCTETS | _POST_END << _SIX_OCTETS)
                )
                if collection or not same:
                    return -1, n, rkey, lang, parent
                collection = True
            elif name == _RKEY and more == 0:
                if rkey[1] or size == 0:
                    return -1, n, rkey, lang, parent
                rkey = (begin, i)
            i += 1
        if i < 0 or i >= end:
            return -1, n, rkey, lang, parent
        if octets[i] == CLOSE:
            whole = operation and collection and record and rkey[1] > 0
            return (i + 1 if whole else -1), n, rkey, lang, parent
        if octets[i] != COMMA:
            return -1, n, rkey, lang, parent


@inlined
def _time(octets: Any, i: Any, end: Any) -> Any:
    """A whole number greater than none: (it, where it ends or -1)."""
    begin, found = i, np.int64(0)
    if octets[i] == _ZERO:
        return found, -1
    while i < end and 48 <= octets[i] <= 57:
        found = found * 10 + np.int64(octets[i]) - 48
        i += 1
        if i - begin > _MOST_DIGITS:
            return found, -1
    return found, (i if i > begin and i < end else -1)


@inlined
def frame(octets: Any, i: Any, end: Any, out: Any, n: Any, nested: Any) -> Any:  # noqa: C901, PLR0911, PLR0912 -- each way out is one refusal
    """The frame at i: (where it ends or -1, new length of the texts, time, its spans).

    Spans are of account, rkey, language and address answered.
    """
    did, rkey, lang, parent = (0, 0), (0, 0), (0, 0), (0, 0)
    time, commit = np.int64(0), False
    if i >= end or octets[i] != OPEN:
        return -1, n, time, (did, rkey, lang, parent)
    while True:
        name, more, i = _key(octets, i + 1, end)
        if i < 0:
            return -1, n, time, (did, rkey, lang, parent)
        if more:
            name = np.uint64(0)
        if name == _COMMIT:
            if commit:
                return -1, n, time, (did, rkey, lang, parent)
            commit = True
            i, n, rkey, lang, parent = _commit(octets, i, end, out, n, nested)
        elif name == _TIME:
            if time:
                return -1, n, time, (did, rkey, lang, parent)
            time, i = _time(octets, i, end)
        elif name in (_CURSOR, _ACCOUNT, _PAYLOAD) or octets[i] != QUOTE:
            return -1, n, time, (did, rkey, lang, parent)
        else:
            begin = i + 1
            i = plain(octets, begin, end)
            if name == _DID:
                if did[1] or i == begin:
                    return -1, n, time, (did, rkey, lang, parent)
                did = (begin, i)
            i = -1 if i < 0 else i + 1
        if i < 0 or i >= end:
            return -1, n, time, (did, rkey, lang, parent)
        if octets[i] == CLOSE:
            whole = commit and time > 0 and did[1] > 0
            return (i + 1 if whole else -1), n, time, (did, rkey, lang, parent)
        if octets[i] != COMMA:
            return -1, n, time, (did, rkey, lang, parent)
