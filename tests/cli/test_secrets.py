"""Secrets: what is given to a desk in confidence is nowhere that somebody else could look."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from pathlib import Path

import httpx

from groundswell.doors import DoorStore, Role
from groundswell.serve.visitors.visiting import csrf_of
from groundswell.simulate.mastodon_server import MastodonServer
from tests.cli.typed import command, environment

WORD = "sentinel password of nobody"
WRONG = "sentinel wrong password"
MASTODON = "sentinel-token-of-a-server"
FALSE_TOKEN = "gsw_sentinel-that-is-no-token"  # noqa: S105 -- it is none
PATHS = (
    "/", "/past", "/about", "/login", "/nowhere", "/why?term=a", "/health", "/metrics",
    "/api/v1/boards", "/api/v1/boards/all", "/api/v1/openapi.json", "/api/v1/explain?term=a",
    "/feeds/all.rss", "/api/v1/nothing",
)  # fmt: skip


def test_secrets_stay_secret(tmp_path: Path) -> None:
    """Not in a live run's output, log, answers, command line or files, whoever asks and fails."""
    folder = tmp_path / "data"
    store = DoorStore(folder)
    store.add("ada", Role.ADMIN, WORD)
    token = store.issue("ada", "tests")
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    secret = {"GROUNDSWELL_MASTODON_TOKEN": MASTODON, "GROUNDSWELL_DOORS_READING": "closed"}
    with MastodonServer([], token=MASTODON) as server:
        run = subprocess.Popen(
            command("live", "--source", server.uri, "--port", url.rsplit(":", maxsplit=1)[-1],
                    "--log-format", "json"),
            env=environment(folder) | secret, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            session, answers = _asked(url, token)
            line = Path(f"/proc/{run.pid}/cmdline").read_text("utf-8")
        finally:
            run.send_signal(signal.SIGTERM)
            said = run.communicate(timeout=60)[0].decode()
    seen = "".join([*answers, line, said])
    assert '"level"' in seen, "it has logged something"
    files = [file for file in folder.rglob("*") if file.is_file()]
    kept = b"".join(file.read_bytes() for file in files)
    for one in (WORD, WRONG, MASTODON, FALSE_TOKEN, token, session):
        assert one not in seen
        assert one.encode() not in kept
    assert run.returncode == 0
    store.close()


def _asked(url: str, token: str) -> tuple[str, list[str]]:
    """A session's id, and all that the desk answers to those with good secrets and bad ones."""
    told: list[str] = []
    with httpx.Client(base_url=url, headers={"Origin": url}, timeout=10) as client:
        _up(client)
        for word in (WRONG, WORD):
            entered = client.post("/login", data={"name": "ada", "password": word})
            told += [entered.text, entered.headers.get("location", "")]
            assert entered.status_code == (303 if word == WORD else 401), entered.text
        session = client.cookies["groundswell"]
        bearers = [{"Authorization": f"Bearer {one}"} for one in (token, FALSE_TOKEN)]
        for headers in ({}, *bearers):
            for path in PATHS:
                answer = client.get(path, headers=headers)
                told += [answer.text, *answer.headers.values()]
        assert csrf_of(session) in "".join(told), "pages were those of somebody logged in"
    return session, told


def _up(client: httpx.Client) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            client.get("/health")
        except httpx.TransportError:
            assert time.monotonic() < until, "the desk did not come up"
            time.sleep(0.1)
        else:
            return
