r"""Filters that people write: RE2 and nothing else, so that no pattern can hang the desk.

RE2 never goes back over a text: its time is at most the text's length times the program's (Cox,
"Regular Expression Matching in the Wild", 2010). Both are bounded here, so the worst text costs the
worst pattern some 40 ms on a slow core, and ordinary ones 3 µs. What RE2 leaves out for that
(look-around, back-references) is refused by name.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import re2

from groundswell.errors import UsageError

LONGEST_PROGRAM = 2_000
"""Instructions of a compiled filter: `\\pL` alone has 1,200, a word some 10."""
LONGEST_TEXT = 2_000
"""Characters of a post in which a match is looked for; few networks allow more."""
MEMORY = 1 << 20
"""Bytes that one filter may use."""


def matcher(pattern: str, *, name: str) -> Callable[[str], bool]:
    r"""Whether a text has a match, after NFKC; letters' case counts unless `(?i)` says otherwise.

    >>> matcher(r"(?i)\bfeist\b", name="label")("ＦＥＩＳＴ tonight")
    True

    Raises:
        UsageError: RE2 refuses the pattern, or it is too large.
    """
    options = re2.Options()
    options.log_errors = False
    options.max_mem = MEMORY
    try:
        compiled = re2.compile(pattern.encode(), options=options)
    except (re2.error, UnicodeEncodeError) as error:
        raise UsageError(
            f"expected an RE2 pattern for board {name!r}, got {pattern!r}: {_said(error)}",
            hint="RE2 has no look-around and no back-references; "
            "its syntax: https://github.com/google/re2/wiki/Syntax",
        ) from None
    if compiled.programsize > LONGEST_PROGRAM:
        raise UsageError(
            f"expected a pattern of at most {LONGEST_PROGRAM} instructions for board {name!r}, "
            f"got {compiled.programsize}",
            hint="use smaller repetitions, or fewer classes such as \\pL",
        )

    def matches(text: str) -> bool:
        plain = text[:LONGEST_TEXT]
        if not plain.isascii():
            plain = unicodedata.normalize("NFKC", plain)[:LONGEST_TEXT]
        return compiled.search(plain.encode("utf-8", "replace")) is not None

    return matches


def _said(error: Exception) -> str:
    """RE2's own words, which it gives as bytes."""
    first = error.args[0] if error.args else error
    return first.decode("utf-8", "replace") if isinstance(first, bytes) else str(first)
