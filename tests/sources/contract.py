"""The contract of sources: one suite that every source passes, built in or plug-in.

Subclass `SourceContract` in a test module, name the class `Test…`, and give two fixtures:
`open_good` and `open_bad`, each a function that opens a fresh source. The good one gives at least
`POSTS` posts, always the same; the bad one gives at least one post and at least one reject.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from groundswell.model import Batch, Reject
from groundswell.sources.door import Source

Open = Callable[[], Source]

PATIENCE_SECONDS = 20.0
"""How long a live source may take until its posts are there."""
SOON_SECONDS = 5.0
"""What `close` may take to end a read."""


def columns_of(batch: Batch) -> list[list[object]]:
    """The columns of posts."""
    columns: list[list[object]] = [
        list(column)
        for column in (
            batch.ids,
            batch.texts,
            batch.times,
            batch.authors,
            batch.langs,
            batch.replies,
            batch.urls,
            batch.links,
        )
    ]
    return columns


def rows_of(batches: list[Batch]) -> list[tuple[object, ...]]:
    """Posts as rows, for comparing."""
    return [row for batch in batches for row in zip(*columns_of(batch), strict=True)]


class SourceContract:
    """What `groundswell.sources.door.Source` promises, as tests."""

    POSTS = 3
    """Posts that the good source gives at the least."""

    @pytest.fixture
    def open_good(self) -> Open:
        raise NotImplementedError("give a fixture `open_good`")

    @pytest.fixture
    def open_bad(self) -> Open:
        raise NotImplementedError("give a fixture `open_bad`")

    def batches(self, source: Source, after: str = "") -> list[Batch]:
        """All batches of a source that ends; those with `POSTS` posts of one that does not."""
        return list(self._until(source, after, lambda posts, _: posts >= self.POSTS))

    def _until(
        self, source: Source, after: str, enough: Callable[[int, int], bool]
    ) -> Iterator[Batch]:
        posts = rejects = 0
        deadline = time.monotonic() + PATIENCE_SECONDS
        for batch in source.read(after=after):
            yield batch
            posts, rejects = posts + len(batch), rejects + len(batch.rejected)
            if source.live and enough(posts, rejects):
                source.close()
            assert time.monotonic() < deadline, "the source did not give what it should in time"

    def test_satisfies_the_protocol(self, open_good: Open) -> None:
        """It has the protocol's members, and they are of the protocol's types."""
        source = open_good()
        assert isinstance(source, Source)
        assert isinstance(source.name, str)
        assert source.name
        assert isinstance(source.live, bool)
        assert isinstance(source.simulated, bool)
        source.close()

    def test_columns_have_one_length(self, open_good: Open) -> None:
        """Every batch's columns have one length, and the posts are there."""
        batches = self.batches(open_good())
        for batch in batches:
            assert {len(column) for column in columns_of(batch)} == {len(batch)}
        assert sum(map(len, batches)) >= self.POSTS

    def test_posts_are_what_the_kernel_takes(self, open_good: Open) -> None:
        """Ids are there, texts encode, times are µs between 1990 and 2101, links are tuples."""
        for batch in self.batches(open_good()):
            assert all(isinstance(one, str) and one for one in batch.ids)
            assert all(text.encode("utf-8") is not None for text in batch.texts)
            assert all(631_152_000_000_000 <= at < 4_133_980_800_000_000 for at in batch.times)
            assert all(isinstance(links, tuple) for links in batch.links)
            for column in (batch.authors, batch.langs, batch.replies, batch.urls):
                assert all(isinstance(one, str) for one in column)

    def test_bad_input_is_rejected_and_never_raised(self, open_bad: Open) -> None:
        """Bad input goes to `rejected` with a reason; the posts around it arrive."""
        source = open_bad()
        batches = list(self._until(source, "", lambda posts, bad: posts >= 1 and bad >= 1))
        rejects = [reject for batch in batches for reject in batch.rejected]
        assert sum(map(len, batches)) >= 1
        assert rejects
        for reject in rejects:
            assert isinstance(reject, Reject)
            assert reject.reason
            assert len(reject.raw) <= 2_000

    def test_resumes_where_a_batch_ended(self, open_good: Open) -> None:
        """After any batch's cursor comes all that followed it: for recordings, exactly once."""
        whole = self.batches(open_good())
        for at, batch in enumerate(whole[:-1]):
            if not batch.cursor:
                continue
            source = open_good()
            following = rows_of(whole[at + 1 :])
            if not source.live:
                assert rows_of(self.batches(source, batch.cursor)) == following
                continue
            wanted, got = {row[0] for row in following}, set()
            for later in source.read(after=batch.cursor):
                got |= set(later.ids)
                if wanted <= got:
                    source.close()
            assert wanted <= got

    def test_the_last_cursor_leaves_nothing(self, open_good: Open) -> None:
        """A recording resumed from its last cursor gives no post, and is no error."""
        if open_good().live:
            pytest.skip("a live source has no last cursor")
        last = self.batches(open_good())[-1].cursor
        assert rows_of(self.batches(open_good(), last)) == []

    def test_close_ends_a_read_soon(self, open_good: Open) -> None:
        """`close` from another thread ends `read`; more calls of it do no harm."""
        source = open_good()
        started, ended = threading.Event(), threading.Event()

        def read() -> None:
            for _ in source.read():
                started.set()
            ended.set()

        thread = threading.Thread(target=read, daemon=True)
        thread.start()
        assert started.wait(PATIENCE_SECONDS), "no batch came"
        source.close()
        source.close()
        assert ended.wait(SOON_SECONDS), "close did not end the read"
        thread.join()

    def test_close_before_read_is_allowed(self, open_good: Open) -> None:
        """A source that was closed before it was read ends at once, or after one batch."""
        source = open_good()
        source.close()
        assert sum(1 for _ in source.read()) <= 1
