"""The made-up fortnight: drawn by its seed, and as its truth says."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
import tracemalloc
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import numpy as np
import pytest

from groundswell.errors import UsageError
from groundswell.model import Batch
from groundswell.simulate import Post, frames, generate, load_scenario, truth, write
from groundswell.simulate.fortnight import Fortnight
from groundswell.simulate.fortnight.events import Event
from groundswell.simulate.fortnight.names import Group
from groundswell.simulate.fortnight.script import Usual
from groundswell.simulate.fortnight.world import world
from groundswell.sources.decode import FrameDecoder
from groundswell.sources.recordings import Recording

SEED = 5
WORD = re.compile(r"[#@]?[^\W_]+")
Entry = dict[str, object]
NOTHING = Usual(0, (1, 2), (1, 2), 0, (1, 2), (1, 2), 0, 0, (1, 2), (1, 2))
CAMPAIGNS = {
    "paste", "link-spam", "one-domain", "one-instance", "reply-campaign", "one-author",
    "few-authors", "retweet-wave", "deleted",
}  # fmt: skip
USUAL = {"habit", "weekday-tag", "weekly-show", "announcement", "drift"}


def thinned(**changes: object) -> Fortnight:
    """The fortnight with a tenth of its everyday talk; what happens keeps its size."""
    script = load_scenario("fortnight")
    assert isinstance(script, Fortnight)
    return msgspec.structs.replace(script, **{"per_minute": 3.2, **changes})


@pytest.fixture(scope="module")
def posts() -> list[Post]:
    return list(generate(thinned(), seed=SEED))


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    return truth(thinned(), seed=SEED)


@pytest.fixture(scope="module")
def said(posts: list[Post]) -> Callable[[Entry, float], list[Post]]:
    """Posts of an entry's window, which begins so many minutes earlier, that have its words."""
    written = [post for post in posts if "text" in post]
    times = np.array([post["created_at"] for post in written])
    texts = [whole_words(post["text"]) for post in written]

    found: dict[str, list[Post]] = {}

    def inside(entry: Entry, earlier: float = 0) -> list[Post]:
        asked = f"{entry} {earlier}"
        if asked not in found:  # several tests ask for the same
            found[asked] = look(entry, earlier)
        return found[asked]

    def look(entry: Entry, earlier: float) -> list[Post]:
        start = datetime.fromisoformat(str(entry["start"])) - timedelta(minutes=earlier)
        end = str(entry["start"]) if earlier else str(entry["end"])
        first, last = np.searchsorted(times, [start.strftime("%Y-%m-%dT%H:%M:%S"), end])
        words = [form for group in forms(entry) for form in group]
        return [written[i] for i in range(first, last) if any(word in texts[i] for word in words)]

    return inside


def whole_words(text: str) -> str:
    """Its words between spaces, so that a word is not found within another."""
    return f" {' '.join(WORD.findall(text.casefold()))} "


def forms(entry: Entry) -> list[list[str]]:
    """The groups of keywords, as they are found in `whole_words`; Japanese has no spaces."""
    spaced = entry["lang"] != "ja"
    return [
        [whole_words(word) if spaced else whole_words(word).strip() for word in group]
        for group in groups(entry)
    ]


def groups(entry: Entry) -> list[list[str]]:
    return entry["keywords"]  # type: ignore[return-value]


def of_kind(entries: list[Entry], kind: str) -> list[Entry]:
    return [entry for entry in entries if entry.get("decoy", entry["kind"]) == kind]


def digest(lines: Iterator[Post]) -> str:
    return hashlib.sha256(json.dumps(list(lines)).encode()).hexdigest()


def test_a_seed_is_a_fortnight() -> None:
    """The same seed gives the same bytes and truth, another one other events."""
    script = thinned()
    one, again, other = (digest(generate(script, seed=seed, days=1.1)) for seed in (3, 3, 4))
    assert one == again
    assert one != other
    assert truth(script, seed=3) == truth(script, seed=3)
    names = [{entry["name"] for entry in of_kind(truth(script, seed=s), "event")} for s in (3, 4)]
    assert not names[0] & names[1]


