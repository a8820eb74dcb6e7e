"""The contract of sources, held by Mastodon."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from groundswell.simulate.mastodon_server import Faults, MastodonServer
from groundswell.sources.door import Source
from tests.sources.contract import Open, SourceContract
from tests.sources.test_mastodon import source, update


class TestMastodon(SourceContract):
    """One server a test, so that a second source sees the stream that the first one saw."""

    POSTS = 300

    @pytest.fixture
    def servers(self) -> Iterator[ExitStack]:
        with ExitStack() as stack:
            yield stack

    def _open(self, servers: ExitStack, faults: Faults) -> Open:
        events = [update(i) for i in range(self.POSTS)]
        server = servers.enter_context(MastodonServer(events, faults=faults))

        def opened() -> Source:
            return source(server)

        return opened

    @pytest.fixture
    def open_good(self, servers: ExitStack) -> Open:
        return self._open(servers, Faults())

    @pytest.fixture
    def open_bad(self, servers: ExitStack) -> Open:
        bad = b'event: update\ndata: {"id":\n\nevent: update\ndata: \0\xff\n\n'
        return self._open(servers, Faults(garbage=bad + b'event: update\ndata: {"id":"1"}\n\n'))
