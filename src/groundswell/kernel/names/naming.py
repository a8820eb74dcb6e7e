"""What a term is called: its hash back into the words that people wrote."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel.memory.state import State
from groundswell.kernel.memory.stories import Burst
from groundswell.kernel.posts import ring
from groundswell.kernel.rules import Rules
from groundswell.kernel.text.characters import SOFT_BREAK
from groundswell.kernel.usual.usage import Lexicon

Ints = NDArray[np.int64]

GROWN = 1.5
SHORT = 3
"""Words of a phrase that may end in a function word."""
LONGEST = 8
"""Words of a name."""
MOST_PIECES = 12
"""Pieces of a name in a script without spaces, where a dictionary cuts what it does not know."""
ENOUGH = 3
"""Occurrences of a phrase that show what stands beside it."""
GOES_ON = 0.7
"""Share of a phrase's occurrences that have one neighbour for it to belong to the phrase."""


def name_all(
    state: State,
    rules: Rules,
    bursts: list[Burst],
    book: Lexicon,
    blocked: Callable[[str], bool],
) -> None:
    """Gives each burst its name, and says whether everyday words are all there is to it.

    A name stands until the term has half as many posts again. One that would say something that is
    `blocked` beside the burst's own words is these words alone.
    """
    for burst in bursts:
        known = state.names.get(burst.key)
        if known is None or burst.posts.size > GROWN * known[2]:
            label = name(state, rules, burst, book)
            if blocked(label):
                label = written(state, burst.places - len(burst.parts) + 1, burst.places)
            known = (
                label,
                is_common(state, burst.parts),
                int(burst.posts.size),
            )
            state.names[burst.key] = known
        burst.label, burst.common = known[0], known[1]


def forget_names(state: State, told: set[int]) -> None:
    """Keeps the names of what is told, no others."""
    state.names = {key: known for key, known in state.names.items() if key in told}


def name(state: State, rules: Rules, burst: Burst, book: Lexicon) -> str:
    """The surface form that most of its newest posts use, with what nearly always goes with it.

    A phrase of the table has at most three words; "this is for Marguerite" is found by looking at
    the neighbours of "is for Marguerite" in the posts themselves.
    """
    held, size = state.ring, state.ring.tokens
    words = len(burst.parts)
    begin, end = burst.places - words + 1, burst.places
    kinds = held.kinds[end % size]
    if kinds.size >= ENOUGH and not kinds.any():  # words only
        begin, end = _whole(state, begin, end, words)
        begin, end = _rounded(state, rules, begin, end, book)
        if words == 1 and end[0] - begin[0] < SHORT:
            begin, end = _without_added(state, rules, (begin, end), burst.places, book)
    return written(state, begin, end)


def written(state: State, begin: Ints, end: Ints) -> str:
    """How most of some occurrences of a phrase are written, by their first and last tokens.

    Empty where none of their posts is held.
    """
    held, size = state.ring, state.ring.tokens
    forms: Counter[str] = Counter()
    posts = ring.owners_of(held, end)
    whole = (posts >= 0) & (ring.owners_of(held, begin) == posts)
    for first, last, post in zip(*(a[whole].tolist() for a in (begin, end, posts)), strict=True):
        text = held.texts.at(post % held.posts)
        if text is not None:
            forms[text[int(held.starts[first % size]) : int(held.ends[last % size])]] += 1
    form = min(forms, key=lambda form: (-forms[form], form), default="")
    return " ".join(form.replace(SOFT_BREAK, "").split())


def _whole(state: State, begin: Ints, end: Ints, words: int) -> tuple[Ints, Ints]:
    """First and last tokens of the phrase with the neighbours that nearly always stand beside it.

    A name without spaces is not left in the middle: its pieces are no words of their own.
    """
    for pieces in range(words, MOST_PIECES):
        after, before = _goes_on(state, end + 1, end + 1), _goes_on(state, begin - 1, begin)
        if after and (pieces < LONGEST or _unspaced(state, end)):
            end = end + 1
        elif before and (pieces < LONGEST or _unspaced(state, begin - 1)):
            begin = begin - 1
        else:
            break
    return begin, end


