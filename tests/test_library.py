"""The library: the same boards as the command line, from whatever a program has its posts in."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import groundswell as gs
from groundswell.cli.app import app
from tests.kernel.test_pipeline import moment, ordinary

BEGIN = datetime(2026, 3, 17, 20, tzinfo=UTC)
Dict = dict[str, Any]


def night(minutes: int = 40) -> list[Dict]:
    """Posts of a made-up night as dicts; sixty people say one thing at 30:00."""
    rng = random.Random(1)
    posts = sorted(ordinary(minutes, rng) + moment(30, 60, "this is for marguerite", rng))
    return [
        {
            "id": f"p{i}", "text": text, "author": author,
            "created_at": (BEGIN + timedelta(microseconds=int(t * 1e6))).isoformat(),
        }
        for i, (t, author, text) in enumerate(posts)
    ]  # fmt: skip


@cache
def boards_of(minutes: int = 40) -> tuple[gs.Board, ...]:
    """The boards of `night`, made once: many tests compare with them."""
    return tuple(gs.trends(night(minutes)))


def lines(posts: list[Dict], path: Path) -> Path:
    path.write_text("".join(json.dumps(post) + "\n" for post in posts), "utf-8")
    return path


def command(path: Path) -> list[Dict]:
    """The board lines of `replay --format ndjson`."""
    said = CliRunner().invoke(app, ["replay", str(path), "--format", "ndjson", "--no-summary"])
    assert said.exit_code == 0
    told = [json.loads(line) for line in said.stdout.splitlines()]
    return [one for one in told if one["type"] == "board"]


def test_boards_are_those_of_replay_also_out_of_order(tmp_path: Path) -> None:
    """Posts in memory, up to a minute out of order, give the boards of the file in order."""
    posts = night()
    expected = command(lines(posts, tmp_path / "night.ndjson"))
    rng = random.Random(2)
    late = sorted(posts, key=lambda p: datetime.fromisoformat(p["created_at"]).timestamp()
                  + rng.random() * 59)  # fmt: skip
    found = list(gs.trends(late))
    assert [board.to_dict() for board in found] == expected
    assert any("marguerite" in board.stories[0].title for board in found if board.stories)


class Polars:
    """What a polars frame can do, as far as it is used."""

    def __init__(self, rows: list[Dict], names: list[str] | None = None) -> None:
        self.rows, self.columns = rows, names or list(rows[0])

    def select(self, names: list[str]) -> Polars:
        return type(self)(self.rows, names)

    __getitem__ = select

    def iter_rows(self) -> Iterator[tuple[Any, ...]]:
        return (tuple(row[name] for name in self.columns) for row in self.rows)


class Pandas(Polars):
    """What a pandas frame can do."""

    iter_rows = None  # type: ignore[assignment]

    def itertuples(self, *, index: bool, name: None) -> Iterator[tuple[Any, ...]]:
        assert not index
        return Polars.iter_rows(self)

    def __getattribute__(self, name: str) -> Any:
        if name == "iter_rows":
            raise AttributeError(name)
        return object.__getattribute__(self, name)


def timed(posts: list[Dict], zone: timezone | None) -> list[Dict]:
    """The same with datetimes: of a zone, or naive UTC."""
    times = [datetime.fromisoformat(post["created_at"]) for post in posts]
    moved = [t.astimezone(zone) if zone else t.replace(tzinfo=None) for t in times]
    return [post | {"created_at": t} for post, t in zip(posts, moved, strict=True)]


def shapes(posts: list[Dict]) -> dict[str, Any]:
    """The same posts in every form that a program may hold them in."""
    arrow = pytest.importorskip("pyarrow")
    naive = timed(posts, None)
    return {
        "posts": (gs.Post(**post) for post in timed(posts, timezone(timedelta(hours=-5)))),
        "naive text": [p | {"created_at": p["created_at"][:-6]} for p in posts],
        "extra fields": [p | {"likes": object(), "score": float("nan")} for p in posts],
        "polars": Polars([p | {"unknown": object()} for p in naive]),
        "pandas": Pandas([p | {"lang": float("nan")} for p in naive]),
        "arrow": arrow.Table.from_pylist(naive),
    }


def test_every_shape_of_the_posts_gives_the_same_boards() -> None:
    """Dicts, `Post`s, frames with naive times and with values that are missing: one result."""
    posts = night(3)
    expected = boards_of(3)
    for shape, given in shapes(posts).items():
        assert tuple(gs.trends(given)) == expected, shape


@pytest.mark.parametrize("package", ["polars", "pandas"])
def test_real_frames_are_read_and_made(package: str) -> None:
    """With the package installed: its frame gives the boards of the dicts."""
    frames = pytest.importorskip(package)
    posts = timed(night(3), UTC)
    assert list(gs.trends(frames.DataFrame(posts))) == list(gs.trends(posts))


BAD: list[tuple[Any, str]] = [
    ({"id": "x", "created_at": BEGIN}, "got none"),
    ({"text": "hello", "created_at": BEGIN}, "without"),
    ({"id": "x", "text": "hello", "created_at": "yesterday"}, "created_at"),
    ({"id": "x", "text": "\ud800", "created_at": BEGIN}, "surrogate"),
    ({"id": "x", "text": "hello", "created_at": datetime(1, 1, 1, tzinfo=UTC)}, "1990"),
    ({"id": "x", "text": "hello", "created_at": BEGIN, "author": object()}, "object"),
    ({"id": 1.5, "text": "hello", "created_at": BEGIN}, "str"),
    ("hello", "dict or gs.Post"),
]


@pytest.mark.parametrize(("bad", "words"), BAD, ids=[words for _, words in BAD])
def test_a_bad_post_is_skipped_and_told_once(bad: Any, words: str) -> None:
    """The others give their boards; one warning says how many, which was first, and why."""
    posts = night(2)
    with pytest.warns(UserWarning, match="skipped 2 of") as told:
        found = tuple(gs.trends([posts[0], bad, *posts[1:], bad]))
    assert found == boards_of(2)
    assert len(told) == 1
    assert "number 2: " in str(told[0].message)
    assert words in str(told[0].message)
    assert told[0].filename == __file__


def test_a_dict_and_its_line_are_judged_alike(tmp_path: Path) -> None:
    """What the file's reader rejects is skipped here, and the reason is the same."""
    writable = [bad for bad, _ in BAD[:3] if isinstance(bad, dict)] + [{"id": "", "text": "x"}]
    posts = [bad | {"created_at": str(bad.get("created_at", ""))} for bad in writable]
    path = lines([*posts, night(1)[0]], tmp_path / "bad.ndjson")
    said = CliRunner().invoke(app, ["replay", str(path), "--format", "ndjson", "--rejects"])
    assert said.exit_code == 0
    kept = Path(f"{path}.rejected.ndjson").read_text("utf-8").splitlines()
    for post, line in zip(posts, kept, strict=True):
        with pytest.warns(UserWarning, match="skipped 1") as told:
            list(gs.trends([post, *night(1)]))
        assert json.loads(line)["reason"] in str(told[0].message)


