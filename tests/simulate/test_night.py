"""The made-up night: the same for the same seed, with its truth in it."""

from __future__ import annotations

import hashlib
import io
import json
from collections import Counter
from itertools import islice
from pathlib import Path

import pytest

from groundswell.errors import UsageError
from groundswell.model import Batch
from groundswell.simulate import (
    Post,
    SimulatedNight,
    frames,
    generate,
    load_frames,
    load_scenario,
    truth,
    write,
)
from groundswell.sources.decode import FrameDecoder
from groundswell.sources.recordings import Recording


@pytest.fixture(scope="module")
def night() -> list[Post]:
    return list(generate(load_scenario("awards-night"), seed=1))


def digest(posts: list[Post]) -> str:
    return hashlib.sha256(json.dumps(posts).encode()).hexdigest()


def test_a_seed_is_a_night() -> None:
    """The same seed gives the same bytes, another one others."""
    scenario = load_scenario("awards-night")
    one, again, other = (
        digest(list(generate(scenario, seed=seed, rate=0.05))) for seed in (3, 3, 4)
    )
    assert one == again
    assert one != other


def test_it_is_long_and_large_enough(night: list[Post]) -> None:
    """At least three hours, 60,000 posts, 10,000 people, in order, each id once."""
    posts = [post for post in night if "text" in post]
    times = [post.get("created_at") or post["deleted_at"] for post in night]
    assert len(posts) >= 60_000
    assert times == sorted(times)
    assert times[0] < "2026-03-17T19:01"
    assert times[-1] > "2026-03-17T22:00"
    assert len({post["id"] for post in posts}) == len(posts)
    assert len({post["author"] for post in posts}) >= 10_000
    assert len({post["text"] for post in posts}) > 0.85 * len(posts)


def test_every_moment_and_decoy_is_in_the_posts(night: list[Post]) -> None:
    """Each event's words occur at least 30 times inside its window, in each of their groups."""
    events = truth(load_scenario("awards-night"))
    assert Counter(event["kind"] for event in events) == {"moment": 9, "decoy": 5}
    for event in events:
        inside = [
            post["text"].lower()
            for post in night
            if "text" in post and str(event["start"]) <= post["created_at"] <= str(event["end"])
        ]
        for synonyms in event["keywords"]:  # type: ignore[attr-defined]
            found = sum(any(word in text for word in synonyms) for text in inside)
            assert found >= 30, (event["name"], synonyms)


def test_a_recording_says_that_it_is_simulated(night: list[Post], tmp_path: Path) -> None:
    """The header comes first, and the recording's source knows."""
    out = tmp_path / "night.ndjson.zst"
    written = write(str(out), iter(night[:500]), scenario="x")
    source = Recording(out)
    assert source.simulated
    assert sum(len(batch) for batch in source.read()) == written
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


def test_frames_and_the_source_say_what_the_posts_say(night: list[Post]) -> None:
    """As Jetstream frames and as a source: the same texts, and the deletions."""
    batch = Batch()
    FrameDecoder().decode_many(batch, b"\n".join(frames(night)))
    played = list(SimulatedNight(load_scenario("awards-night")).read())
    texts = [post["text"] for post in night if "text" in post]
    assert batch.texts == texts == [text for one in played for text in one.texts]
    assert len(batch.deleted) == sum(len(one.deleted) for one in played) == 250
    assert not batch.rejected


def test_the_load_is_as_long_as_real_posts() -> None:
    """About 26 words and 160 characters a post, and every frame is good."""
    batch = Batch()
    FrameDecoder().decode_many(
        batch, b"\n".join(islice(load_frames(seed=1, posts_per_second=100), 2_000))
    )
    assert not batch.rejected
    assert 130 <= sum(map(len, batch.texts)) / 2_000 <= 190
    assert batch.times[1_999] - batch.times[0] == pytest.approx(20e6, rel=0.01)


def test_an_unknown_scenario_names_the_nearest() -> None:
    """A slip of the finger is answered with what was meant."""
    with pytest.raises(UsageError, match="did you mean 'awards-night'"):
        load_scenario("award-night")


def test_stdout_gets_data_only(night: list[Post], monkeypatch: pytest.MonkeyPatch) -> None:
    """`-` writes lines of JSON and nothing else."""
    out = io.TextIOWrapper(io.BytesIO())
    monkeypatch.setattr("sys.stdout", out)
    write("-", iter(night[:20]))
    lines = out.buffer.getvalue().splitlines()  # type: ignore[attr-defined]
    assert len([json.loads(line) for line in lines]) == 21
