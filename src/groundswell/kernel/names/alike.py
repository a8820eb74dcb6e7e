"""Names that are one thing said in several ways: #SOTU, #SOTU2023 and "State of the Union".

A match has two names, and people join them in many ways (#MexicoVsCameroon, #MEXvCMR, #MEXCMR);
hardly anybody says it in two ways in one post. Spelling only; what shares posts is another question
(`grouping`).
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import compress

_SHOUT = re.compile(r"(.)\1{2,}")
_YEAR = re.compile(r"(?<=\D)(?:19|20)\d\d$|(?<=[^\W\d])\d\d$")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]+")
"""Thai, Lao, Khmer, kana, Han."""
_HUMP = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])|(?<=[A-ZÀ-Þ])(?=[A-ZÀ-Þ][a-zà-ÿ])|(?<=\D)(?=\d)")
_VERSUS = re.compile(r"(?:(?<=[A-ZÀ-Þ]{2})vs?|(?<=[a-zà-ÿ]{2})vs)(?=[A-ZÀ-Þ])")
LEAST_PLURAL = 5
"""Letters of a word whose last s may be taken for a plural."""
LEAST_PIECE = 3
"""Letters of a piece of a name in a script without spaces."""
PIECE = 0.7
"""Share of the shorter of two such names that the other must hold."""
LEAST_INITIALS = 3
"""Letters of an abbreviation; shorter ones mean too many things."""
CODE = range(3, 5)
"""Letters of the code of a name, as on a scoreboard: MEX, CMR."""
BETWEEN = ("", "v", "vs", "x", "and")
"""What stands between two names that are joined in one."""


@lru_cache(maxsize=1 << 14)
def solid(label: str) -> str:
    """The letters and digits of a name: one case, no marks, no shouting, no year at the end.

    >>> solid("#SOTU2023"), solid("Zoumaaaaa!"), solid("This is for Chrissy")
    ('sotu', 'zouma', 'thisisforchrissy')
    """
    plain = unicodedata.normalize("NFKD", label.lstrip("#@").replace("’", "'")).casefold()
    letters = "".join(c for c in plain if c.isalnum())
    if not any(c.isalpha() for c in letters):
        return label  # an emoji stands for itself, and 1-0 is not 10
    quiet = _SHOUT.sub(r"\1", letters)
    return _YEAR.sub("", quiet) if label.startswith("#") else quiet


@lru_cache(maxsize=1 << 14)
def initials(label: str) -> str:
    """First letters of a phrase of three words or more, else nothing.

    >>> initials("State of the Union"), initials("full time")
    ('sotu', '')
    """
    words = label.split()
    return "".join(word[0] for word in words).casefold() if len(words) >= LEAST_INITIALS else ""


def names(label: str) -> set[str]:
    """What another name must have in common to be the same: its letters, its singular, initials.

    >>> sorted(names("Goals")), names("BBC")
    (['goal', 'goals'], {'bbc'})
    """
    whole = solid(label)
    single = whole[:-1] if whole.endswith("s") and len(whole) >= LEAST_PLURAL else whole
    return {whole, single, initials(label)} - {""}


def pieces(one: str, other: str) -> bool:
    """Whether two names in a script without spaces are one, cut in two ways.

    Where a dictionary cuts what it does not know, the end of a name is another word after its
    beginning than alone.

    >>> pieces("ラストキートロコ", "キートロコ"), pieces("東京", "東京都"), pieces("abc", "abcd")
    (True, False, False)
    """
    short, long = sorted((one, other), key=len)
    if not (_UNSPACED.fullmatch(short) and _UNSPACED.fullmatch(long)):
        return False
    length = max(LEAST_PIECE, math.ceil(PIECE * len(short)))
    return any(short[i : i + length] in long for i in range(len(short) - length + 1))


@dataclass(frozen=True, slots=True)
class _Name:
    """One name of a thing."""

    letters: str
    """As `solid` has it."""
    short: bool
    """Whether it may be the code of a longer name: as it is written, it is no common word."""

    def is_code_of(self, other: _Name) -> bool:
        """Whether it is the beginning of the other, or three of its letters with the first."""
        code, name = self.letters, other.letters
        if not self.short or len(code) not in CODE or len(code) >= len(name):
            return False
        if name.startswith(code):
            return True
        left = iter(name)
        return len(code) == CODE[0] and code[0] == name[0] and all(c in left for c in code)

    def is_name_of(self, other: _Name) -> bool:
        """Whether both are names of one thing."""
        if self.letters[:1] != other.letters[:1]:
            return False
        same = self.letters == other.letters
        return same or self.is_code_of(other) or other.is_code_of(self)


def share_two(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two stories, each called by its first label, have two names in common.

    >>> share_two(["Cameroon", "Mexico"], ["#CMR", "#MEX"])
    True
    >>> share_two(["goal", "#MEX"], ["Mexico", "ref"])
    False
    >>> share_two(["#MEXCMR"], ["offside", "Mexico", "Cameroon"])
    True
    """
    if joins(one[0], other) or joins(other[0], one):
        return True
    ours, theirs = _all_called(one), _all_called(other)
    if not (_has(theirs, ours[0]) and _has(ours, theirs[0])):
        return False
    pairs = [(a, b) for a in ours for b in theirs if a.is_name_of(b)]
    return any(
        {ours[0], theirs[0]} <= {a, b, c, d} and not (a.is_name_of(c) or b.is_name_of(d))
        for a, b in pairs
        for c, d in pairs
    )