def test_frames_of_a_stream_and_statuses_are_recognised() -> None:
    """A Mastodon Status as a dict is a post, as it is in a file."""
    status = {
        "id": "1", "uri": "https://a.example/1", "created_at": "2026-03-17T20:00:00.000Z",
        "content": "<p>hello there</p>", "visibility": "public", "language": "en",
        "account": {"acct": "ann", "url": "https://a.example/@ann"},
    }  # fmt: skip
    assert [board.posts for board in gs.trends([status])] == [1]


def test_wrong_arguments_are_refused_at_once() -> None:
    """Before anything is read: what was expected, what came, and the nearest good one."""
    with pytest.raises(gs.UsageError, match=r"column `text` in the frame.*rename `txt`"):
        gs.trends(Polars([{"id": 1, "txt": "x", "created_at": BEGIN}]))
    with pytest.raises(gs.UsageError, match="got str"):
        gs.trends("night.ndjson")
    with pytest.raises(gs.UsageError, match="got dict"):
        gs.trends(night(1)[0])
    with pytest.raises(gs.UsageError, match="length such as 60s"):
        gs.trends([], slice="soon")
    with pytest.raises(gs.UsageError, match="expected top between 1 and 100"):
        gs.trends([], top=0)


def test_nothing_good_is_an_error_that_says_why() -> None:
    """Neither no post nor only bad ones make an empty result that looks like a quiet night."""
    with pytest.raises(gs.NothingToReadError, match="none among 0"):
        list(gs.trends([]))
    with pytest.raises(gs.NothingToReadError, match="number 1: expected a post with `text`"):
        list(gs.trends([{"id": 1, "created_at": BEGIN}]))


