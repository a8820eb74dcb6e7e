"""What holds for every broker, as tests: subclass `BrokerCases` and give a fixture `broker`."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from groundswell.engines.pumping import Pump
from groundswell.model import MICROSECONDS, Batch, Reject
from groundswell.sources.brokers.reading import BrokerSource
from groundswell.sources.brokers.writing import open_target
from groundswell.sources.door import Source, open_source
from tests.sources.brokers.servers import Broker
from tests.sources.contract import Open, SourceContract

BEGIN = 1_700_000_000
BAD = (
    b"", b"  ", b"{", b"[1]", b'"post"', b"\0\xff\xfe", b'{"id":"x"}', b"[" * 100_000,
    b'{"id":"x","text":"\\ud800","created_at":"2024-01-01T00:00:00Z"}',
    b'{"id":"x","text":"late","created_at":"2099-01-01T00:00:00Z"}',
)  # fmt: skip


def stamp(second: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(BEGIN + second))


def post(number: int, second: float | None = None) -> bytes:
    """A post, a second after the one before."""
    when = stamp(number if second is None else second)
    said = {"id": f"p{number}", "author": f"a{number}", "text": f"post {number}"}
    return json.dumps({**said, "created_at": when}).encode()


def posts(first: int, last: int) -> list[bytes]:
    return [post(number) for number in range(first, last)]


def ids(first: int, last: int) -> list[str]:
    return [f"p{number}" for number in range(first, last)]


def opened(uri: str) -> BrokerSource:
    found = open_source(uri)
    assert isinstance(found, BrokerSource)
    return found


def batches(source: Source, count: int, after: str = "", seconds: float = 20.0) -> Iterator[Batch]:
    """Batches until so many posts and rejects have come; then the source is closed and read out."""
    until, got = time.monotonic() + seconds, 0
    for batch in source.read(after=after):
        yield batch
        got += len(batch) + len(batch.rejected)
        if got >= count:
            source.close()
        assert time.monotonic() < until, f"{got} of {count} came in time"


def taken(source: Source, count: int, after: str = "") -> tuple[list[str], str]:
    """The ids that came, and the last cursor."""
    found, cursor = list[str](), ""
    for batch in batches(source, count, after):
        found += batch.ids
        cursor = batch.cursor or cursor
    return found, cursor


class Following:
    """Reads a source in a thread; as a context."""

    def __init__(self, source: BrokerSource, after: str = "", *, keeps: bool = False) -> None:
        self.source = source
        self.ids: list[str] = []
        self.rejected: list[Reject] = []
        self._keeps = keeps
        self._thread = threading.Thread(target=self._read, args=(after,))

    def _read(self, after: str) -> None:
        for batch in self.source.read(after=after):
            self.ids += batch.ids
            self.rejected += batch.rejected
            if self._keeps:
                self.source.kept(batch.cursor)

    def __enter__(self) -> Following:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.source.close()
        self._thread.join(10)
        assert not self._thread.is_alive()


def until(true: Callable[[], bool], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come in time"
        time.sleep(0.02)


class BrokerCases(SourceContract):
    """The contract of sources, and what a broker adds to it."""

    POSTS = 1_200

    @pytest.fixture
    def broker(self) -> Broker:
        raise NotImplementedError("give a fixture `broker`: a stream with nothing in it")

    @pytest.fixture
    def options(self) -> dict[str, str]:
        """Options of the address under which the contract is held."""
        return {}

    @pytest.fixture
    def open_good(self, broker: Broker, options: dict[str, str]) -> Open:
        broker.write(posts(0, self.POSTS))
        return lambda: opened(broker.uri(**options))

    @pytest.fixture
    def open_bad(self, broker: Broker, options: dict[str, str]) -> Open:
        broker.write([*posts(0, 2), *BAD, *posts(2, 4)])
        return lambda: opened(broker.uri(**options))

    def test_all_that_is_bad_is_a_reject_with_its_place(self, open_bad: Open) -> None:
        """Each bad message once, each with another place; the posts around them arrive."""
        found, rejected = list[str](), list[Reject]()
        for batch in batches(open_bad(), 4 + len(BAD)):
            found += batch.ids
            rejected += batch.rejected
        assert found == ids(0, 4)
        assert len(rejected) == len(BAD)
        assert len({one.place for one in rejected} - {""}) == len(BAD)
        assert rejected[2].to_dict()["place"] == rejected[2].place

    def test_resumes_exactly(self, broker: Broker, open_good: Open) -> None:
        """From the cursor of every batch on, all comes that followed, once, in its order."""
        whole = list(batches(open_good(), self.POSTS))
        broker.write(posts(self.POSTS, self.POSTS + 10))
        got = 0
        for batch in whole[:-1]:
            got += len(batch)
            if batch.ids:
                rest = ids(got, self.POSTS + 10)
                assert taken(open_good(), len(rest), batch.cursor)[0] == rest

    def test_the_desks_place_is_what_counts(self, broker: Broker, open_good: Open) -> None:
        """Wherever the broker's group stands: a desk goes on right behind its own cursor."""
        _, cursor = taken(open_good(), self.POSTS)
        broker.write(posts(self.POSTS, self.POSTS + 100))
        broker.move_to_end("ahead")
        broker.move_to_start("behind")
        for group in ("ahead", "behind", "none"):
            source = opened(broker.uri(**{broker.GROUP: group}))
            assert taken(source, 100, cursor)[0] == ids(self.POSTS, self.POSTS + 100)
            assert source.gaps == ()

    def test_what_is_taken_back_comes_too(self, broker: Broker, options: dict[str, str]) -> None:
        """Deletions and news of accounts, as recordings carry them."""
        gone = json.dumps({"id": "p1", "deleted_at": stamp(5)}).encode()
        news = json.dumps({"author": "a2", "account": "gone", "changed_at": stamp(6)}).encode()
        broker.write([*posts(0, 3), gone, news, *posts(3, 4)])
        found = list(batches(opened(broker.uri(**options)), 4))
        deleted = [one for batch in found for one in batch.deleted]
        accounts = [one for batch in found for one in batch.accounts]
        assert deleted == [("p1", (BEGIN + 5) * MICROSECONDS)]
        assert [(one.author, one.state) for one in accounts] == [("a2", "gone")]

    def test_a_stream_that_was_trimmed_is_a_gap(
        self, broker: Broker, options: dict[str, str]
    ) -> None:
        """What was trimmed before it was read is told with its bounds; nothing else is."""
        broker.write(posts(0, 100))
        found, cursor = taken(opened(broker.uri(**options)), 100)
        broker.write(posts(100, 200))
        broker.trim(50)
        source = opened(broker.uri(**options))
        found, later = taken(source, 50, cursor)
        assert found == ids(150, 200)
        (gap,) = source.gaps
        assert gap.begin == (BEGIN + 99) * MICROSECONDS
        assert gap.end == (BEGIN + 150) * MICROSECONDS
        assert "trimmed" in gap.reason
        assert source.health.gaps == source.gaps
        broker.write(posts(200, 210))
        source = opened(broker.uri(**options))
        assert taken(source, 10, later)[0] == ids(200, 210)
        assert source.gaps == ()

    def test_a_broker_that_restarts_is_read_on(
        self, broker: Broker, options: dict[str, str]
    ) -> None:
        """Killed under a reader and started again: nothing is lost or twice, and it says so."""
        broker.write(posts(0, 700))
        with Following(opened(broker.uri(**options)), keeps=True) as follower:
            until(lambda: len(follower.ids) == 700)
            assert follower.source.health.state == "connected"
            broker.stop()
            until(lambda: follower.source.health.state == "reconnecting")
            assert follower.source.health.reason
            broker.restart()
            broker.write(posts(700, 900))
            until(lambda: len(follower.ids) >= 900, 40)
            assert follower.ids == ids(0, 900)
            assert follower.source.gaps == ()
            until(lambda: follower.source.health.state == "connected")

    def test_readers_of_one_group_share(self, broker: Broker) -> None:
        """Each message goes to one of two readers, and is acknowledged when it is kept."""
        uris = [broker.uri(**{broker.GROUP: "crew"}, **self.member(name)) for name in "ab"]
        with (
            Following(opened(uris[0]), keeps=True) as one,
            Following(opened(uris[1]), keeps=True) as two,
        ):
            until(lambda: one.source.health.state == two.source.health.state == "connected")
            self.settled(broker)
            for first in range(0, 3_000, 100):
                broker.write(posts(first, first + 100))
                time.sleep(0.02)
            until(lambda: len(one.ids) + len(two.ids) >= 3_000)
            until(lambda: broker.waiting("crew") == 0)
        assert sorted([*one.ids, *two.ids]) == sorted(ids(0, 3_000))
        assert one.ids
        assert two.ids

    def member(self, name: str) -> dict[str, str]:
        """The options that tell a member of a group from the others."""
        return {}

    def settled(self, broker: Broker) -> None:
        """Waits until a group has parted the work."""

    def test_a_group_is_told_what_is_kept_and_no_more(self, broker: Broker) -> None:
        """While nothing is kept, the group waits for all; then for none."""
        broker.write(posts(0, 600))
        with Following(opened(broker.uri(**{broker.GROUP: "crew"}))) as follower:
            until(lambda: len(follower.ids) == 600)
            assert broker.waiting("crew") == 600
        found = list(batches(opened(broker.uri()), 600))
        assert sum(map(len, found)) == 600
        with Following(opened(broker.uri(**{broker.GROUP: "crew"})), keeps=True) as follower:
            until(lambda: broker.waiting("crew") == 0)
            assert follower.ids == ids(0, 600)
        broker.write(posts(600, 650))
        successor = opened(broker.uri(**{broker.GROUP: "crew"}))
        assert taken(successor, 50)[0] == ids(600, 650), "who takes over begins there"

    def test_it_begins_with_now_when_asked(self, broker: Broker, options: dict[str, str]) -> None:
        """`from=now` passes over what the broker holds; a cursor counts all the same."""
        broker.write(posts(0, 100))
        _, cursor = taken(opened(broker.uri()), 100)
        with Following(opened(broker.uri(**{"from": "now"}, **options))) as follower:
            until(lambda: follower.source.health.state == "connected")
            time.sleep(0.3)
            broker.write(posts(100, 120))
            until(lambda: len(follower.ids) >= 20)
            assert follower.ids == ids(100, 120)
        later = opened(broker.uri(**{"from": "now"}))
        assert taken(later, 20, cursor)[0] == ids(100, 120)

    def test_a_pump_fills_it(self, broker: Broker) -> None:
        """Posts of a source stand there as lines of a recording; a second pump adds nothing."""
        for limit, total in ((250, 250), (0, 300), (0, 300)):
            pump = pumped(broker, Listed(300), limit=limit)
            assert len(broker.messages()) == total
            assert pump.resumed is (total == 300)
        found, _ = taken(opened(broker.uri()), 300)
        assert found == ids(0, 300)
        pumped(broker, Listed(300), anew=True)
        assert taken(opened(broker.uri()), 300)[0] == ids(0, 300), "repetitions count once"

    def test_what_is_simulated_says_so(self, broker: Broker) -> None:
        """Made-up posts are told to be so, from whatever place on they are read."""
        pumped(broker, Listed(600, simulated=True))
        source = opened(broker.uri())
        assert not source.simulated
        first = next(one for one in source.read() if one.ids)
        assert source.simulated
        later = opened(broker.uri())
        rest = ids(len(first), 600)
        assert taken(later, len(rest), first.cursor)[0] == rest
        assert later.simulated


class Listed:
    """A recording of so many posts, in batches of 100."""

    name, live = "listed", False

    def __init__(self, count: int, *, simulated: bool = False) -> None:
        self.simulated = simulated
        self._count = count
        self._closed = False

    def close(self) -> None:
        self._closed = True

    def read(self, after: str = "") -> Iterator[Batch]:
        from groundswell.sources.posts import PostDecoder

        for first in range(int(after or 0), self._count, 100):
            if self._closed:
                return
            batch = Batch(source=self.name, cursor=str(min(first + 100, self._count)))
            lines = posts(first, min(first + 100, self._count))
            PostDecoder().decode_many(batch, b"\n".join(lines))
            yield batch


def pumped(broker: Broker, source: Source, *, limit: int = 0, anew: bool = False) -> Pump:
    pump = Pump(source, open_target(broker.uri()), "listed", threading.Event(), limit, anew)
    pump.run()
    pump.target.close()
    return pump
