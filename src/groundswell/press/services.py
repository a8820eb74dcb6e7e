"""Which services of open data there are, by the names that settings and commands have for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from groundswell.errors import UsageError
from groundswell.press.asking import OpenData
from groundswell.press.musicbrainz import MusicBrainz
from groundswell.press.wikidata import Wikidata

SERVICES: Final[Mapping[str, type[OpenData]]] = {"musicbrainz": MusicBrainz, "wikidata": Wikidata}


def services(text: str) -> list[str]:
    """The services that a text names, with commas between them; none for "".

    >>> services("wikidata, musicbrainz"), services("")
    (['wikidata', 'musicbrainz'], [])

    Raises:
        UsageError: it names another.
    """
    names = list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    for name in names:
        if name not in SERVICES:
            raise UsageError(f"expected open data of {' or '.join(SERVICES)}, got {name[:50]!r}")
    return names
