"""A process that is killed between a crossing and its delivery: one alert, under one id."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest
from standardwebhooks import Webhook as Verifier

from groundswell.alerts.channels import config
from groundswell.alerts.courier import Couriers
from groundswell.alerts.outbox import log
from groundswell.archive import Archive
from groundswell.settings import Settings, Table
from tests.alerts.receiving import SECRET, Receiver
from tests.archive.running import Job, contents, finished, keep, start
from tests.nights import recorded


def desk(job: Job, url: str) -> None:
    """A kept run that sends its alerts, until none waits."""
    os.environ["OPS_SECRET"] = SECRET
    where = config(Settings(alerts=Table({
        "allow_private": ["127.0.0.1"],
        "webhook": {"ops": {"url": url, "secret_env": "OPS_SECRET"}},
    })))  # fmt: skip
    with Archive(job.folder):
        pass
    with Couriers(where, job.folder):
        keep(job)
        until = time.monotonic() + 20
        while time.monotonic() < until and _waits(job.folder):
            time.sleep(0.05)


def _waits(folder: Path) -> bool:
    return any(one["state"] == "waiting" for entry in log(folder) for one in entry["deliveries"])


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten minutes in which a story crosses a rule."""
    return recorded(tmp_path_factory.mktemp("night") / "night.ndjson.gz", 3_600, first=7_500)


def test_killed_while_a_receiver_has_it_in_its_hands(recording: Path, tmp_path: Path) -> None:
    """It arrived and was not noted: it comes again, and the receiver can tell by its id."""
    job = Job(recording, tmp_path / "kept", scopes=())
    with Receiver(hold=threading.Event()) as receiver:
        process = start(desk, job, receiver.url)
        until = time.monotonic() + 200
        while not receiver.got and time.monotonic() < until:
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
        process.join(20)
        assert process.exitcode == -signal.SIGKILL
        assert receiver.hold is not None
        receiver.hold.set()
        again = start(desk, Job(recording, job.folder, scopes=()), receiver.url)
        again.join(120)
        assert again.exitcode == 0
    ids = [Verifier(SECRET).verify(one.body, one.headers)["id"] for one in receiver.got]
    assert len(ids) == 2
    assert {one[0] for one in contents(job.folder)["alert"] if one[2] == "loud"} == set(ids)


def test_killed_after_a_crossing_was_committed(recording: Path, tmp_path: Path) -> None:
    """What waited when the process died is sent by the next one, once; and no other crosses."""
    job = Job(recording, tmp_path / "kept", scopes=(), crash="after-commit", nth=9)
    assert finished(job) == -9
    (before,) = [one[0] for one in contents(job.folder)["alert"] if one[2] == "loud"]
    with Receiver() as receiver:
        process = start(desk, Job(recording, job.folder, scopes=()), receiver.url)
        process.join(120)
        assert process.exitcode == 0
    assert [one.headers["webhook-id"] for one in receiver.got] == [before]
