"""Posts of the open slice into the ring and the term table, as many at once as both can take."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel.memory.state import State
from groundswell.kernel.posts import ring
from groundswell.kernel.posts.columns import Columns
from groundswell.kernel.telling.barred import Barred
from groundswell.kernel.terms.counting import Said

Ints = NDArray[np.int64]

RUN = 4_096
"""Posts that are kept and counted at once, at most; a small ring takes no more than a quarter of
its posts and tokens."""


def take(
    state: State, barred: Barred, columns: Columns, times: Ints, span: tuple[int, int]
) -> None:
    """Keeps and counts posts [begin, end) of the columns; who is hidden or barred is so here."""
    texts, tokens, (authors, ids, replies, hosts, marks), came, langs = columns
    begin, end = span
    held = state.ring
    said = Said(held.hashes, held.joins, held.back)
    away = state.gone.hides(authors[begin:end])
    if barred.veils:
        first = tokens.first[begin : end + 1]
        away |= barred.posts(
            authors[begin:end], hosts[begin:end], tokens.hashes[first[0] : first[-1]], first
        )
    flags = marks[begin:end].astype(np.uint8) | away * np.uint8(ring.HIDDEN)
    run = min(RUN, max(1, held.posts // 4))
    low = begin
    while low < end:
        many = tokens.first[low] + held.tokens // 4
        full = int(np.searchsorted(tokens.first[: end + 1], many, "right")) - 1
        high = max(low + 1, min(end, low + run, full))
        first = tokens.first[low : high + 1]
        room = (high - low, int(first[-1] - first[0]))
        falls = ring.falling_out(held, *room, state.counts.slice)
        state.counts.let_go(said, held.first[falls], held.count[falls], held.authors[falls])
        part = slice(low, high)
        spoken = state.rhythm.read(langs[part])
        posts = ring.Posts(
            texts[part], came[part], langs[part], spoken, times[part],
            flags[low - begin : high - begin], authors[part], ids[part], replies[part], hosts[part],
        )  # fmt: skip
        places = ring.append(
            held, posts, tokens.hashes, tokens.starts, tokens.ends, tokens.kinds,
            tokens.joins, first, state.counts.slice,
        )  # fmt: skip
        state.counts.count(said, held.first[places], held.count[places], authors[low:high])
        low = high
    state.posts += end - begin
