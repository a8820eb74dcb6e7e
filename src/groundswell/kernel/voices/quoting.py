"""Whom a story quotes: which of its posts may speak for it, and those that do.

Left out are sensitive posts and those of people who do not want to be found (`unquoted`), posts
that pass on another's, are addressed to somebody, are mostly links or tags, or are in a language
that the story is hardly told in.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from groundswell.expression import Mood, Voice
from groundswell.kernel.memory.state import State
from groundswell.kernel.memory.stories import Living
from groundswell.kernel.mood import examples, moods
from groundswell.kernel.mood.feelings import Floats
from groundswell.kernel.posts import origins, ring
from groundswell.kernel.text.kinds import EMOJI, LINK, MENTION, TAG, WORD
from groundswell.kernel.trust import copies
from groundswell.kernel.voices import voices
from groundswell.kernel.voices.speakers import each, origin_of, speakers
from groundswell.model import Story

Ints = NDArray[np.int64]

CANDIDATES: Final = 100
SPOKEN: Final = 0.1
"""Share of the candidates from which on a language is one that a story is told in."""
SHORTEST: Final = 3
"""Words that a voice needs: less is a shout, or a link."""
LONGEST: Final = 500
"""Characters of a voice: nobody reads more."""
_PERMALINK: Final = re.compile(r"https://([\w.-]+)/@(\w[\w.-]*)(?:@([\w.-]+))?/\d+$")
TAGS: Final = 4
"""Hashtags, mentions and links that a voice may have; more is bait."""


def quote(
    state: State, reader: moods.Reader, one: Living, posts: Ints, story: Story, mood: Mood
) -> Story:
    """A story with its mood, those of its posts that speak for it, and those that show the mood."""
    posts = each(state, posts[_may(state, posts)])
    sample = speakers(state, posts, CANDIDATES)
    said = [origin_of(state, place) for place in (sample % state.ring.posts).tolist()]
    langs = reader.named([one.text for one in said], [one.lang for one in said])
    told = [i for i, lang in enumerate(langs) if langs.count(lang) >= SPOKEN * len(langs)]
    sample, said = sample[told], [replace(said[i], lang=langs[i]) for i in told]
    felt, levels = one.felt.of(sample, len(reader.labels))
    sure = examples.surely(reader, felt, levels)
    felt[levels != moods.FULL] = 0

    def voice(i: int, feeling: str) -> Voice:
        return _voice(state, int(sample[i]), said[i], feeling)

    chosen = voices.choose(_candidates(state, sample, felt))
    wanted = [one.label for one in mood.ranked]
    return replace(
        story,
        mood=mood,
        voices=tuple(voice(i, examples.leads(reader, sure[i])) for i in chosen),
        eligible=int(posts.size),
        examples=tuple(voice(i, label) for i, label in examples.shown(reader, sure, wanted)),
    )


def _may(state: State, posts: Ints) -> NDArray[np.bool_]:
    """Which posts may be quoted, by what they are made of and what their authors allow."""
    held = state.ring
    places = posts % held.posts
    at, owners = _tokens(held, places)
    kinds = held.kinds[at]
    words = np.bincount(owners[kinds == WORD], minlength=posts.size)
    shown = np.bincount(owners[np.isin(kinds, (TAG, MENTION, LINK))], minlength=posts.size)
    sizes = held.count[places].astype(np.int64)
    opens = held.kinds[held.first[places] % held.tokens]
    repeats = copies.read(held.hashes, held.kinds, held.first[places], sizes).repeats
    fits = [len(held.texts.at(place) or "") <= LONGEST for place in places.tolist()]
    may: NDArray[np.bool_] = (
        ((held.flags[places] & (ring.UNSEEN | ring.UNQUOTED)) == 0)
        & (words >= SHORTEST)
        & (shown <= TAGS)
        & (opens != MENTION)
        & ~repeats
        & np.array(fits, np.bool_)
    )
    return may


def _tokens(held: ring.Ring, places: Ints) -> tuple[Ints, Ints]:
    """Places of posts' tokens, and the post of each, by its number."""
    sizes = held.count[places].astype(np.int64)
    owners = np.repeat(np.arange(places.size), sizes)
    ahead = np.arange(owners.size) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return (held.first[places][owners] + ahead) % held.tokens, owners


def _candidates(state: State, posts: Ints, felt: Floats) -> voices.Candidates:
    held = state.ring
    places = posts % held.posts
    at, owners = _tokens(held, places)
    said = np.isin(held.kinds[at], (WORD, TAG, EMOJI))
    return voices.Candidates(held.hashes[at[said]], owners[said], held.times[places], felt)


def _voice(state: State, post: int, said: origins.Origin, feeling: str) -> Voice:
    held = state.ring
    place = post % held.posts
    return Voice(
        text=said.text,
        at=int(held.times[place]),
        url=said.url,
        network=_network(said),
        lang=said.lang,
        handle=_handle(said.url),
        feeling=feeling,
        post=int(held.ids[place]),
        author=int(held.authors[place]),
    )


def _handle(url: str) -> str:
    """The account that a permalink of Mastodon's form names, with its server; else nothing.

    >>> _handle("https://a.example/@ann/17"), _handle("https://a.example/@ann@b.example/17")
    ('@ann@a.example', '@ann@b.example')
    >>> _handle("https://bsky.app/profile/did:plc:ann/post/3k")
    ''
    """
    found = _PERMALINK.match(url)
    return f"@{found[2]}@{found[3] or found[1]}" if found else ""


def _network(said: origins.Origin) -> str:
    if said.bluesky:
        return "Bluesky"
    try:
        return urlsplit(said.url).hostname or ""
    except ValueError:
        return ""
