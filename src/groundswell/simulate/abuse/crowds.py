"""Organic trends that have much in common with a campaign: functions from a voice to texts."""

from __future__ import annotations

from collections.abc import Callable

from groundswell.simulate.abuse.voice import Voice
from groundswell.simulate.fortnight.speech import repeated

Maker = Callable[[Voice, int], list[str]]


def own_words(voice: Voice, size: int) -> list[str]:
    """What happened, in sentences of their own; some are short."""
    return [voice.dressed(" ".join(voice.naming(1, 20, names=1 + voice.chance(0.5))))
            for _ in range(size)]  # fmt: skip


def shouts(voice: Voice, size: int) -> list[str]:
    """A whole stadium cries the same word, drawn out or not, with a name or without."""
    cry, out = voice.names[0], []
    for _ in range(size):
        drawn = cry + cry[-1] * int(voice.rng.geometric(0.6) - 1)
        words = [drawn] * int(voice.rng.integers(1, 4))
        if voice.chance(0.4):
            words.append(voice.names[1])
        if voice.chance(0.2):
            words += voice.words(1, 8)
        out.append(voice.dressed(" ".join(words)))
    return out


def emoji(voice: Voice, size: int) -> list[str]:
    """A name and the same emoji, over and over."""
    face, out = voice.face(), []
    for _ in range(size):
        faces = face * int(voice.rng.integers(1, 6))
        own = voice.words(1, 6) if voice.chance(0.3) else []
        out.append(" ".join([voice.names[0], *own, faces]))
    return out


def quote(voice: Voice, size: int) -> list[str]:
    """One sentence that somebody said, with words of their own around it; some add nothing."""
    said = " ".join(voice.naming(5, 9, names=1))
    bare = float(voice.rng.uniform(0.05, 0.3))
    return [_around(voice, f"“{said}”", bare, 3, 16) for _ in range(size)]


def chant(voice: Voice, size: int) -> list[str]:
    """One hashtag, and a few words or other hashtags with it; half say the chant itself."""
    tag = f"#{voice.names[0]}{voice.names[1].capitalize()}"
    cry = f"{voice.names[1]} {voice.words(1, 1)[0]}"
    tags = [f"#{word}" for word in voice.words(6, 6)]
    out = []
    for _ in range(size):
        words = [cry] if voice.chance(0.5) else voice.words(0, 6)
        out.append(" ".join([*words, tag, *([voice.one(tags)] if voice.chance(0.4) else [])]))
    return out


def lyrics(voice: Voice, size: int) -> list[str]:
    """A song sung along: any line or two of it, the chorus more often; some add words."""
    lines = [" ".join(voice.naming(4, 8, names=n % 3 == 0)) for n in range(14)]
    out = []
    for _ in range(size):
        start = 0 if voice.chance(0.25) else int(voice.rng.integers(0, len(lines) - 1))
        sung = " / ".join(lines[start : start + int(voice.rng.integers(1, 3))])
        out.append(_around(voice, sung, 0.5, 1, 8))
    return out


def headline(voice: Voice, size: int) -> list[str]:
    """A headline with one's own comment, often with a link to one of five papers."""
    said = " ".join(voice.naming(7, 11, names=2))
    papers = [f"{''.join(voice.words(2, 2)).lower()}{n}.example" for n in range(5)]
    bare = float(voice.rng.uniform(0.05, 0.3))
    out = []
    for _ in range(size):
        link = f" https://{voice.one(papers)}/{int(voice.rng.integers(0, 400))}"
        out.append(_around(voice, said, bare, 4, 18) + (link if voice.chance(0.5) else ""))
    return out


def passed_on(voice: Voice, size: int) -> list[str]:
    """News that is much retweeted, from three accounts, beside words of people's own."""
    shares = (0.18, 0.1, 0.06)
    sources = []
    for _ in shares:
        text = " ".join(voice.naming(6, 16, names=2))
        sources.append(repeated(f"{''.join(voice.words(2, 2)).lower()}.example", text))
    out = []
    for _ in range(size):
        chance, text = float(voice.rng.random()), ""
        for share, source in zip(shares, sources, strict=True):
            if 0 <= chance < share:
                text = source
            chance -= share
        out.append(text or voice.dressed(" ".join(voice.naming(2, 18, names=1))))
    return out


def _around(voice: Voice, said: str, bare: float, least: int, most: int) -> str:
    """Something said by another, with one's own words before or behind it, but for the `bare`."""
    if voice.chance(bare):
        return voice.dressed(said)
    own = " ".join(voice.words(least, most))
    return voice.dressed(f"{own}: {said}" if voice.chance(0.5) else f"{said} {own}")


CROWDS: dict[str, Maker] = {
    "own words": own_words,
    "shouts": shouts,
    "emoji": emoji,
    "a quote": quote,
    "hashtag chant": chant,
    "lyrics": lyrics,
    "headline, own comment": headline,
    "news passed on": passed_on,
}
