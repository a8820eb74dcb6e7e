"""Songs, albums, books, films … by Wikidata: its search for the name, its query service for works.

See www.wikidata.org/wiki/Wikidata:Data_access. Names are compared with labels and aliases.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlencode

import msgspec

from groundswell.press.asking import OpenData
from groundswell.press.knowledge import KnownWork

PLACE: Final = "https://www.wikidata.org"
QUERIES: Final = "https://query.wikidata.org"
MOST: Final = 500
"""Works of a name that are asked for."""
_ITEM: Final = re.compile(r"Q[1-9][0-9]{0,11}")
_WORKS: Final = """SELECT ?creator ?work ?title (MIN(YEAR(?date)) AS ?year) WHERE {{
 VALUES ?creator {{ {creators} }}
 ?work wdt:P175|wdt:P86|wdt:P50|wdt:P57|wdt:P170 ?creator ; rdfs:label ?title .
 FILTER(LANG(?title) IN ("en", "mul"))
 OPTIONAL {{ ?work wdt:P577 ?date }}
}} GROUP BY ?creator ?work ?title LIMIT {most}"""
"""Performer, composer, author, director, creator; the first of its dates of publication."""


class _Match(msgspec.Struct):
    text: str = ""


class _Item(msgspec.Struct):
    id: str
    match: _Match = msgspec.field(default_factory=_Match)


class _Search(msgspec.Struct):
    search: list[_Item]


class _Value(msgspec.Struct):
    value: str


class _Row(msgspec.Struct):
    creator: _Value
    work: _Value
    title: _Value
    year: _Value | None = None


class _Rows(msgspec.Struct):
    bindings: list[_Row]


class _Answer(msgspec.Struct):
    results: _Rows


class Wikidata(OpenData):
    """Works of the one item that is called so; of a name of several who made any, none."""

    name = "Wikidata"
    base = PLACE
    queries = QUERIES

    def _asked(self, name: str) -> list[KnownWork]:
        asked = urlencode(
            {"action": "wbsearchentities", "search": name, "language": "en", "type": "item",
             "limit": 10, "format": "json"}
        )  # fmt: skip
        found = self._get(f"{self.base}/w/api.php?{asked}", _Search).search
        items = [
            one.id for one in found
            if one.match.text.casefold() == name.casefold() and _ITEM.fullmatch(one.id)
        ]  # fmt: skip
        if not items:
            return []
        creators = " ".join(f"wd:{item}" for item in items)
        query = urlencode({"query": _WORKS.format(creators=creators, most=MOST), "format": "json"})
        rows = self._get(f"{self.queries}/sparql?{query}", _Answer).results.bindings
        if len({row.creator.value for row in rows}) > 1:
            return []  # who of them is meant, nobody can say
        return [_known(row) for row in rows]


def _known(row: _Row) -> KnownWork:
    item = row.work.value.rpartition("/")[2]
    url = f"{PLACE}/wiki/{item}" if _ITEM.fullmatch(item) else PLACE
    return KnownWork(row.title.value, row.year.value[:4] if row.year else "", Wikidata.name, url)
