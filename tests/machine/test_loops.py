"""Loops as machine code: compiled once, kept, run without numba; and never another's code."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from groundswell.kernel.basis import hashing
from groundswell.kernel.text import lexer
from groundswell.machine import linking, store
from groundswell.machine.building import all_loops, missing
from groundswell.machine.fingerprint import fingerprint
from groundswell.machine.loops import Loop, inlined, loop
from groundswell.machine.memory import NotCompiledError, lent

SOURCE = Path(hashing.__file__).parents[2]


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A new process, which knows the package and what else it is told."""
    known = {"PATH": os.environ["PATH"], "PYTHONPATH": str(SOURCE.parent)} | environment
    return subprocess.run(
        [sys.executable, "-P", "-c", code], env=known, capture_output=True, text=True, check=False
    )


def counted(text: bytes) -> tuple[bool, list[int]]:
    """What a loop makes of lines."""
    out = np.zeros(text.count(b"\0") + 1, np.uint64)
    alike = hashing.hash_lines(np.frombuffer(text, np.uint8), np.frombuffer(b"a", np.uint8), out)
    return alike, out.tolist()


def by_hand(text: bytes) -> list[int]:
    """FNV-1a and the finaliser, with Python's own numbers."""
    found = []
    for line in text.split(b"\0"):
        h = 0xCBF29CE484222325
        for octet in line:
            h = (h ^ octet) * 0x100000001B3 % 2**64
        for _ in range(2):
            h ^= h >> 32
            h = h * 0xD6E8FEB86659FD93 % 2**64
        found.append(h ^ h >> 32)
    return found


def test_a_loop_does_what_it_says() -> None:
    text = b"and\0all\0that"
    assert counted(text) == (False, by_hand(text))
    assert counted(b"and\0all")[0]


def test_who_runs_loops_loads_no_compiler() -> None:
    """No module of it but three in C: all of it takes two seconds and 70 MB."""
    done = run(
        "import sys\n"
        "from groundswell.kernel.basis.hashing import hash_strings\n"
        "hash_strings(['b'])\n"
        "loaded = [name for name in sys.modules if name.startswith('numba')]\n"
        "print(hash_strings(['a'])[0], len(loaded), 'numba' in loaded)"
    )
    assert done.stdout.split() == [str(by_hand(b"a")[0]), "3", "False"], done.stderr


def test_numba_can_be_used_beside_loops() -> None:
    """Its C modules are in the process already when it comes, or come after it."""
    use = "import numba\nassert numba.njit(lambda x: x + 1)(1) == 2\n"
    loops = (
        "from groundswell.kernel.basis.hashing import hash_strings\nassert hash_strings(['a'])[0]\n"
    )
    for order in (use + loops, loops + use + loops):
        done = run(order)
        assert not done.returncode, done.stderr


def test_everything_is_compiled_and_nothing_twice() -> None:
    names = [one.name for one in all_loops()]
    assert len(names) == len(set(names)) > 40
    assert not missing()


def test_code_of_something_else_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is kept under another key, cut off, or not there is no code."""
    monkeypatch.setattr(store, "_kept_in", tmp_path)
    made = store.MachineCode("a", "b", b"code")
    store.write("m:f", "k1", made)
    assert store.read("m:f", "k1") == made
    assert store.read("m:f", "k2") is None
    store.write("m:f", "k2", made)  # in the place of the other one
    assert store.read("m:f", "k1") is None
    (file,) = tmp_path.glob("m.f.*")
    file.write_bytes(file.read_bytes()[:-2])
    assert store.read("m:f", "k2") is None


def test_a_folder_that_cannot_be_written_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    monkeypatch.setattr(store, "_HERE", Path(os.devnull))
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    store._own_folder.cache_clear()
    try:
        assert store.folder() == cache / "groundswell"
        store._own_folder.cache_clear()
        monkeypatch.setenv("XDG_CACHE_HOME", os.devnull)
        assert store.folder().name.startswith("groundswell-")
    finally:
        store._own_folder.cache_clear()


LEVEL = 3


@inlined
def _step(x: int) -> int:
    return x + LEVEL


def _loop(x: int) -> int:
    return _step(x) * 2


def test_a_fingerprint_is_of_all_that_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint(_loop).key
    assert fingerprint(_loop).key == before
    monkeypatch.setattr(sys.modules[__name__], "LEVEL", 4)
    assert fingerprint(_loop).key == before, "a test's module is none of ours"
    assert fingerprint(lexer.cut.function).key != before  # type: ignore[attr-defined]


def test_a_constant_of_another_module_changes_the_fingerprint(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of a module that is named, of one that was imported from, and of what is called."""
    cut = lexer.cut
    assert isinstance(cut, Loop)
    before = cut.key
    with monkeypatch.context() as patch:
        patch.setattr(lexer.ch, "EMOJI", 99)
        assert cut.key != before
    with monkeypatch.context() as patch:
        patch.setattr(hashing, "FNV_PRIME", np.uint64(3))  # `step` multiplies with it
        assert cut.key != before
    assert cut.key == before


def test_a_loop_that_cannot_be_compiled_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Building finds the loops of the package, not one that a test makes."""
    monkeypatch.setattr(store, "build", lambda: None)
    with pytest.raises(store.MachineError, match=r"expected compiled code of .*:_loop"):
        loop(_loop)(1)


def test_what_only_loops_can_do_python_cannot() -> None:
    with pytest.raises(NotCompiledError):
        lent(np.zeros(1))


def test_in_tests_a_loop_refuses_what_it_is_not_compiled_for() -> None:
    octets, out = np.frombuffer(b"abcd", np.uint8), np.zeros(1, np.uint64)
    for wrong in (octets[::2], octets.astype(np.int8), octets.reshape(2, 2), b"ab"):
        with pytest.raises(TypeError, match="for buffer of hash_lines"):
            hashing.hash_lines(wrong, octets, out)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="shorter"):
        hashing.hash_lines(octets, octets)  # type: ignore[call-arg]


def test_without_the_check_a_wrong_count_is_refused_by_the_code_itself() -> None:
    made = store.read(hashing.hash_lines.name, hashing.hash_lines.key)  # type: ignore[attr-defined]
    assert made is not None
    with pytest.raises(TypeError):
        linking.link("m:f", made)(np.zeros(1, np.uint8))


@pytest.mark.parametrize("others", [0, 2])
def test_an_empty_machine_compiles_once(tmp_path: Path, others: int) -> None:
    """The first process says that it compiles; who comes meanwhile waits and compiles nothing."""
    few = (
        "import sys\n"
        "from pathlib import Path\n"
        "from groundswell.machine import building, store\n"
        f"store.keep_in(Path({str(tmp_path)!r}))\n"
        "named = [one for one in building.all_loops() if one.__name__ in ('refill', '_sort')]\n"
        "building.all_loops = lambda: iter(named)\n"
        "building.build()\n"
        "print(len(building.missing()))\n"
    )
    known = {"PATH": os.environ["PATH"], "PYTHONPATH": str(SOURCE.parent)}
    running = [
        subprocess.Popen(
            [sys.executable, "-P", "-c", few], env=known, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
        )
        for _ in range(1 + others)
    ]  # fmt: skip
    said = [one.communicate(timeout=120) for one in running]
    assert [out.strip() for out, _ in said] == ["0"] * (1 + others), said
    assert sum("compiling 2 loops" in errors for _, errors in said) == 1
    assert len(list(tmp_path.glob("*.loop"))) == 2
