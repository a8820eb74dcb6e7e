"""Who may do what: roles, users, API tokens and sessions, in a small database of their own.

It stands beside the archive and not in it (`doors.sqlite`, its owner's alone), so that passwords do
not travel with exports and backups of what was heard. It knows no HTTP: what a request may do is
decided in `serve/gates/doors.py`. Kept are hashes alone: argon2id of passwords, SHA-256 of tokens
and of sessions, which are 256 random bits and need no slow hash.
"""

from groundswell.doors.roles import NOBODY, Person, Role
from groundswell.doors.store import DoorStore

__all__ = ["NOBODY", "DoorStore", "Person", "Role"]
