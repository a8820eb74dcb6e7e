"""Makes docs/press.md anew: `make press`. How well articles are read, fold by fold.

The marked articles are read from ../shared/data/press, which is not distributed. Rules were written
while looking at folds 1 to 4 of PolNeAR and 1 to 2 of AQUAINT; fold 0 of each is held out.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path

from groundswell.evaluate import press
from groundswell.kernel.basis.shares import wilson
from groundswell.press import read_article

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / ".." / "shared" / "data" / "press"
WORDS = ROOT / "tools" / "press.template.md"
PAGE = ROOT / "docs" / "press.md"
DATE_FOLDS = 3
HEAD = (
    "| fold | articles | quotes found | speech: precision | quotes of 5+ words: recall "
    "| speaker given | speaker right | high: share | high: speaker right |"
)


def main() -> None:
    """Writes the page."""
    if not DATA.is_dir():
        sys.exit("expected the marked articles in ../shared/data/press; they are not distributed")
    articles = list(press.rows(DATA / "polnear_train.ndjson.gz"))
    dated = list(press.rows(DATA / "timex_aquaint.ndjson.gz"))
    page = WORDS.read_text("utf-8")
    for name, table in (
        ("quotes", _quotes(articles)),
        ("dates", _dates(dated)),
        ("speed", _speed(articles)),
    ):
        page = page.replace(f"{{{{{name}}}}}", table)
    PAGE.write_text(page, "utf-8")


def _quotes(articles: list[press.Row]) -> str:
    folds = [
        press.quotes(a for a in articles if press.fold(a["id"]) == n) for n in range(press.FOLDS)
    ]
    lines = [HEAD, "|---" + "|---:" * 8 + "|"]
    lines += [_line("held out" if not n else f"{n}", found) for n, found in enumerate(folds)]
    lines.append(_line("1 to 4", sum(folds[1:], Counter())))
    return "\n".join(lines)


def _line(name: str, c: Counter[str]) -> str:
    return (
        f"| {name} | {c['documents']} | {c['found']:,} | {_share(c['right'], c['found'])} "
        f"| {_share(c['long_found'], c['long'])} "
        f"| {_plain(c['given'], c['given'] + c['unsaid'])} | {_share(c['speaker'], c['given'])} "
        f"| {_plain(c['high'], c['found'])} | {_share(c['high_speaker'], c['high_given'])} |"
    )


def _dates(dated: list[press.Row]) -> str:
    lines = [
        "| part | articles | dates marked | found | resolved and right |",
        "|---|---:|---:|---:|---:|",
    ]
    for name, wanted in (("held out", (0,)), ("looked at", (1, 2))):
        c = press.timed(d for d in dated if press.fold(d["id"], DATE_FOLDS) in wanted)
        lines.append(
            f"| {name} | {c['documents']} | {c['marked']} | {_plain(c['found'], c['marked'])} "
            f"| {_share(c['right'], c['matched'])} |"
        )
    return "\n".join(lines)


def _speed(articles: list[press.Row]) -> str:
    """Articles a second of CPU, and their length."""
    some = articles[:200]
    begin = time.process_time()
    for row in some:
        read_article(row["text"], published=row["date"])
    spent = time.process_time() - begin
    length = sum(len(row["text"]) for row in some) / len(some)
    return f"{len(some) / spent:,.0f} articles of {length:,.0f} characters a CPU-second"


def _plain(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "–"


def _share(part: int, whole: int) -> str:
    """A share with its 95 % interval (Wilson) and its number of cases."""
    if not whole:
        return "–"
    low, high = wilson(part, whole, 1.96)
    return f"{part / whole:.3f} ({low:.3f}–{high:.3f}; {whole:,})"


if __name__ == "__main__":
    main()
