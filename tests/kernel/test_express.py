"""A story's mood and voices, from posts to boards, and what becomes of them when posts go."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import pairwise

import pytest

from groundswell.engines.feelings import load_reader
from groundswell.kernel.pipeline import Kernel, Rules
from groundswell.kernel.text.tokens import Tables
from groundswell.model import AccountNews, Batch, Board, Story
from groundswell.revision import revised_board
from tests.conftest import batch_of

RULES = Rules(terms=1 << 16, ring_posts=1 << 13, ring_tokens=1 << 17)
TALK = (
    "the bus is late in", "made some soup with", "reading about", "on my way to", "my cat and",
    "another meeting on", "tidying up the", "repairing a bike from", "queue at", "map of",
)  # fmt: skip
THINGS = [f"place{i}" for i in range(300)]
SAD = (
    "I am so sad, crying over", "heartbroken, I loved", "this is heartbreaking, goodbye",
    "so sad tonight, I love", "in tears, we lost",
)  # fmt: skip
SHY = "fan5"


def everyday(rng: random.Random, minutes: int) -> list[tuple[float, str, str]]:
    return [
        (m * 60 + rng.random() * 60, f"u{rng.randrange(3_000)}",
         f"{rng.choice(TALK)} {rng.choice(THINGS)} {rng.choice(THINGS)}")
        for m in range(minutes) for _ in range(60)
    ]  # fmt: skip


def night() -> Batch:
    rng = random.Random(4)
    posts = everyday(rng, 40)
    for i in range(80):
        text = f"{rng.choice(SAD)} Marguerite Valdez {rng.choice(THINGS)} {rng.choice(THINGS)}"
        posts.append((30 * 60 + rng.random() * 240, f"fan{i}", text))
    posts.append((31 * 60, "spam", "Marguerite Valdez https://a.example https://b.example"))
    posts.append((31 * 60, "talker", "@friend did you see Marguerite Valdez, so sad"))
    batch = batch_of(*sorted(posts))
    batch.langs = ["en"] * len(batch)
    batch.unquoted = {
        one for one, who in zip(batch.ids, batch.authors, strict=True) if who == SHY
    }  # fmt: skip
    return batch


def parts(batch: Batch, size: int) -> list[Batch]:
    out = []
    for begin in range(0, len(batch), size):
        part = replace(batch, deleted=[], accounts=[], rejected=[])
        part.keep(range(begin, min(begin + size, len(batch))))
        out.append(part)
    return out


def kernel_of(tables: Tables) -> Kernel:
    kernel = Kernel(RULES, tables, reader=load_reader())
    kernel.revising = True
    return kernel


def boards(tables: Tables, size: int) -> list[Board]:
    kernel = kernel_of(tables)
    found = [board for part in parts(night(), size) for board in kernel.add(part)]
    return [*found, *kernel.finish()]


@pytest.fixture(scope="module")
def told(tables: Tables) -> list[Board]:
    return boards(tables, 500)


def marguerite(found: list[Board]) -> Story:
    return next(s for b in reversed(found) for s in b.stories if "Marguerite" in s.title)


def test_a_sad_story_reads_sad(told: list[Board]) -> None:
    """What eighty people say in sad words is led by sadness; each of them counts once."""
    mood = marguerite(told).mood
    assert mood is not None
    assert mood.dominant[0] == "sadness"
    assert 80 <= mood.n + mood.abstained <= 82
    low, high = mood.intervals["sadness"]
    assert low < mood.shares["sadness"] < high
    assert [phase.label for phase in mood.phases][-1] == "sadness"


def test_voices_are_verbatim_and_of_different_people(told: list[Board]) -> None:
    """Three to eight posts, as they were written, each of another person, none left out of it."""
    voices = marguerite(told).voices
    texts = dict(zip(night().texts, night().authors, strict=True))
    assert 3 <= len(voices) <= 8
    assert all(one.text in texts and "Marguerite" in one.text for one in voices)
    people = {texts[one.text] for one in voices}
    assert len(people) == len(voices)
    assert not people & {SHY, "spam", "talker"}
    assert marguerite(told).eligible == 79


def test_a_flood_of_long_posts_silences_nobody(tables: Tables) -> None:
    """A hundred and forty posts of eight thousand letters are a word each, and are cut."""
    batch = night()
    flood = [(39 * 60 + i / 10, "flood", f"{i}" + "x" * 7_900) for i in range(140)]
    kernel, more = kernel_of(tables), batch_of(*flood, first=len(batch))
    found = [board for part in (batch, more) for board in kernel.add(part)] + kernel.finish()
    assert kernel.state.ring.n_posts == len(batch) + len(more)
    assert marguerite(found).eligible == 79


def test_cutting_into_batches_changes_no_text_that_is_held(tables: Tables) -> None:
    """Where it is full, too, and some posts have an address of their own."""
    batch = night()
    batch.urls = ["https://a.example/1" if i % 10 == 0 else "" for i in range(len(batch))]
    held = []
    for size in (1, 500):
        kernel = Kernel(replace(RULES, ring_tokens=1 << 13), tables)
        for part in parts(batch, size):
            kernel.add(part)
        held.append(kernel.state.ring.texts)
    one, other = held
    assert one.oldest > 0
    assert (one.used, one.oldest) == (other.used, other.oldest)
    assert (one.prepared, one.origins) == (other.prepared, other.origins)


def test_who_lost_their_texts_are_neither_read_nor_quoted(tables: Tables) -> None:
    """Nor is any voice blank: the story is told by those whose texts are held."""
    kernel, batch = kernel_of(tables), night()
    found = kernel.add(batch)
    fans = [i for i, who in enumerate(batch.authors) if who.startswith("fan")]
    kernel.state.ring.texts.let_go(fans[60])
    story = marguerite(found + kernel.finish())
    assert story.eligible <= 20
    assert len(story.voices) >= 3
    assert all("Marguerite" in voice.text for voice in story.voices)
    assert story.mood is not None
    assert story.mood.n + story.mood.abstained < 80


def test_posts_behind_a_feeling_may_be_quoted_and_surely_read_so(told: list[Board]) -> None:
    """At most three of each feeling, of people who may be quoted, and none in a board's JSON."""
    story = marguerite(told)
    sad = [one for one in story.examples if one.feeling == "sadness"]
    assert 1 <= len(sad) <= 3
    authors = dict(zip(night().texts, night().authors, strict=True))
    assert not {authors[one.text] for one in story.examples} & {SHY, "spam", "talker"}
    assert "examples" not in story.to_dict()


