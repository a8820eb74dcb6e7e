"""Makes docs/evaluation.md and its pictures anew: `make evaluation`.

Real sets are read from ../shared/data, which is not distributed; simulated ones are made. A set's
figures are kept in build/evaluation, so that a run that was stopped goes on where it was; a kept
one is named as such, and `--again` measures it anew: all of it, or with `--again ours` only our own
method, where peers' figures are kept and neither they nor what they share with ours was changed.
"""

from __future__ import annotations

import argparse
import gzip
import random
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean

import msgspec

from groundswell import settings
from groundswell.cli.methods import METHODS, OURS
from groundswell.cli.scoring import Trial, run_all
from groundswell.evaluate import pictures, read_events
from groundswell.evaluate.ceiling import ceilings, soonest
from groundswell.evaluate.report import amount, markdown, share
from groundswell.evaluate.scores import RANKS, Scores
from groundswell.model import MICROSECONDS
from groundswell.sources.recordings import Recording

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / ".." / "shared" / "data"
KEPT = ROOT / "build" / "evaluation"
WORDS = ROOT / "tools" / "evaluation.template.md"
PAGE = ROOT / "docs" / "evaluation.md"
DRAWN = ROOT / "docs" / "pictures" / "evaluation"


@dataclass(frozen=True, slots=True)
class Night:
    """A set to measure on. `tuned` says what of it a constant was ever chosen by."""

    name: str
    title: str
    slice: str
    tuned: str = "nothing"
    folder: str = ""
    """In ../shared/data; empty for a simulated one."""
    events: bool = True
    """Whether anything happens; on a control all that starts is nothing."""
    scenario: str = ""
    seed: int = 0
    days: int = 14
    methods: tuple[str, ...] = METHODS
    held: float = 1.0
    """Share of its posts that are kept, drawn by chance."""


WAITED_FOR = (1, 2, 3, 5)
"""People whom a board may wait for before it tells an event."""
SAID_BY = (1, 2, 3, 5, 10)
"""Texts that a word must stand in, for what could be found at all."""
LOOKED_AT = "looked at while constants were chosen"
NIGHTS = (
    Night("worldcup-2014", "World Cup 2014, a fortnight", "5m", LOOKED_AT + "; SigniTrend too",
          folder="fifa-worldcup-2014"),
    Night("super-saturday", "Brexit Super Saturday 2019", "30m", LOOKED_AT,
          folder="brexit-super-saturday-2019"),
    Night("opening-2022", "World Cup opening 2022", "5m", LOOKED_AT,
          folder="fifa-worldcup-2022-opening"),
    Night("chelsea-arsenal", "Chelsea–Arsenal 2015", "5m", LOOKED_AT,
          folder="epl-chelsea-arsenal-2015-09-19"),
    Night("swansea-everton", "Swansea–Everton 2015, quiet control", "1m", LOOKED_AT,
          folder="epl-swansea-everton-2015-09-19"),
    Night("boston", "Boston bombings 2013", "15m", LOOKED_AT,
          folder="crisislex-t6/boston-bombings-2013"),
    Night("oklahoma", "Oklahoma tornado 2013", "15m", LOOKED_AT,
          folder="crisislex-t6/oklahoma-tornado-2013"),
    Night("west-texas", "West Texas explosion 2013", "15m", LOOKED_AT,
          folder="crisislex-t6/west-texas-explosion-2013"),
    Night("fan-campaign", "Fan campaign 2022, control", "1m", LOOKED_AT,
          folder="worldcup-mentions-2022-11-18", events=False),
    Night("fortnight", "Simulated fortnight", "5m", "nothing; what it started falsely was read",
          scenario="fortnight", seed=44),
    *(
        Night(f"fortnight-{seed}", "Simulated fortnight", "1m", scenario="fortnight", seed=seed,
              methods=(OURS,))
        for seed in (70, 71, 72)
    ),
)  # fmt: skip
REAL = [night for night in NIGHTS if night.folder and night.events]
SLICES = {
    "worldcup-2014": ("15m", "30m"), "super-saturday": ("15m", "1h"),
    "opening-2022": ("1m", "15m"), "chelsea-arsenal": ("1m", "15m"),
    "swansea-everton": ("5m", "15m"), "boston": ("5m", "1h"), "oklahoma": ("5m", "1h"),
    "west-texas": ("5m", "1h"),
}  # fmt: skip
SHARES = (0.5, 1 / 3)
OTHER_SLICES = [
    replace(night, name=f"{night.name}-{length}", slice=length)
    for night in REAL
    for length in SLICES[night.name]
]
THINNED = [
    replace(night, name=f"{night.name}-{held:.0%}", held=held) for night in REAL for held in SHARES
]
VARIED = (*OTHER_SLICES, *THINNED)
CONTROLS = [night for night in NIGHTS if night.name in {"swansea-everton", "fan-campaign"}]
SIMULATED = [night for night in NIGHTS if night.scenario]


