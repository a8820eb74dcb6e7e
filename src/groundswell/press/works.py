"""Works and organisations as printed, and sentences that say for whom something was made.

A work is a title in quotes or a run of capitals beside a noun that says what it is ("his 2020 album
Bigger Love"). Nothing is corrected: what other sources say otherwise stands beside it elsewhere.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection

from groundswell.press import speech
from groundswell.press.article import Dedication, Organisation, Place, Work
from groundswell.press.lexicon import listed
from groundswell.press.names import People
from groundswell.press.outlets import OUTLETS, PLATFORM
from groundswell.press.passages import Passages

_NOUNS = (
    r"songs?|singles?|albums?|tracks?|ballads?|hits?|films?|movies?|shows?|series|books?|novels?|"
    r"memoirs?|plays?|musicals?|videos?|poems?|paintings?|episodes?|EP|documentary|sitcom|podcast|"
    r"essay|classic|cookbook|tune|anthem|comic|opera|performance|record"
)
_GENERIC = {
    "work": 3,
    "performance": 2,
    "video": 1,
    "hit": 1,
    "classic": 1,
    "record": 1,
    "track": 1,
}
"""Nouns that give way to one that says more."""
_NOUN = re.compile(rf"\b(?P<noun>{_NOUNS})\b")
_TITLE_RUN = (
    r"(?P<title>(?:[A-Z][\w’'!?-]*|\d+)(?:[ ](?:of|the|and|in|for|to|a|&|[A-Z][\w’'!?-]*|\d+))*)"
)
_NAMED = re.compile(
    rf"\b(?P<kind>album|single|film|movie|book|novel|memoir|series|song|cookbook|show|musical|EP)s?,?\s+"
    rf"(?:called\s+|titled\s+)?{_TITLE_RUN}"
)
_MADE = re.compile(
    r"^[”\"’']?,?\s*(?:(?:which\s+)?(?:was|were|is|came)\b.{0,20}\b(?:released|written|recorded|published|out)|talks?\b|by\s+[A-Z])"
)
_YEAR = re.compile(r"\b(?P<year>(?:19|20)\d\d)\s+(?:[\w-]+\s+){0,2}$")
_HIS = re.compile(r"\b(his|her)\s+(?:[\w-]+\s+){0,4}[“\"‘']?$", re.IGNORECASE)
_CALLED = re.compile(r"\b(?:called|titled|entitled)\s+$")
_FOR = re.compile(
    r"\b(?:dedicat(?:ed|es|ing|ion|ions)|tribute to|written for|"
    r"(?:ever )?wrote (?:it |this |the song )?for|wrote\b.{0,20}\bfor|in honou?r of|inspired by|"
    r"inspiration for|ode to|love letter to|this is for)\b"
)
_TAIL = re.compile(r"\s+(?:of|the|and|in|for|to|a|&)$")
_BODY = (
    r"Awards?|University|College|School|Institute|Party|Committee|Council|Department|Ministry|"
    r"Agency|Association|Union|Foundation|Center|Centre|Bank|Group|Company|Corporation|Inc|Corp|"
    r"Network|Court|Festival|Commission|Society|Club|Records|Studios?|Entertainment|Orchestra|"
    r"Museum|Church|Police|Army|Organization|Organisation|Federation|League|House|Senate|Congress"
)
_CAPITAL = r"[A-Z][\w&’'.-]*"
_ORGANISATION = re.compile(
    rf"\b(?:[Tt]he )?(?P<name>(?:{_CAPITAL}|\d{{4}})(?: (?:of the|of|for|and|&|{_CAPITAL})){{0,7}}"
    rf" (?:{_BODY})(?: (?:of|for)(?: the)?(?: {_CAPITAL}){{1,4}})?)\b"
)
_ACRONYM = re.compile(r"(?<![\w.#@/-])(?P<name>[A-Z]{2,6})(?![\w.-])")
_NO_ORGANISATION = listed("US UK EU TV DVD CD LP EP AM PM CEO OK II III IV VI LGBT LGBTQ DNA")


def works(passages: Passages, people: People, spoken: Collection[int]) -> list[Work]:
    """Titles of works; `spoken` are the offsets of quotes that are somebody's words."""
    found: dict[str, Work] = {}
    counts: Counter[str] = Counter()
    for start, end, title, kind in sorted(_titles(passages, people, spoken)):
        counts[title] += 1
        if title in found and _GENERIC.get(found[title].kind, 0) <= _GENERIC.get(kind, 0):
            continue
        before = passages.text[max(passages.sentences.at(start)[0], start - 60) : start]
        year = _YEAR.search(re.sub(r"[“\"‘'’]?$", "", before))
        found[title] = Work(
            title, kind, year["year"] if year else None, _creator(passages, people, start),
            0, found[title].place if title in found else passages.place(start, end),
        )  # fmt: skip
    return [
        Work(w.title, w.kind, w.year, w.creator, counts[w.title], w.place) for w in found.values()
    ]