def test_boards_come_while_posts_are_still_made() -> None:
    """An endless stream of posts gives its first boards; no more is read than they need."""
    taken = 0

    def endless() -> Iterator[Dict]:
        nonlocal taken
        while True:
            yield {"id": taken, "text": "hello", "created_at": BEGIN + timedelta(seconds=taken)}
            taken += 1

    boards = gs.trends(endless())
    assert next(boards).posts == 60
    assert taken < 1_000


def test_top_and_slice_are_the_commands() -> None:
    """No more stories than asked for; boards at the ends of longer slices."""
    found = list(gs.trends(night(), slice="5m", top=1))
    assert [board.at // 60_000_000 % 5 for board in found] == [0] * len(found)
    assert max(len(board.stories) for board in found) == 1


def test_explain_says_why_from_posts_in_memory() -> None:
    """At the moment's height, before it, with text and datetime for the time."""
    posts = night()
    best = gs.explain("marguerite", posts)
    assert best.story is not None
    before = gs.explain("marguerite", posts, at=BEGIN + timedelta(minutes=10))
    assert before.story is None
    assert before.listed_at is not None
    assert "It came onto the board later" in str(before)
    assert before == gs.explain("marguerite", posts, at="2026-03-17 20:10")
    with pytest.raises(gs.UsageError, match="expected a word"):
        gs.explain("...", posts)
    with pytest.raises(gs.UsageError, match="expected a time as"):
        gs.explain("marguerite", posts, at="eight")


def test_a_frame_has_a_row_a_story_and_board(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever package makes it: columns of one length, in order, for a list or one board."""
    boards = list(boards_of())
    made: list[Dict] = []

    class Package:
        class DataFrame(dict[str, Any]):
            def __init__(self, columns: Dict, **how: Any) -> None:
                super().__init__(columns)
                made.append(how)

        String = Int64 = Float64 = "kind"
        Datetime = List = staticmethod(lambda *_: "kind")
        to_datetime = staticmethod(lambda column, **_: list(column))

    for package in ("polars", "pandas"):
        monkeypatch.setattr("groundswell.library._package", {package: Package}.get)
        frame = gs.to_frame(boards)
        stories = [(board, story) for board in boards for story in board.stories]
        assert frame["title"] == [story.title for _, story in stories]
        assert frame["at"] == [board.at for board, _ in stories]
        assert frame["terms"] == [list(story.terms) for _, story in stories]
        last = gs.to_frame(boards[-1])
        assert set(last["at"]) == {boards[-1].at}
    assert list(made[0]["schema"]) == list(last)


def test_without_a_package_a_frame_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither polars nor pandas: an error with the way out."""
    monkeypatch.setattr("groundswell.library._package", lambda _: None)
    with pytest.raises(gs.UsageError, match="pip install polars"):
        gs.to_frame([])


@pytest.mark.parametrize("package", ["polars", "pandas"])
def test_a_real_frame_has_times_and_lists(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the package installed: one row a story, typed also when there is none."""
    frames = pytest.importorskip(package)
    monkeypatch.setattr("groundswell.library._package", {package: frames}.get)
    boards = list(boards_of())
    frame = gs.to_frame(boards)
    assert isinstance(frame, frames.DataFrame)
    assert len(frame) == sum(len(board.stories) for board in boards)
    assert list(frame.columns) == list(gs.to_frame([]).columns)
    assert frame["started_at"][0].tzinfo is not None
    assert list(frame["terms"][0]) == list(next(b for b in boards if b.stories).stories[0].terms)


def test_importing_loads_no_engine() -> None:
    """`import groundswell` alone brings neither loops, numpy nor word lists."""
    code = (
        "import sys, groundswell as gs; gs.Post, gs.Board, gs.UsageError, gs.__version__;"
        "print([m for m in ('llvmlite', 'numpy', 'wordfreq', 'msgspec') if m in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_all_that_is_named_is_there() -> None:
    """Every name of `__all__` can be had, and nothing else by accident."""
    assert all(getattr(gs, name) is not None for name in gs.__all__)
    with pytest.raises(AttributeError, match="opinions"):
        gs.opinions  # noqa: B018 -- that it fails is the claim


def test_the_readmes_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The block of the README, as it stands there, over a file of posts."""
    readme = Path(__file__).resolve().parents[1] / "README.md"
    block = readme.read_text("utf-8").split("```python\n", 1)[1].split("```", 1)[0]
    lines(night(), tmp_path / "night.ndjson")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("groundswell.library._polars", lambda _, columns: columns)
    monkeypatch.setattr("groundswell.library._package", {"polars": "polars"}.get)
    names: Dict = {}
    exec(block, names)  # noqa: S102 -- our own README
    assert names["board"].stories
    assert len(names["frame"]["title"]) > 10


def test_a_post_is_its_line() -> None:
    """`to_dict` leaves out what is not known, and gives every time its zone."""
    post = gs.Post("1", "hello", datetime(2026, 3, 17, 20), author="ann")  # noqa: DTZ001
    assert post.to_dict() == {
        "id": "1", "text": "hello", "created_at": "2026-03-17T20:00:00+00:00", "author": "ann",
    }  # fmt: skip


def test_a_clean_run_warns_of_nothing() -> None:
    """Good posts, no warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert list(gs.trends(night(1)))


def test_feelings_are_probabilities_of_28_labels() -> None:
    """A text has 28 probabilities; what its words say outright is the most probable."""
    found = gs.feelings(["thank you so much, that was kind", "I hate you, you idiot"])
    assert [max(one, key=one.get) for one in found] == ["gratitude", "anger"]  # type: ignore[arg-type]
    assert all(len(one) == 28 and all(0 <= p <= 1 for p in one.values()) for one in found)
    assert gs.feelings([]) == []
    with pytest.raises(gs.UsageError, match="one"):
        gs.feelings("thank you")
    with pytest.raises(gs.UsageError, match="texts"):
        gs.feelings(["thank you", None])  # type: ignore[list-item]


def test_a_mood_counts_each_author_once() -> None:
    """The mood of posts says how many people were read, and how many posts were not."""
    said = [
        {"id": n, "text": "thank you so much" if n % 2 else "gracias", "author": f"a{n % 50}",
         "created_at": "2026-03-17T20:00:00Z", "lang": "en" if n % 2 else "da"}
        for n in range(100)
    ]  # fmt: skip
    mood = gs.mood(said)
    assert (mood.n, mood.abstained) == (25, 25)
    assert mood.dominant[0] == "gratitude"
    assert list(mood.shares) == list(mood.intervals)
    assert mood.to_dict()["shares"]["gratitude"] == mood.shares["gratitude"]
    with pytest.raises(gs.NothingToReadError):
        gs.mood([])
