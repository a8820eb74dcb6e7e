"""Doubts: each kind on evidence that a person can count, and how long one holds."""

from __future__ import annotations

import numpy as np

from groundswell.kernel.doubts import Evidence, doubts, signatures, weigh
from groundswell.model import Doubt

COPIED = Doubt("copied-text", 0.9, "copied text")


def evidence(**columns: object) -> Evidence:
    """Forty posts by forty people who share nothing, but for what is given."""
    n = 40
    spread = np.arange(1, 4 * n + 1, dtype=np.uint64).reshape(n, 4)
    usual: dict[str, object] = {
        "authors": np.arange(1, n + 1, dtype=np.uint64),
        "bands": spread,
        "domains": np.zeros(n, np.uint64),
        "replies": np.zeros(n, np.uint64),
        "hosts": np.zeros(n, np.uint64),
        "elsewhere": np.arange(1, 101, dtype=np.uint64),
        "deleted": 0,
    }
    return Evidence(**(usual | columns))  # type: ignore[arg-type]


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
    same = np.ones((40, 4), np.uint64)
    most = np.where(np.arange(40) < 30, 7, 0).astype(np.uint64)
    assert kinds(evidence(authors=np.arange(40, dtype=np.uint64) % 10 + 1)) == ["few-authors"]
    assert kinds(evidence(bands=same)) == ["copied-text"]
    assert kinds(evidence(domains=most)) == ["one-domain"]
    assert kinds(evidence(replies=most)) == ["reply-campaign"]
    assert kinds(evidence(deleted=20)) == ["deleted-after"]


def test_the_domain_is_named_in_the_reason() -> None:
    """The reason names the domain that most link to, from a post that does."""
    domains = np.array([5] * 10 + [9] * 30, np.uint64)
    given = evidence(domains=domains, named=lambda i: f"domain of post {i}")
    (doubt,) = doubts(given, share=0.5, min_posts=8)
    assert doubt.reason == "one domain: 75% of the posts link to domain of post 10"


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


def test_small_edits_are_copies_and_own_sentences_are_not() -> None:
    """A text of twenty words with one changed shares a band; another text of the same words not."""
    words = np.arange(1, 21, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    edited, shuffled = words.copy(), words.copy()
    edited[10] = 12345
    np.random.default_rng(1).shuffle(shuffled)
    hashes = np.concatenate([words, edited, shuffled])
    first = np.array([0, 20, 40], np.int64)
    count = np.full(3, 20, np.int64)
    bands = signatures(hashes, np.zeros(60, np.uint8), first, count)
    assert (bands[0] == bands[1]).any()
    assert not (bands[0] == bands[2]).any()
