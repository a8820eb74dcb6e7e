"""A month of event time in one run: memory flat, handles constant, the disk as retention says."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import apsw
import pytest

from groundswell import settings
from groundswell.archive import Archive, Retention
from groundswell.engines import loading, local
from groundswell.engines.keeping import Keeper
from groundswell.engines.run import Run
from groundswell.kernel.pipeline import Kernel
from groundswell.kernel.text.tokens import Tables
from groundswell.model import MICROSECONDS, Batch
from tests.figures import Figure, drawn_seed, sized
from tests.soak.memory import handles, resident, threads

HOUR = 3_600 * MICROSECONDS
BEGIN = 1_700_000_000 // 86_400 * 24 * HOUR


@dataclass
class Days:
    """Posts of so many days, ever new words and a burst an hour among them."""

    days: int
    each: int
    """Seconds between two posts."""
    seed: int
    place: Path
    sizes: list[tuple[float, int, int, float]] = field(default_factory=list)
    """At the end of each day: MiB resident, handles, threads, MiB on disk."""
    name: str = "days"
    live: bool = False
    simulated: bool = True

    def read(self, after: str = "") -> Iterator[Batch]:
        assert after == ""
        rng = random.Random(self.seed)
        for hour in range(self.days * 24):
            times = range(BEGIN + hour * HOUR, BEGIN + (hour + 1) * HOUR, self.each * MICROSECONDS)
            n, burst = len(times), f"#event{hour}"
            texts = [" ".join(self._said(rng, hour)) for _ in times]
            for i in range(n // 2, min(n // 2 + 40, n)):
                texts[i] = f"{burst} {texts[i]}"
            yield Batch(
                [f"p{hour}-{i}" for i in range(n)], texts, list(times),
                [f"a{rng.randrange(20_000)}" for _ in times], ["en"] * n, [""] * n, [""] * n,
                [()] * n, cursor=f"hour:{hour}", source=self.name,
            )  # fmt: skip
            if hour % 24 == 23:
                self.sizes.append((resident(), handles(), threads(), on_disk(self.place)))

    @staticmethod
    def _said(rng: random.Random, hour: int) -> Iterator[str]:
        for _ in range(8):
            common = rng.random() < 0.8
            yield f"word{int(2_000 * rng.random() ** 3)}" if common else f"new{hour}x{rng.random()}"

    def close(self) -> None: ...


def on_disk(folder: Path) -> float:
    """MiB of all files of an archive, its write-ahead log folded in."""
    with closing(apsw.Connection(str(folder / "archive.sqlite"))) as database:
        database.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".sqlite-wal")
    return sum(path.stat().st_size for path in files) / (1 << 20)


@pytest.mark.figure("month")
@sized((3, 10, 900, 14), (30, 2, 60, 16), minutes=61)
def test_days_leave_memory_handles_and_disk_as_they_were(
    size: tuple[int, int, int, int], tables: Tables, tmp_path: Path, figure: Figure,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Kept, with a snapshot every six hours; what is older than retention goes from the disk.

    The table is small enough to be full after the first third: a snapshot then grows no more.
    """
    days, each, slice_, terms = size
    kept = 7 if days == 30 else 1
    monkeypatch.setattr(loading, "load_kernel", lambda rules: Kernel(rules, tables))
    current = settings.of(slice=slice_, terms=1 << terms, ring_posts=1 << terms - 2)
    source, slices = Days(days, each, drawn_seed(), tmp_path), list[int]()
    retention = Retention(kept, kept, kept, kept)
    with Archive(tmp_path, retention=retention) as archive:
        archive.begin("replay", {})
        # however slow the machine: or the first ones would be of a table that is not full yet
        keeper = Keeper(archive, every_us=6 * HOUR, share=float("inf"))
        run = Run(lambda board: slices.append(board.at), keeper=keeper,
                        stop=threading.Event())  # fmt: skip
        summary = local.replay(source, settings.rules(current), run)
    settled = source.sizes[days // 3 :]
    memory, held, alive, disk = zip(*settled, strict=True)
    figure(
        f"{days} days, {summary.slices:,} slices, {summary.read:,} posts: memory "
        f"{memory[0]:.0f} → {memory[-1]:.0f} MiB, handles {held[0]} → {held[-1]}, threads "
        f"{alive[0]} → {alive[-1]}, disk {disk[0]:.1f} → {disk[-1]:.1f} MiB with {kept} days kept",
        trials=1, seed=source.seed,
    )  # fmt: skip
    assert summary.slices == len(slices) == days * 86_400 // slice_
    assert max(memory) - memory[0] <= 40
    assert max(held) - min(held) <= 2  # a snapshot that is being written has its file open
    assert len(set(alive)) == 1
    assert disk[-1] <= 1.2 * disk[0] + 0.2
