"""What of a post's text may carry a feeling: words, and how they are said.

Made for short social posts. Emoji become the words of their Unicode names, emoticons the words of
what they show, hashtags the words that they are made of; a name, a link or a number says nothing.
How it is said stays: shouting, drawn-out letters, marks of exclamation, and what "not" stands
before. Pure: text in, tokens out.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

SOMEONE: Final = "<someone>"
SHOUTED: Final = "<shouted>"
DRAWN: Final = "<drawn>"
MOST_CHARS: Final = 1_200
"""Characters of a post that are read: no network's posts that people speak in are longer."""

_LINK = re.compile(r"https?://\S+|www\.\S+")
_NAMED = re.compile(r"(?<!\w)@[\w.\-]+|\[(?:name|religion)\]", re.IGNORECASE)
_TAG = re.compile(r"#(\w+)")
_HUMPS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z']+|\d+")
_SHOUT = re.compile(r"\b[A-Z]{3,}\b")
DRAWN_OUT = re.compile(r"(.)\1{2,}")
_TOKEN = re.compile(
    r"[a-z]+(?:'[a-z]+)*|<[a-z]+>|[!?]+|\.\.+|[^\W\d_a-z][^\W\d_]*|[^\w\s.,;:'\"()<>/-]"
)
_EMOTICON = re.compile(
    r"(?<!\w)(?:(?P<smile>[:;=]['o-]?[)\]D]|\(:|\^_?\^|<3)|(?P<sad>[:=]['-]{0,2}[(\[]|\):|D:|;_;|T_T)"
    r"|(?P<hm>[:=]-?[/\\|])|(?P<lick>[:;=]-?[pP])|(?P<wow>[:=]-?[oO0]))(?!\w)|(?P<laugh>\b[xX]D+\b)"
)
_FACE = re.compile(r"[:;=^<_|][^\w\s]|[:;=]\w|[xX]D|T_T|D:|\([:;]")
"""What an emoticon has at least: most posts have none, and the whole pattern is slow."""
_SHOWS: Final = {
    "smile": " smiling ", "sad": " crying sad ", "hm": " confused face ",
    "lick": " winking tongue ", "wow": " astonished ", "laugh": " laughing joy ",
}  # fmt: skip
_HEART = "<3"

NEGATORS: Final = frozenset(
    [
        "not",
        "no",
        "never",
        "nor",
        "none",
        "nothing",
        "nobody",
        "cannot",
        "cant",
        "dont",
        "doesnt",
        "didnt",
        "isnt",
        "wasnt",
        "arent",
        "wont",
        "wouldnt",
        "shouldnt",
        "couldnt",
        "aint",
        "without",
        "hardly",
        "barely",
        "neither",
    ]
)
REACH: Final = 3
"""Words that a negation reaches."""


def words(text: str) -> list[str]:
    """Tokens of a text, in order.

    >>> " ".join(words("SO happyyyy for @you!!! 😭 #ThankYou https://a.example"))
    'so happyy for <someone> !! 😭 loudly crying face thank you <drawn>'
    """
    text = text[:MOST_CHARS].replace("\u2019", "'")
    if "://" in text or "www." in text:
        text = _LINK.sub(" ", text)
    if "@" in text or "[" in text:
        text = _NAMED.sub(" " + SOMEONE + " ", text)
    if "#" in text:
        text = _TAG.sub(_parts, text)
    ends = ""
    if not text.isupper() and _SHOUT.search(text):
        ends = " " + SHOUTED
    if _FACE.search(text):
        text = _EMOTICON.sub(_shown, text)
    text, drawn = DRAWN_OUT.subn(r"\1\1", text)
    text = text.lower()
    if not text.isascii():
        text = _spelt(text)
    if drawn:
        ends += " " + DRAWN
    return _TOKEN.findall(text + ends)


def _parts(found: re.Match[str]) -> str:
    """The words of a hashtag, where its capitals show them."""
    tag = found[1]
    humps = _HUMPS.findall(tag) if not (tag.islower() or tag.isupper()) else []
    return " " + (" ".join(humps) if len(humps) > 1 else tag.lower()) + " "


def _shown(found: re.Match[str]) -> str:
    return " red heart " if found[0] == _HEART else _SHOWS[found.lastgroup or "smile"]


def _spelt(text: str) -> str:
    """A text with the names of its emoji behind each; one that is repeated is named once."""
    out: list[str] = []
    seen: set[str] = set()
    for char in text:
        name = name_of(char) if char > "\u2000" else None
        if name is None:
            out.append(char)
        elif name and char not in seen:
            seen.add(char)
            out.append(f" {char} {name} ")
    return "".join(out)


@lru_cache(maxsize=4096)
def name_of(char: str) -> str | None:
    """Words of a symbol's name, "" for what only changes another, None for what is none."""
    if "\U0001f3fb" <= char <= "\U0001f3ff" or char in "\ufe0f\u200d\u2640\u2642":
        return ""
    if unicodedata.category(char) not in ("So", "Sk"):
        return None
    name = unicodedata.name(char, "").lower()
    return name.replace("-", " ").removeprefix("emoji ")


def negated(tokens: list[str]) -> list[str]:
    """What stands in the reach of a negation, marked."""
    if NEGATORS.isdisjoint(tokens) and not any("n't" in token for token in tokens):
        return []
    out: list[str] = []
    left = 0
    for token in tokens:
        if token in NEGATORS or token.endswith("n't"):
            left = REACH
        elif left and token[0].isalpha():
            out.append("not_" + token)
            left -= 1
        else:
            left = 0
    return out
