"""Articles of a story: what joins them, what counts as one source, when a cause is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from groundswell.press.clippings import Clipping, Clippings
from groundswell.press.coverage import coverage
from groundswell.press.joining import Subject, matches
from groundswell.press.syndication import sources
from groundswell.settings import event_time

BEGAN = event_time("2026-03-17T20:41:00Z")
HOUR = 3_600_000_000
STORY = Subject(
    "this is for marguerite",
    ("#ThisIsForMarguerite", "ansel rook", "harbour light", "piano"),
    BEGAN,
    BEGAN + HOUR,
)
AGENCY = (
    "Singer Ansel Rook dedicated Harbour Light to his late sister Marguerite on Tuesday night, "
    "and the hall at the Lantern Awards fell silent for the whole of it. “I could hear the piano "
    "breathe,” host Petra Lindqvist said, according to Copper Weekly."
)
OWN = (
    "Four words were enough at the Lantern Awards. This is for Marguerite, Ansel Rook said before "
    "he played Harbour Light, and sat down at the piano. Nobody moved until he had left the stage."
)


def clip(outlet: str, title: str, text: str, *, hours: float = 0.5) -> Clipping:
    url = f"https://{outlet.lower().replace(' ', '')}.example/{len(title)}"
    return Clipping(url, title, outlet, round(BEGAN + hours * HOUR), text=text)


WIRE = clip("Wire Press", "Rook hushes Lantern Awards", AGENCY)
COPY = clip("Evening Courier", "Ansel Rook’s quiet tribute", AGENCY + " More follows.", hours=1)
CRITIC = clip("The Harbour Gazette", "This is for Marguerite", OWN, hours=0.7)
OTHER = clip("Copper Weekly", "Night Ferries open the show", "Forty drummers opened the night.")


def held(*found: Clipping) -> Clippings:
    them = Clippings()
    for one in found:
        them.add(one)
    return them


@pytest.mark.parametrize(
    ("clipping", "joined"),
    [
        (WIRE, True),
        (CRITIC, True),
        (OTHER, False),
        (replace(WIRE, published_us=BEGAN - 20 * HOUR), False),
        (replace(WIRE, published_us=BEGAN + 90 * HOUR), False),
        (clip("A", "What is this piano for?", "This is what it is for."), False),
    ],
    ids=["agency", "critic", "other", "before", "after", "everyday words"],
)
def test_articles_join_by_words_and_time(clipping: Clipping, joined: bool) -> None:
    """By the weight of what they share, near the story; each says why."""
    found = matches(STORY, [clipping])
    assert bool(found) is joined
    if found:
        assert "harbour light" in found[0].shared
        assert any("by weight" in why for why in found[0].why)


def test_an_address_that_posts_share_joins() -> None:
    """Whatever an article's words are."""
    story = replace(STORY, terms=(*STORY.terms, OTHER.url + "?from=post"))
    assert [m.why for m in matches(story, [OTHER])] == [("posts share its address",)]


def test_copies_are_one_source() -> None:
    """One text under two headlines, and two articles of one outlet, are one source each."""
    more = clip("The Harbour Gazette", "Lights out", "A power cut put the east stand into dark.")
    assert sources([WIRE, CRITIC, COPY, more]) == [[0, 2], [1, 3]]


def test_a_cause_needs_two_sources() -> None:
    """With one outlet, or one text that two print, the cause is unknown and it is said why."""
    alone = coverage(STORY, held(WIRE, COPY))
    assert (alone.sources, alone.evidence) == (1, ())
    assert alone.unknown.startswith("Wire Press alone")
    assert alone.articles[0].also == ("Evening Courier",)
    assert coverage(STORY, held()).unknown == "no article that is held tells of it"
    two = coverage(STORY, held(WIRE, COPY, CRITIC, OTHER))
    assert (two.sources, two.unknown) == (2, "")
    assert [e.outlet for e in two.evidence] == ["Wire Press", "The Harbour Gazette"]
    assert all(e.sentence in AGENCY + OWN for e in two.evidence)


def test_lines_are_the_articles_own() -> None:
    """Verbatim, with speaker, the outlet it comes through, and dates beside their words."""
    told = coverage(STORY, held(WIRE, CRITIC)).articles
    lines = [line for one in told for line in one.lines]
    assert all(line.sentence in AGENCY + OWN for line in lines)
    quoted = next(line for line in lines if "breathe" in line.sentence)
    assert (quoted.speaker, quoted.through) == ("Petra Lindqvist", "Copper Weekly")
    dated = next(line for line in lines if "Tuesday" in line.sentence)
    assert dated.dates == (("Tuesday night", "2026-03-17TNI"),)
    assert coverage(STORY, held(WIRE, CRITIC)).to_dict()["cause"]["known"] is True
