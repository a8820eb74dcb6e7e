"""Small bytes that would be huge: refused within bounded memory, and what follows is read."""

from __future__ import annotations

import base64
import hashlib
import socket
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import zstandard

from groundswell.errors import NothingToReadError, SourceError
from groundswell.model import Batch
from groundswell.simulate.server import Faults, JetstreamServer
from groundswell.sources.backoff import Backoff
from groundswell.sources.jetstream import Jetstream
from groundswell.sources.recordings import Recording
from tests.figures import Figure, sized
from tests.soak.memory import MIB, Growth
from tests.sources.test_jetstream import NoWait, frame

MOST = 50.0
"""MiB that may be added."""
DICTIONARY, OTHER = (
    zstandard.train_dictionary(4_096, [frame(i) for i in range(500 * n, 500 * n + 500)], dict_id=n)
    for n in (1, 2)
)


def zstd_bomb(mib: int, *, declared: bool) -> bytes:
    """Zeros, packed; with or without their number in the header."""
    size = mib * MIB if declared else -1
    packer = zstandard.ZstdCompressor(write_content_size=declared).compressobj(size=size)
    return b"".join(packer.compress(bytes(MIB)) for _ in range(mib)) + packer.flush()


def deflate_bomb(mib: int, wbits: int) -> bytes:
    packer = zlib.compressobj(9, wbits=wbits)
    body = b"".join(packer.compress(bytes(MIB)) for _ in range(mib))
    return body + packer.flush(zlib.Z_SYNC_FLUSH if wbits < 0 else zlib.Z_FINISH)


def read(stream: Jetstream, enough: Callable[[list[Batch]], bool]) -> list[Batch]:
    batches = list[Batch]()
    for batch in stream.read():
        batches.append(batch)
        if enough(batches):
            stream.close()
    return batches


@pytest.mark.figure("bombs")
@sized(96, 1_024, minutes=5)
def test_packed_frames_that_grow_are_rejects(size: int, figure: Figure) -> None:
    """Zstd with its size declared, without, and of another dictionary; then a post is read."""
    other = zstandard.ZstdCompressor(dict_data=OTHER)
    dictionary = DICTIONARY.as_bytes()
    garbage = (zstd_bomb(size, declared=True), zstd_bomb(size, declared=False),
               other.compress(frame(7)))  # fmt: skip
    faults = Faults(garbage=garbage)
    with JetstreamServer([frame(1)], dictionary=dictionary, faults=faults) as server:
        stream = Jetstream((server.url,), dictionary=dictionary, backoff=Backoff(rng=NoWait()))
        with Growth() as growth:
            batches = read(stream, lambda found: any(batch.ids for batch in found))
    rejected = sum(len(batch.rejected) for batch in batches)
    figure(f"zstd of {size:,} MiB: +{growth.mib:.0f} MiB", trials=len(garbage))
    assert rejected == 3
    assert growth.mib <= MOST


@contextmanager
def raw_server(answers: list[bytes]) -> Iterator[tuple[str, list[int]]]:
    """A WebSocket server that says these bytes, one entry a connection; and counts them."""
    listening, said = socket.create_server(("127.0.0.1", 0)), list[int]()

    def run() -> None:
        with suppress(OSError):
            while True:
                client, _ = listening.accept()
                with client, suppress(OSError):
                    _shake(client)
                    said.append(1)
                    client.sendall(answers[min(len(said), len(answers)) - 1])
                    client.recv(65_536)  # the reader's goodbye

    threading.Thread(target=run, daemon=True).start()
    try:
        yield f"ws://127.0.0.1:{listening.getsockname()[1]}/subscribe", said
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()


def _shake(client: socket.socket) -> None:
    asked = b""
    while b"\r\n\r\n" not in asked:
        asked += client.recv(65_536)
    key = asked.partition(b"Sec-WebSocket-Key: ")[2].partition(b"\r\n")[0]
    sha = hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11")  # noqa: S324 -- RFC 6455
    client.sendall(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Extensions: permessage-deflate\r\n"
        b"Sec-WebSocket-Accept: " + base64.b64encode(sha.digest()) + b"\r\n\r\n"
    )


def websocket_frame(first: int, payload: bytes, length: int | None = None) -> bytes:
    """An unmasked frame; `length` is what its header says."""
    return bytes([first, 127]) + (length or len(payload)).to_bytes(8, "big") + payload


@pytest.mark.figure("bombs")
@sized(96, 1_024, minutes=5)
def test_deflated_and_giant_frames_end_their_connection(size: int, figure: Figure) -> None:
    """permessage-deflate, and a header of an exabyte: left, and the next connection is read."""
    packed = deflate_bomb(size, -15).removesuffix(b"\0\0\xff\xff")
    answers = [
        websocket_frame(0xC2, packed),  # final, deflated, binary
        websocket_frame(0x82, bytes(8 * MIB), 1 << 60),
        websocket_frame(0x02, bytes(3 * MIB)) + websocket_frame(0x80, bytes(3 * MIB)),  # in parts
        websocket_frame(0x81, frame(3)),
    ]
    with raw_server(answers) as (url, said):
        stream = Jetstream((url,), backoff=Backoff(rng=NoWait()))
        with Growth() as growth:
            batches = read(stream, lambda found: any(batch.ids for batch in found))
    figure(f"WebSocket frames of {size:,} MiB, 1 EiB, 6 MiB in parts: +{growth.mib:.0f} MiB",
           trials=3)  # fmt: skip
    assert len(said) == 4
    assert stream.reconnects >= 3
    assert sum(len(batch) for batch in batches) == 1
    assert growth.mib <= MOST


@pytest.mark.figure("bombs")
@pytest.mark.parametrize("ending", ["gz", "zst"])
@sized(96, 1_024, minutes=5)
def test_recordings_that_grow_are_read_in_bounded_memory(
    size: int, ending: str, tmp_path: Path, figure: Figure
) -> None:
    """One line of so many zeros: a reject of its first bytes."""
    path = tmp_path / f"it.ndjson.{ending}"
    bomb = deflate_bomb(size, 31) if ending == "gz" else zstd_bomb(size, declared=True)
    path.write_bytes(bomb)
    rejected = 0
    with Growth() as growth, suppress(NothingToReadError, SourceError):
        for batch in Recording(path).read():
            rejected += len(batch.rejected)
    figure(f".{ending} of {size:,} MiB: +{growth.mib:.0f} MiB", trials=1)
    assert rejected == 1
    assert growth.mib <= MOST
