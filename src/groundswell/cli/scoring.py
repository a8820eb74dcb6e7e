"""Each method's boards over the same posts, held against the same truth: what `evaluate` runs."""

from __future__ import annotations

import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from groundswell import settings
from groundswell.cli.methods import OURS
from groundswell.engines import loading, local
from groundswell.engines.ordering import in_order
from groundswell.engines.run import Run
from groundswell.errors import NothingToReadError, UsageError
from groundswell.evaluate import Event, Scorer, Scores
from groundswell.evaluate.boards import boards
from groundswell.evaluate.corpus import Corpus, Counting, Posts, frequent_words, stop_words
from groundswell.evaluate.peers import PEERS
from groundswell.evaluate.posts import Retweets, Sifted
from groundswell.model import MICROSECONDS
from groundswell.sources import open_source
from groundswell.terminal.progress import Progress


@dataclass(frozen=True, slots=True)
class Trial:
    """What every method is given: the same posts, slices and truth."""

    file: str
    events: list[Event]
    settings: settings.Settings
    retweets: Retweets
    stop_words: str
    counting: Counting
    complete: bool

    def scorer(self, *, simulated: bool) -> Scorer:
        """A fresh one; a simulated recording has a complete truth."""
        slice_us = self.settings.slice * MICROSECONDS
        return Scorer(self.events, slice_us, complete=self.complete or simulated)


def run_all(trial: Trial, methods: list[str], stop: threading.Event) -> list[Scores]:
    """The figures of each method, in the order asked for; fewer when `stop` is set meanwhile."""
    runs = []
    corpus = _corpus(trial, stop) if set(methods) - {OURS} else None
    for name in methods:
        if stop.is_set():
            break
        print(f"{name} …", file=sys.stderr)
        runs.append(_ours(trial, stop) if corpus is None or name == OURS
                    else _peer(trial, name, *corpus, stop=stop))  # fmt: skip
    return runs


def _ours(trial: Trial, stop: threading.Event) -> Scores:
    """The kernel's own boards, through the engine that `replay` uses."""
    source = Sifted(open_source(trial.file), trial.retweets)
    scorer = trial.scorer(simulated=source.simulated)
    with Progress(source) as progress:
        run = Run(on_board=scorer.add, on_batch=progress.advance, stop=stop)
        summary = local.replay(source, settings.rules(trial.settings), run)
    return scorer.result(method=OURS, posts=summary.read, seconds=summary.seconds)


def _corpus(trial: Trial, stop: threading.Event) -> tuple[Corpus, int, bool, float]:
    """The posts as all peers count them; how many, whether made up, and the seconds it took."""
    source = Sifted(open_source(trial.file), trial.retweets)
    posts, tables = Posts(), loading.load_tables()
    began = time.monotonic()
    with Progress(source) as progress:
        for batch in in_order(source.read(), local.ALLOWANCE_US):
            posts.add(batch)
            progress.advance(batch)
            if stop.is_set():
                source.close()
    if not posts.texts and not stop.is_set():
        raise NothingToReadError(f"expected posts in {source.name}, found none")
    if trial.stop_words == "none":
        stop_keys = None
    elif trial.stop_words == "frequent":
        stop_keys = frequent_words(posts, tables)
    else:
        stop_keys = stop_words(_words(trial.stop_words), tables)
    corpus = Corpus(
        posts, tables, trial.settings.slice * MICROSECONDS, counting=trial.counting, stop=stop_keys
    )
    return corpus, len(posts.texts), source.simulated, time.monotonic() - began


def _words(path: str) -> list[str]:
    try:
        return Path(path).read_text("utf-8").split()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"expected --stop-words none, frequent or a file of words, could not read {path}",
            hint="one word a line, UTF-8",
        ) from error


def _peer(
    trial: Trial, name: str, corpus: Corpus, posts: int, simulated: bool, seconds: float,
    *, stop: threading.Event,
) -> Scores:  # fmt: skip
    scorer = trial.scorer(simulated=simulated)
    began = time.monotonic()
    for board in boards(corpus, PEERS[name](corpus), settings.rules(trial.settings)):
        scorer.add(board)
        if stop.is_set():
            break
    spent = seconds + time.monotonic() - began
    return scorer.result(method=name, posts=posts, seconds=spent)
