"""Passwords: what is taken, and argon2id of it (RFC 9106)."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from groundswell.errors import UsageError

SHORTEST: Final = 12
LONGEST: Final = 256
hasher = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=1)
"""64 MiB and about 0.15 s of a core for each password that is tried."""


def hashed(password: str, name: str = "") -> str:
    """What is kept of a new password.

    Raises:
        UsageError: it is too short or too long, or the user's name.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise UsageError(
            f"expected a password of {SHORTEST} to {LONGEST} characters, got {len(password)}",
            hint="a few words that do not belong together are long and easy to keep",
        )
    if name and password.casefold() in (name.casefold(), name.casefold() * 2):
        raise UsageError("expected a password that is not the name")
    return hasher.hash(_plain(password))


def matches(password: str, kept: str | None) -> bool:
    """Whether a password is the one of which `kept` was kept; the same work where there is none."""
    known = kept is not None
    try:
        hasher.verify(kept if kept is not None else _nobodys(hasher), _plain(password[:LONGEST]))
    except (VerificationError, InvalidHashError):
        return False
    return known and len(password) <= LONGEST


def outdated(kept: str) -> bool:
    """Whether it was hashed with less work than is done now."""
    return hasher.check_needs_rehash(kept)


@cache
def _nobodys(now: PasswordHasher) -> str:
    """A hash that no password has: of a text longer than any."""
    return now.hash("-" * (LONGEST + 1))


def _plain(password: str) -> str:
    """One form of letters that keyboards write in several ways."""
    return unicodedata.normalize("NFKC", password)
