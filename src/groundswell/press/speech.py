"""Which quotes are somebody's words: not titles, not lyrics, not words held at a distance."""

from __future__ import annotations

import re

from groundswell.press.lexicon import listed

_SMALL = listed("a an the of in on and or to for with at by from is me you i & vs my it")
_LYRICS = re.compile(
    r"\b(?:lyrics?|verse|chorus|refrain)\b|\b(?:song|single|track|ballad|tune|anthem)\b.{0,60}"
    r"\b(?:talks?|goes|reads?|begins?|opens)\b",
    re.IGNORECASE,
)
_SUNG = re.compile(
    r"\b(?:sings?|sang|singing|croons?|crooned|raps|rapped)\b[^.;:]{0,40}$", re.IGNORECASE
)
_SAID = re.compile(r"\b(?:said|says|told|tells|wrote|added|asked)\b")
_NAMING = re.compile(
    r"(?:\b(?:called|titled|entitled|named|dubbed|nicknamed|known as|phrase|words?|term|slogan|"
    r"so-called|hashtag|movement|labell?ed|label|motto|aka|ditty|headline)|anti-|pro-)\s*,?\s*$",
    re.IGNORECASE,
)
_TITLE_BEFORE = re.compile(
    r"(?:['’]s|['’]|\b(?:on|of|to|in|called|titled|film|show|program|song|album|series|book|movie|"
    r"single|hit|host|star|episode|drama|comedy|and|the|his|her|their|play|musical))\s*,?\s*$"
)


def is_title(body: str) -> bool:
    """Whether words are written as a title's are: capitals, no more than nine of them.

    >>> is_title("You & I (Nobody in the World)"), is_title("This is what we do,")
    (True, False)
    """
    parts = body.strip(" ,.!?;:").split()
    if not 1 <= len(parts) <= 9:
        return False
    own = [w for w in parts if w.lower() not in _SMALL]
    return bool(own) and all(not w[0].islower() for w in own) and own[0].strip("(")[:1].isupper()


def is_naming(before: str, body: str) -> bool:
    """Whether the words ahead of a quote say that it is a name: "the so-called …"."""
    words = len(body.split())
    if words < 6 and _NAMING.search(before):
        return True
    return is_title(body) and words <= 8 and bool(_TITLE_BEFORE.search(before))


def is_lyric(before: str, body: str, after: str) -> bool:
    """Whether a quote is sung: slashes between its lines, or words of its sentence that say so."""
    if len(re.findall(r"\w[,?!.]?\s?/\s?\w", body)) >= 2:
        return True
    sung = _SUNG.search(before)
    if sung and not _SAID.search(sung.group()):
        return True
    return bool(_LYRICS.search(before) or _LYRICS.search(after))
