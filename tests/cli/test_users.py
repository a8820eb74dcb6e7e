"""`user` as it is typed: passwords from anywhere but the command line; tokens shown once."""

from __future__ import annotations

import os
import pty
import subprocess
from pathlib import Path

import pytest

from groundswell.doors import DoorStore, Role
from tests.cli.typed import command, environment, groundswell

WORD = "zyxquorn blimfast under glass"


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "password"
    path.write_text(f"{WORD}\nanother line\n")
    return str(path)


def test_users_come_and_go(tmp_path: Path, file: str) -> None:
    """Added, listed, given another role and password, removed; what was secret is never printed."""
    folder = tmp_path / "data"
    given = ("--password-file", file)
    said = [
        groundswell(folder, "user", *words)
        for words in (
            ("list",), ("add", "ann", "--role", "editor", *given), ("role", "ann", "admin"),
            ("token", "ann", "--label", "prometheus", "--role", "reader"), ("list",),
            ("password", "ann", *given), ("revoke", "ann", "--label", "prometheus"),
        )
    ]  # fmt: skip
    assert [one.returncode for one in said] == [0] * 7, said
    assert said[0].stdout == ""
    assert "user add" in said[0].stderr
    token = said[3].stdout.strip()
    assert token.startswith("gsw_")
    assert "ann\tadmin" in said[4].stdout
    assert "'prometheus'\treader" in said[4].stdout
    assert [one for one in said if WORD in one.stdout + one.stderr] == []
    assert [one for one in said if token in one.stdout + one.stderr] == [said[3]]
    store = DoorStore(folder)
    assert store.of_token(token) is None
    session = store.enter("ann", WORD) or ""
    found = store.of_session(session)
    assert found is not None
    assert found.role is Role.ADMIN
    assert groundswell(folder, "user", "remove", "ann").returncode == 0
    assert store.of_session(session) is None
    store.close()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("add", "ann", "--role", "king"), "reader, editor, admin"),
        (("add", "ann", "--password-file", "/nowhere/at/all"), "No such file"),
        (("remove", "bob"), "expected a user"),
        (("token", "bob"), "expected a user"),
        (("revoke", "bob"), "expected a token"),
        (("role", "bob", "admin"), "expected a user"),
    ],
)
def test_what_is_wrong_is_told_in_a_line(tmp_path: Path, given: tuple[str, ...], said: str) -> None:
    """Exit 2, no traceback, and no file made."""
    done = groundswell(tmp_path / "data", "user", *given)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "data").exists()


def test_a_password_is_asked_for_unseen(tmp_path: Path) -> None:
    """At a terminal, twice, and it is not shown while it is typed; no option takes it."""
    folder = tmp_path / "data"
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command("user", "add", "ann"), stdin=theirs, stdout=theirs, stderr=theirs,
        env=environment(folder), start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    seen = b""
    for _ in range(2):
        while not seen.endswith(b": "):
            seen += os.read(ours, 1_000)
        os.write(ours, WORD.encode() + b"\n")
        seen += b"|"
    while b"may log in" not in seen:
        seen += os.read(ours, 1_000)
    assert process.wait(60) == 0
    os.close(ours)
    assert WORD.encode() not in seen
    refused = groundswell(folder, "user", "add", "bob", "--password", WORD)
    assert refused.returncode == 2
