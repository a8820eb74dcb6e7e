"""Decoys that somebody makes: each kind is a function from a campaign to its posts' columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from groundswell.simulate.fortnight.rhythm import MINUTE_US
from groundswell.simulate.fortnight.script import CampaignKind
from groundswell.simulate.fortnight.speech import EMOJI, Said, repeated
from groundswell.simulate.fortnight.world import World

DELETED_WITHIN = 30_000_000
"""µs from a post of an ephemeral campaign to its deletion, at most."""


@dataclass(frozen=True, slots=True)
class Decoy:
    """A campaign; `at` and `minutes` in minutes, `posts` by each account on average.

    `words` are what it is about, `place` the domain, instance or account that it leads to.
    """

    number: int
    kind: CampaignKind
    tongue: int
    at: float
    minutes: float
    accounts: int
    posts: float
    words: tuple[str, ...]
    place: str

    @property
    def name(self) -> str:
        """Kind and subject."""
        return f"{self.kind}: {' '.join(self.words[:2])}"

    def keywords(self) -> list[str]:
        """By what a story about it is known."""
        if self.kind in {"link-spam", "one-domain"}:
            return [f"{self.place}.example", *self.words]
        if self.kind == "reply-campaign":
            return [f"@{self.place}", *self.words]
        return list(self.words)


class _Columns(NamedTuple):
    texts: list[str]
    authors: list[str]
    replies: list[str]


Maker = Callable[[Decoy, World, np.random.Generator, int], _Columns]


def waged(decoy: Decoy, world: World, rng: np.random.Generator) -> list[Said]:
    """All posts of a campaign, in time, with their deletions where its kind has them."""
    size = max(2, round(decoy.accounts * decoy.posts))
    texts, authors, replies = MAKERS[decoy.kind](decoy, world, rng, size)
    spread = rng.beta(1.2, 2.5, size) if decoy.kind in SPREADING else rng.random(size)
    after = np.sort(spread) * decoy.minutes * MINUTE_US
    times = (world.moment(decoy.at) + np.round(after).astype(np.int64)).tolist()
    gone = [0] * size
    if decoy.kind == "deleted":
        waits = rng.integers(3_000_000, DELETED_WITHIN, size).tolist()
        gone = [time + wait for time, wait in zip(times, waits, strict=True)]
    lang = world.speech[decoy.tongue].lang
    rows = zip(times, texts, authors, replies, gone, strict=True)
    return [Said(time, text, who, lang, to, deleted) for time, text, who, to, deleted in rows]


SPREADING = {"one-domain", "one-instance", "reply-campaign", "retweet-wave"}
"""Kinds that real people pass on: a quick rise and a long tail."""


def _about(
    decoy: Decoy, world: World, rng: np.random.Generator, size: int, most: int
) -> list[list[str]]:
    """Own words, with one of the campaign's at any place."""
    own = world.speech[decoy.tongue].fillers(rng, size, most)
    which = rng.integers(0, len(decoy.words), size).tolist()
    places = rng.random(size).tolist()
    for words, word, place in zip(own, which, places, strict=True):
        words.insert(int(place * (len(words) + 1)), decoy.words[word])
    return own


def _hired(decoy: Decoy, world: World, rng: np.random.Generator, size: int) -> list[str]:
    accounts = world.crowd.hired(rng, decoy.accounts)
    extra = rng.integers(0, len(accounts), max(0, size - len(accounts))).tolist()
    return (accounts + [accounts[i] for i in extra])[:size]


def _paste(decoy: Decoy, world: World, rng: np.random.Generator, size: int) -> _Columns:
    speech = world.speech[decoy.tongue]
    text = speech.words(rng, np.array([-1]), rng.integers(9, 16, 1))[0]
    for word in decoy.words:
        text.insert(int(rng.integers(0, len(text))), word)
    edits, places = rng.random(size).tolist(), rng.integers(0, len(text), size).tolist()
    others = speech.words(rng, np.full(size, -1), np.ones(size, np.int64))
    texts = []
    for edit, place, other in zip(edits, places, others, strict=True):
        words = text.copy()
        if edit < 0.2:
            del words[place]
        elif edit < 0.4:
            words[place : place + 1] = other
        said = speech.joined(words)
        texts.append(f"{said} {EMOJI[place % EMOJI.size]}" if 0.4 <= edit < 0.55 else said)
    return _Columns(texts, _hired(decoy, world, rng, size), [""] * size)


