"""The article that the product comes from, and the marked ones: where they are at hand."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest

from groundswell.evaluate import press
from groundswell.press import Article, read_article


@pytest.fixture(scope="module")
def article(data: Path) -> Article:
    path = data.parent / "example" / "article.txt"
    if not path.is_file():
        pytest.skip("needs ../shared/example, which is not distributed")
    return read_article(path.read_text("utf-8"), published="2020-10-15")


def test_quotes_and_their_outlets(article: Article) -> None:
    """Five quotes of named people, each with its outlet; two posts; no lyrics."""
    said = [(q.speaker, q.outlet) for q in article.quotes if q.kind == "speech"]
    assert said == [
        ("John Legend", None),
        ("Kelly Clarkson", "Us Weekly"),
        ("Kelly Clarkson", "Us Weekly"),
        ("John Legend", "Cosmopolitan"),
        ("Chrissy Teigen", "HuffPost"),
    ]
    assert [q.platform for q in article.quotes if q.kind == "post"] == ["Twitter", "Twitter"]
    outlets = [(a.outlet, a.printed) for a in article.attributions]
    assert outlets == [
        ("Us Weekly", "Us Weekly"), ("PopSugar", "PopSugar"), ("PopSugar", "the same outlet"),
        ("Cosmopolitan", "Cosmopolitan"), ("HuffPost", "HuffPost"),
    ]  # fmt: skip


def test_dates_and_works(article: Article) -> None:
    """What the article dates and names, as it prints it."""
    assert [(d.text, d.value) for d in article.timeline] == [
        ("September 2013", "2013-09"), ("July 2014", "2014-07"),
        ("Sept. 30, 2020", "2020-09-30"), ("Oct. 14", "2020-10-14"),
    ]  # fmt: skip
    assert [d.text for d in article.dates if d.how == "vague"] == ["just a few short weeks prior"]
    assert {w.title for w in article.works} == {
        "Never Break", "Bigger Love", "Wild", "Good Morning", "Evolve", "The Beginning",
        "All of Me", "You & I (Nobody in the World)",
    }  # fmt: skip
    assert ("Evolve", "2008") in {(w.title, w.year) for w in article.works}
    for_her = [d for d in article.dedications if d.whom == "Chrissy Teigen"]
    assert {title for d in for_her for title in d.works} >= {
        "Never Break", "Good Morning", "You & I (Nobody in the World)",
    }  # fmt: skip


def test_marked_articles(data: Path) -> None:
    """A part of PolNeAR is read about as well as docs/press.md says; a broken rule shows here."""
    rows = islice(press.rows(data / "press" / "polnear_train.ndjson.gz"), 0, None, 6)
    found = press.quotes(row for row in rows if press.fold(row["id"]))
    assert found["right"] / found["found"] > 0.9
    assert found["long_found"] / found["long"] > 0.95
    assert found["speaker"] / found["given"] > 0.94
    assert found["high_speaker"] / found["high_given"] > 0.97
