"""A story's mood and voices, from the posts that it has in the ranking window.

Each person speaks once, and so does each text that is long enough to be a copy. What is read is a
sample of bounded size, drawn by the posts' hashes: so it is the same however posts came, grows with
the story, and no flood makes a close slow (`Rules.read_posts` a slice, the highest stories first).
What was read once is kept while it is in the sample.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from groundswell.expression import Mood, Phase
from groundswell.kernel.memory.state import State
from groundswell.kernel.memory.stories import Living
from groundswell.kernel.mood import moods
from groundswell.kernel.mood.feelings import Floats
from groundswell.kernel.rules import Rules
from groundswell.kernel.trust.evidence import legible
from groundswell.kernel.voices.quoting import quote
from groundswell.kernel.voices.speakers import about, sampled, speakers, texts_of
from groundswell.model import Story

Ints = NDArray[np.int64]

HEARD: Final = 32
"""Posts of a slice from which the stream's own mood is taken."""
LATELY: Final = 5
"""Slices whose mood says what leads it now."""
PHASES: Final = 12
QUOTED: Final = 1_440
"""Slices that a quoted post is remembered: longer than any desk holds a board."""


def express(
    state: State, rules: Rules, reader: moods.Reader | None, ranked: list[Story]
) -> list[Story]:
    """The stories with mood and voices, as far as they are listed and this slice's reading goes."""
    if reader is None:
        return ranked
    if state.usual is None:
        state.usual = moods.nothing(reader)
    _listen(state, reader)
    usual = state.usual.shares(reader)
    living = {one.id: one for one in state.living}
    left, end_us = rules.read_posts, (state.slice + 1) * rules.slice_us
    told = []
    for story in ranked[: rules.top]:
        one = living.get(story.id)
        if one is None or not story.confirmed:  # what only stirs has no mood yet
            told.append(story)
            continue
        own = about(state, rules, one)
        left -= _read(state, reader, one, speakers(state, own, rules.read_story), left)
        mood = _mood(state, reader, one, usual, end_us)
        told.append(quote(state, reader, one, own, story, mood))
    _note(state, told)
    return told + ranked[rules.top :]


def _note(state: State, told: list[Story]) -> None:
    """Remembers who is quoted: a voice may be taken back when the ring has lost its post."""
    for story in told:
        for voice in (*story.voices, *story.examples):
            state.quoted.pop(voice.post, None)
            state.quoted[voice.post] = (voice.author, state.slice)
    since = state.slice - QUOTED
    state.quoted = {post: one for post, one in state.quoted.items() if one[1] > since}


def _listen(state: State, reader: moods.Reader) -> None:
    """Hears a few posts of the slice, whatever they are about."""
    held = state.ring
    newest = np.arange(max(0, held.n_posts - min(state.posts, held.posts)), held.n_posts)
    sample = sampled(state, legible(state, newest), HEARD)
    texts, langs = texts_of(state, sample)
    if state.usual is not None:
        state.usual.hear(reader.read(texts, langs), reader)


def _read(state: State, reader: moods.Reader, one: Living, wanted: Ints, left: int) -> int:
    """Brings what was read of a story up to this slice; returns how many posts were read."""
    kept = one.felt.only(wanted)
    new = np.setdiff1d(wanted, kept.posts, assume_unique=True)
    new = new[np.argsort(state.ring.ids[new % state.ring.posts], kind="stable")][: max(0, left)]
    texts, langs = texts_of(state, new)
    found = reader.read(texts, langs)
    one.felt = kept.with_more(new, found.values, found.levels)
    return int(new.size)


def _mood(
    state: State,
    reader: moods.Reader,
    one: Living,
    usual: tuple[Floats, Floats],
    end_us: int,
) -> Mood:
    """The mood of what was read; notes when another feeling comes to lead it."""
    felt, held = one.felt, state.ring
    places = felt.posts % held.posts
    readings = moods.Readings(felt.values, felt.levels)
    late = held.slices[places] > state.counts.slice - LATELY
    now = moods.leading(reader, moods.Readings(felt.values[late], felt.levels[late]), usual)
    if now is not None:
        leads = now[0] if now else ""
        before = one.phases[-1].label if one.phases else None
        if before != leads and not (before and before in now):
            one.phases = (*one.phases, Phase(end_us, leads))[-PHASES:]
    return moods.mood(reader, readings, held.ids[places], usual, one.phases)
