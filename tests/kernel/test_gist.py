"""What a story's terms are, and what is left out because it says nothing."""

from __future__ import annotations

import random
from dataclasses import replace

from groundswell.engines.loading import load_lexicon
from groundswell.kernel.pipeline import Kernel
from groundswell.kernel.text.tokens import Tables
from tests.conftest import batch_of
from tests.kernel.test_pipeline import SMALL, Post
from tests.kernel.test_running import talk


def everyday(rng: random.Random) -> list[Post]:
    """Plain English, forty posts a minute for an hour and a half."""
    return [
        (m * 60 + rng.random() * 60, f"user{rng.randrange(5_000)}", talk(rng))
        for m in range(90)
        for _ in range(40)
    ]


def test_terms_leave_out_what_says_nothing(tables: Tables) -> None:
    """No function word, no "RT", no shortener, no part of what is not said without the rest."""
    rng = random.Random(6)
    posts = everyday(rng)
    posts += [  # thirty people pass on a report
        (
            80 * 60 + i * 4.0,
            f"fan{i}",
            f"RT: explosion heard at the finish line {talk(rng)} https://t.co/{rng.getrandbits(40):x}",
        )
        for i in range(30)
    ]
    kernel = Kernel(replace(SMALL, top=20), tables, load_lexicon(tables))
    boards = kernel.add(batch_of(*sorted(posts))) + kernel.finish()
    (terms, *_) = [
        {term.casefold() for term in story.terms}
        for board in boards
        if board.at >= 83 * 60e6
        for story in board.stories
        if any("finish line" in term for term in story.terms)
    ]
    assert terms.isdisjoint({"rt", "t.co", "at", "the", "at the", "finish", "line", "finish line"})


def test_a_term_is_not_told_again_with_its_article(tables: Tables) -> None:
    """People say “the zarbok”, “a zarbok” and “zarbok”: the row and its moments say it once."""
    rng = random.Random(7)
    posts = everyday(rng)
    posts += [
        (80 * 60 + i * 3.0, f"fan{i}", f"{form} zarbok quendle {talk(rng)}")
        for i, form in enumerate(["the", "a", "no"] * 20)
    ]
    posts += [(80 * 60 + i * 3.0, f"pal{i}", f"the quendle {talk(rng)}") for i in range(25)]
    kernel = Kernel(replace(SMALL, top=20), tables, load_lexicon(tables))
    boards = kernel.add(batch_of(*sorted(posts))) + kernel.finish()
    rows = [story for board in boards for story in board.stories if "quendle" in story.title]
    assert rows
    for row in rows:
        for said in (row.terms, *(moment.terms for moment in row.moments)):
            assert not {"the quendle", "the zarbok", "a zarbok"} & {
                term.casefold() for term in said
            }
