"""The command line as a user meets it: in a process of its own, forked or started anew."""

from __future__ import annotations

import gzip
import json
import os
import pty
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from groundswell.cli.doctor import _loops_check
from groundswell.machine import building, store
from groundswell.simulate import frames
from groundswell.simulate.server import JetstreamServer
from tests.cli.typed import run
from tests.nights import awards_night, recorded
from tests.serve.boards import served

GSW = [sys.executable, "-m", "groundswell"]

POSTS = 4_500


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A quarter of an hour of the night, with its first moment."""
    return recorded(tmp_path_factory.mktemp("night") / "night.ndjson.gz", POSTS, first=7_500)


def test_help_is_grouped_and_has_examples() -> None:
    """`--help` names every command in groups; each command's help has an example."""
    said = run("--help")
    assert said.returncode == 0
    assert "Watch" in said.stdout
    assert "Examples" in said.stdout
    for command in ("demo", "live", "replay", "record", "simulate", "top", "bench", "doctor"):
        assert command in said.stdout
        assert "Example" in run(command, "--help").stdout


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (["replai"], 2, "replay"),
        (["replay", "absent.ndjson"], 1, "absent.ndjson"),
        (["replay", "a", "--speed", "fast"], 1, "a"),
        (["live", "--source", "jetstreem://x"], 2, "did you mean 'jetstream'"),
        (["live", "--source", "jetstream+ws://127.0.0.1:9/subscribe", "--no-serve"], 1, "refused"),
        (["live", "--source", "jetstreem"], 2, "jetstream+ws://HOST:PORT"),
        (["simulate", "-", "--truth", "absent/events.json"], 1, "absent/events.json"),
        (["bench", "--json", "absent/figures.json"], 1, "absent/figures.json"),
        (["demo", "--port", "70000"], 2, "between 0 and 65535, got"),
        (["replay", "-", "--slice", "soon"], 2, "15m"),
        (["simulate", "-", "--scenario", "award-night"], 2, "awards-night"),
        (["top", "--url", "http://127.0.0.1:9"], 1, "groundswell demo"),
        (["replay", "-", "--board", "w=match:(?=a)b"], 2, "no look-around"),
        (["replay", "-", "--board", "w=authors:absent.txt"], 2, "absent.txt"),
        (["replay", "-", "--board", "w=langs:cy"], 2, "did you mean 'lang:cy'"),
        (["live", "--board", "lang:cy", "--show", "ga"], 2, "with one of all, cy, got 'ga'"),
    ],
)
def test_mistakes_get_one_clear_line(
    args: list[str], code: int, words: str, tmp_path: Path
) -> None:
    """Wrong usage is 2, a failure 1; the message helps; no traceback, nothing on stdout."""
    said = run(*args, cwd=tmp_path)
    assert said.returncode == code, said.stderr
    assert words in said.stderr
    assert "Traceback" not in said.stderr
    assert "unexpected" not in said.stderr
    assert said.stdout == ""


def test_replay_prints_events_boards_and_a_summary_the_same_twice(recording: Path) -> None:
    """NDJSON: one object a line, a board a slice; without the summary the bytes are equal."""
    one = run("replay", str(recording), "--format", "ndjson")
    again = run("replay", str(recording), "--format", "ndjson", "--no-summary")
    lines = [json.loads(line) for line in one.stdout.splitlines()]
    assert lines[-1]["type"] == "summary"
    assert lines[-1]["read"] == POSTS
    boards = [line for line in lines if line["type"] == "board"]
    assert len(boards) == lines[-1]["slices"]
    started = [line["story"]["title"].lower() for line in lines if line["type"] == "story.started"]
    assert any("cape" in title or "mira" in title for title in started)
    assert one.stdout.rsplit("\n", 2)[0] + "\n" == again.stdout


