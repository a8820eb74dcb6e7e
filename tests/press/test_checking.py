"""Open data beside the desk: asked once, later, in bounds, and not at once after a failure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from groundswell.errors import SourceError
from groundswell.press import Article, read_article
from groundswell.press.checking import LONGEST, PAUSE, WAITING, Checker
from groundswell.press.clippings import Clipping
from groundswell.press.knowledge import MOST_NAMES, KnownWork, discrepancies

TEXT = "Idris Rook sang from his 2019 album Low Tide."
KNOWN = KnownWork("Low Tides", "2019", "Wikidata", "https://www.wikidata.org/")


class Service:
    """Knows one work, or does not answer; counts the names that it is asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.down = False

    def works(self, creator: str) -> Sequence[KnownWork]:
        self.asked.append(creator)
        if self.down:
            raise SourceError("expected an answer, got 503")
        return [KNOWN]


def clip(number: int = 1, text: str = TEXT) -> tuple[Clipping, Article]:
    return (
        Clipping(f"https://n.example/{number}", "Title", "N", 0, text=text), read_article(text),
    )  # fmt: skip


def test_an_article_is_asked_about_once() -> None:
    """Not while a page is made; again only when its text is another."""
    service = Service()
    checker = Checker([service])
    for _ in range(3):
        assert checker.otherwise(*clip()) == ()
    assert (service.asked, checker._queue.qsize()) == ([], 1)
    assert checker.check(*clip()) == 0.0
    assert [str(one) for one in checker.otherwise(*clip())] == [
        "printed: Low Tide, 2019; Wikidata: Low Tides, 2019"
    ]
    assert service.asked == ["Idris Rook"]
    assert checker.otherwise(*clip(text=f"{TEXT} It rained.")) == ()
    assert checker._queue.qsize() == 2


def test_who_does_not_answer_is_left_alone_for_longer_each_time() -> None:
    """And what it did not say is not taken for nothing to say."""
    service = Service()
    checker = Checker([service])
    checker.otherwise(*clip())
    service.down = True
    assert [checker.check(*clip()) for _ in range(3)] == [PAUSE, 2 * PAUSE, 4 * PAUSE]
    for _ in range(20):
        longest = checker.check(*clip())
    assert longest == LONGEST
    checker.otherwise(*clip())
    assert checker._queue.qsize() == 2  # it waits anew
    service.down = False
    assert checker.check(*clip()) == 0.0
    assert checker.otherwise(*clip())


def test_what_waits_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of many articles, an article of many names, and results of all that were ever shown."""
    checker = Checker([Service()])
    for number in range(2 * WAITING):
        checker.otherwise(*clip(number))
    assert len(checker._waiting) == checker._queue.qsize() == WAITING
    monkeypatch.setattr("groundswell.press.checking.HELD", 3)
    for number in range(9):
        checker.check(*clip(number))
    assert len(checker._known) == 3
    service = Service()
    article = read_article(TEXT)
    works = [replace(article.works[0], creator=f"Rook {n}") for n in range(2 * MOST_NAMES)]
    discrepancies(replace(article, works=tuple(works)), service)
    assert len(set(service.asked)) == MOST_NAMES


def test_made_up_articles_are_not_asked_about() -> None:
    """Nor those without a work of somebody's."""
    checker = Checker([Service()])
    made_up, article = clip()
    made_up = Clipping(made_up.url, "", "", 0, text=TEXT, simulated=True)
    checker.otherwise(made_up, article)
    checker.otherwise(*clip(text="Nobody sang."))
    assert checker._queue.empty()
