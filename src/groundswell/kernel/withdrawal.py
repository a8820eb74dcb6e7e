"""Words that must not be told any more, because those who said them took them back.

A word that stands on a board was said by a crowd. When posts are taken back, each of their words is
looked up: what fewer than `LEAST` people still say is nobody's news any more, and is struck from
what was told while the ring can say who said it. Older slices are out of its reach.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel.basis.distinct import distinct, union
from groundswell.kernel.basis.hashing import join
from groundswell.kernel.memory.state import State
from groundswell.kernel.memory.stories import Living
from groundswell.kernel.posts import postings, ring
from groundswell.kernel.text.keys import PHRASE, key_of
from groundswell.kernel.text.tokens import Tables, prepare, tokenize
from groundswell.machine.arrays import Bools, Int64s, UInt8s, UInt32s, UInt64s
from groundswell.machine.loops import loop
from groundswell.revision import LEAST, Cut, Keys, Revision, quoted, struck

Ints = NDArray[np.int64]
Terms = NDArray[np.uint64]

MOST_HIDDEN: Final = 4_096
"""Posts of hidden accounts whose words are looked up, the newest."""


@dataclass(frozen=True, slots=True)
class Unquoted:
    """Of what boards quote lately: the posts, and the people of posts, that are gone for good."""

    posts: frozenset[int] = frozenset()
    people: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.posts or self.people)


def unquoted(state: State) -> Unquoted:
    """What came since the last close about voices; the ring need not hold their posts any more."""
    quoted = state.quoted
    if not quoted:
        return Unquoted()
    authors = {author for author, _ in quoted.values()}
    gone = {author for author, what, _ in state.gone.news if what == "gone"}
    return Unquoted(
        frozenset(post for post, _ in state.gone.deleted if post in quoted),
        frozenset(gone & authors),
    )


def revision(
    state: State,
    span_us: int,
    buried: Ints,
    *,
    veil: bool,
    before: int,
    silent: Unquoted = Unquoted(),
) -> Revision:
    """What falls when the posts at the places `buried` are gone for good.

    `silent` are the voices among them, or of them.

    With `veil`, what hidden accounts said is looked up anew as well. `before` is the time, µs,
    before which the slices ended that were told already; `span_us` how far back a board looks for
    the words of its stories.
    """
    held = state.ring
    words = lacking(state, grams(held, buried))
    cut = Cut(words, _totals(state, ring.DELETED), silent.posts, silent.people)
    veiled = None
    if veil:
        size = min(held.n_posts, held.posts)
        hidden = np.flatnonzero((held.flags[:size] & ring.UNSEEN) == ring.HIDDEN)
        newest = hidden[np.argsort(held.times[hidden], kind="stable")[-MOST_HIDDEN:]]
        words = lacking(state, grams(held, newest))
        veiled = Cut(words, _totals(state, ring.UNSEEN), people=_hidden(state))
    return Revision(before, _since(held, span_us), cut, veiled)


def _hidden(state: State) -> frozenset[int]:
    """Quoted people whose accounts are not active, by the latest news."""
    authors = np.array(sorted({author for author, _ in state.quoted.values()}), np.uint64)
    hidden = set(authors[state.gone.hides(authors)].tolist())
    last = sorted(state.gone.news, key=lambda one: one[2])
    for author, what, _ in last:
        (hidden.discard if what == "active" else hidden.add)(author)
    return frozenset(hidden)


def _since(held: ring.Ring, span_us: int) -> int:
    """The last time, µs, of whose words the ring may have lost some speakers; 0 for none."""
    if held.n_posts <= held.posts and held.n_tokens <= held.tokens:
        return 0
    oldest = max(0, held.n_posts - held.posts)
    places = np.arange(oldest, held.n_posts) % held.posts
    whole = held.first[places] >= held.n_tokens - held.tokens
    return int(held.times[places[whole]].min()) + span_us if whole.any() else 1 << 62


def _totals(state: State, unseen: int) -> dict[str, tuple[int, int]]:
    """Posts and people of the stories that have lost some."""
    held = state.ring
    found = {}
    for living in state.living:
        if (held.flags[living.tally.positions % held.posts] & unseen).any():
            found[living.id] = living.tally.count(held.flags, held.n_posts, unseen)
    return found


def grams(held: ring.Ring, places: Ints) -> Terms:
    """Keys of all that posts say: words, and phrases of two and three."""
    first, sizes = held.first[places], held.count[places].astype(np.int64)
    whole = first >= held.n_tokens - held.tokens
    first, sizes = first[whole], sizes[whole]
    out = np.empty(PHRASE * int(sizes.sum()), np.uint64)
    return distinct(out[: _grams(held.hashes, held.joins, first, sizes, out)])


@loop
def _grams(hashes: UInt64s, joins: UInt8s, first: Int64s, sizes: Int64s, out: UInt64s) -> int:
    size = hashes.size
    n = 0
    for i in range(first.size):
        for end in range(first[i], first[i] + sizes[i]):
            key = hashes[end % size]
            out[n] = key
            n += 1
            for g in range(1, PHRASE):
                if end - g < first[i] or not joins[(end - g + 1) % size]:
                    break
                key = join(key, hashes[(end - g) % size])
                out[n] = key
                n += 1
    return n


def forget(
    state: State, span_us: int, keys: Keys, chosen: Callable[[ring.Ring], Ints]
) -> tuple[int, Revision | None]:
    """Buries posts at once, whatever their time: those at the places that `chosen` names.

    Returns how many they were, and what falls with them.
    """
    places = chosen(state.ring)
    silent = Unquoted(_among_quoted(state, chosen))
    if not (places.size or silent):
        return 0, None
    ring.bury(state.ring, places)
    found = revision(state, span_us, places, veil=False, before=1 << 62, silent=silent)
    rename(state, found.struck, keys)
    return int(places.size), found


def _among_quoted(state: State, chosen: Callable[[ring.Ring], Ints]) -> frozenset[int]:
    """Quoted posts that are chosen, asked as of a ring that holds just these."""
    if not state.quoted:
        return frozenset()
    posts = np.array(list(state.quoted), np.uint64)
    held = ring.Ring(1 << max(1, int(posts.size).bit_length()), 2)
    held.n_posts = posts.size
    held.ids[: posts.size] = posts
    held.authors[: posts.size] = [author for author, _ in state.quoted.values()]
    return frozenset(posts[chosen(held)].tolist())


def lacking(state: State, keys: Terms) -> frozenset[int]:
    """Those of the terms that fewer than `LEAST` people say in posts that may be shown."""
    if not keys.size:
        return frozenset()
    found, held = state.counts.find(keys), state.ring
    enough = np.zeros(found.keys.size, np.bool_)
    _enough(
        (held.hashes, held.back, held.owners, held.joins),
        (held.flags, held.first, held.authors), (held.n_tokens, held.n_posts),
        found.last, found.words.astype(np.int64), LEAST, enough,
    )  # fmt: skip
    return frozenset(np.setdiff1d(keys, found.keys[enough]).tolist())


@loop
def _enough(
    token: tuple[UInt64s, UInt32s, UInt32s, UInt8s],
    post: tuple[UInt8s, Int64s, UInt64s],
    at: tuple[int, int],
    last: UInt32s,
    words: Int64s,
    least: int,
    out: Bools,
) -> None:
    """Walks each term's chain as `postings.find` does, until `least` people were met."""
    hashes, back, owners, joins = token
    flags, first, authors = post
    n_tokens, n_posts = at
    mask, held = hashes.size - 1, flags.size - 1  # sizes are powers of two
    oldest: Any = max(n_tokens - hashes.size, 1)
    oldest_post: Any = max(n_posts - flags.size, 0)
    met = np.zeros(least, np.uint64)
    for i in range(last.size):
        newest = n_tokens - 1 - np.int64(np.uint32(np.uint32(n_tokens - 1) - last[i]))
        if newest < oldest:
            continue
        g = postings.rarest(hashes, back, newest, words[i], oldest + 3) if words[i] > 1 else 0
        walk = newest - g
        key = hashes[walk & mask]
        n = 0
        while walk >= oldest and hashes[walk & mask] == key:
            p = ring.owner(owners, first, walk, n_posts, oldest_post)
            if p < oldest_post:
                break
            end = walk + g
            if (
                (flags[p & held] & ring.UNSEEN) == 0
                and end < n_tokens
                and walk - (words[i] - 1 - g) >= max(first[p & held], oldest)
                and postings.same(hashes, joins, mask, end, newest, words[i])
            ):
                known = False
                for k in range(n):
                    known = known or met[k] == authors[p & held]
                if not known:
                    met[n] = authors[p & held]
                    n += 1
                    if n == least:
                        out[i] = True
                        break
            distance = np.int64(back[walk & mask])
            if distance == 0:
                break
            walk -= distance


