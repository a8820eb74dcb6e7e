"""Dates in a text, resolved against its day of publication; the original words stay beside them.

A date without its year is the nearest one that fits the tense of its sentence; a weekday is of the
last seven days, or the next where the sentence looks forward. "A few weeks prior" stays vague.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from groundswell.press.article import DateMention, Precision, Resolution
from groundswell.press.datewords import PATTERNS, SEASONS, WEEKDAYS, month, number
from groundswell.press.passages import Passages

_FUTURE = re.compile(
    r"\b(?:will|would be|going to|scheduled|expected|plans? to|planned|set to|upcoming|due|"
    r"deadline|opens|begins|starts|meets|ends|expires|takes place|set for|to be held|slated|shall|"
    r"would still be|is to|are to|aims? to|hopes? to)\b|['’]ll\b",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"\b(?:was|were|had|did|said|told|announced|died|released|came|went|began|held|made|took|got|"
    r"gave|left|won|lost|met|\w{3,}ed)\b"
)
_UNTIL = re.compile(
    r"(?:no later than|by|before|until|deadline of|through|due|starting|beginning)\s+$"
)
_BEING = re.compile(r"\b(?:was|were|had|did)\b")
_NO_DAY = date(2000, 1, 1)
"""Stands where none is known; what is counted from it is left vague."""
_FAR = 240
"""Days from which on a date to come would be printed with its year."""
_SOON = 45
"""Days within which a bare date is one to come: of last year's, articles print the year."""
_THING_AFTER = re.compile(
    r"\s+(?:[A-Z][\w’']+|album|film|song|single|election|season|campaign|movie|book|tour|novel|record)"
)

_Value = tuple[str | None, Resolution, Precision]


@dataclass(frozen=True, slots=True)
class _Seen:
    """An expression, the day of publication, and the words around it."""

    found: re.Match[str]
    day: date
    before: str
    """The sentence up to the expression."""
    after: str

    def get(self, name: str) -> str:
        return (self.found.groupdict().get(name) or "").lower()

    @property
    def forward(self) -> bool:
        """Whether the sentence looks forward from here."""
        if _UNTIL.search(self.before):
            return not _BEING.search(self.before[-45:])
        clause = self.before[-80:] + " " + self.after[:60]
        return bool(_FUTURE.search(clause)) and not self.past

    @property
    def past(self) -> bool:
        """Whether the verb nearest to it is of the past."""
        close = self.before[-60:]
        ahead, behind = list(_PAST.finditer(close)), list(_FUTURE.finditer(close))
        if ahead or behind:
            return (ahead[-1].end() if ahead else -1) > (behind[-1].end() if behind else -1)
        return bool(_PAST.search(self.after[:60]))


def dates(passages: Passages, published: date | None) -> list[DateMention]:
    """Every date of a text, in order. Without a day of publication only explicit ones resolve."""
    text = passages.text
    taken = bytearray(len(text))
    found: list[DateMention] = []
    for kind, pattern in PATTERNS:
        for match in pattern.finditer(text):
            start, end = _bounds(kind, match)
            if any(taken[start:end]):
                continue
            begin, stop = passages.sentences.at(start)
            seen = _Seen(match, published or _NO_DAY, text[begin:start], text[end:stop])
            try:
                value, how, precision = _RESOLVERS[kind](seen)
            except (ValueError, KeyError, OverflowError):
                continue
            if published is None and how in ("inferred", "relative"):
                value, how = None, "vague"
            taken[start:end] = b"\1" * (end - start)
            thing = kind == "year" and bool(_THING_AFTER.match(text, end))
            found.append(
                DateMention(
                    text[start:end], value, how, precision, passages.quoted(start), thing,
                    passages.place(start, end),
                )
            )  # fmt: skip
    return sorted(found, key=lambda mention: mention.place.start)


def _bounds(kind: str, match: re.Match[str]) -> tuple[int, int]:
    if kind == "month" and match["lead"].lower() not in ("early", "late", "mid"):
        return match.start("month"), match.end()
    return match.span()


def _full(seen: _Seen) -> _Value:
    year = int(seen.get("year"))
    if year < 100:
        year += 2000 if year < 50 else 1900
    word = seen.get("month")
    number_ = int(word) if word.isdigit() else month(word)
    return date(year, number_, int(seen.get("day"))).isoformat(), "explicit", "day"


def _month_day(seen: _Seen) -> _Value:
    wanted, day = month(seen.get("month")), int(seen.get("day"))
    near = []
    for year in (seen.day.year - 1, seen.day.year, seen.day.year + 1):
        try:
            near.append(date(year, wanted, day))
        except ValueError:
            continue
    past = [d for d in near if d <= seen.day]
    ahead = [d for d in near if d > seen.day]
    soon = (ahead[0] - seen.day).days if ahead else _FAR
    if ahead and (not past or soon <= _SOON or (seen.forward and soon < _FAR)):
        return ahead[0].isoformat(), "inferred", "day"
    return past[-1].isoformat(), "inferred", "day"


def _month_year(seen: _Seen) -> _Value:
    return f"{int(seen.get('year')):04d}-{month(seen.get('month')):02d}", "explicit", "month"


def _month_of_year(seen: _Seen) -> _Value:
    year = seen.day.year + {"last": -1, "this": 0, "next": 1}[seen.get("which")]
    return f"{year}-{month(seen.get('month')):02d}", "relative", "month"