def test_an_early_end_changes_nothing_before_it() -> None:
    """What comes within `days` or `posts` is what comes without them."""
    script = thinned()
    whole = list(generate(script, seed=SEED, posts=3_000))
    day = list(generate(script, seed=SEED, days=0.25))
    assert (
        day == [line for line in whole if line.get("created_at", "") < "2026-06-01T06"][: len(day)]
    )
    assert day[-1]["created_at"] < "2026-06-01T06:00" < whole[len(day)]["created_at"]
    assert all(str(entry["start"]) < "2026-06-03" for entry in truth(script, seed=SEED, days=2))


def test_it_is_in_event_time(posts: list[Post]) -> None:
    """Lines are in order over all fourteen days, each id is given once."""
    times = [post.get("created_at") or post["deleted_at"] for post in posts]
    assert times == sorted(times)
    assert times[0] < "2026-06-01T00:05"
    assert times[-1] > "2026-06-14T23:50"
    ids = [post["id"] for post in posts if "text" in post]
    assert len(set(ids)) == len(ids) > 100_000


def test_the_night_is_quiet_and_the_evening_loud() -> None:
    """Half past four has about a fifth of half past eight's everyday posts."""
    quiet = thinned(per_minute=16.0, event=[], campaign=[], usual=NOTHING)
    hours = Counter(post["created_at"][11:13] for post in generate(quiet, days=2) if "text" in post)
    assert 0.15 < hours["04"] / hours["20"] < 0.3
    assert sum(hours.values()) / (2 * 1_440) == pytest.approx(15.5, rel=0.08)


def test_there_are_80_events_of_both_scales(entries: list[Entry]) -> None:
    """Half are of hours, half of minutes; a third or more of everyday words; some come again."""
    events = of_kind(entries, "event")
    assert Counter(event["scale"] for event in events) == {"hour": 40, "minute": 40}
    everyday = {word for one in world(thinned(), SEED, 1.0).vocabularies for word in one.ordinary()}
    usual = [
        event for event in events
        if all(any(word in everyday for word in group) for group in groups(event))
    ]  # fmt: skip
    assert len(usual) >= len(events) / 3
    assert sum("again" in event for event in events) == 5
    assert sum(event["lang"] == "cy" for event in events) >= 6
    assert sum(any(word.startswith("#") for word in groups(event)[0]) for event in events) > 20
    assert {len(groups(event)) for event in events} == {2, 3, 4}
    starts = sorted(datetime.fromisoformat(str(event["start"])) for event in events)
    assert sum(b - a < timedelta(minutes=10) for a, b in itertools.pairwise(starts)) >= 5


def test_nothing_happens_while_a_desk_warms_up(entries: list[Entry]) -> None:
    """On the first day there are habits, tags and drift only."""
    early = {entry.get("decoy", "event") for entry in entries if str(entry["start"]) < "2026-06-02"}
    assert early <= USUAL


def test_each_event_is_told_as_promised(
    entries: list[Entry], said: Callable[[Entry, float], list[Post]]
) -> None:
    """At least 12 posts in the first quarter of an hour; every group of words by three and more."""
    for event in of_kind(entries, "event"):
        inside = said(event, 0)
        soon = datetime.fromisoformat(str(event["start"])) + timedelta(minutes=15)
        quarter = [post for post in inside if datetime.fromisoformat(post["created_at"]) < soon]
        assert len(quarter) >= 12, event
        assert len({post["author"] for post in inside}) >= event["people"]  # type: ignore[operator]
        texts = [whole_words(post["text"]) for post in inside]
        for words in forms(event):
            assert sum(any(word in text for word in words) for text in texts) >= 3, (event, words)


def test_events_are_new(entries: list[Entry], said: Callable[[Entry, float], list[Post]]) -> None:
    """In the two hours before, an event's words are rarer than in its own window by far."""
    for event in of_kind(entries, "event"):
        if "announced" not in event:
            assert len(said(event, 120)) < 0.25 * len(said(event, 0)), event


def test_most_posts_of_an_event_leave_some_of_its_words_out(
    entries: list[Entry], said: Callable[[Entry, float], list[Post]]
) -> None:
    """Fewer than 45 % of an event's posts have a word of every group."""
    whole, all_posts = 0, 0
    for event in of_kind(entries, "event"):
        for post in said(event, 0):
            text = whole_words(post["text"])
            whole += all(any(word in text for word in group) for group in forms(event))
            all_posts += 1
    assert whole / all_posts < 0.45


