"""Where a post came from, in one string: its network, its permalink, and its text as it was.

The ring keeps one a post beside the text that was tokenised, and its language. One string and no
object, for it is made of every post and read of the few that a story's mood and voices are taken
from; and mostly it is a single letter. The id is not in it: all that is asked of it is its hash.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from operator import is_
from typing import Final

from groundswell.model import Batch

_MARK: Final = "\x1f"
_AT: Final = "at://"
"""How ids of Bluesky begin."""
_BLUESKY: Final = "b"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a post came from; empty is "not known"."""

    lang: str
    """Primary subtag, in lower case."""
    bluesky: bool
    """Whether its id says that it is from there."""
    url: str
    """Its permalink, http or https."""
    text: str
    """Verbatim."""


def written(batch: Batch, prepared: list[str]) -> list[str]:
    """The strings of a batch's posts; `prepared` is what was tokenised instead of their texts."""
    networks = _networks(batch.ids)
    if not any(batch.urls) and all(map(is_, batch.texts, prepared)):
        return networks
    rows = zip(networks, batch.urls, batch.texts, prepared, strict=True)
    return [
        f"{network}{_MARK}{url}" if same is text else f"{network}{_MARK}{url}{_MARK}{text}"
        for network, url, text, same in rows
    ]


def _networks(ids: list[str]) -> list[str]:
    """The network of each post by its id; mostly all are of one, which is seen at once.

    >>> _networks(["at://a/1", "at://b/2"]), _networks(["at://a/1", "7"])
    (['b', 'b'], ['b', ''])
    """
    if all(map(str.startswith, ids, repeat(_AT))):
        return [_BLUESKY] * len(ids)
    return [_BLUESKY if one.startswith(_AT) else "" for one in ids]


def read(origin: str, lang: str, prepared: str) -> Origin:
    r"""What a string says, of the post in a language that was tokenised as `prepared`.

    >>> read("\x1fhttps://a.example/17", "pt-BR", "oi")
    Origin(lang='pt', bluesky=False, url='https://a.example/17', text='oi')
    """
    network, url, *text = origin.split(_MARK, 2) if _MARK in origin else (origin, "")
    known = url if url.startswith(("https://", "http://")) else ""
    return Origin(primary(lang), network == _BLUESKY, known, text[0] if text else prepared)


@lru_cache(4096)
def primary(lang: str) -> str:
    """The primary subtag of a language, in lower case.

    >>> primary("pt-BR"), primary("zh_Hant"), primary("")
    ('pt', 'zh', '')
    """
    return lang.replace("_", "-").partition("-")[0].lower()