def main() -> None:
    """Measures what is asked for and is not kept, then writes the page from all that is kept."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--only", action="append", choices=[*(n.name for n in NIGHTS), "varied"])
    options.add_argument("--again", choices=("all", "ours"), nargs="?", const="all",
                         help="measure kept sets anew: all methods, or only ours")  # fmt: skip
    given = options.parse_args()
    if not DATA.is_dir():
        sys.exit("expected the measuring data in ../shared/data, which is not distributed")
    for night in NIGHTS:
        if not given.only or night.name in given.only:
            measure(night, again=given.again)
    for night in VARIED:
        if not given.only or "varied" in given.only:
            measure(night, again=given.again)
    write({night.name: kept(night) for night in (*NIGHTS, *VARIED) if _file(night).exists()})


def measure(night: Night, *, again: str | None) -> None:
    """Runs all methods of a set, but those whose figures are kept and not asked for again."""
    done = kept(night) if _file(night).exists() and again != "all" else []
    if done and not again:
        print(f"{night.name}: kept, {_file(night)}", file=sys.stderr)
        return
    print(f"{night.name}:", file=sys.stderr)
    methods = [OURS] if done else list(night.methods)
    posts, events = _simulated(night) if night.scenario else _real(night)
    trial = Trial(
        file=str(posts), events=read_events(events) if events else [],
        settings=settings.Settings(slice=settings.seconds(night.slice), top=RANKS[-1]),
        retweets="keep", stop_words="none", counting="authors", complete=False,
    )  # fmt: skip
    runs = run_all(trial, methods, threading.Event())
    runs += [run for run in done if run.method not in methods]
    _file(night).write_bytes(msgspec.json.encode(runs))


def kept(night: Night) -> list[Scores]:
    """Figures as kept."""
    return msgspec.json.decode(_file(night).read_bytes(), type=list[Scores])


def _file(night: Night) -> Path:
    KEPT.mkdir(parents=True, exist_ok=True)
    return KEPT / f"{night.name}.json"


def _real(night: Night) -> tuple[Path, Path | None]:
    folder = DATA / night.folder
    posts, events = folder / "posts.ndjson.gz", folder / "events.json"
    return _thinned(night, posts) if night.held < 1 else posts, events if night.events else None


def _thinned(night: Night, posts: Path) -> Path:
    """So many of its posts, the same each time."""
    drawn = random.Random(night.name)  # noqa: S311 -- a sample, no secret
    kept_posts = KEPT / f"{night.name}.ndjson"
    if not kept_posts.exists():
        with gzip.open(posts, "rb") as whole, kept_posts.open("wb") as part:
            part.writelines(line for line in whole if drawn.random() < night.held)
    return kept_posts


def _simulated(night: Night) -> tuple[Path, Path]:
    """Made by the command that users have."""
    name = f"{night.scenario}-{night.seed}-{night.days}"
    posts, events = KEPT / f"{name}.ndjson.zst", KEPT / f"{name}.events.json"
    if not (posts.exists() and events.exists()):
        made = ["--scenario", night.scenario, "--seed", str(night.seed),
                "--days", str(night.days), "--truth", str(events)]  # fmt: skip
        command = [sys.executable, "-m", "groundswell", "simulate", str(posts), *made]
        subprocess.run(command, check=True)  # noqa: S603 -- our own command
    return posts, events


def write(runs: dict[str, list[Scores]]) -> None:
    """The page and its pictures; a part of which nothing is kept says so."""
    DRAWN.mkdir(parents=True, exist_ok=True)
    minutes = [(night, runs[night.name][0]) for night in SIMULATED[1:] if night.name in runs]
    named = [replace(run, method=f"seed {night.seed}") for night, run in minutes]
    page = WORDS.read_text("utf-8")
    for name, part in (
        ("sets", _sets(runs)), ("found", _found(runs)), ("most", _most(runs)),
        ("varied", _varied(runs) if all(night.name in runs for night in VARIED) else ""),
        ("nothing", _nothing(runs)), ("words", _words(runs)), ("same", _same(runs)),
        ("twice", _twice(runs)), ("better", _better(runs)),
        ("worldcup", _full("worldcup-2014", runs)), ("fortnight", _full("fortnight", runs)),
        ("minutes", markdown(named) if named else ""), ("soonest", _soonest(minutes)),
    ):  # fmt: skip
        page = page.replace(f"{{{{{name}}}}}", part.strip() or "Not measured for this page.")
    PAGE.write_text(page, "utf-8")
    print(f"wrote {PAGE}", file=sys.stderr)


def _full(name: str, runs: dict[str, list[Scores]]) -> str:
    """All figures of one set, with their pictures."""
    return "\n".join([markdown(runs[name]), *_drawn(name, runs[name])]) if name in runs else ""


def _drawn(name: str, runs: list[Scores]) -> list[str]:
    lines = []
    for picture in pictures.draw(runs):
        (DRAWN / f"{name}-{picture.name}.svg").write_text(picture.svg, "utf-8")
        lines.append(f"![{picture.alt}](pictures/evaluation/{name}-{picture.name}.svg)\n")
    return lines


def _sets(runs: dict[str, list[Scores]]) -> str:
    """What was tuned on, and what reported on."""
    lines = ["| set | slice | posts | hours | events | tuned on |", "|---|---|---:|---:|---:|---|"]
    for night in NIGHTS:
        if night.name in runs:
            one = runs[night.name][0]
            title = night.title + (f" (seed {night.seed})" if night.scenario else "")
            lines.append(f"| {title} | {night.slice} | {one.posts:,} | {amount(one.hours)} "
                         f"| {one.events} | {night.tuned} |")  # fmt: skip
    return "\n".join([*lines, ""])


def _found(runs: dict[str, list[Scores]]) -> str:
    return _grid(
        [night for night in (*REAL, *SIMULATED[:1]) if night.name in runs], runs,
        lambda run: f"{share(run.recall[5])} / {share(run.coverage)}",
    )  # fmt: skip


def _varied(runs: dict[str, list[Scores]]) -> str:
    """Means over the sets at other slices, and over those of fewer posts; a row a method."""
    heads = ("recall@5", "recall@10", "coverage", "words", "best")
    lines = [
        "| | " + " | ".join(f"{head}, {of}" for of in ("slices", "fewer posts") for head in heads)
        + " |", "|---|" + "---:|" * 2 * len(heads),
    ]  # fmt: skip
    for method in METHODS:
        cells = [
            cell for nights in (OTHER_SLICES, THINNED) for cell in _means(runs, nights, method)
        ]
        lines.append(f"| {f'**{method}**' if method == OURS else method} | {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def _means(runs: dict[str, list[Scores]], nights: list[Night], method: str) -> list[str]:
    """A method's cells: means, and in how many sets no other has more of recall@5."""
    own = [next(run for run in runs[night.name] if run.method == method) for night in nights]
    most = [max(run.recall[5] for run in runs[night.name]) for night in nights]
    words = [run.strict_keyword_precision or 0.0 for run in own]
    figures = (
        fmean(run.recall[5] for run in own), fmean(run.recall[10] for run in own),
        fmean(run.coverage for run in own), fmean(words),
    )  # fmt: skip
    best = sum(run.recall[5] >= top for run, top in zip(own, most, strict=True))
    return [*map(share, figures), f"{best} of {len(own)}"]


