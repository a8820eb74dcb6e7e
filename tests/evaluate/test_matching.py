"""The rule of matching, by examples that a person can check."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from groundswell.errors import UsageError
from groundswell.evaluate.events import read_events
from groundswell.evaluate.matching import Said, fold, head, whole
from tests.evaluate.boards import MINUTE, event, story


@pytest.mark.parametrize(
    ("synonym", "term", "hit"),
    [
        ("zouma", "Zouma", True),
        ("zouma", "Kurt Zouma scores", True),
        ("#zouma", "zouma", True),
        ("zouma", "@Zouma", True),
        ("Muller", "MÜLLER", True),
        ("ＧＯＡＬ", "goal", True),
        ("peoples vote", "#PeoplesVote", True),
        ("PeoplesVote", "peoples vote march", False),
        ("peoples vote", "the People’s Vote march", False),
        ("peoples vote", "People's Vote", True),
        ("red", "Redmond", False),
        ("red card", "card red", False),
        ("red card", "his red card", True),
        ("1-0", "1-0 Chelsea", True),
        ("1-0", "11-0", False),
        ("half time", "half-time", True),
        ("gerrard", "Gerrard's goal", True),
        ("goal", "", False),
        ("💔", "💔", True),
        ("💔", "goal", False),
    ],
)
def test_a_synonym_hits_a_term_as_whole_words_or_as_the_same_letters(
    synonym: str, term: str, hit: bool
) -> None:
    """Case, width, accents and a leading mark do not matter; parts of words do not hit."""
    assert fold(synonym).within(fold(term)) is hit
    assert Said.of([term, "unrelated"]).hits((fold(synonym),)) is hit


def test_words_of_two_terms_do_not_make_one_phrase() -> None:
    """A synonym must stand within one term, not across the border of two."""
    assert not Said.of(["his red", "card game"]).hits((fold("red card"),))


def test_moments_count_for_the_whole_story_and_not_for_its_head() -> None:
    """A goal that only a moment tells is said by the story, but not in the strict reading."""
    goal = event("Zouma", 0, 9, "zouma", "goal|1-0")
    told = story("a", "Chelsea", "goal", moment=("Zouma",))
    assert goal.share(whole(told)) == 1
    assert goal.share(head(told)) == 0.5


def test_one_version_of_an_event_is_enough() -> None:
    """Alternatives are other acceptable groups; groups of two versions do not add up."""
    either = event("Blackford", 0, 9, "blackford", "zero", other=("scotlandshafted", "ian"))
    assert either.share(Said.of(["Ian Blackford", "#ScotlandShafted"])) == 1
    assert either.share(Said.of(["Blackford", "#ScotlandShafted"])) == 0.5


def test_an_event_is_open_from_its_start_to_one_slice_past_its_end() -> None:
    """The board that closes as it starts holds nothing of it; one slice past the end still may."""
    goal = event("goal", 10, 12, "goal")
    open_at = [at for at in range(8, 16) if goal.open_at(at * MINUTE, MINUTE)]
    assert open_at == [11, 12, 13]


ROW = {"name": "n", "start": "2020-01-01T00:00:00Z", "end": "2020-01-01T00:01:00Z",
       "keywords": [["a"]]}  # fmt: skip


def test_events_are_read_with_decoys_and_alternatives(tmp_path: Path) -> None:
    """Unknown fields are passed over; a decoy has its kind; times are UTC."""
    rows = [
        ROW | {"observed": {"posts": 3}, "alternatives": [[["b"], ["c"]]], "kind": "goal"},
        ROW | {"kind": "decoy", "decoy": "spam"},
    ]
    path = tmp_path / "events.json"
    path.write_text(json.dumps(rows))
    one, two = read_events(path)
    assert (len(one.versions), one.decoy, two.decoy) == (2, "", "spam")
    assert (one.end - one.start, one.start) == (MINUTE, 1_577_836_800_000_000)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{}", "array"),
        ("[]", "at least one"),
        (json.dumps([ROW | {"keywords": [[]]}]), "empty one"),
        (json.dumps([ROW | {"keywords": []}]), "empty one"),
        (json.dumps([ROW | {"end": "2019-01-01T00:00:00Z"}]), "after its start"),
        (json.dumps([{"name": "n"}]), "start"),
        ("nonsense", "expected events"),
    ],
)
def test_what_is_no_list_of_events_is_refused_with_words(
    text: str, words: str, tmp_path: Path
) -> None:
    """Each mistake is a UsageError that says what was expected."""
    path = tmp_path / "events.json"
    path.write_text(text)
    with pytest.raises(UsageError, match=words):
        read_events(path)


def test_an_absent_file_is_a_usage_error(tmp_path: Path) -> None:
    """It names the file and what makes one."""
    with pytest.raises(UsageError, match="simulate"):
        read_events(tmp_path / "none.json")
