"""Keeping what could not be read, beside the recording that it stood in."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import msgspec

from groundswell.errors import SourceError
from groundswell.model import Reject


class RejectWriter:
    """Appends what could not be read to `FILE.rejected.ndjson`, a JSON object a line.

    The file is made at the first reject. Use it as a context manager, or call `close`.
    """

    def __init__(self, recording: str | Path) -> None:
        path = Path(recording)
        self.path = path.with_name(path.name + ".rejected.ndjson")
        self.count = 0
        """Rejects written."""
        self._file: BinaryIO | None = None

    def __enter__(self) -> RejectWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def write(self, rejected: list[Reject]) -> None:
        """Append rejects.

        Raises:
            SourceError: the file cannot be written.
        """
        if not rejected:
            return
        try:
            if self._file is None:
                self._file = self.path.open("ab")
            self._file.writelines(msgspec.json.encode(one.to_dict()) + b"\n" for one in rejected)
        except OSError as error:
            raise SourceError(
                f"expected to write {self.path.name}, got: {error.strerror}",
                hint="run without --rejects, or where you may write",
            ) from error
        self.count += len(rejected)

    def close(self) -> None:
        """Close the file, if there is one; more than once is fine."""
        if self._file is not None:
            self._file.close()
            self._file = None
