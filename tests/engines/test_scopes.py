"""Which posts a scope takes, and which filters are refused."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from groundswell.engines.census import FIRMLY, MOST, SPOKEN, Census
from groundswell.engines.patterns import matcher
from groundswell.engines.scopes import Heard, chosen, joined, takes
from groundswell.errors import UsageError
from groundswell.kernel.pipeline import Kernel, Rules
from groundswell.kernel.text.tokens import Tables
from groundswell.model import Batch
from groundswell.scopes import scope
from tests.conftest import batch_of

AUTHORS = [
    "ann@example.social", "@bob@example.social", "https://Example.social/users/cat",
    "https://sub.example.social/@dan", "eve.example.social", "did:web:example.social",
    "did:plc:ewvi7nxzyoun6zhxrhs64oiz", "fay@notexample.social", "gus", "",
]  # fmt: skip


def taken(text: str, batch: Batch) -> list[int]:
    return takes(scope("name", text))(Heard(batch)).tolist()


def by(*authors: str) -> Batch:
    return batch_of(*((i, author, "x") for i, author in enumerate(authors)))


def test_a_host_is_what_an_account_lives_on() -> None:
    """Addresses, URLs, did:web and handles of the domain or below it; nothing that looks alike."""
    assert taken("host:example.social", by(*AUTHORS)) == [0, 1, 2, 3, 4, 5]
    assert taken("host:sub.example.social", by(*AUTHORS)) == [3]


def test_a_language_takes_its_regions_and_a_region_only_itself() -> None:
    """RFC 4647 basic filtering, whatever the case and the hyphen."""
    batch = by(*"abcdef")
    batch.langs = ["pt", "pt-BR", "PT_br", "ptx", "", "pt-PT"]
    assert taken("lang:pt", batch) == [0, 1, 2, 5]
    assert taken("lang:pt-BR", batch) == [1, 2]


def test_a_list_of_authors_takes_those_and_mastodons_spellings_of_them(tmp_path: Path) -> None:
    """Exact names; comments and empty lines are none; an address finds that account's URLs."""
    path = tmp_path / "crew.txt"
    path.write_text("\ufeff# crew\n\n ann@a.social \ndid:plc:x\n", "utf-8")
    batch = by("ann@a.social", "https://a.social/users/ann", "https://a.social/@ann", "did:plc:x",
               "ann", "# crew", "")  # fmt: skip
    assert taken(f"authors:{path}", batch) == [0, 1, 2, 3]


@pytest.mark.parametrize("content", [None, b"# nobody\n", b"\xff\xfe\xff"])
def test_a_list_that_is_none_is_named(content: bytes | None, tmp_path: Path) -> None:
    """Absent, without an author, or no text: the file and the board stand in the error."""
    path = tmp_path / "crew.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=r"crew\.txt for board 'name'"):
        takes(scope("name", f"authors:{path}"))


def test_a_filter_finds_text_in_any_width() -> None:
    """NFKC makes wide letters plain; case counts unless the pattern says otherwise."""
    batch = by(*"abcd")
    batch.texts = ["a Feist song", "ＦＥＩＳＴ", "feisty", "feist\n"]
    assert taken(r"match:(?i)\bfeist\b", batch) == [0, 1, 3]
    assert taken("match:Feist", batch) == [0]


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("(", "missing"),
        ("(?=a)b", "look-around"),
        (r"(a)\1", "back-references"),
        (r"\pL{100}", "too large"),
        ("(((a{100}){100}){100})", "repetition"),
        (r"(\pL+\s?){20}z", "at most 2000 instructions"),
        ("(a|b)*a(a|b){900}c", "at most 2000 instructions"),
    ],
)
def test_what_re2_refuses_or_is_too_large_is_a_clear_error(pattern: str, said: str) -> None:
    """The board, and what is wrong with its pattern, in one line."""
    with pytest.raises(UsageError, match=r"board 'name'") as caught:
        matcher(pattern, name="name")
    assert said in str(caught.value)


@pytest.mark.parametrize("pattern", ["(a*)*b", "(a|a)*b", "(a|aa)+b", "(a|b)*a(a|b){600}c"])
def test_no_pattern_hangs(pattern: str) -> None:
    """Patterns on which backtracking would take longer than the universe is old end at once."""
    matches = matcher(pattern, name="name")
    began = time.perf_counter()
    assert not matches("a" * 1_000_000)
    assert time.perf_counter() - began < 2


def test_chosen_columns_are_those_of_the_posts_alone(tables: Tables) -> None:
    """Tokens taken out of a batch equal those of a batch of only these posts, byte for byte."""
    kernel = Kernel(Rules(terms=1 << 14, ring_posts=1 << 10, ring_tokens=1 << 14), tables)
    posts = [(i, f"u{i}", text) for i, text in enumerate(["one two", "", "#three 東京都", "four"])]
    part = chosen(kernel.read(batch_of(*posts)), np.array([1, 2]))
    alone = kernel.read(batch_of(*posts[1:3], first=1))
    assert part[0] == alone[0]
    for name in ("hashes", "starts", "ends", "kinds", "joins", "first"):
        assert getattr(part[1], name).tolist() == getattr(alone[1], name).tolist()
    assert [c.tolist() for c in part[2]] == [c.tolist() for c in alone[2]]


def test_joined_columns_are_those_of_one_batch(tables: Tables) -> None:
    """Runs put one after the other equal the batch that holds all their posts, byte for byte."""
    kernel = Kernel(Rules(terms=1 << 14, ring_posts=1 << 10, ring_tokens=1 << 14), tables)
    posts = [(i, f"u{i}", text) for i, text in enumerate(["one two", "", "#three 東京都", "four"])]
    whole = kernel.read(batch_of(*posts))
    again = joined([chosen(whole, np.array(part)) for part in ([0], [1, 2], [3])])
    assert again[0] == whole[0]
    for name in ("hashes", "starts", "ends", "kinds", "joins", "first"):
        assert getattr(again[1], name).tolist() == getattr(whole[1], name).tolist()
        assert getattr(again[1], name).dtype == getattr(whole[1], name).dtype
    assert [c.tolist() for c in again[2]] == [c.tolist() for c in whole[2]]


def people(n: int, first: int = 0) -> np.ndarray:
    return np.arange(first, first + n, dtype=np.uint64)


def test_a_language_has_a_board_when_twenty_people_speak_it() -> None:
    """One person twenty times is not enough; regions count together; "und" is no language."""
    census = Census(0.999)
    for _ in range(SPOKEN):
        census.hear("en", people(1))
    census.hear("pt-BR", people(SPOKEN - 1))
    census.hear("und", people(500))
    assert census.close(1) == ([], [])
    census.hear("pt", people(1, first=900))
    assert census.close(1) == (["pt"], [])


def test_language_boards_are_bounded_and_the_least_used_gives_way() -> None:
    """With 24 taken a newcomer of the same use waits; one half as much again in use takes over."""
    census = Census(1.0)
    names = [f"a{chr(97 + i)}" for i in range(MOST)]
    for i, name in enumerate(names):
        census.hear(name, people(100 + i))
    assert census.close(1) == (names, [])
    census.hear("zu", people(110))
    assert census.close(1) == ([], [])
    census.hear("zu", people(int(100 * FIRMLY) - 109))
    assert census.close(1) == (["zu"], ["aa"])
    assert len(census.boards) == MOST
