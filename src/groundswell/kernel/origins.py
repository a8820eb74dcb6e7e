"""Where a post came from, in one string: its language, id and permalink, and its text as it was.

The ring keeps one a post beside the text that was tokenised. One string and no object, for it is
made of every post and read of the few that a story's mood and voices are taken from.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from groundswell.model import Batch

_MARK: Final = "\x1f"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a post came from; empty is "not known"."""

    lang: str
    """Primary subtag, in lower case."""
    id: str
    url: str
    """Its permalink, http or https."""
    text: str
    """Verbatim."""


def written(batch: Batch, prepared: list[str]) -> list[str]:
    """The strings of a batch's posts; `prepared` is what was tokenised instead of their texts."""
    rows = zip(batch.langs, batch.ids, batch.urls, strict=True)
    found = [f"{lang}{_MARK}{post_id}{_MARK}{url}" for lang, post_id, url in rows]
    for i, (text, same) in enumerate(zip(batch.texts, prepared, strict=True)):
        if same is not text:
            found[i] += _MARK + text
    return found


def read(origin: str, prepared: str) -> Origin | None:
    r"""What a string says, of the post that was tokenised as `prepared`; None where it is no such.

    >>> read("pt-BR\x1f17\x1fhttps://a.example/17", "oi")
    Origin(lang='pt', id='17', url='https://a.example/17', text='oi')
    """
    parts = origin.split(_MARK, 3)
    if len(parts) < 3:
        return None
    lang, post_id, url = parts[:3]
    known = url if url.startswith(("https://", "http://")) else ""
    return Origin(primary(lang), post_id, known, parts[3] if len(parts) > 3 else prepared)


@lru_cache(4096)
def primary(lang: str) -> str:
    """The primary subtag of a language, in lower case.

    >>> primary("pt-BR"), primary("zh_Hant"), primary("")
    ('pt', 'zh', '')
    """
    return lang.replace("_", "-").partition("-")[0].lower()
