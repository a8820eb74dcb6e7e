"""`forget` as a user types it: in a folder at rest, while a run keeps it, and undone."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from groundswell.archive.lock import is_kept
from groundswell.errors import SourceError
from groundswell.model import iso
from groundswell.sources.names import resolved, spellings
from tests.archive.desk import BEGIN, MINUTE, SECOND, hits
from tests.cli.typed import command, environment, groundswell

WORD = "zyxquorn"
PEOPLE = [f"did:plc:sentinel{i}" for i in range(14)]


@pytest.fixture
def night(tmp_path: Path) -> Path:
    """Eight minutes, and an hour later one more: the sentinels speak in the sixth minute."""
    rows = [
        {"id": f"d{m}-{i}", "author": f"daily{i}", "text": f"daily{i % 40} talk goes on",
         "created_at": iso(BEGIN + m * MINUTE + i * MINUTE // 100)}
        for m in (*range(8), 60) for i in range(100)
    ] + [
        {"id": f"at://{author}/app.bsky.feed.post/r", "author": author,
         "text": f"{WORD} blimfast number{i}", "created_at": iso(BEGIN + 5 * MINUTE + i * SECOND)}
        for i, author in enumerate(PEOPLE)
    ]  # fmt: skip
    rows.sort(key=lambda row: row["created_at"])
    path = tmp_path / "night.ndjson"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def test_a_folder_at_rest_forgets_and_lets_in_again(night: Path, tmp_path: Path) -> None:
    """No byte is left; kept again they are left out; with --undo they are read again."""
    kept, anew, undone = (tmp_path / name for name in ("kept", "anew", "undone"))
    assert groundswell(kept, "replay", str(night), "--keep").returncode == 0
    assert hits(kept, WORD)
    done = groundswell(kept, "forget", *PEOPLE, "--offline")
    assert done.returncode == 0, done.stderr
    assert "14 posts removed" in done.stderr
    assert "not reached" in done.stderr
    assert done.stdout == ""
    assert hits(kept, WORD, "sentinel") == {}
    anew.mkdir()
    (anew / "optouts").write_bytes((kept / "optouts").read_bytes())
    assert groundswell(anew, "replay", str(night), "--keep").returncode == 0
    assert hits(anew, WORD, "sentinel") == {}
    undone.mkdir()
    (undone / "optouts").write_bytes((kept / "optouts").read_bytes())
    assert "let in again" in groundswell(undone, "forget", *PEOPLE, "--undo", "--offline").stderr
    assert groundswell(undone, "replay", str(night), "--keep").returncode == 0
    assert hits(undone, WORD)


def test_a_run_that_keeps_the_folder_forgets_by_itself(night: Path, tmp_path: Path) -> None:
    """The command waits for the run, which plays on, and says what went."""
    kept = tmp_path / "kept"
    replay = command("replay", str(night), "--keep", "--speed", "60x")
    with subprocess.Popen(
        replay, env=environment(kept), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            deadline = time.monotonic() + 60
            while not (is_kept(kept) and hits(kept, WORD)):
                assert time.monotonic() < deadline
                assert process.poll() is None
                time.sleep(0.1)
            done = groundswell(kept, "forget", *PEOPLE, "--offline")
            assert done.returncode == 0, done.stderr
            assert "14 posts removed" in done.stderr
            assert process.poll() is None
            assert hits(kept, WORD, "sentinel") == {}
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
    assert hits(kept, WORD, "sentinel") == {}


def test_names_are_taken_as_people_write_them() -> None:
    """An account is one whether given by did, handle, address or URL; a post by its id or URL."""
    assert spellings(" @ann@Example.social ") >= {
        "ann@example.social", "https://example.social/users/ann", "https://example.social/@ann",
    }  # fmt: skip
    assert spellings("https://bsky.app/profile/ann.example") >= {"ann.example", "@ann.example"}
    assert spellings("did:plc:x") == {"did:plc:x"}
    assert spellings("@Ann.Example") >= {"ann.example"}


def test_the_network_is_asked_whom_a_handle_names() -> None:
    """A did and an account's URL come back; nobody there is an error with something to try."""
    asked: list[str] = []

    def get(url: str, params: dict[str, str], **_: object) -> httpx.Response:
        asked.append(f"{url} {next(iter(params.values()))}")
        body = (
            {"links": [{"rel": "self", "href": "https://example.social/ap/users/7"}]}
            if "webfinger" in url
            else {"did": "did:plc:ann"}
        )
        return httpx.Response(200, json=body, request=httpx.Request("GET", url))

    assert resolved("@ann.bsky.social", get) == {"did:plc:ann"}
    assert resolved("https://bsky.app/profile/ann.bsky.social", get) == {"did:plc:ann"}
    assert resolved("ann@example.social", get) == {"https://example.social/ap/users/7"}
    assert resolved("https://example.social/@ann", get) == {"https://example.social/ap/users/7"}
    assert asked[2] == asked[3].replace("@ann/", "ann@")
    assert resolved("did:plc:ann", get) == resolved("s3", get) == set()

    def nobody(*_: object, **__: object) -> httpx.Response:
        raise httpx.ConnectError("no network")

    with pytest.raises(SourceError):
        resolved("ann.bsky.social", nobody)
