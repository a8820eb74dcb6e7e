"""What all tests share: tables, posts made by hand, and where the measuring data stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from groundswell.engines.local import load_tables
from groundswell.kernel.tokens import Tables
from groundswell.model import Batch

DATA = Path(__file__).resolve().parents[1] / ".." / "shared" / "data"


@pytest.fixture(scope="session")
def tables() -> Tables:
    """The tokeniser's tables, once."""
    return load_tables()


@pytest.fixture(scope="session")
def data() -> Path:
    """Real recordings, which are not part of the project."""
    if not DATA.is_dir():
        pytest.skip("needs the measuring data in ../shared/data, which is not distributed")
    return DATA


def batch_of(*posts: tuple[float, str, str], first: int = 0) -> Batch:
    """Posts as (second, author, text); ids are numbered from `first`."""
    n = len(posts)
    return Batch(
        ids=[f"p{first + i}" for i in range(n)],
        texts=[text for _, _, text in posts],
        times=[int(second * 1_000_000) for second, _, _ in posts],
        authors=[author for _, author, _ in posts],
        langs=[""] * n,
        replies=[""] * n,
        urls=[""] * n,
        links=[()] * n,
    )