def test_decoys_of_all_kinds_are_in_the_posts(
    entries: list[Entry], said: Callable[[Entry, float], list[Post]]
) -> None:
    """Every kind is in the truth as often as the script says, and each campaign in the posts."""
    kinds = Counter(entry["decoy"] for entry in entries if entry["kind"] == "decoy")
    assert set(kinds) == CAMPAIGNS | USUAL
    assert {one.kind: one.count for one in thinned().campaign}.items() <= kinds.items()
    assert (kinds["habit"], kinds["drift"], kinds["weekly-show"]) == (400, 24, 3)
    for entry in entries:
        if entry.get("decoy") in CAMPAIGNS:
            authors = {post["author"] for post in said(entry, 0)}
            assert len(authors) >= 0.9 * entry["people"], entry  # type: ignore[operator]


def test_campaigns_are_what_their_kind_says(
    entries: list[Entry], said: Callable[[Entry, float], list[Post]]
) -> None:
    """One domain, one account answered, one instance, one author, one post repeated."""
    for entry in of_kind(entries, "link-spam"):
        domain = groups(entry)[0][0]
        posts = [post for post in said(entry, 0) if f"https://{domain}/" in post["text"]]
        assert len({post["text"] for post in posts}) > 0.8 * len(posts) > 50
    for entry in of_kind(entries, "reply-campaign"):
        host = groups(entry)[0][0].removeprefix("@") + ".example"
        answers = [post for post in said(entry, 0) if post.get("reply_to") == host]
        assert len(answers) > 100
    for entry in of_kind(entries, "one-instance"):
        hosts = Counter(post["author"].split(".", 1)[1] for post in said(entry, 0))
        assert max(count for host, count in hosts.items() if host != "example") > 40
    for entry in of_kind(entries, "retweet-wave"):
        texts = Counter(post["text"] for post in said(entry, 0))
        text, count = texts.most_common(1)[0]
        assert text.startswith("RT @")
        assert count >= 55
    assert all(entry["people"] == 1 for entry in of_kind(entries, "one-author"))
    assert all(entry["people"] <= 6 for entry in of_kind(entries, "few-authors"))  # type: ignore[operator]


def test_pasted_texts_differ_a_little(
    entries: list[Entry], said: Callable[[Entry, float], list[Post]]
) -> None:
    """Most of a campaign's posts share nine words in ten with its commonest text."""
    for entry in of_kind(entries, "paste"):
        texts = Counter(post["text"] for post in said(entry, 0))
        words = set(texts.most_common(1)[0][0].split())
        near = sum(
            count for text, count in texts.items()
            if len(words & set(text.split())) >= 0.75 * len(words)
        )  # fmt: skip
        assert near >= 0.8 * texts.total()
        assert len(texts) > 20


def test_deletions_come_after_their_posts(posts: list[Post], entries: list[Entry]) -> None:
    """Each within its half hour, each once; campaigns that are deleted, within 30 s."""
    made: dict[str, Post] = {}
    waits = []
    for line in posts:
        if "text" in line:
            made[line["id"]] = line
            continue
        post = made.pop(line["id"])
        assert line["author"] == post["author"]
        ends = [datetime.fromisoformat(t) for t in (post["created_at"], line["deleted_at"])]
        waits.append((ends[1] - ends[0]).total_seconds())
    assert min(waits) > 0
    assert max(waits) <= 1_800
    campaigns = sum(int(str(entry["people"])) for entry in of_kind(entries, "deleted"))
    assert campaigns <= sum(wait <= 30 for wait in waits) < len(waits)


def test_habits_come_at_their_time(posts: list[Post], entries: list[Entry]) -> None:
    """A greeting is said every day, a weekday's tag mostly on its day, a show's again in a week."""
    days = Counter(
        post["created_at"][:10] for post in posts if "good morning" in post.get("text", "").lower()
    )
    assert len(days) == 14
    tag = groups(of_kind(entries, "weekday-tag")[-1])[0][0]
    on = Counter(post["created_at"][:10] for post in posts if tag in post.get("text", ""))
    assert len(on) <= 6
    shows = [entry for entry in of_kind(entries, "event") if "announced" in entry]
    again = {str(entry["name"]): str(entry["start"]) for entry in of_kind(entries, "weekly-show")}
    for show in shows:
        week = datetime.fromisoformat(str(show["start"])) + timedelta(days=7)
        assert datetime.fromisoformat(again[str(show["name"])]) == week


