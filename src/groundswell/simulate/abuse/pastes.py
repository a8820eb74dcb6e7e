"""Campaigns of one text: each kind is a function from a voice to so many texts, nearly the same."""

from __future__ import annotations

from collections.abc import Callable

from groundswell.simulate.abuse.voice import Voice
from groundswell.simulate.fortnight.speech import repeated

SHORTEST, LONGEST = 8, 26
"""Words of the text that is pasted, without the names in it."""

Maker = Callable[[Voice, int], list[str]]


def _text(voice: Voice) -> list[str]:
    return voice.naming(SHORTEST, LONGEST, names=2)


def verbatim(voice: Voice, size: int) -> list[str]:
    """The same characters each time."""
    return [" ".join(_text(voice))] * size


def dressed(voice: Voice, size: int) -> list[str]:
    """Capitals, punctuation and emoji of one's own, at the end and among the words."""
    words, out = _text(voice), []
    for _ in range(size):
        marked = [word + voice.one(["", "", "", ",", "!", "…", f" {voice.face()}"])
                  for word in words]  # fmt: skip
        out.append(voice.dressed(" ".join(marked)))
    return out


def edited(voice: Voice, size: int) -> list[str]:
    """One word in ten dropped or changed, wherever it stands."""
    words, out = _text(voice), []
    for _ in range(size):
        said: list[str] = []
        for word in words:
            if not voice.chance(0.1):
                said.append(word)
            elif voice.chance(0.5):
                said += voice.words(1, 1)
        out.append(" ".join(said))
    return out


def renamed(voice: Voice, size: int) -> list[str]:
    """One name in it is exchanged for any of twelve."""
    words = _text(voice)
    place = words.index(voice.names[1])
    others = [voice.words(1, 1)[0].capitalize() for _ in range(12)]
    return [" ".join([*words[:place], voice.one(others), *words[place + 1 :]]) for _ in range(size)]


def linked(voice: Voice, size: int) -> list[str]:
    """With a link of its own behind it, to one of a dozen hosts."""
    text = " ".join(_text(voice))
    hosts = [f"{''.join(voice.words(2, 2)).lower()}{n}.example" for n in range(12)]
    return [
        f"{text} https://{voice.one(hosts)}/{int(voice.rng.integers(0, 10**6))}"
        for _ in range(size)
    ]


def tagged(voice: Voice, size: int) -> list[str]:
    """With two to five of ten hashtags around it, in any order."""
    text, out = " ".join(_text(voice)), []
    tags = [f"#{word}" for word in voice.words(10, 10)]
    for _ in range(size):
        chosen = voice.rng.permutation(tags)[: int(voice.rng.integers(2, 6))].tolist()
        before = int(voice.rng.integers(0, 2))
        out.append(" ".join([*chosen[:before], text, *chosen[before:]]))
    return out


def template(voice: Voice, size: int) -> list[str]:
    """Two places of it are filled with one or two words out of eight choices."""
    words = _text(voice)
    places = sorted(voice.rng.choice(len(words), 2, replace=False).tolist(), reverse=True)
    choices = [[" ".join(voice.words(1, 2)) for _ in range(8)] for _ in places]
    out = []
    for _ in range(size):
        said = words.copy()
        for place, options in zip(places, choices, strict=True):
            if said[place] not in voice.names[:1]:
                said[place] = voice.one(options)
        out.append(" ".join(said))
    return out


def retweets(voice: Voice, size: int) -> list[str]:
    """One post, of any length, and everyone else passes it on as it was."""
    text = " ".join(voice.naming(2, LONGEST, names=2))
    first = f"{''.join(voice.words(2, 2)).lower()}.example"
    return [text, *[repeated(first, text)] * (size - 1)]


PASTES: dict[str, Maker] = {
    "verbatim": verbatim,
    "dressed": dressed,
    "one word in ten": edited,
    "other names": renamed,
    "link behind": linked,
    "hashtags shuffled": tagged,
    "template": template,
    "retweets of one post": retweets,
}
