"""What an article says, according to whom: the rules, on articles made up for them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.errors import UsageError
from groundswell.press import Article, Quote, read_article
from tests.press.articles import BRITISH, NIGHT


@pytest.fixture(scope="module")
def night() -> Article:
    return read_article(NIGHT, published="2026-03-18")


def _quote(article: Article, words: str) -> Quote:
    return next(q for q in article.quotes if words in q.text)


def test_every_find_is_where_it_says(night: Article) -> None:
    """A find's offsets give its words, and its sentence stands in the text."""
    for quote in night.quotes:
        assert quote.text in night.text[quote.place.start : quote.place.end]
        assert quote.speaker_span
        start, end = quote.speaker_span
        assert night.text[start:end] == quote.printed
    for mention in night.dates:
        assert night.text[mention.place.start : mention.place.end] == mention.text
    for work in night.works:
        assert night.text[work.place.start : work.place.end] == work.title
    finds = [*night.quotes, *night.dates, *night.works, *night.attributions, *night.people]
    for place in (find.place for find in finds):
        assert night.text[place.sentence_start :].startswith(place.sentence)
        assert place.sentence_start <= place.start <= place.end


def test_an_outlet_goes_on_with_its_quote(night: Article) -> None:
    """What is said "according to" an outlet is so for the rest of the quote as well."""
    for words in ("never heard", "piano breathe"):
        quote = _quote(night, words)
        assert (quote.speaker, quote.printed, quote.outlet, quote.confidence) == (
            "Petra Lindqvist", "host Petra Lindqvist", "Copper Weekly", "high",
        )  # fmt: skip
    assert _quote(night, "every chord").outlet == "Evening Courier"
    assert _quote(night, "every chord").speaker is None  # three people are called Rook


def test_the_same_outlet_is_the_one_before(night: Article) -> None:
    """The outlet of "per the same outlet" is found; the printed words stay."""
    told = [(a.outlet, a.printed, a.how) for a in night.attributions]
    assert ("The Harbour Gazette", "the same outlet", "per") in told
    assert len(told) == 4


def test_a_post_that_is_quoted_is_a_post(night: Article) -> None:
    """Words of people without a name on a network are posts, with that network."""
    posts = [(q.text, q.speaker, q.platform) for q in night.quotes if q.kind == "post"]
    assert [p[1:] for p in posts] == [(None, "Bluesky"), (None, "Mastodon")]


def test_what_is_sung_is_not_said(night: Article) -> None:
    """Lyrics are no speech, with slashes or without."""
    assert not [q for q in night.quotes if "lamp" in q.text or "lantern that" in q.text]


def test_nobody_is_made_of_a_possessive_or_of_half_a_name(night: Article) -> None:
    """Three people are called Rook, so "Rook said" names none of them; nor is a mother one."""
    assert _quote(night, "He was ready").speaker is None
    assert _quote(night, "He was ready").printed == "Rook"
    assert {p.name for p in night.people} == {
        "Ansel Rook", "Petra Lindqvist", "Marguerite Rook", "Idris Rook",
    }  # fmt: skip
    assert _quote(night, "broke me").speaker is None


def test_dates_keep_their_words(night: Article) -> None:
    """Resolved beside the words that were printed; what is vague stays so."""
    known = {d.text: (d.value, d.how) for d in night.dates}
    assert known["March 17"] == ("2026-03-17", "inferred")
    assert known["September 2013"] == ("2013-09", "explicit")
    assert known["a few short weeks after"] == (None, "vague")
    assert [d.value for d in night.timeline] == ["2011", "2013-09", "2014-07", "2026-03-17"]


def test_works_are_as_printed(night: Article) -> None:
    """Titles, what they are, their printed year; and the sentences that say for whom."""
    works = {w.title: (w.kind, w.year) for w in night.works}
    assert works["Low Tide"] == ("album", "2019")
    assert works["Harbour Light"][0] in ("song", "single")
    assert {"Paper Boats", "Second Tide"} <= set(works)
    whom = [d.whom for d in night.dedications]
    assert whom[0] == "Marguerite Rook"


