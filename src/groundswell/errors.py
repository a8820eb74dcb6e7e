"""The tree of errors: what a caller may catch, and what a user reads.

Every message says what was expected, what came and what to try.

    GroundswellError
    ├── UsageError        wrong options or settings                (exit 2)
    ├── SourceError       a stream or file that cannot be read     (exit 1)
    │   └── NothingToReadError  a recording without one good post
    ├── ArchiveError      what is kept cannot be written, or is damaged
    ├── DoorsError        users and sessions cannot be read or written
    ├── ServeError        the desk cannot be served, as on a port in use
    ├── BusyError         the desk cannot answer now, and can later
    └── NotHeldError      what is asked for is no longer held, or not yet there
"""

from __future__ import annotations


class GroundswellError(Exception):
    """The root: catch it to catch all that this package raises on purpose.

    `problem` is what was expected and what came; `hint` is what to try.

    >>> str(GroundswellError("expected a file, found a folder", hint="name a file"))
    'expected a file, found a folder; name a file'
    """

    exit_code = 1

    def __init__(self, problem: str, *, hint: str = "") -> None:
        super().__init__(f"{problem}; {hint}" if hint else problem)
        self.problem = problem
        self.hint = hint


class UsageError(GroundswellError):
    """Wrong options or settings."""

    exit_code = 2


class SourceError(GroundswellError):
    """A source that cannot be opened or read."""


class NothingToReadError(SourceError):
    """A recording in which no line is a post."""


class ArchiveError(GroundswellError):
    """The archive cannot be written or read: a full disk, damage, another version."""


class DoorsError(GroundswellError):
    """The file of users, tokens and sessions cannot be read or written."""


class ServeError(GroundswellError):
    """The desk cannot be served."""


class BusyError(GroundswellError):
    """The desk cannot answer now; later it can."""


class NotHeldError(GroundswellError):
    """What is asked for is no longer held, or has not come yet."""