def test_however_posts_are_cut_moods_and_voices_are_the_same(
    tables: Tables, told: list[Board]
) -> None:
    """The same posts in other batches give the same boards, moods and voices among them."""
    assert [b.to_dict() for b in boards(tables, 37)] == [b.to_dict() for b in told]


def test_without_a_reader_there_is_neither(tables: Tables) -> None:
    """A kernel that reads no feelings has stories without moods and voices."""
    kernel = Kernel(RULES, tables)
    found = [*kernel.add(night()), *kernel.finish()]
    story = marguerite(found)
    assert (story.mood, story.voices) == (None, ())


def test_a_deleted_post_is_silent_at_once(tables: Tables) -> None:
    """A voice whose post is deleted goes from boards that are shown, and from the next one."""
    kernel = kernel_of(tables)
    batch = night()
    found = kernel.add(batch)
    voice, example = marguerite(found).voices[0], marguerite(found).examples[0]
    both = [
        (batch.ids[batch.texts.index(one.text)], batch.times[-1] + 1) for one in (voice, example)
    ]
    kernel.delete(Batch(deleted=both))
    seen = kernel.foresee()
    assert seen is not None
    left = revised_board(found[-1], seen.struck, kernel.labels)
    assert voice not in marguerite([left]).voices
    assert example.text not in [one.text for one in marguerite([left]).examples]
    assert voice.text not in [one.text for one in marguerite(kernel.finish()).voices]


def test_a_hidden_account_is_silent_until_it_is_back(tables: Tables) -> None:
    """Voices of an account that is not active are veiled; a later veil without it lifts that."""
    kernel = kernel_of(tables)
    batch = night()
    found = kernel.add(batch)
    voice = marguerite(found).voices[0]
    author = batch.authors[batch.texts.index(voice.text)]
    after = batch.times[-1]
    kernel.delete(Batch(accounts=[AccountNews(author, "hidden", after)]))
    seen = kernel.foresee()
    assert seen is not None
    assert seen.veiled is not None
    veiled = revised_board(found[-1], seen.veiled, kernel.labels)
    assert voice not in marguerite([veiled]).voices
    kernel.delete(Batch(accounts=[AccountNews(author, "active", after + 1)]))
    again = kernel.foresee()
    assert again is not None
    assert again.veiled is not None
    assert voice in marguerite([revised_board(found[-1], again.veiled, kernel.labels)]).voices


def test_forgetting_reaches_voices_that_the_ring_has_lost(tables: Tables) -> None:
    """Who is forgotten is silent on boards that are shown, even when no post of theirs is held."""
    kernel = kernel_of(tables)
    found = kernel.add(night())
    voice = marguerite(found).voices[0]
    kernel.state.ring.authors[:] = 0  # as if newer posts had taken all places
    kernel.state.ring.ids[:] = 0
    held = kernel.forget(lambda ring: (ring.ids == voice.post).nonzero()[0])
    assert held[0] == 0
    assert held[1] is not None
    assert held[1].struck.posts == frozenset({voice.post})


def test_a_flood_is_read_in_part(tables: Tables) -> None:
    """However many post, no more than the rules say is read at a close, and the mood says so."""
    rules = replace(RULES, read_posts=30)
    kernel = Kernel(rules, tables, reader=load_reader())
    moods = [
        s.mood for b in [*kernel.add(night()), *kernel.finish()]
        for s in b.stories if s.mood and "Marguerite" in s.title
    ]  # fmt: skip
    sizes = [mood.n + mood.abstained for mood in moods]
    assert 0 < sizes[0] <= 30
    assert max(b - a for a, b in pairwise(sizes)) <= 30
