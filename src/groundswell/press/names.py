"""People: full names that the text itself has, and which of them a shorter mention means.

A run of capitalised words is a person when its first word is a common given name, a title stands
before it, or its last word stands alone elsewhere as a name does. A surname that two people of the
text share names neither; a possessive ("Travis Kelce's mom") names nobody but its owner.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from groundswell.press.lexicon import (
    FEMALE_TITLES,
    MALE_TITLES,
    NOT_NAMES,
    PERSON_TITLES,
    is_cue,
)
from groundswell.press.nameforms import (
    ACTS,
    GIVEN,
    LONGEST,
    NO_PERSON,
    RUN,
    SPACED,
    SUFFIX,
    TITLED,
    Gender,
)


class Mention(NamedTuple):
    """A place where a person is named: by their full name or a part that is theirs alone."""

    start: int
    end: int
    name: str


@dataclass(slots=True)
class People:
    """Who is named in a text."""

    mentions: list[Mention] = field(default_factory=list)
    full: Counter[str] = field(default_factory=Counter)
    """How often each full name stands as such."""
    gender: dict[str, Gender] = field(default_factory=dict)
    _short: dict[str, list[str]] = field(default_factory=dict)
    _starts: list[int] = field(default_factory=list)

    def called(self, short: str) -> str | None:
        """The one person whom a full name, surname or given name means; None if it is not one."""
        short = short.strip()
        if short in self.full:
            return short
        last = [name for name in self._short.get(short, ()) if _surname(name) == short]
        among = last or self._short.get(short, [])
        return among[0] if len(among) == 1 else None

    def within(self, start: int, end: int) -> list[Mention]:
        """Mentions that lie within a stretch, in order."""
        at = bisect_left(self._starts, start)
        found = []
        while at < len(self.mentions) and self.mentions[at].start < end:
            if self.mentions[at].end <= end:
                found.append(self.mentions[at])
            at += 1
        return found


def people(text: str, outlets: frozenset[str] = frozenset()) -> People:
    """Who is named in a text; names in `outlets` are no people's.

    >>> people("Ann Lee sang. Lee's sister wept.").mentions
    [Mention(start=0, end=7, name='Ann Lee'), Mention(start=14, end=17, name='Ann Lee')]
    """
    found = People()
    runs = [_trimmed(text, *m.span()) for m in RUN.finditer(text)]
    acting = _acting(text)
    for start, end in runs:
        name = _full_name(text, start, end, acting)
        if name and name not in outlets:
            found.full[name] += 1
            _note_gender(found, name, text, start)
    _index(found)
    if found.full:
        _mention(found, text)
    return found


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """A run without the words at its begin and end that belong to no name."""
    parts = text[start:end].split()
    while parts and (
        parts[0].lower() in NOT_NAMES or parts[0].lower().rstrip(".") in PERSON_TITLES
    ):
        start += len(parts[0])
        start += len(text[start:end]) - len(text[start:end].lstrip())
        parts = parts[1:]
    while parts and (parts[-1].lower() in NOT_NAMES or parts[-1].lower() in ("'s", "’s")):
        end = start + len(text[start:end].rstrip()) - len(parts[-1])
        end = start + len(text[start:end].rstrip())
        parts = parts[:-1]
    return _unowned(text, start, end)


def _full_name(text: str, start: int, end: int, acting: frozenset[str]) -> str | None:
    name = re.sub(r"\s+", " ", text[start:end])
    parts = [p for p in name.split() if p.lower() not in SUFFIX]
    if not 2 <= len(parts) <= 4 or NO_PERSON.search(" ".join(p.capitalize() for p in parts)):
        return None
    if any(p.isupper() and len(p) > 3 for p in parts) or len(parts[-1].strip(".")) < 2:
        return None
    if re.search(r"['’]s\b", name):
        return None
    while len(parts) > 2 and parts[0].lower() not in GIVEN and parts[1].lower() in GIVEN:
        name, parts = name.split(" ", 1)[1], parts[1:]  # "Singer", "Cllr"
    first = parts[0].lower()
    if first in GIVEN or _is_initials(parts[0]):
        return name
    if text[max(0, start - 4) : start].lower() == "the ":
        return None  # "the Pop Queen" is no name
    if _titled(text, start) or (parts[-1] in acting):
        return name
    following = text[end : end + 24]
    if re.match(r",\s\d{1,2},", following) or is_cue((following.split() or [""])[0]):
        return name
    return None


def _is_initials(part: str) -> bool:
    return bool(re.fullmatch(r"(?:[A-Z]\.)+", part))


def _titled(text: str, start: int) -> str:
    title = TITLED.search(text[max(0, start - 16) : start])
    word = title.group(1).lower() if title else ""
    return word if word in PERSON_TITLES else ""


def _acting(text: str) -> frozenset[str]:
    """Names that do alone what only people do: they say something somewhere."""
    return frozenset(m.group(1) for m in ACTS.finditer(text) if is_cue(m.group(2)))


def _surname(name: str) -> str:
    parts = [p for p in name.split() if p.lower() not in SUFFIX]
    return parts[-1]


def _note_gender(found: People, name: str, text: str, start: int) -> None:
    title = _titled(text, start)
    known: Gender = "f" if title in FEMALE_TITLES else "m" if title in MALE_TITLES else ""
    if not known:
        known = _kin(text, start) or GIVEN.get(name.split(maxsplit=1)[0].lower(), "")
    if known and not found.gender.get(name):
        found.gender[name] = known


def _kin(text: str, start: int) -> Gender:
    before = re.findall(r"[a-z]+", text[max(0, start - 40) : start].lower())[-3:]
    if not before:
        return ""
    word = before[-1]
    if word in ("wife", "mother", "mom", "daughter", "sister", "actress", "girlfriend", "widow"):
        return "f"
    if word in ("husband", "father", "dad", "son", "brother", "actor", "boyfriend", "widower"):
        return "m"
    return ""


def _index(found: People) -> None:
    merged = _same_people(list(found.full))
    for name in found.full:
        parts = [p for p in name.split() if p.lower() not in SUFFIX]
        shorts = {parts[-1], parts[0]} | ({" ".join(parts[1:])} if len(parts) > 2 else set())
        for short in shorts:
            if len(short.rstrip(".")) > 1 and merged[name] not in found._short.setdefault(
                short, []
            ):
                found._short[short].append(merged[name])
    for name, main in merged.items():
        if found.gender.get(name) and not found.gender.get(main):
            found.gender[main] = found.gender[name]


def _same_people(names: Sequence[str]) -> dict[str, str]:
    """Which names are one person's: the same first and last word, "Hillary Rodham Clinton"."""
    main: dict[tuple[str, str], str] = {}
    for name in sorted(names, key=len):
        main.setdefault((name.split()[0], _surname(name)), name)
    return {name: main[name.split()[0], _surname(name)] for name in names}


