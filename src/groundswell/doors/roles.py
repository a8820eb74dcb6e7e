"""Roles, each of which may do all that the ones before it may."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

from groundswell.errors import UsageError


class Role(IntEnum):
    """What somebody may do at most."""

    NONE = 0
    """Nobody that the desk knows: may log in, and see whether the desk is well."""
    READER = 1
    """May read all. Everybody is one where reading is open."""
    EDITOR = 2
    """May decide what is shown, and how."""
    ADMIN = 3
    """May decide what leaves the desk, and see how it works."""

    @classmethod
    def of(cls, word: str) -> Role:
        """A role by its name.

        >>> Role.of("editor"), str(Role.ADMIN)
        (<Role.EDITOR: 2>, 'admin')

        Raises:
            UsageError: there is none of that name that a user can have.
        """
        known = {str(role): role for role in cls if role}
        if word.lower() not in known:
            raise UsageError(f"expected a role of {', '.join(known)}, got {word!r}")
        return known[word.lower()]

    def __str__(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks."""

    name: str
    """Of the user; empty for nobody that the desk knows."""
    role: Role
    via: Literal["", "session", "token"] = ""
    """How they said so."""


NOBODY = Person("", Role.NONE)
