"""The reading of articles held against what people marked in them.

PolNeAR (Newell et al. 2018): quotes in political news with who says them. A quote of ours is right
when it overlaps one that was marked, by half of the shorter; its speaker is right when the words
that we give for it overlap those that were marked, or end in the same name. AQUAINT's TimeML: dates
with their values.

Documents are dealt into folds by a hash of their id. Fold 0 is held out: nobody looked at it while
rules were written.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from groundswell.press import Quote, read_article
from groundswell.press.dates import dates
from groundswell.press.lexicon import PRONOUNS, STRONG_FORMS
from groundswell.press.passages import Passages

FOLDS = 5
Row = dict[str, Any]


def fold(name: str, folds: int = FOLDS) -> int:
    """Which fold a document is in, by its id; 0 is held out.

    >>> fold("a"), fold("b")
    (4, 0)
    """
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % folds


def rows(path: Path) -> Iterator[Row]:
    """The documents of a packed NDJSON file."""
    with gzip.open(path, "rb") as file:
        for line in file:
            yield msgspec.json.decode(line)


def quotes(documents: Iterable[Row]) -> Counter[str]:
    """Counts over documents: what was found, what of it is right, what was missed.

    `found`, `right`: quotes; `long`, `long_found`: marked quotes of five words or more; `given`,
    `speaker`: quotes with a speaker of high or medium confidence, and those whose speaker is right;
    `high`, `high_given`, `high_speaker`: those of high confidence.
    """
    counts: Counter[str] = Counter()
    for row in documents:
        counts["documents"] += 1
        text = row["text"]
        hit: set[int] = set()
        for quote in read_article(text, published=row["date"]).quotes:
            marked = [gold for gold in row["quotes"] if _same(quote, gold)]
            hit.update(gold["start"] for gold in marked)
            _count(counts, quote, _gold(row, quote, marked))
        for gold in row["quotes"]:
            if len(text[gold["start"] : gold["end"]].split()) >= 5:
                counts["long"] += 1
                counts["long_found"] += gold["start"] in hit
    return counts


def _count(counts: Counter[str], quote: Quote, gold: Row | None) -> None:
    counts["found"] += 1
    counts["high"] += quote.confidence == "high"
    if gold is None:
        return
    counts["right"] += 1
    spans = gold["speaker_spans"] or ()
    first = (gold["speaker"] or "").lower().split()[:1]
    if not spans or (first and first[0] in STRONG_FORMS):
        return  # nobody marked, or verb and speaker exchanged by the annotator
    if quote.confidence == "low":
        counts["unsaid"] += 1
        return
    right = _right(quote, gold)
    counts["given"] += 1
    counts["speaker"] += right
    if quote.confidence == "high":
        counts["high_given"] += 1
        counts["high_speaker"] += right


def _same(quote: Quote, gold: Row) -> bool:
    start, end = quote.place.start, quote.place.end
    begin, stop = int(gold["start"]), int(gold["end"])
    return min(end, stop) - max(start, begin) >= 0.5 * min(end - start, stop - begin)


def _gold(row: Row, quote: Quote, marked: list[Row]) -> Row | None:
    """What was marked: the smallest attribution around a quote, else the quote's own row.

    The rows of quotes know no ticks (``so''), which the New York Times's articles have; the
    attributions that they were made from do.
    """
    ticks = row["text"].startswith(("''", "``"), quote.place.start)
    if not marked and not ticks:
        return None
    around = _smallest(row, quote)
    if around and (around["speaker_spans"] or ticks):
        return around
    return marked[0] if marked and not ticks else None


def _smallest(row: Row, quote: Quote) -> Row | None:
    best: tuple[int, Row] | None = None
    start, end = quote.place.start, quote.place.end
    for attribution in row["attributions"]:
        spans = [span for part in attribution.get("content", ()) for span in part]
        inside = sum(max(0, min(b, end) - max(a, start)) for a, b in spans)
        size = sum(b - a for a, b in spans)
        if inside >= 0.5 * (end - start) and (best is None or size < best[0]):
            best = (size, attribution)
    if best is None:
        return None
    said = [span for part in best[1].get("source", ()) for span in part]
    return {"speaker": " ".join(row["text"][a:b] for a, b in said), "speaker_spans": said}


def _right(quote: Quote, gold: Row) -> bool:
    span = quote.speaker_span
    if span and any(span[0] < end and span[1] > start for start, end in gold["speaker_spans"]):
        return True
    ours = (quote.speaker or quote.printed).lower().split()[-1:]
    theirs = (gold["speaker"] or "").lower().split()[-1:]
    return bool(ours) and ours == theirs and theirs[0] not in PRONOUNS | {"his", "her"}


def timed(documents: Iterable[Row]) -> Counter[str]:
    """Counts over dates: `marked` ones, those `matched` with a value, those `right` of them."""
    counts: Counter[str] = Counter()
    for row in documents:
        counts["documents"] += 1
        found = dates(Passages(row["text"]), date.fromisoformat(row["dct"][:10]))
        for gold in row["timexes"]:
            if gold["type"] not in ("DATE", "TIME"):
                continue
            counts["marked"] += 1
            ours = [d for d in found if d.place.start < gold["end"] and d.place.end > gold["start"]]
            if ours:
                counts["found"] += 1
            if ours and ours[0].value:
                counts["matched"] += 1
                counts["right"] += _equal(ours[0].value, gold["value"] or "")
    return counts


def _equal(ours: str, gold: str) -> bool:
    """Whether values agree; whatever part of the day one of them names.

    >>> _equal("2000-W06", "2000-W6"), _equal("1998-10-23TNI", "1998-10-23"), _equal("199", "199X")
    (True, True, True)
    """
    plain = re.sub(r"W(\d)$", r"W0\1", re.sub(r"(-XX)+$", "", gold)).rstrip("X")
    if ours == plain or ("T" in ours and ours[:10] == plain):
        return True
    return "T" in ours and "T" in gold and ours[:10] == gold[:10]
