"""Boards made by hand, hostile words, and how wide a line may come out at worst."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from typing import Any

from rich.cells import get_character_cell_size

from groundswell.model import MICROSECONDS, Board, Doubt, Story
from groundswell.terminal import Heading

MINUTE = 60 * MICROSECONDS
DAY = 24 * 60 * MINUTE
AT = int(datetime(2026, 7, 3, 20, 59, tzinfo=UTC).timestamp()) * MICROSECONDS
LIVE = Heading("live", ("jetstream",), MINUTE)

WIDE = {
    "cjk": "東京駅で大規模な停電が発生し、数千人が足止めされている",
    "hangul": "서울역에서 정전이 발생했습니다 그리고 사람들이 기다립니다",
    "emoji": "🔥🎉🚀🌊🥁🦀" * 12,
    "joined emoji": "👨‍👩‍👧‍👦🏳️‍🌈👩🏽‍🚒🧑‍🤝‍🧑" * 9,
    "joined letters": "a\u200d" * 300,
    "keycaps and hearts": "1️⃣❤️☎️✈️" * 20,
    "flags": "🇩🇪🇯🇵🇧🇷🏴󠁧󠁢󠁥󠁮󠁧󠁿" * 10,
    "combining marks": "e\u0301" * 200,
    "a tower of marks": "e" + "\u0301" * 5_000,
    "marks alone": "\u0301\u20dd\u0308",
    "devanagari": "हिन्दी में बहुत लंबा शीर्षक जो कभी समाप्त नहीं होता है" * 2,
    "conjoining jamo": "\u1100\u1161\u11a8" * 60,
    "hebrew": "הפסקת חשמל גדולה בתחנת הרכבת המרכזית של העיר",
    "arabic": "انقطاع كبير للتيار الكهربائي في محطة القطار المركزية ١٢٣",
    "ligature of a sentence": "\ufdfa" * 60,
    "fullwidth": "ＢＲＥＡＫＩＮＧ　ＮＥＷＳ" * 8,
    "long": "very " * 1_000,
    "one long word": "a" * 5_000,
    "empty": "",
}

HOSTILE = {
    "colour": "\x1b[31mred",
    "clear screen": "\x1b[2J\x1b[H\x1b[3J",
    "cursor up": "x\x1b[9A\x1b[2Ky",
    "title": "\x1b]0;owned\x07",
    "link": "\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "clipboard": "\x1b]52;c;cm0gLXJmIC8=\x07",
    "device control": "\x1bP$q\x1b\\",
    "bell": "ding\x07",
    "carriage return": "good\rEVIL",
    "backspace": "good\x08\x08\x08\x08EVIL",
    "tabs and feeds": "a\tb\vc\fd",
    "newlines": "one\ntwo\r\nthree\u2028four\u2029five\x85six",
    "nul and delete": "a\x00b\x7fc",
    "c1 csi": "\x9b31mred\x9b0m",
    "c1 osc": "\x9d52;c;AAAA\x9c",
    "all c1": "".join(map(chr, range(0x80, 0xA0))),
    "override": "abc\u202edesrever\u202c",
    "isolates": "\u2066a\u2067b\u2068c\u2069",
    "marks of direction": "\u200ea\u200fb\u061cc\u202ad\u202be",
    "unseen": "\u200bz\u200ce\u200dr\u2060o\ufeff\u00ad",
    "tags": "\U000e0041\U000e0042",
}


def story(rank: int = 1, title: str = "The Night Ferries", **changes: Any) -> Story:
    """An ordinary story of 20:14."""
    given: dict[str, Any] = {
        "id": f"s{rank}", "rank": rank, "title": title, "terms": ("night ferries", "#drummers"),
        "started_at": AT - 45 * MINUTE, "status": "rising", "posts": 1_726, "authors": 1_662,
        "expected": 2.0, "excess": 98.0, "lift": 50.4, "z": 21.0, "window_us": 15 * MINUTE,
        "spark": tuple(range(60)),
    }  # fmt: skip
    return Story(**given | changes)


def board(*stories: Story, **changes: Any) -> Board:
    """A board of 20:59 on 3 July 2026 that has learned enough."""
    given: dict[str, Any] = {
        "board": "all", "at": AT, "learning": False, "learned": (60, 60), "posts": 599,
        "authors": 540, "stories": stories,
    }  # fmt: skip
    return Board(**given | changes)


def filled_with(words: str) -> Board:
    """A board that says the same words wherever words of others may stand."""
    doubts = (Doubt("copied-text", 0.9, f"{words} 90% of posts are copies {words}"),)
    others = [story(i, words, terms=(words, words), doubts=doubts[: i % 2]) for i in range(2, 5)]
    return board(story(1, words, terms=(words,) * 6), *others)


def widest(line: str) -> int:
    """Cells of a line on the terminal that draws it widest: one that joins nothing."""
    return sum(map(_widest, line))


def _widest(character: str) -> int:
    kind = unicodedata.category(character)
    drawn = 1
    if kind in {"Mn", "Me", "Cf"} and character != "\ufe0f":
        drawn = 0
    elif unicodedata.east_asian_width(character) in "WF":
        drawn = 2
    return max(drawn, get_character_cell_size(character))


def too_wide(text: str, width: int) -> list[str]:
    """Lines that some terminal would wrap."""
    return [line for line in text.split("\n") if widest(line) > width]


def controls(text: str) -> set[str]:
    """Characters other than newline that a terminal or its bidi algorithm may act on."""
    unsafe = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return {c for c in text if c != "\n" and unicodedata.category(c) in unsafe}
