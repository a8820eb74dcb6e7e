"""Whether a subject was on the board before, as far as the archive goes back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import apsw
import pytest

from groundswell.archive import Archive, Retention
from groundswell.archive.backstory import Backstory, before
from groundswell.archive.reading import Reader
from groundswell.expression import Feeling, Mood, Phase
from groundswell.model import Story
from groundswell.settings import event_time
from tests.serve.archived import kept
from tests.serve.boards import MINUTE, board, story

NOW = event_time("2026-03-17T20:41:00Z")
LARGEST = (
    "The largest since our archive began on 3 February 2026: 301 people above usual, "
    "300 at the most before."
)
EARLIER = (  # title, terms, day, excess, confirmed
    ("Ansel Rook nominated", ("ansel rook", "#LanternAwards"), "2026-02-03T19:00:00Z", 300.0, True),
    ("ansel rook tour", ("Ansel Rook", "tour"), "2026-02-19T19:00:00Z", 80.0, True),
    ("ansel rook rumour", ("ansel rook",), "2026-02-20T19:00:00Z", 20.0, False),
    ("ansel rook arrives", ("ansel rook",), "2026-03-17T19:00:00Z", 60.0, True),
    *((f"prize {n}", ("#LanternAwards", f"prize {n}"), "2026-02-03T19:00:00Z", 50.0, True)
      for n in range(7)),
    ("tonight", ("tonight", "night"), "2026-02-25T19:00:00Z", 500.0, True),
)  # fmt: skip


def _told(title: str, terms: tuple[str, ...], when: str, excess: float, confirmed: bool) -> Story:
    return story(
        title, 1, terms=terms, started_at=event_time(when), excess=excess, confirmed=confirmed,
        doubts=(), moments=(), spark=(1,),
    )  # fmt: skip


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    nights = []
    for when in sorted({one[2] for one in EARLIER}):
        told = tuple(_told(*one) for one in EARLIER if one[2] == when)
        nights.append(replace(board(()), at=event_time(when) + MINUTE, stories=told))
    with Reader(kept(tmp_path_factory.mktemp("earlier"), nights)) as found:
        yield found


def _before(reader: Reader, *labels: str, at: int = NOW) -> Backstory:
    found = before(reader, "all", "this-one", labels, at)
    assert found is not None
    return found


def test_earlier_stories_of_a_subject(reader: Reader) -> None:
    """Those that share a name, the newest first; not what only stirred, nor this occasion."""
    found = _before(reader, "this is for marguerite", "#AnselRook", "harbour light")
    assert [one.story.title for one in found.episodes] == [
        "ansel rook tour", "Ansel Rook nominated",
    ]  # fmt: skip
    assert found.episodes[0].shared == ("#AnselRook",)


def test_what_names_the_board_or_nothing_joins_nothing(reader: Reader) -> None:
    """A show's hashtag and everyday words are no subject."""
    found = _before(reader, "#LanternAwards", "tonight")
    assert not found.episodes
    assert found.said(40.0) == (
        "First time on this board since our archive began on 3 February 2026.",
    )


@pytest.mark.parametrize(
    ("peak", "said"),
    [
        (120.0, "Larger on 3 February 2026: 300 people above usual then, 120 now."),
        (301.0, LARGEST),
    ],
)  # fmt: skip
def test_how_large_it_was_then(reader: Reader, peak: float, said: str) -> None:
    """Since when it was not there, and whether it was ever larger."""
    told = _before(reader, "ansel rook").said(peak)
    assert told == ("First time on this board since 19 February 2026.", said)


def _felt(label: str, phases: tuple[Phase, ...] = ()) -> Mood:
    return Mood((Feeling(label, 0.5, 0.4, 0.6, 0.125),), 100, 3, (label,), phases=phases)


NOT_READ = Mood((), 0, 7, note="no model")


@pytest.mark.parametrize(
    ("slices", "kept_mood"),
    [
        ([(10.0, _felt("joy", (Phase(MINUTE, "joy"),))), (30.0, _felt("love")),
          (20.0, _felt("anger"))], _felt("love")),
        ([(10.0, NOT_READ), (5.0, _felt("joy")), (3.0, _felt("anger"))], _felt("joy")),
        ([(10.0, _felt("joy")), (30.0, None)], _felt("joy")),
        ([(10.0, None), (30.0, NOT_READ)], None),
    ],
    ids=["at its largest", "read later", "never unread", "never read"],
)  # fmt: skip
def test_how_it_read_then(
    slices: list[tuple[float, Mood | None]], kept_mood: Mood | None, tmp_path: Path
) -> None:
    """The mood at its largest outlasts the states, which are kept for a month."""
    began = event_time("2026-02-03T19:00:00Z")
    nights = [
        replace(board(()), at=began + n * MINUTE, stories=(
            replace(_told("Ansel Rook", ("ansel rook",), "2026-02-03T19:00:00Z", excess, True),
                    mood=mood),
        ))
        for n, (excess, mood) in enumerate(slices, 1)
    ]  # fmt: skip
    folder = kept(tmp_path, nights)
    with Archive(folder, retention=Retention(boards=1)) as archive:
        archive.commit([replace(board(()), at=NOW, stories=())], [], {})
    with Reader(folder) as reader:
        assert list(reader.rows("SELECT * FROM state")) == []
        (found,) = _before(reader, "ansel rook").episodes
    assert found.mood == kept_mood


def test_an_archive_from_before_moods_has_none(tmp_path: Path) -> None:
    """One that is read and was never opened by a run since: its stories are told without."""
    when = EARLIER[0][2]
    night = replace(board(()), at=event_time(when) + MINUTE, stories=(_told(*EARLIER[0]),))
    folder = kept(tmp_path, [night])
    with closing(apsw.Connection(str(folder / "archive.sqlite"))) as db:
        db.execute("ALTER TABLE story DROP COLUMN mood")
    with Reader(folder) as reader:
        (found,) = _before(reader, "ansel rook").episodes
    assert (found.story.title, found.mood) == ("Ansel Rook nominated", None)


def test_an_archive_that_begins_with_the_story_knows_nothing(reader: Reader) -> None:
    """Then nothing is said, rather than "for the first time"."""
    begins = event_time("2026-02-03T19:00:00Z")
    assert before(reader, "all", "x", ("ansel rook",), begins) is None
