"""docs/model-card.md, with every figure measured anew on the file that ships."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import measure
from data import Labelled
from sayings import COPIES
from scores import f1

from groundswell.engines import feelings as shipped
from groundswell.kernel.mood.feelings import Floats
from groundswell.kernel.mood.moods import WEAK

WANTED = {
    "macro-F1, 28 labels": "≥ .48", "micro-F1, 28 labels": "", "macro-F1, Ekman": "≥ .60",
    "macro-F1, sentiment": "≥ .68", "calibration error": "≤ .01",
}  # fmt: skip
GOOD = 0.4


@dataclass(frozen=True, slots=True)
class Language:
    """What is known of the reader of one language."""

    code: str
    posts: int
    held_out: float
    test: float
    area: float
    each: Floats
    read: bool


def write(
    path: Path, dev: Labelled, test: Labelled, held: Labelled, languages: list[Language], size: int
) -> None:
    """Measures the shipped file, prints and writes the card."""
    began = time.process_time()
    reader = shipped.load_reader()
    load = time.process_time() - began
    model = reader.english
    on_dev, on_test = measure.judged(model, dev), measure.judged(model, test)
    scores = measure.overall(model, on_dev, on_test)
    each = f1(on_test.values >= model.thresholds, on_test.labels)
    natural, tilted = (measure.mixes(model, on_test, tilted=t) for t in (False, True))
    rate, rate_other = measure.speed(reader, test)
    text = (Path(__file__).parent / "card.template.md").read_text("utf-8").format(
        languages=", ".join(sorted(reader.tongues.by_language)),
        words=len(model.meaning.places), size=model.meaning.vectors.shape[1],
        megabytes=size / 1e6, load=load, rate=int(round(rate, -2)),
        rate_other=int(round(rate_other, -2)),
        overall="\n".join(f"| {n} | {v:.4f} | {WANTED[n]} |" for n, v in scores.items()),
        labels="\n".join(
            f"| {label} | {each[j]:.2f} | {int(test.labels[:, j].sum())} |"
            for j, label in enumerate(model.labels)
        ),
        lengths="\n".join(
            f"| {name} | {n:,} | {score:.2f} | {error:.4f} |"
            for name, n, score, error in measure.by_length(model, test, on_test)
        ),
        drawn=measure.DRAWN, natural=natural, tilted=tilted, good=GOOD,
        copies=COPIES, weak=", ".join(sorted(WEAK)),
        elsewhere=", ".join(f"{n} {v:.0%}" for n, v in measure.elsewhere(model, held).items()),
        tongues="\n".join(_row(one) for one in languages),
    )  # fmt: skip
    print(text)
    path.write_text(text, "utf-8")


def _row(one: Language) -> str:
    each = " | ".join("–" if value != value else f"{value:.2f}" for value in one.each)  # noqa: PLR0124 -- NaN
    figures = f"{one.held_out:.2f} | {one.test:.2f} | {one.area:.2f}"
    return f"| {one.code} | {one.posts:,} | {figures} | {each} | {'yes' if one.read else 'no'} |"
