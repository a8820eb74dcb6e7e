"""Quotes put together: whose words, how sure, through which outlet.

A quote that no rule gives a speaker is still speech when it reads like it (five words or more and
its own full stop); then its confidence is low, and only its sentence is shown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from groundswell.press import speakers, speech
from groundswell.press.article import Attribution, Confidence, Quote
from groundswell.press.identity import Identity, identify
from groundswell.press.marks import Quoted
from groundswell.press.names import People
from groundswell.press.outlets import PLATFORM, outlet_of
from groundswell.press.passages import Passages
from groundswell.press.speakers import Source, Surroundings

MOST = 600
"""Quotes that are read of one text; a long interview has 150."""
_POSTER = re.compile(
    r"\b(?:users?|fans?|person|people|commenters?|viewers?|followers?|tweeters?|poster|account|"
    r"someone|others?|another|many|some|one)\b",
    re.IGNORECASE,
)
_POSTING = re.compile(r"\b(?:tweet(?:s|ed|ing)?|retweeted|posted|posting)\b", re.IGNORECASE)
_SURE_RULES = frozenset({"after", "inverted", "before", "continued"})


@dataclass(slots=True)
class _Found:
    """A quote on its way: marks, source, and whom it names."""

    quoted: Quoted
    source: Source
    identity: Identity


class Quoting:
    """Walks over a text's quotes in order; each may go on from the one before it."""

    def __init__(
        self, passages: Passages, people: People, attributions: Sequence[Attribution]
    ) -> None:
        self._passages = passages
        self._people = people
        self._attributions = attributions
        self._last: _Found | None = None
        self._around: tuple[int, Surroundings] | None = None
        self.spoken: set[int] = set()
        """Offsets of the quotes that are somebody's words."""

    def read(self) -> list[Quote]:
        """The quotes that are speech or posts."""
        found: list[Quote] = []
        for quote in self._passages.quotes[:MOST]:
            made = self._one(quote, found)
            if made:
                found.append(made)
                self.spoken.add(quote.start)
        return found

    def _one(self, quote: Quoted, earlier: list[Quote]) -> Quote | None:
        text = self._passages.text
        body = quote.body(text).strip()
        bounds = self._passages.sentences.at(quote.start)
        if not body or speech.is_lyric(
            text[bounds[0] : quote.start], body, text[quote.end : bounds[1]]
        ):
            self._last = None
            return None
        source = self._source(quote, bounds)
        words = len(body.split())
        before = text[max(bounds[0], quote.start - 40) : quote.start]
        naming = speech.is_naming(before, body)
        if naming and (source is None or source.rule not in ("after", "inverted")):
            return None
        if source is None:
            return self._without(quote, body, words, earlier)
        if source.rule in ("inside", "colon") and not source.strong and words < 3:
            return None
        if source.rule in ("continued", "split", "open") and self._last:
            identity = self._last.identity
        else:
            identity = identify(
                text, source, self._people, self._passages,
                self._last.identity.speaker if self._last else None,
            )  # fmt: skip
        self._last = _Found(quote, source, identity)
        sure = self._confidence(source, identity, words)
        return self._made(quote, source, identity, sure, earlier)

    def _without(self, quote: Quoted, body: str, words: int, earlier: list[Quote]) -> Quote | None:
        if words < 5 or speech.is_title(body) or not (body[-1] in ".,!?…—" or words >= 9):
            return None
        nobody = Source(quote.start, quote.start, "none", "", False, False)
        return self._made(quote, nobody, Identity(None, "", "none"), "low", earlier)

    def _source(self, quote: Quoted, bounds: tuple[int, int]) -> Source | None:
        text, last = self._passages.text, self._last
        if self._around is None or self._around[0] != bounds[0]:
            self._around = (bounds[0], Surroundings(text, bounds, self._passages.quotes))
        if last and self._goes_on(last.quoted, quote):
            return replace(last.source, rule="open")
        own = speakers.of_sentence(text, quote, self._around[1])
        if own and own.rule != "inside" and (own.near or own.rule != "before"):
            return own
        carried = self._carried(quote, bounds)
        if carried and not own:
            return carried
        if own:
            return own
        return speakers.announced(text, self._passages.sentences, quote, self._passages.quotes)

    def _goes_on(self, last: Quoted, quote: Quoted) -> bool:
        gap = self._passages.text[last.end : quote.start]
        return not last.closed and not gap.strip()

    def _carried(self, quote: Quoted, bounds: tuple[int, int]) -> Source | None:
        """The speaker of the quote before it, when this one goes on in the same paragraph."""
        text, last = self._passages.text, self._last
        if last is None:
            return None
        gap = text[last.quoted.end : quote.start]
        if "\n" in gap:
            return None
        if bounds[0] == quote.start and re.fullmatch(
            r"[^.!?]*(?:[A-Z][a-z]{0,3}\.[^.!?]*)*[.!?]?\s*", gap
        ):
            return replace(last.source, rule="continued")
        if bounds[0] <= last.quoted.start and len(gap) < 160:
            return replace(last.source, rule="split")
        return None

    def _confidence(self, source: Source, identity: Identity, words: int) -> Confidence:
        if identity.by == "none":
            return "low"
        plain = identity.by == "description"
        if source.rule not in _SURE_RULES or not source.strong or not source.near or words < 3:
            return "low" if plain or source.rule == "inverted" else "medium"
        if plain and source.rule == "before":
            return "medium"
        if identity.by == "pronoun" and not identity.sure:
            return "medium"
        return "high"

    def _made(
        self, quote: Quoted, source: Source, identity: Identity, sure: Confidence,
        earlier: list[Quote],
    ) -> Quote:  # fmt: skip
        text = self._passages.text
        place = self._passages.place(quote.start, quote.end)
        outside = place.sentence.replace(quote.body(text), " ")
        platform = PLATFORM.search(outside)
        posted = bool(platform or _POSTING.search(outside)) and identity.by in (
            "description",
            "none",
        )
        outlet = outlet_of(quote, self._attributions, self._passages)
        if outlet is None and source.rule in ("continued", "split", "open") and earlier:
            outlet = earlier[-1].outlet
        return Quote(
            text=quote.body(text),
            kind="post" if posted and _POSTER.search(identity.printed) else "speech",
            speaker=identity.speaker,
            printed=identity.printed,
            speaker_span=(source.start, source.start + len(identity.printed))
            if identity.printed
            else None,
            by=identity.by,
            confidence=sure,
            rule=source.rule,
            cue=source.cue,
            outlet=outlet,
            platform=platform.group() if platform else None,
            place=place,
        )