def stands(state: State, living: Living) -> bool:
    """Whether enough is left of a story to tell it: it fell only where posts were taken back."""
    held = state.ring
    posts = union(living.heard, living.posts)
    places = posts[posts >= held.n_posts - held.posts] % held.posts
    unseen = (held.flags[places] & ring.UNSEEN) > 0
    return not unseen.any() or distinct(held.authors[places[~unseen]]).size >= LEAST


def rename(state: State, cut: Cut, keys: Keys) -> None:
    """Lets go of names and doubts that say what may not be said; stories get others."""
    state.names = {k: v for k, v in state.names.items() if not struck(v[0], cut, keys)}
    for living in state.living:
        if struck(living.title, cut, keys):
            left = [state.names[key][0] for key in living.terms if key in state.names]
            living.title, living.title_weight = (left or [""])[0], 0.0
        living.doubted = {
            kind: (weight, doubt)
            for kind, (weight, doubt) in living.doubted.items()
            if not any(struck(label, cut, keys) for label in quoted(doubt.reason))
        }


class Labels:
    """The terms that stand in labels; remembers what it was asked last."""

    def __init__(self, tables: Tables, most: int = 1 << 14) -> None:
        self._tables = tables
        self._most = most
        self._known: dict[str, frozenset[int]] = {}

    def __call__(self, label: str) -> frozenset[int]:
        """Keys of all words and phrases of a label, and of it as an address."""
        found = self._known.get(label)
        if found is None:
            if len(self._known) >= self._most:
                self._known.clear()
            found = self._known[label] = self._keys(label)
        return found

    def _keys(self, label: str) -> frozenset[int]:
        said = tokenize(prepare([label], [()], self._tables), self._tables)
        sizes = np.diff(said.first)
        size = 1 << max(1, int(said.hashes.size).bit_length())
        hashes, joins = np.zeros(size, np.uint64), np.zeros(size, np.uint8)
        hashes[: said.hashes.size], joins[: said.hashes.size] = said.hashes, said.joins
        out = np.empty(PHRASE * said.hashes.size, np.uint64)
        n = _grams(hashes, joins, said.first[:-1].astype(np.int64), sizes.astype(np.int64), out)
        whole = key_of(label, self._tables)
        return frozenset([*out[:n].tolist(), *([whole[0]] if whole else [])])
