"""What a snapshot holds comes back equal, or not at all."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.archive import codec
from groundswell.errors import ArchiveError

RECORD = np.dtype([("key", "u8"), ("people", "u4"), ("past", "f4")])


@dataclass(slots=True)
class Part:
    name: str
    values: Any


@dataclass(frozen=True, slots=True)
class Frozen:
    part: Part
    table: np.ndarray


class Named(NamedTuple):
    author: str
    at: int


KNOWN = {codec.name_of(kind): kind for kind in (Part, Frozen, Named)}


def back(value: Any, folder: Path) -> Any:
    path = folder / "value"
    with path.open("wb") as file:
        size = codec.write(file, value)
    assert size == path.stat().st_size
    return codec.read(path, KNOWN.__getitem__)


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 63), (1 << 64) - 1) | st.text() | st.binary()
    | st.floats(allow_nan=False),
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple)
    | st.dictionaries(st.text() | st.integers(0, 1 << 60), inner)
    | st.sets(st.integers(0, (1 << 64) - 1), max_size=100)
    | st.builds(Part, st.text(), inner) | st.builds(Named, st.text(), st.integers(0, 9)),
    max_leaves=40,
)  # fmt: skip


@given(value=plain)
def test_plain_values_come_back_equal(value: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nested values of every kind, with their types and the order of mappings."""
    found = back(value, tmp_path_factory.mktemp("v"))
    assert found == value
    assert type(found) is type(value)
    if isinstance(value, dict):
        assert list(found) == list(value)


@given(
    kind=st.sampled_from(["u1", "u2", "u4", "u8", "i8", "f4", "f8", RECORD]),
    shape=st.sampled_from([(0,), (1,), (7,), (300_000,), (40, 9), (3, 0)]),
    filled=st.integers(0, 300_000),
)
def test_arrays_come_back_with_all_their_bytes(
    kind: Any, shape: tuple[int, ...], filled: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Arrays of every kind and shape, empty, full or zero at their end; and they can be written."""
    array = np.zeros(shape, kind)
    octets = array.reshape(-1).view(np.uint8) if array.size else np.empty(0, np.uint8)
    part = octets[:filled]
    part[:] = np.random.default_rng(filled).integers(0, 256, part.size)
    found = back(Frozen(Part("a", (1, 2)), array), tmp_path_factory.mktemp("a"))
    assert found.part == Part("a", (1, 2))
    assert found.table.dtype == array.dtype
    assert found.table.shape == array.shape
    assert found.table.tobytes() == array.tobytes()
    assert found.table.flags.writeable


@given(at=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_one_flipped_bit_is_told(
    at: int, bit: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A file in which any one bit differs is refused as damaged."""
    path = tmp_path_factory.mktemp("d") / "value"
    out = io.BytesIO()
    codec.write(out, Part("x", np.arange(50)))
    data = bytearray(out.getvalue())
    data[at % len(data)] ^= 1 << bit
    path.write_bytes(data)
    with pytest.raises(ArchiveError, match="damage"):
        codec.read(path, KNOWN.__getitem__)


@given(size=st.integers(0, 400))
def test_a_file_cut_short_is_told(size: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A file that ends anywhere before its end is refused as damaged."""
    path = tmp_path_factory.mktemp("c") / "value"
    out = io.BytesIO()
    codec.write(out, Part("x", np.arange(50)))
    path.write_bytes(out.getvalue()[: min(size, len(out.getvalue()) - 1)])
    with pytest.raises(ArchiveError, match="damage"):
        codec.check(path)


def test_a_class_that_is_not_known_is_refused(tmp_path: Path) -> None:
    """A file names only dataclasses that its reader allows; another one is another version."""
    path = tmp_path / "value"
    with path.open("wb") as file:
        codec.write(file, Part("x", 1))
    with pytest.raises(ArchiveError, match=r"no .*Part"):
        codec.read(path, {}.__getitem__)


def test_other_fields_are_another_version(tmp_path: Path) -> None:
    """A class whose fields changed since is told, not filled with something else."""
    path = tmp_path / "value"
    with path.open("wb") as file:
        codec.write(file, Part("x", 1))
    with pytest.raises(ArchiveError, match="other fields of Frozen"):
        codec.read(path, lambda _: Frozen)


def test_what_is_no_plain_value_is_refused() -> None:
    """An object that could not be read again is an error when it is written."""
    with pytest.raises(TypeError, match="expected plain values"):
        codec.write(io.BytesIO(), Part("x", object()))
