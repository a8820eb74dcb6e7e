"""The compiled loop of the tokeniser: one pass over posts that are each ended by NUL.

`tokens` says what goes in and what comes out; here is how. Everything is inlined into one loop,
for a call a character would cost more than the work. Posts of ASCII, most of many a stream, stand
in a buffer of octets, where plain words are cut eight characters at a time (`plain_words`); all
others stand in a buffer of UTF-32. It is one text of a loop, compiled for either.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from groundswell.kernel.basis.hashing import FNV_OFFSET, mix, step
from groundswell.kernel.text import characters as ch
from groundswell.kernel.text.domains import registrable_start
from groundswell.kernel.text.kinds import DOMAIN, EMOJI, LINK, MAX_TOKENS, MENTION, TAG, WORD
from groundswell.kernel.text.markup import entity_end, is_utm, is_www, link_body, link_end
from groundswell.kernel.text.plain_words import AFTER, plain_word
from groundswell.machine.arrays import Bools, Int64s, UInt8s, UInt16s, UInt32s, UInt64s
from groundswell.machine.loops import inlined, loop
from groundswell.machine.memory import lent


@loop
def flag(buffer: UInt32s, care: UInt8s, flags: UInt8s) -> None:
    """Marks the posts of a buffer that have a character of `care`."""
    post = 0
    for i in range(buffer.size):
        c = buffer[i]
        if c == 0:
            post += 1
        elif c >= 0x300:
            flags[post] |= care[c]


@inlined
def _is_word(t: Any) -> Any:
    return ch.LETTER <= t <= ch.DIGIT


@inlined
def _is_handle(c: Any) -> Any:
    return (97 <= c <= 122) or (65 <= c <= 90) or (48 <= c <= 57) or c == 95


@inlined
def _mark(c: Any) -> Any:
    """A mark inside a number: every kind of minus is one."""
    return 45 if c == 0x2013 or c == 0x2212 else c


@inlined
def _word(buffer: Any, i: Any, classes: Any, folded: Any, lookalike: Any) -> Any:
    """(hash, end) of the word at i. Mixed scripts are hashed by what they look like."""
    n = buffer.size
    begin = i
    scripts = 0
    h = FNV_OFFSET
    length = 0
    end = i
    before_s = FNV_OFFSET
    apostrophe = -9
    last = ch.SEPARATOR
    while i < n:
        c = buffer[i]
        t = classes[c]
        if ch.LETTER <= t <= ch.DIGIT:
            scripts |= 1 << t
            h = step(h, folded[c])
            length += 1
            last = t
            i += 1
            end = i
        elif t == ch.SKIP:
            i += 1
        elif (
            t == ch.APOSTROPHE
            and length > 0
            and last != ch.DIGIT
            and i + 1 < n
            and ch.LETTER <= classes[buffer[i + 1]] <= ch.GREEK
        ):
            before_s = h
            apostrophe = length
            h = step(h, 39)
            i += 1
        elif (
            t == ch.LINK_PUNCTUATION
            and last == ch.DIGIT
            and i + 1 < n
            and classes[buffer[i + 1]] == ch.DIGIT
        ):
            h = step(h, _mark(c))
            i += 1
        else:
            break
    if length == apostrophe + 1 and folded[buffer[end - 1]] == 115:
        return before_s, end, 0  # a possessive is its owner
    if (scripts >> ch.LATIN) & 1 and (scripts >> ch.CYRILLIC) & 3:
        h = FNV_OFFSET
        for j in range(begin, end):
            t = classes[buffer[j]]
            if ch.LETTER <= t <= ch.DIGIT:
                h = step(h, lookalike[buffer[j]])
            elif t == ch.APOSTROPHE:
                h = step(h, 39)
            elif t == ch.LINK_PUNCTUATION:
                h = step(h, _mark(buffer[j]))
    return h, end, length


@inlined
def _emoji(buffer: Any, i: Any, classes: Any) -> Any:
    """(hash, end) of the emoji at i: joined ones are one, skin tones and selectors do not count."""
    n = buffer.size
    h = step(FNV_OFFSET, buffer[i])
    flag = classes[buffer[i]] == ch.REGIONAL
    i += 1
    if flag and i < n and classes[buffer[i]] == ch.REGIONAL:
        return step(h, buffer[i]), i + 1
    while i < n and not flag:
        c = buffer[i]
        if c == ch.ZERO_WIDTH_JOINER and i + 1 < n and classes[buffer[i + 1]] == ch.EMOJI:
            h = step(step(h, c), buffer[i + 1])
            i += 2
        elif classes[c] == ch.SKIP:
            i += 1
        else:
            break
    return h, i


@inlined
def _before_space(buffer: Any, base: Any, end: Any) -> Any:
    """Where the space that ends at `end` begins."""
    while end > base and (buffer[end - 1] <= 32 or buffer[end - 1] == 0xA0):
        end -= 1
    return end


@inlined
def _uncut(buffer: Any, base: Any, end: Any, columns: Any, first: Any, k: Any) -> Any:
    """Where the whole tokens of a post [base, end) end, of those from `first` to `k`.

    One that passes on another's, "RT @name: …", had to fit with the name before it: where it ends
    in "..." or "…", it was cut, mostly in the middle of its last word, which is none then; nor is a
    bare host. An address that goes on after its host stays, for its domain is whole.
    """
    starts, ends, kinds = columns
    if k - first < 3:
        return k
    at = base + starts[first]
    two = ends[first] - starts[first] == 2 and kinds[first + 1] == MENTION
    if not two or (buffer[at] | 32) != 114 or (buffer[at + 1] | 32) != 116:
        return k
    end = _before_space(buffer, base, end)
    dots = end
    while dots > base and (buffer[dots - 1] == 46 or buffer[dots - 1] == 0x2026):
        dots -= 1
    if dots == end or (end - dots < 3 and buffer[dots] == 46):
        return k
    dots = _before_space(buffer, base, dots)
    if kinds[k - 1] != DOMAIN:
        touches = base + ends[k - 1] == dots and kinds[k - 1] != EMOJI
        return k - 1 if touches else k
    slash = buffer[dots - 1] == 47
    is_host = ends[k - 2] == ends[k - 1] + slash and base + ends[k - 2] == dots
    return k - 2 if is_host else k


@loop
def cut(
    narrow: UInt8s,
    wide: UInt32s,
    is_wide: Bools,
    characters: tuple[UInt8s, UInt32s, UInt32s],
    rules: tuple[UInt64s, UInt64s, UInt64s],
    out: tuple[UInt64s, UInt16s, UInt16s, UInt8s, UInt8s],
    first: Int64s,
) -> int:
    """Cuts posts into tokens: fills the columns `out` and `first`; returns their number.

    `is_wide` says of each post, in order, in which of two buffers it stands: shape (posts,). Each
    post is ended by NUL; after the last one of ASCII stand `plain_words.AFTER` more. Returns -1
    where there are more.
    """
    posts = is_wide.size
    # as literals they would have `_cut` compiled once more
    at_narrow, at_wide, post = np.int64(0), np.int64(0), np.int64(0)
    while post < posts:
        end = post + 1
        while end < posts and is_wide[end] == is_wide[post]:
            end += 1
        if is_wide[post]:
            at_wide = _cut(wide, at_wide, post, end, characters, rules, out, first)
        else:
            at_narrow = _cut(narrow, at_narrow, post, end, characters, rules, out, first)
        post = end
    return first[posts] if at_narrow == narrow.size - AFTER else -1


@inlined
def _cut(  # noqa: C901, PLR0912, PLR0913, PLR0915 -- one pass, one loop; splitting it costs calls in the hot path
    buffer: Any, i: Any, post: Any, last: Any, characters: Any, rules: Any, out: Any, first: Any
) -> Any:
    """Cuts posts [post, last), the first of which begins at i; returns where the last one ends."""
    buffer, first = lent(buffer), lent(first)
    classes, folded, lookalike = lent(characters[0]), lent(characters[1]), lent(characters[2])
    hashes, starts, ends = lent(out[0]), lent(out[1]), lent(out[2])
    kinds, joins = lent(out[3]), lent(out[4])
    plain, wildcard, exception = lent(rules[0]), lent(rules[1]), lent(rules[2])
    n = buffer.size
    base = i
    k = first[post]
    full = k + MAX_TOKENS
    joinable = False  # the token before is a word and only space came since
    while post < last:
        c = buffer[i]
        t = classes[c]
        if t == ch.SPACE or t == ch.SKIP or t == ch.SOFT or t == ch.APOSTROPHE or c == 45:
            i += 1
            continue
        if c == 0:
            k = _uncut(buffer, base, i, (starts, ends, kinds), first[post], k)
            post += 1
            i += 1
            base = i
            first[post] = k
            full = k + MAX_TOKENS
            joinable = False
            continue
        if t == ch.SEPARATOR or t == ch.LINK_PUNCTUATION or k >= full:
            i = entity_end(buffer, i) if c == 38 else i + 1
            joinable = False
            continue
        start = i
        if ch.LETTER <= t <= ch.DIGIT:
            h, i = plain_word(buffer, i, classes)
            body = link_body(buffer, i) if i == start and (c | 32) == 104 else 0
            if body == 0:
                if i == start:
                    h, i, _ = _word(buffer, i, classes, folded, lookalike)
                hashes[k] = mix(h)
                starts[k] = start - base
                ends[k] = i - base
                kinds[k] = WORD
                joins[k] = joinable
                joinable = True
                k += 1
                i += buffer[i] == 32
                continue
            joinable = False
            i = link_end(buffer, body)
            if body + 4 < i and is_www(buffer, body):
                body += 4
            host_end = body
            while host_end < i and buffer[host_end] not in (47, 63, 35, 58):
                host_end += 1
            if host_end == body:
                continue
            stop = body
            h = step(FNV_OFFSET, 47)
            while stop < i and buffer[stop] != 35:
                if buffer[stop] in (63, 38) and stop + 4 < i and is_utm(buffer, stop + 1):
                    break  # who sent the reader is not part of the address
                letter = buffer[stop]
                if stop < host_end:
                    letter = folded[letter]
                if not (letter == 47 and stop + 1 == i):
                    h = step(h, letter)
                stop += 1
            hashes[k] = mix(h)
            starts[k] = body - base
            ends[k] = stop - base
            kinds[k] = LINK
            joins[k] = 0
            k += 1
            domain = registrable_start(buffer, body, host_end, plain, wildcard, exception)
            h = step(FNV_OFFSET, 46)
            for j in range(domain, host_end):
                h = step(h, folded[buffer[j]])
            hashes[k] = mix(h)
            starts[k] = domain - base
            ends[k] = host_end - base
            kinds[k] = DOMAIN
            joins[k] = 0
            k += 1
            continue
        joinable = False
        if t == ch.EMOJI or t == ch.REGIONAL:
            h, i = _emoji(buffer, i, classes)
            kind = EMOJI
        elif t == ch.HASH:
            i += 1
            h = step(FNV_OFFSET, 35)
            if i >= n or not _is_word(classes[buffer[i]]):
                continue
            letters = 0
            while i < n and (
                _is_word(classes[buffer[i]]) or classes[buffer[i]] in (ch.SKIP, ch.SOFT)
            ):
                if _is_word(classes[buffer[i]]):
                    h = step(h, folded[buffer[i]])
                    letters += classes[buffer[i]] != ch.DIGIT
                i += 1
            while classes[buffer[i - 1]] in (ch.SKIP, ch.SOFT):
                i -= 1
            if letters == 0:
                continue  # `#1` is a rank, not a subject
            kind = TAG
        else:  # AT
            i += 1
            if i >= n or not _is_handle(buffer[i]):
                continue
            h = step(FNV_OFFSET, 64)
            while i < n and (
                _is_handle(buffer[i])
                or (buffer[i] in (46, 45, 64) and i + 1 < n and _is_handle(buffer[i + 1]))
            ):
                h = step(h, folded[buffer[i]])
                i += 1
            kind = MENTION
        hashes[k] = mix(h)
        starts[k] = start - base
        ends[k] = i - base
        kinds[k] = kind
        joins[k] = 0
        k += 1
    return i
