"""Doubts: each kind on evidence that a person can count, and how long one holds."""

from __future__ import annotations

from typing import Any

import numpy as np

from groundswell.kernel.trust.copies import Texts, copied
from groundswell.kernel.trust.doubts import Evidence, doubts, suspected, weigh
from groundswell.model import Doubt

COPIED = Doubt("copied-text", 0.9, "copied text")


def texts(posts: int, pasted: int = 0, *, repeats: bool = False) -> Texts:
    """Posts of ten pairs of words each; the first `pasted` say the same, the others their own."""
    pairs = np.arange(1_000, 1_000 + 10 * posts, dtype=np.uint64).reshape(posts, 10)
    pairs[:pasted] = np.arange(10)
    owners = np.repeat(np.arange(posts), 10)
    return Texts(pairs.ravel(), owners, np.ones(posts, np.bool_), np.full(posts, repeats))


def evidence(**columns: object) -> Evidence:
    """Forty posts by forty people who share nothing, but for what is given."""
    n = 40
    usual: dict[str, object] = {
        "authors": np.arange(1, n + 1, dtype=np.uint64),
        "texts": texts(n),
        "domains": np.zeros(n, np.uint64),
        "replies": np.zeros(n, np.uint64),
        "hosts": np.zeros(n, np.uint64),
        "elsewhere": np.arange(1, 101, dtype=np.uint64),
        "linked": np.zeros(100, np.uint64),
        "deleted": 0,
    }
    given: dict[str, Any] = usual | columns
    said: Texts = given.pop("texts")
    instances, domains = given.pop("elsewhere"), given.pop("linked")
    return Evidence(
        copied=copied(said, given["authors"]), repeats=said.repeats,
        elsewhere=lambda: instances, linked=lambda: domains, **given,
    )  # fmt: skip


def kinds(given: Evidence) -> list[str]:
    return [doubt.flag for doubt in doubts(given, share=0.5, min_posts=8)]


def test_people_who_share_nothing_are_not_doubted() -> None:
    """Forty people, forty texts, no domain, no account answered."""
    assert kinds(evidence()) == []


def test_people_of_one_instance_are_doubted_where_the_board_has_many() -> None:
    """Thirty of forty people of one instance that has a hundredth of the board; not of its half."""
    hosts = np.where(np.arange(40) < 30, 7, 0).astype(np.uint64)
    assert kinds(evidence(hosts=hosts)) == ["one-domain"]
    half = np.array([7, 8] * 50, np.uint64)
    assert kinds(evidence(hosts=hosts, elsewhere=half)) == []


def test_each_doubt_is_found_by_what_it_is_named_for() -> None:
    """Ten people for forty posts; one text; 30 links to one domain; 25 answers; 20 deletions."""
    most = np.where(np.arange(40) < 30, 7, 0).astype(np.uint64)
    assert kinds(evidence(authors=np.arange(40, dtype=np.uint64) % 10 + 1)) == ["few-authors"]
    assert kinds(evidence(texts=texts(40, 40))) == ["copied-text"]
    assert kinds(evidence(domains=most)) == ["one-domain"]
    assert kinds(evidence(replies=most)) == ["reply-campaign"]
    assert kinds(evidence(deleted=20)) == ["deleted-after"]


def test_the_domain_is_named_in_the_reason() -> None:
    """The reason names the domain that most link to, from a post that does."""
    domains = np.array([5] * 10 + [9] * 30, np.uint64)
    given = evidence(domains=domains, named=lambda i: f"domain of post {i}")
    (doubt,) = doubts(given, share=0.5, min_posts=8)
    assert doubt.reason == "one domain: 75% of the posts link to domain of post 10"


def test_a_domain_that_the_whole_board_links_to_says_nothing() -> None:
    """Thirty of forty posts link to one that a third of the board links to, as to a shortener."""
    most = np.where(np.arange(40) < 30, 7, 0).astype(np.uint64)
    assert kinds(evidence(domains=most, linked=np.array([7, 0, 0] * 30, np.uint64))) == []


def test_a_campaign_stays_doubted_until_as_many_others_have_written() -> None:
    """500 copied posts, then 499 others: doubted; one more: not."""
    doubted: dict[str, tuple[int, Doubt]] = {}
    assert weigh(doubted, (COPIED,), 500) == (COPIED,)
    assert weigh(doubted, (), 300) == (COPIED,)
    assert weigh(doubted, (), 199) == (COPIED,)
    assert weigh(doubted, (), 1) == ()
    assert doubted == {}


def test_what_looked_odd_at_first_is_cleared_soon() -> None:
    """Ten odd posts, ten others: no doubt is left."""
    doubted: dict[str, tuple[int, Doubt]] = {}
    weigh(doubted, (COPIED,), 10)
    assert weigh(doubted, (), 10) == ()


def test_most_must_surely_be_copies() -> None:
    """Thirty of forty people: doubted; 22 may be chance."""
    assert kinds(evidence(texts=texts(40, 30))) == ["copied-text"]
    assert kinds(evidence(texts=texts(40, 22))) == []


def test_a_wave_of_retweets_is_called_one() -> None:
    """The reason tells whether people paste a text or pass a post on."""
    (pasted,) = doubts(evidence(texts=texts(40, 36)), share=0.5, min_posts=8)
    (passed,) = doubts(evidence(texts=texts(40, 36, repeats=True)), share=0.5, min_posts=8)
    assert pasted.reason == "copied text: 90% of the people post the same words"
    assert passed.reason == "retweet wave: 90% of the people pass on one post"


def test_a_story_whose_first_posts_are_one_text_is_held_back_before_that_is_sure() -> None:
    """Three copies of five: too few to flag, enough to wait; two of five are chance."""
    first = {"authors": np.arange(1, 6, dtype=np.uint64), "domains": np.zeros(5, np.uint64),
             "replies": np.zeros(5, np.uint64), "hosts": np.zeros(5, np.uint64)}  # fmt: skip
    three, two = evidence(texts=texts(5, 3), **first), evidence(texts=texts(5, 2), **first)
    assert kinds(three) == []
    assert suspected(three, share=0.5)
    assert not suspected(two, share=0.5)
