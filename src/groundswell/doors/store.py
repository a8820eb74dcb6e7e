"""Users, their tokens and sessions, as they stand now: what one process changes, all others see."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import Final

from groundswell.doors import passwords
from groundswell.doors.ledger import Ledger
from groundswell.doors.roles import Person, Role
from groundswell.errors import UsageError

IDLE: Final = 12 * 3_600
"""Seconds after which a session ends that nobody uses."""
ABSOLUTE: Final = 7 * 86_400
"""Seconds after which any session ends."""
NOTED: Final = 60
"""Seconds after which it is noted again that a session or token was used."""
TOKEN: Final = "gsw_"  # noqa: S105 -- what all tokens begin with, so that scanners of secrets know
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}", re.ASCII)
_LABEL: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._@-]{0,63}", re.ASCII)


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who can log in."""

    name: str
    role: Role
    created_at: int
    """Seconds since 1970."""
    tokens: tuple[Token, ...] = ()


@dataclass(frozen=True, slots=True)
class Token:
    """What a program shows instead of a password; of itself only the hash is kept."""

    label: str
    role: Role
    created_at: int
    used_at: int
    """Seconds since 1970, to the minute; 0 for never."""


class DoorStore(Ledger):
    """The file of a data folder; safe between threads. Nothing is made before there is a user.

    Args:
        folder: the data folder.
        now: seconds since 1970.
    """

    # -- users

    def users(self) -> list[User]:
        """All users by name, with their tokens."""
        found = self.rows("SELECT name, role, created_at FROM user ORDER BY name")
        return [User(name, Role(role), at, self._tokens(name)) for name, role, at in found]

    def add(self, name: str, role: Role, password: str) -> None:
        """Adds a user.

        Raises:
            UsageError: there is one of that name, or the name or the password is not taken.
        """
        if not _NAME.fullmatch(name):
            raise UsageError(
                f"expected a name of letters, digits and . _ @ -, at most 64, got {name[:80]!r}"
            )
        kept = passwords.hashed(password, name)
        row = (name, int(role), kept, int(self.now()))
        added = "INSERT INTO user (name, role, hash, created_at) VALUES (?, ?, ?, ?)"
        if not self.change(f"{added} ON CONFLICT DO NOTHING", row, make=True):
            raise UsageError(
                f"expected a new name, there is a user {name!r}",
                hint=f"groundswell user password {name}, or: groundswell user role {name} ROLE",
            )

    def remove(self, name: str) -> None:
        """Removes a user, whose sessions and tokens end.

        Raises:
            UsageError: there is none of that name.
        """
        self._one(name, self.change("DELETE FROM user WHERE name = ?", (name,)))

    def set_password(self, name: str, password: str) -> None:
        """Gives a user another password; all sessions end.

        Raises:
            UsageError: there is none of that name, or the password is not taken.
        """
        kept = passwords.hashed(password, name)
        self._change_user(name, "UPDATE user SET hash = ? WHERE name = ?", kept)

    def set_role(self, name: str, role: Role) -> None:
        """Gives a user another role; all sessions end, so that the next has a new id.

        Raises:
            UsageError: there is none of that name.
        """
        self._change_user(name, "UPDATE user SET role = ? WHERE name = ?", int(role))

    def _change_user(self, name: str, statement: str, value: str | int) -> None:
        if not self.exists:
            self._one(name, 0)
        with self.changing() as connection:
            connection.execute(statement, (value, name))
            self._one(name, connection.changes())
            connection.execute("DELETE FROM session WHERE user = ?", (name,))

    def _one(self, name: str, changed: int) -> None:
        if not changed:
            known = ", ".join(user.name for user in self.users()) or "none yet"
            raise UsageError(f"expected a user, got {name[:80]!r}", hint=f"there are: {known}")

    # -- tokens

    def issue(self, name: str, label: str, role: Role | None = None) -> str:
        """A new token of a user: the only time that it is seen.

        Raises:
            UsageError: no such user, a role above the user's, or a label that is there.
        """
        if not _LABEL.fullmatch(label):
            raise UsageError(f"expected a label of at most 64 plain characters, got {label[:80]!r}")
        user = next((u for u in self.users() if u.name.casefold() == name.casefold()), None)
        if user is None:
            self._one(name, 0)
            raise AssertionError  # `_one` has raised
        if role is not None and role > user.role:
            raise UsageError(f"expected a role of at most {user.role}, as {name} has, got {role}")
        token = TOKEN + secrets.token_urlsafe(32)
        row = (user.name, label, _digest(token), int(role or user.role), int(self.now()))
        added = (
            "INSERT INTO token (user, label, hash, role, created_at, used_at) "
            "VALUES (?, ?, ?, ?, ?, 0) ON CONFLICT DO NOTHING"
        )
        if not self.change(added, row):
            raise UsageError(
                f"expected a new label, {name} has a token {label!r}",
                hint=f"groundswell user revoke {name} {label!r}",
            )
        return token

    def revoke(self, name: str, label: str) -> None:
        """Ends a token.

        Raises:
            UsageError: the user has none of that label.
        """
        if not self.change("DELETE FROM token WHERE user = ? AND label = ?", (name, label)):
            known = ", ".join(one.label for one in self._tokens(name)) or "none"
            raise UsageError(
                f"expected a token of {name}, got {label[:80]!r}", hint=f"has: {known}"
            )

    def _tokens(self, name: str) -> tuple[Token, ...]:
        found = self.rows(
            "SELECT label, role, created_at, used_at FROM token WHERE user = ? ORDER BY label",
            (name,),
        )
        return tuple(Token(label, Role(role), at, used) for label, role, at, used in found)

    def of_token(self, token: str) -> Person | None:
        """Whose token it is; None where it is nobody's. A role is never above the user's."""
        found = self.rows(
            "SELECT u.name, min(u.role, t.role), t.used_at FROM token t JOIN user u "
            "ON u.name = t.user WHERE t.hash = ?", (_digest(token),),
        )  # fmt: skip
        if not found:
            return None
        name, role, used = found[0]
        if used + NOTED <= self.now():
            used_at = (int(self.now()), _digest(token))
            self.change("UPDATE token SET used_at = ? WHERE hash = ?", used_at)
        return Person(name, Role(role), "token")

    # -- sessions

    def enter(self, name: str, password: str) -> str | None:
        """A new session's id where the password is the user's; as much work where there is none."""
        found = self.rows("SELECT name, hash FROM user WHERE name = ?", (name[:64],))
        kept = str(found[0][1]) if found else None
        if not passwords.matches(password, kept):
            return None
        if kept is not None and passwords.outdated(kept):
            again = (passwords.hashed(password), found[0][0])
            self.change("UPDATE user SET hash = ? WHERE name = ?", again)
        session, now = secrets.token_urlsafe(32), int(self.now())
        self.change("DELETE FROM session WHERE seen_at < ? OR created_at < ?",
                     (now - IDLE, now - ABSOLUTE))  # fmt: skip
        self.change("INSERT INTO session VALUES (?, ?, ?, ?)",
                     (_digest(session), found[0][0], now, now))  # fmt: skip
        return session

    def of_session(self, session: str) -> Person | None:
        """Whose session it is; None where it is over, or never was."""
        now = self.now()
        found = self.rows(
            "SELECT u.name, u.role, s.seen_at FROM session s JOIN user u ON u.name = s.user "
            "WHERE s.hash = ? AND s.seen_at > ? AND s.created_at > ?",
            (_digest(session), now - IDLE, now - ABSOLUTE),
        )
        if not found:
            return None
        name, role, seen = found[0]
        if seen + NOTED <= now:
            self.change("UPDATE session SET seen_at = ? WHERE hash = ?",
                         (int(now), _digest(session)))  # fmt: skip
        return Person(name, Role(role), "session")

    def leave(self, session: str) -> None:
        """Ends a session."""
        self.change("DELETE FROM session WHERE hash = ?", (_digest(session),))


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