def test_quotes_of_other_printers() -> None:
    """Single marks with apostrophes in them, and a quote that a paragraph leaves open."""
    read = read_article(BRITISH, published="2026-04-29")
    assert [(q.speaker, q.rule) for q in read.quotes] == [
        ("Moira Blackwood", "inverted"),
        ("Moira Blackwood", "continued"),
        ("Tomos Pryce", "inside"),
        ("Tomos Pryce", "before"),
        ("Tomos Pryce", "open"),
    ]
    assert read.quotes[0].text == "We can’t wait any longer,"
    dates = {d.text: (d.value, d.quoted) for d in read.dates}
    assert dates == {"3 May": ("2026-05-03", False), "Tuesday": ("2026-04-28", True)}


@pytest.mark.parametrize(
    ("text", "speaker", "printed"),
    [
        ('"We won," the mayor said.', None, "the mayor"),
        ('Ann Lee, who had waited all night, said: "We won."', "Ann Lee", "Ann Lee"),
        ('Ann Lee spoke. As the crowd sang, Lee wept and said, "We won."', "Ann Lee", "Lee"),
        ('On Monday, Ann Lee told reporters that "we won."', "Ann Lee", "Ann Lee"),
        ('"We won it all," said Dr. Ann Lee of Leeds, smiling.', "Ann Lee", "Dr. Ann Lee of Leeds"),
        ('"We won it all," Ann Lee\'s mother said.', None, "Ann Lee's mother"),
        ('Ann Lee met Bo Lee. "We won it all," Lee said.', None, "Lee"),
        ('Mr. Bo Lee met Mrs. Ann Lee. "We won it all," Mrs. Lee said.', "Ann Lee", "Mrs. Lee"),
    ],
)
def test_who_speaks(text: str, speaker: str | None, printed: str) -> None:
    """Before, after, turned around, past what stands between commas."""
    quote = read_article(text).quotes[0]
    assert (quote.speaker, quote.printed) == (speaker, printed)


@pytest.mark.parametrize(
    "text",
    [
        'She starred in "The Long Way Home" and "Sea Glass" last year.',
        'The so-called "bridge to nowhere" was closed.',
        'Their film "We Won" opens on Friday.',
    ],
)
def test_names_of_things_are_not_said(text: str) -> None:
    """Titles and names in quotes are nobody's words."""
    assert not read_article(text).quotes


def test_what_nobody_is_named_for_is_of_low_confidence() -> None:
    """Speech without a speaker shows its sentence only."""
    read = read_article('The hall fell silent.\n\n"It was the end of a long night for us all."')
    assert [(q.confidence, q.speaker, q.printed) for q in read.quotes] == [("low", None, "")]


def test_without_a_day_only_printed_years_resolve() -> None:
    """Nothing is counted from a day that nobody gave."""
    read = read_article("It began on Oct. 14, yesterday, or in May 2019.")
    assert [(d.text, d.value) for d in read.dates] == [
        ("Oct. 14", None), ("yesterday", None), ("May 2019", "2019-05"),
    ]  # fmt: skip
    with pytest.raises(UsageError, match="expected a day"):
        read_article("", published="soon")


@settings(max_examples=60)
@given(st.text(alphabet="Aa .,\"“”‘’'\n:said he Bo Lee 2019/()", max_size=400))
def test_any_text_is_read(text: str) -> None:
    """No text breaks the reading, and every find stands in it."""
    read = read_article(text, published="2026-03-18")
    for quote in read.quotes:
        assert read.text[quote.place.start : quote.place.end]


def test_hostile_text_is_read_in_time() -> None:
    """Long runs of capitals, quotes or verbs take no time that grows with their square.

    The session's time limit on a test is what fails here.
    """
    for part in (
        "Ann ",
        '"a," he said, ',
        "Ann Lee said ",
        "said ",
        "“",
        "Mr. A. ",
        "he, ",
        "A’",
        "2019 ",
        "Ann-",
        ".",
    ):
        read_article(part * (50_000 // len(part)), published="2026-03-18")
