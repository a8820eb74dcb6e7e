"""Moods and voices on the story's page: what is drawn, and what may not be."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import httpx
import pytest

from groundswell.engines.feelings import load_reader
from groundswell.expression import Feeling, Mood, Phase, Voice, mood_of
from groundswell.kernel.mood.weighing import weigh
from groundswell.model import Story
from groundswell.serve.drawing import feeling
from groundswell.serve.drawing.curves import WIDE
from tests.serve.boards import HOSTILE, MINUTE, START
from tests.serve.kept import filled, get, story, told

FELT = Mood(
    (
        Feeling("joy", 0.1, 0.06, 0.15, 0.09),
        Feeling("sadness", 0.4, 0.33, 0.47, 0.02),
        Feeling("love", 0.2, 0.15, 0.26, 0.02),
        Feeling("anger", 0.01, 0.0, 0.02, 0.03),
        Feeling("neutral", 0.3, 0.24, 0.36, 0.5),
    ),
    180, 12, ("sadness", "love"), "",
    (Phase(START + 2 * MINUTE, ""), Phase(START + 5 * MINUTE, "sadness")),
)  # fmt: skip
SAID = Voice("four words: this is for Marguerite", START + MINUTE, "https://a.example/@ann/1",
             "a.example", "en", "sadness", 7, 8)  # fmt: skip


def feels(**values: object) -> Story:
    return story("Harbour Light", 1, mood=FELT, voices=(SAID,) * 3, eligible=41, **values)


ID = feels().id


def page(*stories: Story) -> str:
    boards = [replace(told(minute), stories=stories) for minute in range(1, 9)]
    return get(filled(boards, None), f"/story/{stories[0].id}").text


def test_what_leads_stands_first_and_neutral_last() -> None:
    """Bars: the leading feelings, then by what they are above usual, then neutral; all in scale."""
    bars = feeling.bars(FELT)
    assert [one.feeling.label for one in bars] == ["sadness", "love", "joy", "anger", "neutral"]
    assert [one.leads for one in bars] == [True, True, False, False, False]
    assert all(one.low <= one.share <= one.high <= feeling.WIDTH for one in bars)
    assert feeling.bars(replace(FELT, feelings=())) == []


def test_the_band_fills_the_time_from_the_first_reading_on() -> None:
    """Stretches follow each other to the end, with their words; only what leads has a pattern."""
    found = feeling.band(FELT.phases, START + MINUTE, START + 9 * MINUTE, WIDE)
    assert [one.label for one in found] == ["mixed", "sadness"]
    assert [bool(one.pattern) for one in found] == [False, True]
    assert found[0].x + found[0].width == pytest.approx(found[1].x, abs=0.2)
    assert found[1].x + found[1].width == pytest.approx(WIDE.width - WIDE.right, abs=0.2)
    assert feeling.band(FELT.phases, START, START, WIDE) == []


def test_the_page_says_mood_and_voices_in_words() -> None:
    """What is drawn is said as well: labels, shares, intervals, n, and how many were left out."""
    html = page(feels())
    for words in ("How it reads", "<strong>sadness, love</strong>", "40 %", "33 % to 47 %",
                  "180 posts", "12 more could not be read", "In their words", SAID.text,
                  'href="https://a.example/@ann/1"', "3 posts of 41"):  # fmt: skip
        assert words in html, words
    assert "style=" not in html


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_voices_are_text(text: str) -> None:
    """A voice is text wherever it stands, whatever it says."""
    one = replace(SAID, text=text)
    html = page(feels()).replace(SAID.text, "")
    hostile = page(replace(feels(), voices=(one,) * 3)).replace(str(one.text), "")
    assert html.count("<script") == hostile.count("<script")
    assert html.count("<img") == hostile.count("<img")


def behind(label: str, text: str = "so sad, in tears", api: bool = False) -> httpx.Response:
    """What the desk says of a feeling of a story that one post shows."""
    one = replace(SAID, text=text)
    desk = filled([replace(told(1), stories=(feels(examples=(one,)),))], None)
    desk.weigh = partial(weigh, load_reader())
    path = f"/api/v1/stories/{ID}/feelings/{label}" if api else f"/story/{ID}/feeling/{label}"
    return get(desk, path)


def test_a_feeling_leads_to_the_posts_behind_it() -> None:
    """The story's page links those feelings that have posts; theirs mark the words that weighed."""
    html = page(feels(examples=(SAID,)))
    assert f'href="/story/{ID}/feeling/sadness"' in html
    assert f'href="/story/{ID}/feeling/love"' not in html
    found = behind("sadness").text
    for words in ("What reads as sadness", "40 %", "33 % and 47 %", "<mark>sad</mark>",
                  'href="https://a.example/@ann/1"', 'lang="en"'):  # fmt: skip
        assert words in found, words
    assert "No post that may be quoted" in behind("love").text
    assert behind("nonsense").status_code == 404


def test_the_api_tells_the_words_and_their_weights() -> None:
    """Places of words are characters of the text; what is no feeling of it is not found."""
    found = behind("sadness", api=True).json()
    assert (found["label"], found["interval"]) == ("sadness", [0.33, 0.47])
    (post,) = found["posts"]
    assert {post["text"][one["start"] : one["end"]] for one in post["words"]} >= {"sad"}
    assert all(post["text"][one["start"] : one["end"]] == one["word"] for one in post["words"])
    assert "author" not in post
    assert behind("nonsense", api=True).status_code == 404


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_marked_as_text(text: str) -> None:
    html = behind("sadness", f"so sad {text}").text
    assert html.count("<script") == behind("sadness").text.count("<script")
    assert "<img" not in html


def test_without_a_mood_there_is_no_room_for_one() -> None:
    """A story that was not read has neither heading, and the API says null."""
    silent = story("Harbour Light", 1)
    html = page(silent)
    assert "How it reads" not in html
    assert "In their words" not in html
    assert silent.to_dict()["mood"] is None


def test_a_mood_comes_back_as_it_was_written() -> None:
    """What the archive keeps of a mood is all of it."""
    assert mood_of(FELT.to_dict()) == FELT
    assert mood_of(None) is None
