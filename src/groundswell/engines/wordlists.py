"""How often words are used in general, from the data of the `wordfreq` package.

Its own reader unpacks all of every list and loads what cleans texts, 0.5 s of computing at each
start. The lists stand in their files by frequency, commonest first, so the beginning will do.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from msgpack import Unpacker

CHUNK = 1 << 14
"""Bytes that are unpacked at a time."""
LONGEST = 1 << 20
"""Bytes of a file's longest entry: words of one frequency."""


def word_lists(rarest: int) -> Iterator[tuple[str, list[list[str]]]]:
    """Languages in alphabetical order, each with its words by how common they are.

    Entry i of a language's list has the words whose share of all words is 10^(−i/100), rounded;
    there are at most `rarest` entries.

    Raises:
        ValueError: a file is not in the format of `wordfreq` 3 (cBpack 1).
    """
    for path in sorted(_folder().glob("small_*.msgpack.gz")):
        yield path.name.removeprefix("small_").removesuffix(".msgpack.gz"), _read(path, rarest)


def _folder() -> Path:
    """Where the package keeps its lists; importing it would load all that it can do besides."""
    package = find_spec("wordfreq")
    assert package is not None, "wordfreq is a dependency"  # noqa: S101 -- so it is installed
    assert package.submodule_search_locations, "wordfreq is a package"  # noqa: S101 -- as above
    return Path(package.submodule_search_locations[0], "data")


def _read(path: Path, rarest: int) -> list[list[str]]:
    with gzip.open(path) as file:
        entries = Unpacker(file, read_size=CHUNK, max_buffer_size=LONGEST)
        size, header = entries.read_array_header(), entries.unpack()
        if header != {"format": "cB", "version": 1}:
            raise ValueError(f"expected a list of words, cBpack 1, got {header!r} in {path.name}")
        return [entries.unpack() for _ in range(min(size - 1, rarest))]
