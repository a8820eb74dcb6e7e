"""Peers: trend measures of others, from their published formulas, over the same counts.

Each is a small class with one method, `rank`: a slice in, scores of terms out, best or not, 0 and
below left out. A peer keeps what it needs of earlier slices and never sees a later one. Counting,
merging and naming are not theirs: they are the same for all (`evaluate.boards`), so that what is
compared is the measure.

Where a paper leaves a constant open, or speaks of retrospective data, the class says what was
chosen.
"""

from collections.abc import Callable

from groundswell.evaluate.corpus import Corpus
from groundswell.evaluate.peers.bursts import Kleinberg, Mabed
from groundswell.evaluate.peers.door import Peer, Ranked
from groundswell.evaluate.peers.ratios import BNgram, Counts, Gnip, Mastodon
from groundswell.evaluate.peers.signitrend import SigniTrend

PEERS: dict[str, Callable[[Corpus], Peer]] = {
    "mastodon": lambda corpus: Mastodon(corpus.terms, corpus.slice_us),
    "signitrend": lambda corpus: SigniTrend(corpus.terms),
    "bngram": lambda corpus: BNgram(corpus.terms, corpus.names),
    "gnip": lambda corpus: Gnip(corpus.terms),
    "mabed": lambda corpus: Mabed(corpus.terms),
    "kleinberg": lambda corpus: Kleinberg(corpus.terms),
    "counts": lambda _: Counts(),
}
"""Makers of peers by the name that `--method` takes."""

__all__ = ["PEERS", "Peer", "Ranked"]