def _month(seen: _Seen) -> _Value:
    wanted, year = month(seen.get("month")), seen.day.year
    which, lead = seen.get("which"), seen.get("lead")
    if seen.found["month"] in ("May", "March") and not which and lead not in _MONTH_LEADS:
        raise ValueError("a verb or a walk")
    if which == "last":
        year -= wanted >= seen.day.month
    elif lead != "since" and (which in ("next", "this coming") or seen.forward):
        year += wanted < seen.day.month
    elif wanted > seen.day.month and which != "this" and not _is_close(seen, wanted):
        year -= 1
    return f"{year}-{wanted:02d}", "inferred", "month"


def _is_close(seen: _Seen, wanted: int) -> bool:
    """Whether a month is one of the next two, and no verb right before it is of the past."""
    return wanted - seen.day.month <= 2 and not _PAST.search(seen.before[-40:])


_MONTH_LEADS = ("in", "since", "late", "early", "mid", "until", "by", "during")


def _weekday(seen: _Seen) -> _Value:
    wanted, which = WEEKDAYS[seen.get("weekday").rstrip(".")], seen.get("which")
    back = (seen.day.weekday() - wanted) % 7
    tomorrow = back == 6 and not which
    if which in ("next", "this coming") or (which != "last" and (seen.forward or tomorrow)):
        day = seen.day + timedelta((wanted - seen.day.weekday()) % 7 or 7)
    else:
        day = seen.day - timedelta(7 if which == "last" and not back else back)
    part = seen.get("part")
    return day.isoformat() + _part(part), "relative", "time" if part else "day"


def _part(words: str) -> str:
    for word, code in (("morn", "MO"), ("after", "AF"), ("even", "EV"), ("night", "NI")):
        if word in words:
            return "T" + code
    return ""


def _season(seen: _Seen) -> _Value:
    code, begins = SEASONS[seen.get("season")]
    if seen.get("year"):
        return f"{seen.get('year')}-{code}", "explicit", "season"
    year, which = seen.day.year, seen.get("which")
    if which == "last":
        year -= begins + 2 >= seen.day.month
    elif which.startswith("next"):
        year += begins <= seen.day.month
    return f"{year}-{code}", "relative", "season"


def _quarter(seen: _Seen) -> _Value:
    nth = {"first": 1, "second": 2, "third": 3, "fourth": 4}[seen.get("nth")]
    if seen.get("year"):
        return f"{seen.get('year')}-Q{nth}", "explicit", "quarter"
    year = seen.day.year
    if (nth - 1) * 3 + 1 > seen.day.month and not seen.forward:
        year -= 1
    return f"{year}-Q{nth}", "inferred", "quarter"


def _ago(seen: _Seen) -> _Value:
    count, unit, way = number(seen.get("count")), seen.get("unit"), seen.get("way")
    if count is None or way not in ("ago", "from now"):
        return None, "vague", "none"
    return _shifted(seen.day, count if way == "from now" else -count, unit)


def _shifted(day: date, count: int, unit: str) -> _Value:
    if unit in ("hour", "minute"):
        return day.isoformat(), "relative", "day"
    if unit == "day":
        return (day + timedelta(count)).isoformat(), "relative", "day"
    if unit == "week":
        return _week(day + timedelta(7 * count)), "relative", "week"
    if unit == "month":
        months = day.year * 12 + day.month - 1 + count
        return f"{months // 12}-{months % 12 + 1:02d}", "relative", "month"
    if unit == "year":
        return f"{day.year + count}", "relative", "year"
    return f"{day.year // 10 + count}", "relative", "decade"


def _week(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def _which_unit(seen: _Seen) -> _Value:
    which, unit = seen.get("which"), seen.get("unit")
    if which in ("the previous", "the following", "the same"):
        return None, "vague", "none"
    step = -1 if "last" in which else 1 if which == "next" else 0
    if unit == "weekend":
        return _week(seen.day + timedelta(7 * step)) + "-WE", "relative", "week"
    if unit == "quarter":
        quarters = seen.day.year * 4 + (seen.day.month - 1) // 3 + step
        return f"{quarters // 4}-Q{quarters % 4 + 1}", "relative", "quarter"
    if unit == "century":
        return None, "vague", "none"
    return _shifted(seen.day, step, unit)


def _near(seen: _Seen) -> _Value:
    words = seen.get("near")
    step = 0
    if words.startswith("the day"):
        step = -2 if "before" in words else 2
    elif words.startswith(("yesterday", "last night")):
        step = -1
    elif words.startswith("tomorrow"):
        step = 1
    part = _part(words.removeprefix("the day after")) if "day" not in words[:7] else ""
    part = part or ("TNI" if words == "tonight" else "")
    if words.startswith(("yesterday ", "tomorrow ")):
        part = _part(words)
    value = (seen.day + timedelta(step)).isoformat() + part
    return value, "relative", "time" if part else "day"


def _decade(seen: _Seen) -> _Value:
    digits = seen.get("decade")
    return digits if len(digits) == 3 else "19" + digits, "explicit", "decade"


def _year(seen: _Seen) -> _Value:
    return seen.get("year"), "explicit", "year"


def _span(seen: _Seen) -> _Value:  # noqa: ARG001 -- one shape for all
    return None, "vague", "none"


_RESOLVERS: dict[str, Callable[[_Seen], _Value]] = {
    "iso": _full, "full": _full, "slash": _full, "month_day": _month_day,
    "month_year": _month_year, "month_of_year": _month_of_year, "which_month": _month,
    "month": _month, "weekday": _weekday, "season": _season, "quarter": _quarter, "ago": _ago,
    "span": _span, "which_unit": _which_unit, "near": _near, "decade": _decade, "year": _year,
}  # fmt: skip