def joins(tag: str, labels: Iterable[str]) -> bool:
    """Whether a hashtag is two of these names joined in one, in whole or by their codes.

    >>> joins("#MEXvsCMR", ["Mexico", "Cameroon"]), joins("#MexicoVsCameroon", ["#MEX", "#CMR"])
    (True, True)
    >>> joins("#mexcmr", ["#MEXvCMR"]), joins("#MEXvsCMR", ["Mexico", "Brazil"])
    (True, False)
    """
    if not tag.startswith("#"):
        return False
    whole, known = solid(tag), _all_called(labels)
    for cut in range(CODE[0], len(whole) - CODE[0] + 1):
        first = [name for name in known if name.is_name_of(_Name(whole[:cut], short=True))]
        rest = whole[cut:]
        last = [
            name
            for word in BETWEEN
            if first and rest.startswith(word)
            for name in known
            if name.is_name_of(_Name(rest.removeprefix(word), short=True))
        ]
        if any(a != b for a in first for b in last):
            return True
    return False


@lru_cache(maxsize=1 << 14)
def _called(label: str) -> tuple[_Name, ...]:
    """A label's name; both where it joins two and shows it: a hashtag by its capitals."""
    tag, words = label.startswith("#"), spelled(label).split()
    two = [word for word in words if word.casefold() not in BETWEEN]
    if len(two) == 2 and (tag or len(words) > 2):
        return tuple(_Name(solid(word), word.isupper()) for word in two)
    return (_Name(solid(label), tag or label.isupper()),)


def _all_called(labels: Iterable[str]) -> list[_Name]:
    return [name for label in labels for name in _called(label)]


def _has(names: Iterable[_Name], one: _Name) -> bool:
    return any(name.is_name_of(one) for name in names)


def once(labels: Iterable[str]) -> tuple[str, ...]:
    """The labels without those that say again what others do: the first of each name stays.

    >>> once(["#Brexit", "Brexit", "deal", "BREXIT"]), once(["Mexico", "#MEXCMR", "#CMR"])
    (('#Brexit', 'deal'), ('Mexico', '#CMR'))
    """
    seen: set[str] = set()
    kept: list[str] = []
    for label in labels:
        if solid(label) not in seen:
            kept.append(label)
            seen |= {solid(label)} | names(label)
    single = [len(_called(label)) == 1 for label in kept]
    return tuple(
        label
        for i, label in enumerate(kept)
        if not joins(label, [*kept[:i], *compress(kept[i + 1 :], single[i + 1 :])])
        and not any(joins(before, [label]) for before in kept[:i])
    )


def spelled(label: str) -> str:
    """A hashtag as words, where its capitals or digits show them; anything else as it is.

    >>> spelled("#ThisIsForChrissy"), spelled("#SOTU2023"), spelled("#brexit"), spelled("Zouma")
    ('This Is For Chrissy', 'SOTU 2023', '#brexit', 'Zouma')
    >>> spelled("#MEXvsCMR"), spelled("#EnglandvsItaly")
    ('MEX vs CMR', 'England vs Italy')
    """
    if not label.startswith("#"):
        return label
    words = _HUMP.sub(" ", _VERSUS.sub(r" \g<0> ", label[1:])).replace("_", " ").split()
    return " ".join(words) if len(words) > 1 else label