def test_replay_shows_a_board_for_each_scope(recording: Path) -> None:
    """NDJSON: a line a board and slice, `all` unchanged; table: each under a heading, in order."""
    cut = {"GROUNDSWELL_BOARDS": '{cape = "match:(?i)copper cape"}'}
    options = [str(recording), "--no-summary", "--board", "lang:es"]
    alone = run("replay", str(recording), "--no-summary", "--format", "ndjson").stdout.splitlines()
    said = run("replay", *options, "--format", "ndjson", env=os.environ | cut)
    lines = [(json.loads(line)["board"], line) for line in said.stdout.splitlines()]
    assert [line for name, line in lines if name == "all"] == alone
    boards = [name for name, line in lines if json.loads(line)["type"] == "board"]
    assert boards == ["all", "cape", "es"] * (len(boards) // 3)
    table = run("replay", *options, env=os.environ | cut).stdout
    assert table.count("Groundswell") == 3
    assert table.index("Groundswell  19") < table.index("  cape  ") < table.index("  es  ")


@pytest.mark.parametrize("form", ["table", "ndjson"])
def test_somebody_at_a_terminal_gets_the_data_on_stdout(recording: Path, form: str) -> None:
    """Stderr is a terminal, where a bar is drawn: the data still goes to stdout, whole."""
    ours, theirs = pty.openpty()
    with ThreadPoolExecutor(1) as reader:
        found = reader.submit(_all_of, ours)
        said = run(
            "replay", str(recording), "--format", form, "--top", "3",
            env=os.environ | {"TERM": "xterm-256color"}, terminal=Path(os.ttyname(theirs)),
        )  # fmt: skip
        os.close(theirs)
        drawn = found.result(60)
    os.close(ours)
    assert said.returncode == 0, drawn
    assert "cape" in said.stdout.lower()
    assert "\x1b" not in said.stdout
    assert "posts" in drawn
    assert "cape" not in drawn.lower()


def _all_of(terminal: int) -> str:
    """What is drawn on a terminal until nobody holds its other end."""
    drawn = b""
    try:
        while chunk := os.read(terminal, 65_536):
            drawn += chunk
    except OSError:  # how Linux says that nobody writes any more
        pass
    return drawn.decode()


def test_bad_lines_are_counted_and_kept_when_asked(recording: Path, tmp_path: Path) -> None:
    """Hostile lines amid good ones: the run goes on, and --rejects keeps each with its reason."""
    mixed = tmp_path / "mixed.ndjson"
    good = gzip.decompress(recording.read_bytes()).splitlines(keepends=True)
    bad = [b'{"id":\n', b"\0\xff\n", b"[1,2]\n", b"[" * 200_000 + b"\n", b"a" * 3_000_000 + b"\n"]
    mixed.write_bytes(b"".join([*good[:2_000], *bad, *good[2_000:4_000]]))
    said = run("replay", str(mixed), "--format", "ndjson", "--rejects")
    assert json.loads(said.stdout.splitlines()[-1])["rejected"] == 5
    kept = (tmp_path / "mixed.ndjson.rejected.ndjson").read_text().splitlines()
    assert len(kept) == 5
    assert all(json.loads(line)["reason"] for line in kept)


def test_rejects_of_two_recordings_stand_beside_each(recording: Path, tmp_path: Path) -> None:
    """Two files merged by time: each bad line is kept beside the file that it stood in."""
    good = gzip.decompress(recording.read_bytes()).splitlines(keepends=True)
    for name, bad in (("a", [b"?a\n"]), ("b", [b"?b\n", b"?c\n"])):
        (tmp_path / f"{name}.ndjson").write_bytes(b"".join([*good[:50], *bad, *good[50:99]]))
    run("replay", "a.ndjson", "b.ndjson", "--rejects", cwd=tmp_path)
    for name, lines in (("a", ["?a"]), ("b", ["?b", "?c"])):
        kept = (tmp_path / f"{name}.ndjson.rejected.ndjson").read_text().splitlines()
        assert [json.loads(line)["raw"] for line in kept] == lines


def test_a_file_without_a_post_fails(tmp_path: Path) -> None:
    """Nothing good in it: exit 1 and one line."""
    (tmp_path / "none.ndjson").write_text("???\n")
    said = run("replay", "none.ndjson", cwd=tmp_path)
    assert (said.returncode, said.stderr.count("\n")) == (1, 1)


def test_stdin_is_a_recording(recording: Path) -> None:
    """`-` reads what is piped in."""
    said = run("replay", "-", "--format", "ndjson", stdin=recording)
    assert said.returncode == 0, said.stderr
    assert json.loads(said.stdout.splitlines()[-1])["read"] == POSTS


def test_live_follows_a_cut_stream_serves_it_and_ends_cleanly(tmp_path: Path) -> None:
    """A board from a Jetstream server on loopback, in the page and the API; Ctrl-C exits 0."""
    night = frames(awards_night(24_000))  # 45 s of it: a slow machine meets it in its midst too
    with JetstreamServer(night, speed=100) as server:
        uri = server.url.replace("ws://", "jetstream+ws://")
        process = subprocess.Popen(
            [*GSW, "live", "--source", uri, "--port", "0"], cwd=tmp_path,
            stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ,
        )  # fmt: skip
        try:
            assert process.stderr is not None
            address = process.stderr.readline().split()[4]
            board = _wait_for_board(address)
            assert board["posts"] > 100
            page = urllib.request.urlopen(f"{address}/").read().decode()
            assert "simulated" in page
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=30)
        assert process.returncode == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_top_ends_cleanly_when_told_to(number: signal.Signals) -> None:
    """Ctrl-C and SIGTERM end a board that is being shown: exit 0, no traceback."""
    with served() as (_, url):
        process = subprocess.Popen([*GSW, "top", "--url", url], stderr=subprocess.PIPE, text=True)
        assert process.stderr is not None
        shown = process.stderr.readline()
        process.send_signal(number)
        _, rest = process.communicate(timeout=30)
    assert "posts" in shown
    assert (process.returncode, "Traceback" in rest) == (0, False)