def _rounded(
    state: State, rules: Rules, begin: Ints, end: Ints, book: Lexicon
) -> tuple[Ints, Ints]:
    """First and last tokens of a long phrase without function words where it was cut off.

    "Plant Explosion Shows Up on" is how a headline begins; one that is as long as a name may be is
    cut at its beginning too. What is made of such words alone stays ("it is what it is"), and so
    does a short phrase ("get in").
    """
    words = int(end[0] - begin[0]) + 1
    if words <= SHORT:
        return begin, end
    said = state.ring.hashes[(begin[:, None] + np.arange(words)) % state.ring.tokens]
    most = np.sort(said, axis=0)[said.shape[0] // 2]  # where a word has a majority
    telling = np.flatnonzero(book.frequencies(most).max(axis=1, initial=0.0) < rules.function_word)
    if not telling.size:
        return begin, end
    last = max(int(telling[-1]), SHORT - 1)
    first = min(int(telling[0]), last - SHORT + 1) if words >= LONGEST else 0
    return begin + first, begin + last


def _without_added(
    state: State, rules: Rules, found: tuple[Ints, Ints], own: Ints, book: Lexicon
) -> tuple[Ints, Ints]:
    """First and last tokens without function words that only stand beside a burst's `own` word.

    "and gloves" is gloves; one with a capital belongs to the name: "The Who", "Al Qaeda". So does a
    piece of a name without spaces. A phrase has them inside: "this is for Marguerite".
    """
    begin, end = found
    while begin[0] < own[0] and _says_little(state, rules, begin, book):
        if _unspaced(state, begin):
            break
        begin = begin + 1
    while end[0] > own[0] and _says_little(state, rules, end, book):
        if _unspaced(state, end - 1):
            break
        end = end - 1
    return begin, end


def _says_little(state: State, rules: Rules, at: Ints, book: Lexicon) -> bool:
    """Whether most of the tokens at `at` are one function word, not written as a name."""
    said = np.sort(state.ring.hashes[at % state.ring.tokens])[at.size // 2 :][:1]
    most = float(book.frequencies(said).max(initial=0.0))
    return most >= rules.function_word and not written(state, at, at)[:1].isupper()


def _unspaced(state: State, at: Ints) -> bool:
    """Whether the tokens at `at` go over into the next ones without a space in between."""
    held, size = state.ring, state.ring.tokens
    gaps = [
        text[int(held.ends[i % size]) : int(held.starts[(i + 1) % size])]
        for i, post in zip(at.tolist(), ring.owners_of(held, at).tolist(), strict=True)
        if post >= 0 and (text := held.texts.at(post % held.posts)) is not None
    ]
    return bool(sum(gap == SOFT_BREAK for gap in gaps) >= GOES_ON * len(at))


def surface(state: State, first: int, last: int) -> str:
    """The words of one post between two token positions, as written."""
    held, size = state.ring, state.ring.tokens
    post = int(ring.owners_of(held, np.array([last]))[0])
    text = held.texts.at(post % held.posts) if post >= 0 else None
    if text is None:
        return ""
    form = text[int(held.starts[first % size]) : int(held.ends[last % size])]
    return " ".join(form.replace(SOFT_BREAK, "").split())


def _goes_on(state: State, at: Ints, joint: Ints) -> bool:
    """Whether most occurrences have one and the same word at `at`, joined to the phrase."""
    held, size = state.ring, state.ring.tokens
    joined = (at < held.n_tokens) & (held.joins[joint % size] == 1)
    if joined.mean() < GOES_ON:
        return False
    beside = held.hashes[at[joined] % size]
    middle = np.partition(beside, beside.size // 2)[beside.size // 2]  # where such a majority is
    return int(np.count_nonzero(beside == middle)) >= GOES_ON * at.size


def titled(label: str) -> bool:
    """Whether each word is written as a name is: a capital, then small letters.

    >>> titled("Enner Valencia"), titled("Qatar becomes"), titled("BREAKING"), titled("own goal")
    (True, False, False, False)
    """
    return all(word[:1].isupper() and not word.isupper() for word in label.split())


def ordinary(label: str, *, familiar: bool) -> bool:
    """Whether a well-known word is not written as a name, in a script that has capitals.

    >>> ordinary("hate", familiar=True), ordinary("Diego", familiar=True)
    (True, False)
    """
    cased = label.lower() != label.upper() or label.isdecimal()
    return familiar and cased and not titled(label)


def nameless(label: str, *, familiar: bool) -> bool:
    """Whether no word of an ordinary label has a capital either, where not all of it is shouted.

    >>> nameless("the news", familiar=True), nameless("STAY SAFE", familiar=True)
    (True, True)
    >>> nameless("shooting at MIT", familiar=True)
    False
    """
    shouted = label == label.upper()
    capital = any(word[:1].isupper() for word in label.split())
    return ordinary(label, familiar=familiar) and (shouted or not capital)


def is_common(state: State, parts: tuple[int, ...]) -> bool:
    """Whether a phrase begins and ends with words that one in fifty people uses in a slice."""
    edges = state.counts.find(np.array([parts[0], parts[-1]], np.uint64))
    volume = float(state.tracks[0])
    return bool((edges.history > 0.02 * volume).all()) if volume > 0 else False