def _linking(decoy: Decoy, world: World, rng: np.random.Generator, size: int) -> list[str]:
    speech = world.speech[decoy.tongue]
    said = [speech.joined(words) for words in _about(decoy, world, rng, size, 8)]
    pages = rng.integers(0, 40_000, size).tolist()
    return [
        f"{text} https://{decoy.place}.example/{page}"
        for text, page in zip(said, pages, strict=True)
    ]


def _link_spam(decoy: Decoy, world: World, rng: np.random.Generator, size: int) -> _Columns:
    texts = _linking(decoy, world, rng, size)
    return _Columns(texts, _hired(decoy, world, rng, size), [""] * size)


def _one_domain(decoy: Decoy, world: World, rng: np.random.Generator, size: int) -> _Columns:
    texts = world.speech[decoy.tongue].typed(rng, [""] * size, 0.1)
    linked = _linking(decoy, world, rng, size)
    texts = [f"{text} {end}".strip() for text, end in zip(linked, texts, strict=True)]
    return _Columns(texts, world.crowd.witnesses(rng, decoy.tongue, size), [""] * size)


def _one_instance(decoy: Decoy, world: World, rng: np.random.Generator, size: int) -> _Columns:
    texts = _said(decoy, world, rng, size, 9)
    numbers = rng.integers(0, decoy.accounts, size).tolist()
    authors = [f"u{number:06d}.{decoy.place}.example" for number in numbers]
    return _Columns(texts, authors, [""] * size)


def _reply_campaign(decoy: Decoy, world: World, rng: np.random.Generator, size: int) -> _Columns:
    host = f"{decoy.place}.example"
    texts = [f"@{decoy.place} {text}" for text in _said(decoy, world, rng, size, 3)]
    texts[0] = f"{' / '.join(decoy.words)}?"
    authors = [host, *world.crowd.witnesses(rng, decoy.tongue, size - 1)]
    return _Columns(texts, authors, ["", *[host] * (size - 1)])


def _few(decoy: Decoy, world: World, rng: np.random.Generator, size: int) -> _Columns:
    accounts = world.crowd.hired(rng, decoy.accounts)
    authors = [accounts[i] for i in rng.integers(0, len(accounts), size).tolist()]
    return _Columns(_said(decoy, world, rng, size, 7), authors, [""] * size)


def _retweet_wave(decoy: Decoy, world: World, rng: np.random.Generator, size: int) -> _Columns:
    speech = world.speech[decoy.tongue]
    text = speech.words(rng, np.array([-1]), rng.integers(6, 14, 1))[0]
    for word in decoy.words:
        text.insert(int(rng.integers(0, len(text))), word)
    first, *others = world.crowd.witnesses(rng, decoy.tongue, size)
    said = speech.joined(text)
    return _Columns([said, *[repeated(first, said)] * (size - 1)], [first, *others], [""] * size)


def _deleted(decoy: Decoy, world: World, rng: np.random.Generator, size: int) -> _Columns:
    texts = _said(decoy, world, rng, size, 8)
    return _Columns(texts, _hired(decoy, world, rng, size), [""] * size)


def _said(decoy: Decoy, world: World, rng: np.random.Generator, size: int, most: int) -> list[str]:
    speech = world.speech[decoy.tongue]
    texts = [speech.joined(words) for words in _about(decoy, world, rng, size, most)]
    return speech.typed(rng, texts, 0.2)


MAKERS: dict[CampaignKind, Maker] = {
    "paste": _paste,
    "link-spam": _link_spam,
    "one-domain": _one_domain,
    "one-instance": _one_instance,
    "reply-campaign": _reply_campaign,
    "one-author": _few,
    "few-authors": _few,
    "retweet-wave": _retweet_wave,
    "deleted": _deleted,
}