def _wait_for_board(address: str) -> dict[str, int]:
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"{address}/api/v1/boards/all") as answer:
                board: dict[str, int] = json.load(answer)
                if board["posts"] > 100:
                    return board
        except OSError:
            pass
        time.sleep(0.2)
    raise AssertionError("no board came")


def test_record_keeps_what_replay_reads(tmp_path: Path) -> None:
    """A recorded stream replays with every post."""
    with JetstreamServer(frames(awards_night(900))) as server:
        uri = server.url.replace("ws://", "jetstream+ws://")
        kept = str(tmp_path / "kept.ndjson.zst")
        assert run("record", kept, "--source", uri, "--for", "3s").returncode == 0
    said = run("replay", kept, "--format", "ndjson")
    assert json.loads(said.stdout.splitlines()[-1])["read"] == 900


def test_record_keeps_what_stands_there_when_nothing_comes(tmp_path: Path) -> None:
    """No server: one line, exit 1, and the recording of last night is as it was."""
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    kept = tmp_path / "kept.ndjson"
    kept.write_text("last night\n")
    said = run("record", str(kept), "--source", f"jetstream+ws://127.0.0.1:{port}")
    assert said.returncode == 1
    assert len(said.stderr.splitlines()) == 1
    assert kept.read_text() == "last night\n"
    assert [path.name for path in tmp_path.iterdir()] == ["kept.ndjson"]


def test_doctor_says_each_setting_and_where_it_comes_from() -> None:
    """`doctor --settings` names meaning, unit, range, value and origin."""
    ours = {"GROUNDSWELL_TOP": "7", "GROUNDSWELL_BOARDS": '{w = "match:[a]b"}'}
    said = run("doctor", "--settings", env=os.environ | ours)
    assert "environment" in said.stdout
    assert "stories on a board" in said.stdout
    assert "boards.w" in said.stdout
    assert "match:[a]b" in said.stdout


def test_doctor_tries_the_boards(tmp_path: Path) -> None:
    """A pattern that RE2 refuses is told with what to do; a good one is said to be good."""
    for pattern, found in (("(", "look   expected an RE2 pattern"), ("a", "ok     boards besides")):
        (tmp_path / "groundswell.toml").write_text(f'[boards]\nw = "match:{pattern}"\n')
        assert found in run("doctor", cwd=tmp_path).stdout


def test_doctor_tells_a_port_that_is_taken() -> None:
    """A free port is said to be free; a taken one has its reason and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        busy = run("doctor", env=os.environ | {"GROUNDSWELL_PORT": port})
    free = run("doctor", env=os.environ | {"GROUNDSWELL_PORT": port})
    assert f"port {port} of 127.0.0.1 cannot be had (Address already in use)" in busy.stdout
    assert "--port" in busy.stdout
    assert f"port {port} of 127.0.0.1 is free" in free.stdout


def test_doctor_says_whether_loops_are_compiled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are; the next command compiles them; or each does, for they cannot be kept."""
    assert _loops_check() == (True, "loops are compiled", "")
    monkeypatch.setattr(building, "missing", lambda: [("m:f", "key")])
    ok, said, _ = _loops_check()
    assert ok
    assert said.startswith("1 loops are compiled by the next command")
    monkeypatch.setattr(store, "_kept_in", tmp_path)
    ok, said, mend = _loops_check()
    assert not ok
    assert "at each start" in said
    assert "XDG_CACHE_HOME" in mend


def test_help_and_mistakes_come_at_once() -> None:
    """What needs no engine loads none: help, the version, a wrong option, a wrong name."""
    heavy = "('llvmlite', 'numpy', 'wordfreq', 'starlette', 'httpx')"
    code = f"""
import sys
from groundswell.cli import main
lines = "--help,--version,replay --help,replay - --slice soon,evaluate a b --method c"
for line in lines.split(","):
    sys.argv = ["groundswell", *line.split()]
    try:
        main()
    except SystemExit:
        loaded = [name for name in {heavy} if name in sys.modules]
        print("LOADED", line, loaded)
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    lines = [line for line in said.stdout.splitlines() if line.startswith("LOADED")]
    assert len(lines) == 5
    assert all(line.endswith("[]") for line in lines), lines
