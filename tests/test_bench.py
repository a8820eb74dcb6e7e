"""The benchmarks run, and say what CONTRACT asks of them; speed itself is not tested."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from groundswell.bench import long, memory, peers, whole
from groundswell.bench.measure import batch_of, chunks_of, machine
from groundswell.kernel.text.tokens import Tables


def test_decoding_and_the_full_way_are_measured_on_the_same_posts(tables: Tables) -> None:
    """One chunk, two rounds: a figure of each, and the ratio is that of the rounds."""
    found = whole.rounds(chunks_of(1), tables, 2, lambda _: None)
    assert len(found.decode) == len(found.full) == 2
    assert found.ratio == np.median(np.array(found.full) / np.array(found.decode))
    assert found.terms > 10_000
    assert found.evicted == 0


def test_two_threads_count_what_one_does(tables: Tables) -> None:
    """Both ways are timed over the same chunks."""
    rates = whole.two_threads(chunks_of(2), tables)
    assert all(rate > 0 for rate in rates.values())


def test_peers_count_the_tokens_of_the_same_posts(tables: Tables) -> None:
    """Each post's tokens, and words, pairs and triples of them."""
    chunks = chunks_of(1)
    tokens = peers.tokens_of(chunks, tables)
    assert len(tokens) == len(batch_of(chunks[0]))
    assert peers.grams([1, 2, 3]) == [(1,), (2,), (3,), (1, 2), (2, 3), (1, 2, 3)]


def test_a_long_run_marks_how_it_stands() -> None:
    """20,000 posts: marks at tenths and powers of ten, whose posts and terms only grow."""
    marks = long._run(20_000)
    assert [mark["posts"] for mark in marks] == [*range(2_000, 22_000, 2_000)]
    assert all(a["terms"] < b["terms"] for a, b in pairwise(marks))
    assert all(mark["us_per_post"] > 0 for mark in marks)


def test_the_parts_of_memory_add_up() -> None:
    """Ten thousand terms: what each part holds, to a megabyte of what the process does."""
    marks, parts = memory._to_a_million(10_000)
    assert [mark["terms"] >= 10_000 for mark in marks] == [False, True, True, True, True, True]
    assert abs(sum(parts.values()) - marks[-2]["rss_mb"]) < 1.5
    assert parts["table"] > parts["texts"] > 0


def test_the_machine_is_named() -> None:
    """The figures say of which machine they are, and how busy it was."""
    assert {"processor", "cores", "load", "python", "numpy"} <= machine().keys()
