"""Block lists in and out: one a line, our CSV, and the domain-block export of Mastodon."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.errors import UsageError
from groundswell.review import lists
from groundswell.review.decisions import Decision, Kind, draft
from groundswell.review.ledger import Ledger

MASTODON = """\
#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate
spam.example,suspend,true,true,"link farm, mostly",false
LOUD.example,silence,false,false,,false
media.example,noop,true,false,,false
b***.example,suspend,true,true,,true
spam.example,suspend,true,true,again,false
"""


def test_mastodon_s_export_blocks_suspended_and_limited_servers() -> None:
    """What is only refused media of is passed over; a hidden name is no name; nothing twice."""
    found = lists.taken(MASTODON.encode(), None, "ann", {})
    assert [(one.kind, one.subject, one.reason) for one in found.drafts] == [
        (Kind.INSTANCE, "spam.example", "link farm, mostly"), (Kind.INSTANCE, "loud.example", ""),
    ]  # fmt: skip
    assert (found.known, found.passed, found.wrong_lines) == (1, 1, 1)
    assert found.wrong[0][0] == 5


def test_a_list_of_one_a_line_needs_to_be_told_of_what_it_is() -> None:
    """Comments and empty lines are none; a hashtag is no comment."""
    text = b"\xef\xbb\xbf# spam\r\nfree money\r\n\r\n#FreeMoney\r\nfree  money\r\n"
    found = lists.taken(text, Kind.TERM, "ann", {})
    assert [one.subject for one in found.drafts] == ["free money", "#FreeMoney"]
    assert found.known == 1
    with pytest.raises(UsageError, match="--kind"):
        lists.taken(text, None, "ann", {})


@pytest.mark.parametrize("data", [b"\xff\xfe", b"a" * (lists.LARGEST + 1), b"a\n" * 100_001])
def test_what_is_no_list_is_refused_in_one_line(data: bytes) -> None:
    """No text, too large, too long."""
    with pytest.raises(UsageError) as error:
        lists.taken(data, Kind.TERM, "ann", {})
    assert "\n" not in str(error.value)


terms = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30)


@given(st.lists(terms.filter(lambda t: t.strip()), max_size=8))
def test_what_is_exported_is_imported_as_it_was(given_terms: list[str]) -> None:
    """Also formulas, quotes and commas; the log of all decisions too."""
    ledger = Ledger(clock=lambda: 1.5)
    for one in given_terms:
        ledger.add([draft("=ann", "block", "term", one, reason="-1")])
    made = ledger.all()
    again = lists.taken(lists.blocks_csv(made).encode(), None, "ann", {})
    assert [one.subject for one in again.drafts] == [one.subject for one in lists.blocks(made)]
    assert lists.log_of(lists.log_csv(made)) == made


def test_blocked_instances_go_out_as_mastodon_takes_them() -> None:
    """Undone ones and other kinds do not."""
    ledger = Ledger()
    ledger.add([draft("ann", "block", "instance", one) for one in ("a.example", "b.example")])
    ledger.add([draft("ann", "block", "domain", "c.example")])
    ledger.undo("ann", 1)
    text = lists.mastodon_csv(ledger.all())
    assert text.splitlines()[1:] == ["b.example,suspend,false,false,,false"]
    assert [one.subject for one in lists.taken(text.encode(), None, "x", {}).drafts] == [
        "b.example"
    ]


def test_a_kept_log_is_the_same_for_every_process(tmp_path: Path) -> None:
    """Numbers have no gaps, all of a list or nothing is kept, and nothing is ever changed."""
    from groundswell.archive import Archive

    with Archive(tmp_path) as archive:
        archive.begin("live", {})
        one, other = Ledger(tmp_path), Ledger(tmp_path)
        one.add([draft("ann", "block", "term", t) for t in ("a", "b")])
        made: list[Decision] = other.add([draft("bo", "hide", "story", "s")])
        assert made[0].id == 3
        assert one.undo("cy", 3, "a mistake").undoes == 3
        assert [(d.id, d.who, d.reason) for d in other.all()] == [
            (1, "ann", ""), (2, "ann", ""), (3, "bo", ""), (4, "cy", "a mistake"),
        ]  # fmt: skip
        assert other.newest() == 4
        with pytest.raises(UsageError, match="undone already"):
            one.undo("cy", 3)
