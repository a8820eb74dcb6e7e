"""Memory, handles and threads of this process, as Linux tells them."""

from __future__ import annotations

import gc
import threading
from pathlib import Path

import pytest

MIB = 1 << 20
_SELF = Path("/proc/self")


def resident(key: str = "VmRSS") -> float:
    """MiB that are resident now; `VmHWM`: that were at most."""
    if not (_SELF / "status").is_file():
        pytest.skip("needs /proc, as Linux has it")
    lines = (_SELF / "status").read_text("ascii", "replace").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{key}:"))


def handles() -> int:
    """Open files and sockets."""
    return len(list((_SELF / "fd").iterdir()))


def threads() -> int:
    """Threads that run."""
    return threading.active_count()


class Growth:
    """What was resident at most while the context was open: `most` MiB, `mib` more than before."""

    mib = most = 0.0

    def __enter__(self) -> Growth:
        gc.collect()
        self._before = resident()
        (_SELF / "clear_refs").write_text("5")
        return self

    def __exit__(self, *_: object) -> None:
        self.most = resident("VmHWM")
        self.mib = max(0.0, self.most - self._before)
