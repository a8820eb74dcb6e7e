"""Users, tokens and sessions: what is kept, when they end, and what two processes see."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path
from unittest.mock import Mock

import pytest
from argon2 import PasswordHasher

from groundswell.doors import DoorStore, Role, passwords
from groundswell.doors.database import FILE
from groundswell.doors.store import ABSOLUTE, IDLE
from groundswell.errors import DoorsError, UsageError

WORD = "four words that nobody says"
REAL = passwords.hasher


class Clock:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", PasswordHasher(1, 8, 1))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> DoorStore:
    made = DoorStore(tmp_path / "data", clock)
    made.add("ann", Role.EDITOR, WORD)
    return made


def test_nothing_that_was_secret_is_in_the_file(store: DoorStore, tmp_path: Path) -> None:
    """Neither password nor token nor session, and only the owner may read what is."""
    token, session = store.issue("ann", "feeds"), store.enter("ann", WORD)
    assert session
    for file in (tmp_path / "data").iterdir():
        assert file.stat().st_mode & 0o077 == 0, file.name
        text = file.read_bytes()
        for secret in (WORD, token, token.removeprefix("gsw_"), session):
            assert secret.encode() not in text, file.name
    assert re.fullmatch(r"gsw_[A-Za-z0-9_-]{43}", token)


def test_passwords_cost_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """argon2id with 64 MiB; for a name that is unknown the same hash is computed."""
    assert (REAL.type.name, REAL.memory_cost, REAL.time_cost) == ("ID", 64 * 1024, 3)
    heard = Mock(wraps=REAL)
    monkeypatch.setattr(passwords, "hasher", heard)
    assert not passwords.matches(WORD, None)
    assert heard.verify.call_args[0][0].startswith("$argon2id$v=19$m=65536,t=3,p=1$")


@pytest.mark.parametrize(
    ("name", "word"),
    [("ann", WORD), ("bad name", WORD), ("", WORD), ("bob", "short"), ("bob", "x" * 300),
     ("longenoughname", "LongEnoughName")],
)  # fmt: skip
def test_what_is_not_taken_is_said(store: DoorStore, name: str, word: str) -> None:
    """A second user of a name, names with spaces, passwords that are short, endless or the name."""
    with pytest.raises(UsageError, match="expected"):
        store.add(name, Role.READER, word)


def test_a_session_ends_when_it_should(store: DoorStore, clock: Clock) -> None:
    """When nobody uses it, after a week in any case, at log-out; each log-in has a new one."""
    idle, used, left = (store.enter("ann", WORD) or "" for _ in range(3))
    assert len({idle, used, left}) == 3
    store.leave(left)
    assert store.of_session(left) is None
    for _ in range(ABSOLUTE // IDLE * 2 + 1):
        assert store.of_session(used) is not None
        clock.now += IDLE / 2 - 1
    assert store.of_session(idle) is None
    clock.now += IDLE / 2
    assert store.of_session(used) is None


@pytest.mark.parametrize("change", ["password", "role", "remove"])
def test_another_process_ends_sessions(store: DoorStore, tmp_path: Path, change: str) -> None:
    """A desk sees what the command line did at its next question: password, role, removal."""
    session, token = store.enter("ann", WORD) or "", store.issue("ann", "feeds")
    desk = DoorStore(tmp_path / "data", Clock())
    assert desk.of_session(session) is not None
    if change == "password":
        store.set_password("ann", "quite other words than before")
        assert desk.enter("ann", WORD) is None
    elif change == "role":
        store.set_role("ann", Role.READER)
    else:
        store.remove("ann")
    assert desk.of_session(session) is None
    found = desk.of_token(token)
    assert (found.role if found else None) == {
        "password": Role.EDITOR, "role": Role.READER, "remove": None,
    }[change]  # fmt: skip


def test_a_token_may_less_than_its_user_and_never_more(store: DoorStore) -> None:
    """Its role is chosen up to the user's; it is told by label, used or not, and revoked by it."""
    token = store.issue("ann", "feeds", Role.READER)
    found = store.of_token(token)
    assert found is not None
    assert (found.name, found.role, found.via) == ("ann", Role.READER, "token")
    assert store.users()[0].tokens[0].used_at > 0
    with pytest.raises(UsageError, match="at most editor"):
        store.issue("ann", "more", Role.ADMIN)
    with pytest.raises(UsageError, match="new label"):
        store.issue("ann", "feeds")
    store.revoke("ann", "feeds")
    assert store.of_token(token) is None


def test_a_folder_without_users_stays_as_it_is(tmp_path: Path) -> None:
    """Asking makes no file; so a desk that nobody logs in to has none."""
    store = DoorStore(tmp_path / "none")
    assert store.enter("ann", WORD) is None
    assert store.of_token("gsw_x") is store.of_session("x") is None
    for change in (lambda: store.remove("ann"), lambda: store.set_role("ann", Role.ADMIN)):
        with pytest.raises(UsageError, match="expected a user"):
            change()
    assert not (tmp_path / "none").exists()


def test_a_damaged_or_later_file_is_told(tmp_path: Path) -> None:
    """In one line, with what to do."""
    (tmp_path / FILE).write_bytes(b"no database" * 1_000)
    with pytest.raises(DoorsError, match="not a database"):
        DoorStore(tmp_path).users()
    later = tmp_path / "later"
    later.mkdir()
    with sqlite3.connect(later / FILE) as made:
        made.execute("PRAGMA user_version = 99")
    made.close()
    with pytest.raises(DoorsError, match="version 99"):
        DoorStore(later).users()
