"""Where a post came from, in one string: its network, its permalink, and its text as it was.

The ring keeps one a post beside the text that was tokenised, and its language. One string and no
object, for it is made of every post and read of the few that a story's mood and voices are taken
from; and mostly it is a single letter. The id is not in it: all that is asked of it is its hash.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from groundswell.model import Batch

_MARK: Final = "\x1f"
BLUESKY: Final = "at://"
"""How ids of Bluesky begin."""
_LETTER: Final = "b"
"""Its network, in the strings."""


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


def written(batch: Batch, prepared: list[str], *, bluesky: bool) -> list[str]:
    """The strings of a batch's posts; `prepared` is what was tokenised instead of their texts.

    `bluesky` says that all are known to be from there, as mostly all or none are. A post has the
    same string in any batch: what is held of texts goes by its length.
    """
    networks = (
        [_LETTER] * len(batch)
        if bluesky
        else [_LETTER if one.startswith(BLUESKY) else "" for one in batch.ids]
    )
    if batch.urls.count("") == len(batch) and batch.texts == prepared:
        return networks
    rows = zip(networks, batch.urls, batch.texts, prepared, strict=True)
    return [
        f"{network}{_MARK}{url}{_MARK}{text}"
        if same != text
        else (f"{network}{_MARK}{url}" if url else network)
        for network, url, text, same in rows
    ]


def read(origin: str, lang: str, prepared: str) -> Origin:
    r"""What a string says, of the post in a language that was tokenised as `prepared`.

    >>> read("\x1fhttps://a.example/17", "pt-BR", "oi")
    Origin(lang='pt', bluesky=False, url='https://a.example/17', text='oi')
    """
    network, url, *text = origin.split(_MARK, 2) if _MARK in origin else (origin, "")
    known = url if url.startswith(("https://", "http://")) else ""
    return Origin(primary(lang), network == _LETTER, known, text[0] if text else prepared)


@lru_cache(4096)
def primary(lang: str) -> str:
    """The primary subtag of a language, in lower case.

    >>> primary("pt-BR"), primary("zh_Hant"), primary("")
    ('pt', 'zh', '')
    """
    return lang.replace("_", "-").partition("-")[0].lower()
