"""The long runs of `make soak`: bounded in count, they stop by themselves."""

from __future__ import annotations

import resource
from itertools import islice

import pytest

from groundswell.kernel.pipeline import Kernel, Rules
from groundswell.kernel.text.tokens import Tables
from groundswell.model import Batch
from groundswell.simulate import load_frames
from groundswell.sources.decode import FrameDecoder
from tests.figures import Figure


@pytest.mark.figure("words")
@pytest.mark.soak
def test_memory_stays_flat_while_ever_new_words_come(tables: Tables, figure: Figure) -> None:
    """600,000 posts with a growing vocabulary: terms are evicted, and memory stops growing."""
    kernel = Kernel(Rules(terms=1 << 19, ring_posts=1 << 16, ring_tokens=1 << 21), tables)
    frames = load_frames(seed=5, posts_per_second=1_000)
    peaks = []
    for _ in range(300):
        batch = Batch()
        FrameDecoder().decode_many(batch, b"\n".join(islice(frames, 2_000)))
        kernel.add(batch)
        peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    figure(
        f"at most {peaks[149]:.0f} MiB halfway, {peaks[-1]:.0f} MiB at the end; "
        f"{kernel.state.counts.evicted:,} terms forgotten", trials=600_000,
    )  # fmt: skip
    assert kernel.state.counts.evicted > 0
    assert kernel.state.counts.used <= 0.75 * (1 << 19)
    assert peaks[-1] - peaks[149] < 30