def _mention(found: People, text: str) -> None:
    merged = _same_people(list(found.full))
    for run in RUN.finditer(text):
        parts = [_unowned(text, run.start() + m.start(), run.start() + m.end())
                 for m in SPACED.finditer(run.group())]  # fmt: skip
        at = 0
        while at < len(parts):
            for last in range(min(len(parts), at + LONGEST), at, -1):
                start, end = parts[at][0], parts[last - 1][1]
                name = _named(found, text, start, end)
                if name:
                    found.mentions.append(Mention(start, end, merged.get(name, name)))
                    at = last
                    break
            else:
                at += 1
    found._starts = [mention.start for mention in found.mentions]


def _unowned(text: str, start: int, end: int) -> tuple[int, int]:
    """A word without the 's of an owner."""
    for possessive in ("'s", "’s", "'", "’"):
        if text[start:end].endswith(possessive):
            return start, end - len(possessive)
    return start, end


def _named(found: People, text: str, start: int, end: int) -> str | None:
    """Whom a stretch of words names, by a full name or by a part that is theirs alone."""
    short = re.sub(r"\s+", " ", text[start:end])
    if short in found.full:
        return short
    if short not in found._short or short.lower() in NOT_NAMES:
        return None
    if _part_of_longer(text, start, short, found):
        return None
    return found.called(short) or _by_title(found, text, start, short)


def _by_title(found: People, text: str, start: int, short: str) -> str | None:
    """Whom a shared surname means behind "Mrs." or "Mr."."""
    title = _titled(text, start)
    wanted = "f" if title in FEMALE_TITLES else "m" if title in MALE_TITLES else ""
    among = [n for n in found._short.get(short, ()) if wanted and found.gender.get(n) == wanted]
    return among[0] if len(among) == 1 else None


def _part_of_longer(text: str, start: int, short: str, found: People) -> bool:
    """Whether a surname stands inside another name: "Legend Records", "Ann Clinton"."""
    if " " in short or short in found.full:
        return False
    left = re.search(r"([A-Z][\w’'-]+) $", text[max(0, start - 30) : start])
    if left and left.group(1).lower() not in NOT_NAMES:
        word = left.group(1).lower()
        if word.rstrip(".") not in PERSON_TITLES and not word.endswith(("'s", "’s")):
            return f"{left.group(1)} {short}" not in found.full and word in GIVEN
    return False
