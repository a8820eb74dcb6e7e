"""Which words of a post are said to have weighed, and which posts are shown behind a feeling."""

from __future__ import annotations

import numpy as np
import pytest

from groundswell.engines.feelings import load_reader
from groundswell.kernel.mood import examples
from groundswell.kernel.mood.moods import FULL, SIX, UNREAD
from groundswell.kernel.mood.weighing import MOST, pieces, weigh

READER = load_reader()


def heavy(text: str, lang: str, label: str) -> list[str]:
    found = weigh(READER, text, lang, label)
    assert found is not None
    return [text[start:end] for start, end, _ in found.words]


@pytest.mark.parametrize(
    ("text", "lang", "label", "word"),
    [
        ("the bus was late and I am so sad about the concert", "en", "sadness", "sad"),
        ("thank you for the lovely evening in town", "en", "gratitude", "thank"),
        ("the show tonight 😭😭 what a night", "en", "sadness", "😭😭"),
        ("Ich bin heute furchtbar traurig wegen der Sendung", "de", "sadness", "traurig"),
    ],
)  # fmt: skip
def test_the_word_that_says_it_weighs_most(text: str, lang: str, label: str, word: str) -> None:
    assert heavy(text, lang, label)[0] == word


def test_weights_are_what_is_lost_without_each_word() -> None:
    """The heaviest first, all of them losses, and taking the first out makes it less likely."""
    text = "so sad, crying, this breaks my heart"
    found = weigh(READER, text, "en", "sadness")
    assert found is not None
    weights = [weight for *_, weight in found.words]
    assert weights == sorted(weights, reverse=True)
    assert 0 < len(weights) <= MOST
    assert min(weights) > 0
    start, end, _ = found.words[0]
    without = weigh(READER, text[:start] + text[end:], "en", "sadness")
    assert without is not None
    assert without.chance < found.chance


def test_links_and_names_are_no_words() -> None:
    text = "@sad.example so good https://sad.example/sad www.sad.example"
    assert [text[a:b] for a, b in pieces(text)] == ["so", "good"]


def test_what_cannot_be_read_is_not_weighed() -> None:
    """Another language, or a label that its reader does not know: no answer, and no guess."""
    assert weigh(READER, "det er jeg altså virkelig ked af i dag", "da", "sadness") is None
    assert weigh(READER, "Ich bin heute sehr traurig", "de", "grief") is None
    assert weigh(READER, "I am so sad", "en", "no such label") is None


@pytest.mark.parametrize(
    "text", ["", "\0", "\ud83d", "😀" * 3_000, "a" * 9_000, "!?" * 4_000, "好" * 900]
)
def test_hostile_texts_are_weighed_or_left(text: str) -> None:
    """Whatever a post is, its words lie in it and their number is bounded."""
    for lang in ("en", "", "zh"):
        found = weigh(READER, text, lang, "sadness")
        words = found.words if found else ()
        assert len(words) <= MOST
        assert all(0 <= start < end <= len(text) for start, end, _ in words)


def test_only_what_is_sure_is_shown_the_surest_first() -> None:
    """Three posts a feeling at the most, none below its bar, none for what was not read."""
    sad, love = READER.labels.index("sadness"), READER.labels.index("love")
    values = np.zeros((6, len(READER.labels)), np.float32)
    values[:4, sad] = (0.9, 0.99, 0.95, 0.97)
    values[4, sad] = 0.1
    values[5, love] = 0.99
    levels = np.array([FULL] * 5 + [UNREAD], np.uint8)
    sure = examples.surely(READER, values, levels)
    assert list(examples.shown(READER, sure, ["love", "sadness"])) == [
        (1, "sadness"), (3, "sadness"), (2, "sadness"),
    ]  # fmt: skip
    assert [examples.leads(READER, row) for row in sure] == ["sadness"] * 4 + [""] * 2


def test_what_is_read_as_one_of_six_has_the_label_of_its_name() -> None:
    six = READER.tongues.labels
    values = np.zeros((1, len(READER.labels)), np.float32)
    values[0, six.index("fear")] = 0.8
    sure = examples.surely(READER, values, np.array([SIX], np.uint8))
    assert examples.leads(READER, sure[0]) == "fear"
