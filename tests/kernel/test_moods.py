"""Moods: means of many readings, their intervals, and what leads them."""

from __future__ import annotations

import numpy as np
import pytest

from groundswell.engines.feelings import load_reader
from groundswell.kernel.basis.hashing import hash_strings
from groundswell.kernel.mood import moods
from groundswell.kernel.mood.moods import FULL, LEAST, SIX, UNREAD, Readings
from groundswell.kernel.mood.wording import words

READER = load_reader()
USUAL = moods.nothing(READER).shares(READER)
RNG = np.random.default_rng(3)


def keys(n: int) -> np.ndarray:
    return hash_strings([f"post {i}" for i in range(n)])


def told(texts: list[str], lang: str = "en") -> moods.Mood:
    read = READER.read(texts, [lang] * len(texts))
    return moods.mood(READER, read, keys(len(texts)), USUAL)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("thank you so much for this", "gratitude"),
        ("I love her with all my heart", "love"),
        ("this is hilarious, I can't stop laughing", "amusement"),
        ("I am so sad, this is heartbreaking", "sadness"),
        ("wow, I did not expect that at all", "surprise"),
        ("I'm scared and it is terrifying", "fear"),
        ("😂😂😂", "amusement"),
    ],
)
def test_what_is_plainly_said_is_read(text: str, label: str) -> None:
    """A label that the words say outright is the most probable one."""
    values = READER.english.read([text])[0][0]
    assert READER.labels[int(values.argmax())] == label


def test_a_mood_is_the_mean_of_its_posts() -> None:
    """Shares are means of the posts' probabilities, in whatever order they come."""
    texts = ["thank you so much", "I hate this", "what a goal", "on my way home"] * 10
    mood = told(texts)
    mean = READER.english.read(texts)[0].mean(0)
    assert list(mood.shares.values()) == pytest.approx(mean.tolist(), abs=1e-4)
    order = RNG.permutation(len(texts))
    read = READER.read([texts[i] for i in order], ["en"] * len(texts))
    again = moods.mood(READER, read, keys(len(texts))[order], USUAL)
    assert again.intervals == mood.intervals


def test_intervals_hold_what_they_say() -> None:
    """Of labels drawn with the probabilities that were read, 85–97 % lie in the 90 % interval."""
    held = []
    for _ in range(60):
        p = RNG.beta(0.5, 3.0, (200, 28)).astype(np.float32)
        drawn = (RNG.random(p.shape) < p).mean(0)
        low, high = moods.intervals(p, RNG.integers(1, 1 << 63, 200).astype(np.uint64))
        held.append(((low <= drawn) & (drawn <= high)).mean())
    assert 0.85 <= float(np.mean(held)) <= 0.97


def test_too_few_posts_have_no_mood() -> None:
    """Below LEAST posts that could be read there are no shares, and the mood says so."""
    mood = told(["thank you so much"] * (LEAST - 1))
    assert (mood.feelings, mood.dominant, mood.n) == ((), (), LEAST - 1)
    assert "no reading" in mood.note
    assert told(["thank you so much"] * LEAST).dominant[0] == "gratitude"


def test_nothing_read_is_no_mood() -> None:
    """A story none of whose posts was read yet, as one that lost them all, has no reading."""
    empty = Readings(np.empty((0, 0), np.float32), np.empty(0, np.uint8))
    mood = moods.mood(READER, empty, keys(0), USUAL)
    assert (mood.n, mood.abstained, mood.feelings) == (0, 0, ())
    assert moods.leading(READER, empty, USUAL) is None


def test_what_is_usual_leads_nothing() -> None:
    """A feeling that the whole stream has as often does not lead a story's mood."""
    texts = ["this is so funny, hilarious"] * 40
    read = READER.read(texts, ["en"] * 40)
    usual = moods.nothing(READER)
    for _ in range(200):
        usual.hear(read, READER)
    assert "amusement" in told(texts).dominant
    assert moods.mood(READER, read, keys(40), usual.shares(READER)).dominant == ()


def test_a_language_that_was_not_measured_is_left() -> None:
    """Posts in a language without a reader abstain; German ones have Ekman's six and no more."""
    assert told(["tak for det hele"] * 30, "da").abstained == 30
    german = told(["Ich bin so traurig, das ist furchtbar"] * 30, "de")
    assert set(german.shares) == {"anger", "disgust", "fear", "joy", "sadness", "surprise"}
    assert "six" in german.note


def test_english_is_believed_only_where_it_is_spoken() -> None:
    """A post that says that it is English, and is not, is not read; nor is gibberish without it."""
    danish, gibberish = "det er jeg altså virkelig ked af i dag", "qwx zzkrt plomf vruug hnn"
    levels = READER.read([danish, gibberish, "so happy today", "so happy today"],
                         ["en", "", "en", ""]).levels  # fmt: skip
    assert levels.tolist() == [UNREAD, UNREAD, FULL, FULL]


def test_a_post_is_read_in_the_language_that_it_is_in() -> None:
    """An app's "en" over a German post, or no word at all, hides no language."""
    text = "Das ist das schönste Lied, ich bin so traurig, dass es vorbei ist"
    assert READER.read([text] * 3, ["en", "", "de"]).levels.tolist() == [SIX] * 3
    assert READER.read(["so happy today"], ["en"]).levels.tolist() == [FULL]


def test_weak_labels_need_more() -> None:
    """A label that the model is poor at leads only with twice the posts."""
    values = np.full((75, 28), 0.001, np.float32)
    for label in ("relief", "joy"):
        values[:, READER.labels.index(label)] = 0.13  # 9.75 posts: enough for one, not for both
    mood = moods.mood(READER, Readings(values, np.full(75, FULL, np.uint8)), keys(75), USUAL)
    assert mood.dominant == ("joy",)


def test_six_of_both_kinds() -> None:
    """At the coarse level English posts count as far as they say one of the six."""
    texts = ["I am so sad"] * 10 + ["Ich bin so traurig"] * 15
    read = READER.read(texts, ["en"] * 10 + ["de"] * 15)
    mood = moods.mood(READER, read, keys(25), USUAL)
    assert (mood.n, mood.abstained) == (25, 0)
    assert sorted(set(read.levels.tolist())) == [FULL, SIX]


HOSTILE = (
    "", "\0", "\ud83d", "😀" * 2_000, "@" * 5_000, "#" + "a" * 3_000, "<<<<[[[[", "a" * 100_000,
    "\u202e\u2066", ":(" * 900,
)  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_read_or_left(text: str) -> None:
    """Whatever a post is, reading it ends, in bounded time, with probabilities."""
    for lang in ("en", "", "de", "zh", "xx"):
        read = READER.read([text], [lang])
        assert np.isfinite(read.values).all()
        assert ((read.values >= 0) & (read.values <= 1)).all()


def test_how_it_is_said_is_kept() -> None:
    """Emoji become names, tags become words, shouting and drawing out leave a mark."""
    said = words("NOOOO #SoProud :( 💔")
    assert {"so", "proud", "sad", "broken", "heart", "<drawn>"} <= set(said)
    assert "<shouted>" in words("that was AMAZING tonight")
