"""The contract of sources, held by Jetstream in both protocols, and by the simulated night."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from groundswell.simulate import SimulatedNight, load_scenario
from groundswell.simulate.server import Faults, JetstreamServer
from groundswell.sources.door import Source
from tests.sources.contract import Open, SourceContract
from tests.sources.test_jetstream import frame, source


class JetstreamContract(SourceContract):
    """One server a test, so that a second source sees the stream that the first one saw."""

    POSTS = 1_200
    URL = "url"

    @pytest.fixture
    def servers(self) -> Iterator[ExitStack]:
        with ExitStack() as stack:
            yield stack

    def _open(self, servers: ExitStack, faults: Faults) -> Open:
        frames = [frame(i) for i in range(self.POSTS)]
        server = servers.enter_context(JetstreamServer(frames, faults=faults))

        def opened() -> Source:
            return source(getattr(server, self.URL))

        return opened

    @pytest.fixture
    def open_good(self, servers: ExitStack) -> Open:
        return self._open(servers, Faults())

    @pytest.fixture
    def open_bad(self, servers: ExitStack) -> Open:
        return self._open(servers, Faults(garbage=(b'{"did":', b"\0\xff", b"[1,2]")))


class TestJetstreamV1(JetstreamContract):
    """`/subscribe`."""


class TestJetstreamV2(JetstreamContract):
    """`subscribeEvents`."""

    URL = "url_v2"


class TestSimulatedNight(SourceContract):
    """The night in memory; nothing that it gives is bad."""

    POSTS = 500

    @pytest.fixture
    def open_good(self) -> Open:
        night = load_scenario("awards-night")
        return lambda: SimulatedNight(night, rate=0.02)

    def test_bad_input_is_rejected_and_never_raised(self) -> None:  # type: ignore[override]
        """It has no input."""
        pytest.skip("a generated night has no bad input")