def _titles(
    passages: Passages, people: People, spoken: Collection[int]
) -> list[tuple[int, int, str, str]]:
    text = passages.text
    found = []
    for quote in passages.quotes:
        body = quote.body(text).strip(" ,.;")
        if quote.start in spoken or not speech.is_title(body):
            continue
        begin, stop = passages.sentences.at(quote.start)
        before = text[max(begin, quote.start - 60) : quote.start]
        kind = _kind(before, text[quote.end : min(stop, quote.end + 40)])
        if kind:
            found.append((quote.inner, quote.inner + len(body), body, kind))
    for match in _NAMED.finditer(text):
        start = match.start("title")
        if passages.quoted(start):
            continue
        title = _TAIL.sub("", match["title"])
        person = people.within(start, start + len(title))
        if len(title) > 2 and not (person and person[0].start == start):
            found.append((start, start + len(title), title, match["kind"]))
    return found


def _kind(before: str, after: str) -> str | None:
    """What the words around a title in quotes say that it is; None if nothing does."""
    nouns = list(_NOUN.finditer(before))
    if nouns and len(before) - nouns[-1].end() < 45:
        return nouns[-1]["noun"].removesuffix("s") if nouns[-1]["noun"] != "series" else "series"
    following = _NOUN.search(after[:25])
    if following:
        return following["noun"].removesuffix("s")
    if _MADE.search(after) or _CALLED.search(before) or re.search(r"['’]s\s+$", before):
        return "work"
    return None


def _creator(passages: Passages, people: People, start: int) -> str | None:
    """The person whose work the phrase says it is: "Legend's song …", "his album …".

    "His" is of the only man that its sentence has named by then, as far as their genders are known.
    """
    sentence = passages.sentences.at(start)[0]
    begin = max(sentence, start - 60)
    owners = [
        m.name for m in people.within(begin, start)
        if re.match(r"['’]s?\s", passages.text[m.end : m.end + 3])
    ]  # fmt: skip
    if owners:
        return owners[-1]
    his = _HIS.search(passages.text, begin, start)
    if his is None:
        return None
    wanted = "m" if his[1].lower() == "his" else "f"
    named = {m.name for m in people.within(sentence, his.start())}
    fitting = [name for name in named if people.gender.get(name, wanted) == wanted]
    return fitting[0] if len(fitting) == 1 and people.gender.get(fitting[0]) else None


def dedications(passages: Passages, people: People, made: list[Work]) -> list[Dedication]:
    """Sentences that say who a work or an appearance is for, outside of what is quoted."""
    found = []
    for begin, end in passages.sentences.bounds:
        match = _FOR.search(passages.text, begin, end)
        while match and passages.quoted(match.end()):
            match = _FOR.search(passages.text, match.end(), end)
        if match is None:
            continue
        named = people.within(match.end(), end)
        titles = tuple(w.title for w in made if w.title in passages.text[begin:end])
        found.append(
            Dedication(
                match.group(), named[0].name if named else None, titles,
                passages.place(match.start(), match.end()),
            )
        )  # fmt: skip
    return found


def organisations(passages: Passages, people: People) -> list[Organisation]:
    """Names that end as organisations' do, and acronyms that stand more than once."""
    counts: Counter[str] = Counter()
    places: dict[str, Place] = {}
    acronyms = Counter(m["name"] for m in _ACRONYM.finditer(passages.text))
    for pattern in (_ORGANISATION, _ACRONYM):
        for match in pattern.finditer(passages.text):
            name = match["name"]
            if pattern is _ACRONYM and (acronyms[name] < 2 or name in _NO_ORGANISATION):
                continue
            if name in OUTLETS or PLATFORM.fullmatch(name) or name in people.full:
                continue
            counts[name] += 1
            places.setdefault(name, passages.place(match.start("name"), match.end("name")))
    return [Organisation(name, counts[name], places[name]) for name in places]