def _most(runs: dict[str, list[Scores]]) -> str:
    """Coverage of a board that told every word said by so many, a row a set."""
    lines = [
        "| | groundswell | best peer | " + " | ".join(f"said by {n}" for n in SAID_BY) + " |",
        "|---|---:|---:|" + "---:|" * len(SAID_BY),
    ]
    for night in REAL:
        if night.name not in runs:
            continue
        posts, events = _real(night)
        most = ceilings(
            read_events(events) if events else [], Recording(posts).read(),
            settings.seconds(night.slice) * MICROSECONDS, SAID_BY,
        )  # fmt: skip
        ours = next(run.coverage for run in runs[night.name] if run.method == OURS)
        peer = max(run.coverage for run in runs[night.name] if run.method != OURS)
        cells = [share(value) for value in (ours, peer, *most.values())]
        lines.append(f"| {night.title} ({runs[night.name][0].events}) | {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def _soonest(minutes: list[tuple[Night, Scores]]) -> str:
    """Latency beside that of a board that waits for so many people, by scale; a row a seed."""
    scales = sorted({scale for _, run in minutes for scale in run.latency_by_scale})
    heads = ["groundswell", *(f"{n} {'person' if n == 1 else 'people'}" for n in WAITED_FOR)]
    lines = ["| | " + " | ".join(heads) + " |", "|---|" + "---:|" * len(heads)]
    for night, run in minutes:
        posts, truth = _simulated(night)
        events = [event for event in read_events(truth) if not event.decoy]
        waits = soonest(
            events, Recording(posts).read(), settings.seconds(night.slice) * MICROSECONDS,
            WAITED_FOR,
        )  # fmt: skip
        for scale in scales:
            cells = [run.latency_by_scale[scale], *(waits[n][scale] for n in WAITED_FOR)]
            number = sum(event.scale == scale for event in events)
            lines.append(f"| seed {night.seed}, {scale}-scale ({number}) | "
                         f"{' | '.join(map(amount, cells))} |")  # fmt: skip
    return "\n".join([*lines, ""])


def _words(runs: dict[str, list[Scores]]) -> str:
    return _grid(
        [night for night in (*REAL, *SIMULATED[:1]) if night.name in runs], runs,
        lambda run: f"{share(run.strict_keyword_precision)} / {share(run.keyword_precision)}",
    )  # fmt: skip


def _same(runs: dict[str, list[Scores]]) -> str:
    """Words that belong, of events that both found, ours beside each peer's; a row a peer."""
    nights = [night for night in (*REAL, *SIMULATED[:1]) if night.name in runs]
    if not nights:
        return ""
    heads = [night.title for night in nights]
    lines = ["| | " + " | ".join(heads) + " | mean |", "|---|" + "---:|" * (len(heads) + 1)]
    for method in METHODS:
        if method == OURS:
            continue
        pairs = [_both(runs[night.name], method) for night in nights]
        cells = [f"{share(a)} / {share(b)} ({n})" if n else "–" for a, b, n in pairs]
        means = [fmean(pair[i] for pair in pairs if pair[2]) for i in (0, 1)]
        lines.append(f"| {method} | {' | '.join(cells)} | {' / '.join(map(share, means))} |")
    return "\n".join([*lines, ""])


def _both(runs: list[Scores], method: str) -> tuple[float, float, int]:
    """Precision of title and terms, ours and a peer's, and of how many events; 0 of none."""
    ours, peer = (next(run for run in runs if run.method == name) for name in (OURS, method))
    rows = [
        (one.strict_to_the_point, other.strict_to_the_point)
        for one, other in zip(ours.details, peer.details, strict=True)
        if max(one.rank, other.rank) <= RANKS[-1]
    ]
    if not rows:
        return 0.0, 0.0, 0
    return fmean(row[0] for row in rows), fmean(row[1] for row in rows), len(rows)


def _twice(runs: dict[str, list[Scores]]) -> str:
    return _grid(
        [night for night in (*REAL, *SIMULATED[:1]) if night.name in runs], runs,
        lambda run: amount(run.duplicates),
    )  # fmt: skip


def _nothing(runs: dict[str, list[Scores]]) -> str:
    return _grid(
        [night for night in CONTROLS if night.name in runs], runs,
        lambda run: amount(run.unmatched_per_hour),
    )  # fmt: skip


def _better(runs: dict[str, list[Scores]]) -> str:
    """Every set and figure in which a peer is ahead, made from the figures, not by hand."""
    figures: tuple[tuple[str, Callable[[Scores], float | None]], ...] = (
        ("recall@5", lambda run: run.recall[5]),
        ("recall@10", lambda run: run.recall[10]),
        ("coverage", lambda run: run.coverage),
        ("keyword precision", lambda run: run.keyword_precision),
        ("keyword precision of title and terms", lambda run: run.strict_keyword_precision),
    )
    lines = []
    for night in (*REAL, *SIMULATED[:1]):
        if night.name not in runs:
            continue
        own = next(run for run in runs[night.name] if run.method == OURS)
        for label, figure in figures:
            ours = figure(own)
            ahead = [
                f"{run.method} {share(value)} (recall@5 {share(run.recall[5])})"
                for run in runs[night.name]
                if (value := figure(run)) is not None and ours is not None and value > ours
            ]
            if ahead:
                lines.append(f"- {night.title}, {label}: {share(ours)}; {', '.join(ahead)}.")
    return "\n".join([*(lines or ["In none of the figures above."]), ""])


def _grid(
    nights: list[Night], runs: dict[str, list[Scores]], figure: Callable[[Scores], str]
) -> str:
    """A row a method, a column a set, with the number of events in its head."""
    heads = [f"{night.title} ({runs[night.name][0].events})" for night in nights]
    lines = ["| | " + " | ".join(heads) + " |", "|---|" + "---:|" * len(heads)]
    for method in METHODS:
        cells = []
        for night in nights:
            found = [run for run in runs[night.name] if run.method == method]
            cells.append(figure(found[0]) if found else "–")
        name = f"**{method}**" if method == OURS else method
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    main()
