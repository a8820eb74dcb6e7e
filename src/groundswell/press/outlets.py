"""Outlets through which an article has its claims: "according to Us Weekly", "per the same outlet".

A name counts as an outlet's when the list `outlets.txt` has it or it is formed like one ("Daily …",
"… Gazette"); what people and parties are told is no attribution.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib import resources

from groundswell.press.article import Attribution
from groundswell.press.marks import Quoted
from groundswell.press.passages import Passages

PLATFORM = re.compile(
    r"\b(?:Twitter|Instagram|Facebook|TikTok|Reddit|YouTube|Threads|Bluesky|Mastodon|Tumblr|"
    r"Snapchat|Telegram|Weibo|Truth Social)\b"
)
_LIKE_OUTLET = re.compile(
    r"\b(?:News|Times|Post|Weekly|Magazine|Journal|Tribune|Herald|Chronicle|Gazette|Guardian|"
    r"Telegraph|Observer|Press|Radio|TV|Daily|Insider|Review|Mirror|Standard|Globe|Examiner|"
    r"Dispatch|Bulletin|Register|Reporter|Monitor|Inquirer|Courier|Sentinel|Ledger|Argus|Echo|"
    r"Broadcasting|Newspaper|Podcast)\b|\.com\b"
)
_PART = r"[A-Z][\w&!'’]{0,40}(?:\.(?:com|org|net|co\.uk))?"
_NAME = rf"(?:[Tt]he\s+)?{_PART}(?:[ -](?:of|the|and|&|{_PART})){{0,4}}"
_SAME = (
    r"[Tt]he (?:same )?(?:outlet|publication|newspaper|magazine|paper|site|website|network|report)"
)
_HOW = (
    r"according to|as reported by|reported by|first reported by|as told to|in an interview with|"
    r"in an? (?:\w+ )?interview (?:with|for|on|to)|speaking (?:to|with)|in a statement to|told|"
    r"tells|obtained by|published (?:by|in)|in comments to|via|per|as seen (?:on|in)|in an? \w+ for"
)
_AHEAD = re.compile(
    rf"\b(?P<how>(?i:{_HOW}))\s+(?:reports? (?:from|by|in)\s+|(?:an?\s+|the\s+)?(?:\w+\s)?"
    rf"(?:interview|report|piece|article|story|column)\s+(?:in|with|from|by)\s+)?"
    rf"(?P<name>{_SAME}|{_NAME})"
)
_BEHIND = re.compile(
    rf"(?<!\w)(?P<name>{_SAME}|{_NAME})\s+(?P<how>(?:first |previously |also |later |has |had )?"
    rf"(?:reported|reports|revealed|wrote))\b"
)


def known_outlets() -> frozenset[str]:
    """Names of outlets, as they are printed; with and without "The"."""
    text = resources.files("groundswell.press").joinpath("outlets.txt").read_text("utf-8")
    names = {line.strip() for line in text.splitlines() if line.strip() and line[0] != "#"}
    return frozenset(names | {n.removeprefix("The ") for n in names} | {f"The {n}" for n in names})


OUTLETS = known_outlets()


def attributions(passages: Passages) -> list[Attribution]:
    """Every place at which an article names the outlet of a claim, in order."""
    found: list[Attribution] = []
    last: str | None = None
    matches = sorted(
        [*_AHEAD.finditer(passages.text), *_BEHIND.finditer(passages.text)],
        key=lambda m: m.start("name"),
    )
    for match in matches:
        start = match.start("name")
        if passages.quoted(start) or (found and start < found[-1].place.end):
            continue
        printed = _trimmed(match["name"])
        named = printed if _is_outlet(printed) else None
        outlet = last if re.fullmatch(_SAME, printed) else named
        if outlet is None:
            continue
        last = outlet
        end = start + len(printed)
        found.append(Attribution(outlet, printed, match["how"].lower(), passages.place(start, end)))
    return found


def _trimmed(name: str) -> str:
    name = re.sub(r"['’]s\b.*$|[’']$", "", name)
    while True:
        if name in OUTLETS:
            return name
        shorter = re.sub(r"[ -](?:of|the|and|&|on|in|that)$", "", name)
        if shorter == name:
            break
        name = shorter
    parts = name.split(" ")
    for count in range(len(parts) - 1, 0, -1):
        if " ".join(parts[:count]) in OUTLETS and not _LIKE_OUTLET.search(name):
            return " ".join(parts[:count])
    return name


def _is_outlet(name: str) -> bool:
    return name in OUTLETS or bool(_LIKE_OUTLET.search(name))


def outlet_of(quote: Quoted, found: Sequence[Attribution], passages: Passages) -> str | None:
    """The outlet that the sentence of a quote names for it, outside of the quote."""
    first, last = passages.sentences.at(quote.start)
    for attribution in found:
        if first <= attribution.place.start < last:
            return attribution.outlet
    return None
