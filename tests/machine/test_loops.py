"""Loops as machine code: compiled once, kept, run without numba; and never another's code."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest

from groundswell.kernel.basis import hashing
from groundswell.kernel.text import lexer
from groundswell.machine import linking, store
from groundswell.machine.building import all_loops, missing
from groundswell.machine.loops import Loop, loop
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


def test_code_of_something_else_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept under another key, is cut off, or has lost a part is no code."""
    monkeypatch.setattr(store, "_kept_in", tmp_path)
    made = store.MachineCode.of("a", "b", b"code")
    store.write("m:f", "k1", made)
    store.write("m:f", "k2", made)  # a process of before may yet ask for the other one
    assert store.read("m:f", "k1") == store.read("m:f", "k2") == made
    assert store.read("m:f", "k3") is None
    file = next(tmp_path.glob("m.f.*k1.loop"))
    whole = file.read_bytes()
    for broken in (whole[:-2], whole.replace(b"code", b"c\0\0e")):
        file.write_bytes(broken)
        assert store.read("m:f", "k1") is None
    assert file.stat().st_mode & 0o777 == 0o644  # for all who use the package


def refused(*_: object, **__: object) -> NoReturn:
    raise OSError("no")


def test_a_write_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_kept_in", tmp_path)
    monkeypatch.setattr(Path, "replace", refused)
    with pytest.raises(OSError, match="no"):
        store.write("m:f", "k", store.MachineCode.of("a", "b", b"code"))
    assert not list(tmp_path.iterdir())


def test_old_code_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_kept_in", tmp_path)
    made = store.MachineCode.of("a", "b", b"code")
    for key in ("old", "used", "new"):
        store.write("m:f", key, made)
    for key in ("old", "used"):
        os.utime(next(tmp_path.glob(f"*{key}.loop")), (0, 0))
    store.tidy([("m:f", "used")])
    assert store.read("m:f", "old") is None
    assert store.read("m:f", "used") == store.read("m:f", "new") == made


def test_code_is_kept_where_it_can_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside the package, in the user's cache, or nowhere for long; read wherever it is."""
    monkeypatch.setattr(store, "_HERE", Path(os.devnull))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    store._own_folder.cache_clear()
    try:
        assert store.folder() == tmp_path / "cache" / "groundswell"
        made = store.MachineCode.of("a", "b", b"code")
        store.write("m:f", "k", made)
        store._own_folder.cache_clear()
        monkeypatch.setattr(tempfile, "TemporaryFile", refused)
        assert store.folder().name.startswith("groundswell-")
        assert store.read("m:f", "k") == made
        monkeypatch.delenv("XDG_CACHE_HOME")
        monkeypatch.setattr(Path, "home", lambda: (_ for _ in ()).throw(RuntimeError("nobody")))
        assert store.lasting() == (Path(os.devnull) / "__pycache__",)
    finally:
        store._own_folder.cache_clear()


def _loop(x: int) -> int:
    return x * 2


def test_a_key_is_the_same_however_python_runs() -> None:
    """In another order of hashes, and where numbers are written in another way."""
    code = (
        "import numpy as np\n{}"
        "from groundswell.machine.building import all_loops\n"
        "print(sorted((one.name, one.key) for one in all_loops()))"
    )
    usual = run(code.format(""), PYTHONHASHSEED="1").stdout
    assert len(usual) > 1_000
    assert run(code.format("np.set_printoptions(legacy='1.25')\n")).stdout == usual
    assert run(code.format(""), PYTHONHASHSEED="2").stdout == usual


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


def test_a_wrong_number_of_arguments_is_refused_by_the_code_itself() -> None:
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
        "store.lasting = tuple\n"
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


@pytest.mark.parametrize(("how", "code"), [("kill", -signal.SIGKILL), ("interrupt", 130)])
def test_a_build_that_ends_early_leaves_no_process(tmp_path: Path, how: str, code: int) -> None:
    """Killed, or interrupted with all of its group: at once, and workers end with it."""
    slow = (
        "import os, sys, time\n"
        "from pathlib import Path\n"
        "from groundswell.machine import building\n"
        "def wait(name):\n"
        "    Path(sys.argv[1], str(os.getpid()) + '.pid').touch()\n"
        "    time.sleep(600)\n"
        "if __name__ == '__main__':\n"
        "    building._compile = wait\n"
        "    building.missing = lambda: [('m:f', 'k'), ('m:g', 'k'), ('m:h', 'k')]\n"
        "    building.main()\n"
    )
    script = tmp_path / "slow.py"
    script.write_text(slow, "utf-8")
    known = {"PATH": os.environ["PATH"], "PYTHONPATH": str(SOURCE.parent)}
    with subprocess.Popen(
        [sys.executable, str(script), str(tmp_path)], env=known, start_new_session=True,
        stderr=subprocess.DEVNULL,
    ) as building:  # fmt: skip
        assert eventually(lambda: list(tmp_path.glob("*.pid")))
        if how == "kill":
            building.kill()
        else:
            os.killpg(building.pid, signal.SIGINT)
        assert building.wait(timeout=30) == code
    workers = [int(path.stem) for path in tmp_path.glob("*.pid")]
    assert eventually(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers))


def eventually(holds: Callable[[], object]) -> bool:
    """Whether something comes to hold within a minute."""
    until = time.monotonic() + 60
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def test_who_waits_for_a_build_hears_that_it_was_interrupted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done = subprocess.CompletedProcess([], store.INTERRUPTED)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: done)
    with pytest.raises(KeyboardInterrupt):
        store.build()
    done.returncode = 1
    with pytest.raises(store.MachineError):
        store.build()
