"""A load of realistic Jetstream frames without end: about 160 characters and 26 words a post.

Words come as often as in English, by the frequencies of the `wordfreq` package, with a tail that
follows Zipf's law and keeps growing, as real streams' do, so that memory bounds are truly tried.
The commonest are English; all others are made up.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import numpy as np
import wordfreq

from groundswell.model import MICROSECONDS
from groundswell.simulate.words import invented

KNOWN = 25_000
"""Words of the common vocabulary; beyond it each word is a number in letters, ever new."""
ENGLISH = 200
"""Of them: these stand in most posts of any stream, and are about nothing."""
NEW = 0.06
"""Share of the words that are of the tail."""
TAIL = 0.25
"""Its exponent: half of the words past some rank are past 16 times that rank."""
PEOPLE = 1_000_000
"""At 2,000 posts a second one post in twelve is by someone who wrote in this minute already."""
START_US = 1_783_175_888_000_000
LAST = 1 << 40
CHUNK = 4_096
WORDS = 30


def load_frames(*, seed: int, posts_per_second: int) -> Iterator[bytes]:
    """Frames in event time, `posts_per_second` of it; the same seed gives the same bytes."""
    rng = np.random.default_rng(seed)
    listed = wordfreq.top_n_list("en", KNOWN, wordlist="small")
    words = listed[:ENGLISH] + [invented(random.Random(i), i) for i in range(ENGLISH, len(listed))]
    uses = np.cumsum([wordfreq.word_frequency(word, "en", wordlist="small") for word in listed])
    made = 0
    while True:
        ranks = np.searchsorted(uses, uses[-1] * rng.random((CHUNK, WORDS)))
        fresh = rng.random((CHUNK, WORDS)) < NEW
        ranks[fresh] = np.minimum(len(words) / rng.random(int(fresh.sum())) ** (1 / TAIL), LAST)
        people = (PEOPLE * rng.random(CHUNK) ** 1.6).astype(np.int64)
        lengths = rng.integers(22, WORDS + 1, size=CHUNK)
        extras = rng.integers(0, 20, size=CHUNK)
        for i in range(CHUNK):
            said = [
                words[rank] if rank < len(words) else _rare(rank)
                for rank in ranks[i, : lengths[i]].tolist()
            ]
            half = len(said) // 2
            text = f"{' '.join(said[:half])}. {' '.join(said[half:])}{_extra(int(extras[i]), said)}"
            time_us = START_US + made * MICROSECONDS // posts_per_second
            yield _FRAME % (people[i], time_us, made, made, text.encode(), made)
            made += 1


_FRAME = (
    b'{"did":"did:plc:load%019d","time_us":%d,"kind":"commit","commit":{"rev":"3m%011d",'
    b'"operation":"create","collection":"app.bsky.feed.post","rkey":"3m%011d","record":{'
    b'"$type":"app.bsky.feed.post","createdAt":"2026-07-04T14:38:08.000Z","langs":["en"],'
    b'"text":"%b"},"cid":"bafyreisimulated%038d"}}'
)


def _rare(rank: int) -> str:
    return "q" + np.base_repr(rank % LAST, 36).lower()


def _extra(kind: int, said: list[str]) -> str:
    if kind < 3:
        return f" #{said[0]}"
    if kind < 5:
        return f" https://{said[1]}.example/{said[-1]}"
    return " 😂" if kind < 7 else ""