def test_words_are_overdispersed_as_in_life() -> None:
    """Counts an hour of middling words vary more than chance, since talk comes in clumps."""
    quiet = thinned(per_minute=16.0, event=[], campaign=[], usual=NOTHING, days=1.0)
    hours = [Counter[str]() for _ in range(24)]
    for post in generate(quiet, seed=SEED):
        if post.get("lang") == "en":
            hours[int(post["created_at"][11:13])].update(set(post["text"].lower().split()))
    volume = np.array([hour["the"] for hour in hours], float)
    words = [word for word, n in sum(hours, Counter()).most_common(1_500)[200:] if n > 20]
    counts = np.array([[hour[word] for hour in hours] for word in words], float)
    usual = counts.sum(axis=1, keepdims=True) * volume / volume.sum()
    dispersion = ((counts - usual) ** 2 / usual).sum(axis=1) / 23
    assert np.mean(dispersion) > 1.15


def test_what_people_cry_at_news_is_no_news(posts: list[Post]) -> None:
    """On the first day, on which nothing happens, people cry "no way" and "omg" as well."""
    first = [whole_words(p["text"]) for p in posts if p.get("created_at", "9") < "2026-06-02"]
    assert all(sum(f" {cry} " in text for text in first) > 3 for cry in ("omg", "no way"))


def test_everyday_talk_stays_below_the_smallest_event() -> None:
    """The truth is complete: no rare word is said by twelve people within a quarter of an hour."""
    quiet = thinned(per_minute=31.0, event=[], campaign=[], usual=NOTHING)
    said: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    total = Counter[str]()
    for post in generate(quiet, seed=SEED, days=1):
        if "text" in post:
            quarter = f"{post['created_at'][:13]}-{int(post['created_at'][14:16]) // 15}"
            words = set(WORD.findall(post["text"].casefold()))
            total.update(words)
            for word in words:
                said[word][quarter].add(post["author"])
    rare = [word for word, count in total.items() if count <= 2 * 24]
    assert len(rare) > 10_000
    assert max(len(people) for word in rare for people in said[word].values()) < 12


def test_the_course_of_an_event_ends_at_a_tenth() -> None:
    """The rate is 0 before the start, whole at the peak, a tenth at the end, smaller after."""
    group = Group(("a",), (1.0,), 1.0)
    event = Event(0, "a", "hour", 0, 100.0, 20.0, 120.0, 1.3, 30.0, 12, 40.0, (group,))
    level = event.level(np.array([-1.0, 0.0, 20.0, 140.0, 150.0]))
    assert event.end == 240.0
    assert level[:4].tolist() == pytest.approx([0.0, 0.0, 1.0, 0.1])
    assert level[4] < 0.1
    assert event.peak() == pytest.approx(30 / (15 * 15 / 40), rel=1e-3)


def test_it_streams() -> None:
    """Memory does not grow with time: an eventful day needs less than 4 MB beside what is known."""
    lines = generate(thinned(), seed=SEED)
    next(line for line in lines if line.get("created_at", "") >= "2026-06-02T12")
    tracemalloc.start()
    made = sum("text" in line for line in itertools.islice(lines, 8_000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert made > 7_000
    assert peak < 4e6


def test_its_recording_says_that_it_is_simulated(tmp_path: Path) -> None:
    """As the night's: in the header, and as frames with the same texts and deletions."""
    out = tmp_path / "fortnight.ndjson.gz"
    lines = list(generate(thinned(), seed=SEED, posts=2_000))
    write(str(out), iter(lines), scenario="fortnight", seed=SEED)
    assert Recording(out).simulated
    batch = Batch()
    FrameDecoder().decode_many(batch, b"\n".join(frames(lines)))
    assert batch.texts == [line["text"] for line in lines if "text" in line]
    assert len(batch.deleted) == sum("deleted_at" in line for line in lines) > 0
    assert not batch.rejected


def test_a_slip_in_a_file_is_named(tmp_path: Path) -> None:
    """An unknown kind or field, or a value out of range, is an error that says which."""
    own = tmp_path / "own.toml"
    for text, named in (('kind = "year"', "year"), ('kind = "fortnight"\nmoon = 1', "moon")):
        own.write_text(text)
        with pytest.raises(UsageError, match=named):
            load_scenario(str(own))
