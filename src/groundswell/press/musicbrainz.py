"""Albums and singles by MusicBrainz's web service (musicbrainz.org/doc/MusicBrainz_API)."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote_plus

import msgspec

from groundswell.press.asking import OpenData
from groundswell.press.knowledge import KnownWork

PLACE: Final = "https://musicbrainz.org"


class _Artist(msgspec.Struct):
    id: str
    name: str
    score: int = 0


class _Artists(msgspec.Struct):
    artists: list[_Artist] = []


class _Group(msgspec.Struct, rename="kebab"):
    id: str
    title: str
    first_release_date: str = ""


class _Groups(msgspec.Struct, rename="kebab"):
    release_groups: list[_Group] = []


class MusicBrainz(OpenData):
    """Release groups of the artist whose name is exactly the one asked for; `base` is its place."""

    name = "MusicBrainz"
    base = PLACE

    def _asked(self, name: str) -> list[KnownWork]:
        query = quote_plus(f'artist:"{name.replace(chr(34), "")}"')
        url = f"{self.base}/ws/2/artist?query={query}&fmt=json&limit=5"
        found = self._get(url, _Artists).artists
        same = [one for one in found if one.name.casefold() == name.casefold()]
        if not same:
            return []
        best = max(same, key=lambda one: one.score)
        groups = self._get(
            f"{self.base}/ws/2/release-group?artist={quote_plus(best.id)}&fmt=json&limit=100",
            _Groups,
        )
        return [
            KnownWork(
                one.title, one.first_release_date[:4], self.name,
                f"{PLACE}/release-group/{quote_plus(one.id)}",
            )
            for one in groups.release_groups
        ]  # fmt: skip
