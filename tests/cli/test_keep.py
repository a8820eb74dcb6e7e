"""`replay --keep --resume`, `export`, `backup`, `restore` and `doctor` as a user types them."""

from __future__ import annotations

import fcntl
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from groundswell.press.clippings import Clipping, Clippings
from tests.cli.typed import command, environment, groundswell
from tests.nights import recorded


def held(folder: Path) -> bool:
    """Whether a run writes there."""
    if not (folder / "lock").exists():
        return False
    with (folder / "lock").open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recorded(tmp_path_factory.mktemp("keep") / "night.ndjson.gz", 4_500, first=7_500)


def test_a_replay_that_is_killed_resumes_to_the_same_export(
    recording: Path, tmp_path: Path
) -> None:
    """Killed and stopped at drawn times, then left alone: `export boards` has the same bytes.

    And the last run's table looks back on the whole recording, as the run's that was never stopped.
    """
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    replay = ("replay", str(recording), "--speed", "150x", "--keep", "--resume")
    whole = groundswell(tmp_path / "whole", *replay)
    assert whole.returncode == 0
    for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGKILL):
        process = subprocess.Popen(
            command(*replay), env=environment(tmp_path / "killed"), stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        deadline = time.monotonic() + 60
        while not held(tmp_path / "killed"):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        time.sleep(chance.uniform(0.0, 1.6))  # all three are shorter than the 6 s that it takes
        process.send_signal(number)
        assert process.wait(30) in ({-9, 0} if number == signal.SIGKILL else {0})
    last = groundswell(tmp_path / "killed", *replay)
    assert (last.returncode, last.stdout) == (0, whole.stdout)
    outs = []
    for name in ("whole", "killed"):
        out = tmp_path / f"{name}.ndjson"
        done = groundswell(tmp_path / name, "export", "boards", "--out", str(out))
        assert done.returncode == 0, done.stderr
        outs.append(out.read_bytes())
    assert outs[0] == outs[1]
    assert outs[0].count(b"\n") > 10


def test_what_does_not_fit_is_told(recording: Path, tmp_path: Path) -> None:
    """Another file, other settings, no --resume, a live desk's folder: exit 2, and what to try."""
    kept = tmp_path / "kept"
    assert groundswell(kept, "replay", str(recording), "--keep").returncode == 0
    other = recorded(tmp_path / "other.ndjson", 500)
    for given, said in (
        (("replay", str(recording), "--keep"), "--resume"),
        (("replay", str(other), "--keep", "--resume"), "recordings was"),
        (("replay", str(recording), "--slice", "30s", "--keep", "--resume"), "rules."),
        (("replay", str(recording), "--keep", "--rejects"), "--rejects or --keep"),
    ):
        done = groundswell(kept, *given)
        assert done.returncode == 2, done.stderr
        assert said in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1
    again = groundswell(kept, "replay", str(recording), "--keep", "--resume")
    assert again.returncode == 0
    assert "whole replay already" in again.stderr


def test_backup_restore_and_doctor(recording: Path, tmp_path: Path) -> None:
    """A backup restored elsewhere is whole, as doctor says."""
    assert groundswell(tmp_path / "kept", "replay", str(recording), "--keep").returncode == 0
    Clippings(tmp_path / "kept").add(Clipping("https://n.example/1", "One", "N", 86_400_000_000))
    assert groundswell(tmp_path / "kept", "backup", str(tmp_path / "b.tar")).returncode == 0
    done = groundswell(tmp_path / "new", "restore", str(tmp_path / "b.tar"))
    assert done.returncode == 0, done.stderr
    said = groundswell(tmp_path / "new", "doctor").stdout
    assert "are whole" in said
    press = tmp_path / "new" / "press.ndjson"
    assert f"articles of newsrooms in {press}: 1, 1970-01-02 to 1970-01-02\n" in said
    with press.open("ab") as file:
        file.write(b"{\n{\n")
    assert "2 lines cannot be read" in groundswell(tmp_path / "new", "doctor").stdout
    none = groundswell(tmp_path / "none", "export", "boards", "--out", str(tmp_path / "x.ndjson"))
    assert none.returncode == 1
    assert "--keep" in none.stderr
