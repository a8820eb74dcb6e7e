"""Words of dates: months, weekdays, numbers, seasons; the patterns of expressions made of them."""

from __future__ import annotations

import re


def in_order(words: str) -> list[str]:
    """The words of a line."""
    return words.split()


_MONTH_NAMES = in_order(
    "january february march april may june july august september october november december"
)
MONTHS = {name: n for n, name in enumerate(_MONTH_NAMES, 1)}
MONTHS |= {name[:3]: n for name, n in list(MONTHS.items())} | {"sept": 9}
_DAY_NAMES = in_order("monday tuesday wednesday thursday friday saturday sunday")
WEEKDAYS = {name: n for n, name in enumerate(_DAY_NAMES)}
WEEKDAYS |= {name[:3]: n for name, n in list(WEEKDAYS.items())} | {"tues": 1, "thur": 3, "thurs": 3}
SEASONS = {"spring": ("SP", 3), "summer": ("SU", 6), "fall": ("FA", 9), "autumn": ("FA", 9),
           "winter": ("WI", 12)}  # fmt: skip
_NUMBER_NAMES = in_order(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty"
)
NUMBERS = {name: n for n, name in enumerate(_NUMBER_NAMES)}
NUMBERS |= {"a": 1, "an": 1, "thirty": 30, "forty": 40, "fifty": 50}

_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December|"
    r"Jan\.?|Feb\.?|Mar\.?|Apr\.?|Jun\.?|Jul\.?|Aug\.?|Sept\.?|Sep\.?|Oct\.?|Nov\.?|Dec\.?)(?![a-z])"
)
_WEEKDAY = (
    r"(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|Mon\.|Tues?\.|Wed\.|Thurs?\.|"
    r"Fri\.|Sat\.|Sun\.)(?![a-z])"
)
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_COUNT = (
    r"(?:\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|"
    r"thirty|forty|fifty)"
)
_UNIT = r"(?P<unit>day|week|month|year|decade|hour|minute)s?"
_WHICH = r"(?P<which>[Ll]ast|[Nn]ext|[Tt]his past|[Tt]his coming|[Tt]his)"
_SEASON = r"spring|summer|fall|autumn|winter"
_NTH = r"first|second|third|fourth"
_WAY = r"ago|earlier|before|later|prior|from now|after"
_LASTING = r"past|last|next|coming|previous"
_STEP = (
    r"last|next|this|the previous|the following|earlier this|later this|late last|early last|"
    r"the same"
)
_PART = r"(?:early |late )?(?:morning|afternoon|evening|night)"

_MORE_OR_LESS = r"(?:about |around |nearly |almost |more than |over |roughly |less than |just )?"
_FEW = r"(?:a )?(?:few|couple(?: of)?|several)(?: short)?"
_ROUGHLY = r"(?:(?:[Ee]arly|[Ll]ate|[Mm]id)[- ])?"
_COUNTED = (
    r"percent|per cent|people|dollars|miles|feet|soldiers|troops|points|jobs|men|women|km|metres|"
    r"meters|pages|homes|workers|years|members|students|words|tons|cases|seats|votes|calories"
)
_AROUND = r"early|late|mid|in|since|until|by|through|from|of|during|for|between|and|to"
_PERIOD = r"week|weekend|month|quarter|year|decade|century"
_RELATIVE = (
    r"the day before yesterday|the day after tomorrow|yesterday(?: (?:morning|afternoon|evening))?|"
    r"today|tonight|tomorrow(?: (?:morning|afternoon|evening|night))?|last night|"
    r"this (?:morning|afternoon|evening)"
)
_NO_DAY_AFTER = r"(?!\s*(?:,\s*)?\d{4}|:\d|\s*percent|%|\.\d|/\d|,\d)"
_NO_YEAR_AFTER = r"(?<![\d,.$£€#/–-])"
_KINDS = (
    ("iso", r"\b(?P<year>(?:19|20)\d\d)-(?P<month>\d\d)-(?P<day>\d\d)\b"),
    ("full", rf"\b(?P<month>{_MONTH})\s+{_DAY},?\s+(?P<year>\d{{4}})\b"),
    ("full", rf"\b{_DAY}(?:\s+of)?\s+(?P<month>{_MONTH}),?\s+(?P<year>\d{{4}})\b"),
    ("slash", r"\b(?P<month>[01]?\d)/(?P<day>[0-3]?\d)/(?P<year>(?:19|20)?\d\d)\b"),
    ("month_day", rf"\b(?P<month>{_MONTH})\s+{_DAY}\b{_NO_DAY_AFTER}"),
    ("month_day", rf"\b{_DAY}(?:\s+of)?\s+(?P<month>{_MONTH})(?!\s+\d)"),
    ("month_year", rf"\b{_ROUGHLY}(?P<month>{_MONTH})(?:\s+of|,)?\s+(?P<year>\d{{4}})\b"),
    ("month_of_year", rf"\b(?P<month>{_MONTH})\s+(?P<which>last|this|next) year\b"),
    ("which_month", rf"\b{_WHICH}\s+(?P<month>{_MONTH})(?!\s+\d)"),
    ("weekday", rf"\b(?:{_WHICH}\s+)?(?P<weekday>{_WEEKDAY})(?:\s+(?P<part>{_PART}))?\b"),
    ("season", rf"\b(?:{_WHICH}\s+)?(?P<season>{_SEASON})(?:\s+of)?\s+(?P<year>\d{{4}})\b"),
    ("season", rf"\b{_WHICH}\s+(?P<season>{_SEASON})\b"),
    ("quarter", rf"\b(?:the\s+)?(?P<nth>{_NTH}) quarter(?:\s+of\s+(?P<year>\d{{4}}))?\b"),
    ("ago", rf"\b{_MORE_OR_LESS}(?P<count>{_COUNT}|{_FEW})\s+{_UNIT}\s+(?P<way>{_WAY})\b"),
    ("span", rf"\b(?:the\s+)?(?P<which>{_LASTING})\s+(?P<count>{_COUNT}|{_FEW})\s+{_UNIT}\b"),
    ("which_unit", rf"\b(?i:(?P<which>{_STEP}))\s+(?P<unit>{_PERIOD})\b(?!-)"),
    ("near", rf"\b(?P<near>(?i:{_RELATIVE}))\b"),
    ("decade", rf"\b{_ROUGHLY}(?:the\s+)?(?P<decade>(?:1[89]|20)\d)0s\b"),
    ("decade", r"\b(?:the\s+)['’](?P<decade>\d)0s\b"),
    ("month", rf"\b(?i:(?P<lead>{_AROUND}))[- ]+(?P<month>{_MONTH})(?!\s+\d)"),
    (
        "year",
        rf"{_NO_YEAR_AFTER}\b(?P<year>(?:1[6-9]|20)\d\d)\b(?![\d%]|,\d{{3}}|\.\d|-\d|\s*(?:{_COUNTED}))",
    ),
)
PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern)) for kind, pattern in _KINDS
)
"""Kinds and patterns, the longest first: what one has taken no later one may."""


def number(words: str) -> int | None:
    """A count in digits or words; None for "a few".

    >>> number("twelve"), number("30"), number("several")
    (12, 30, None)
    """
    low = words.lower().strip()
    return int(low) if low.isdigit() else NUMBERS.get(low)


def month(word: str) -> int:
    """The number of a month's name or short form."""
    return MONTHS[word.lower().rstrip(".")]
