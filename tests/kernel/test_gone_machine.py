"""Hypothesis in search of an order of news after which something is shown that was taken back."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from groundswell.engines.loading import load_tables
from groundswell.kernel.pipeline import Kernel
from groundswell.model import AccountNews, Batch
from tests.conftest import batch_of
from tests.kernel.test_gone import SECOND, SMALL, Model, shown

IDS = [f"p{i}" for i in range(6)]
POSTS = st.sampled_from(IDS)
LATE = st.sampled_from((0, 0, 0, 1, 5, 15))
STATES = st.sampled_from(("active", "hidden", "gone"))
TABLES = load_tables()


def author(post_id: str) -> str:
    return f"a{int(post_id[1:]) % 3}"


class Taken(RuleBasedStateMachine):
    """Every rule happens a little later than the one before; closes compare with the model."""

    @initialize()
    def begin(self) -> None:
        self.kernel, self.model = Kernel(SMALL, TABLES), Model()
        self.now, self.past = 1_000_000 * SECOND, list[Batch]()
        self._take(batch_of((self.now / SECOND, "first", "first"), first=99))

    @rule(post_id=POSTS, late=LATE)
    def create(self, post_id: str, late: int) -> None:
        self._take(self._post(post_id, late))

    @rule(post_id=POSTS, late=LATE)
    def update(self, post_id: str, late: int) -> None:
        batch = self._post(post_id, late)
        batch.deleted = [(post_id, batch.times[0] - 1)]
        self._take(batch)

    @rule(post_id=POSTS, late=LATE)
    def delete(self, post_id: str, late: int) -> None:
        self._take(Batch(deleted=[(post_id, self._when(late))]))

    @rule(post_id=POSTS, late=LATE, state=STATES)
    def account(self, post_id: str, late: int, state: str) -> None:
        news = AccountNews(author(post_id), state, self._when(late))  # type: ignore[arg-type]
        self._take(Batch(accounts=[news]))

    @rule(post_id=POSTS)
    def blink(self, post_id: str) -> None:
        self.account(post_id, 0, "hidden")
        self.kernel.foresee()
        self.account(post_id, 0, "active")

    @rule(ago=st.integers(1, 20))
    def over_again(self, ago: int) -> None:
        self._take(self.past[-min(ago, len(self.past))])

    @rule()
    def look(self) -> None:
        self.kernel.foresee()

    @rule()
    def close(self) -> None:
        self.now += 10 * SECOND
        if self.kernel.tick(self.now):
            known = {(i, t) for i, t in self.model.shown() if i in IDS}
            assert {(i, t) for i, t in shown(self.kernel, [*IDS, "p99"]) if i in IDS} == known

    def _post(self, post_id: str, late: int) -> Batch:
        batch = batch_of((self._when(late) / SECOND, author(post_id), f"word {post_id}"))
        batch.ids = [post_id]
        return batch

    def _when(self, late: int) -> int:
        self.now += SECOND
        return self.now - late * SECOND

    def _take(self, batch: Batch) -> None:
        self.past.append(batch)
        self.model.take(batch, max(self.kernel.state.slice, 0) * SMALL.slice_us)
        self.kernel.add(batch)


def play(examples: int, steps: int) -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Taken,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


def test_no_order_of_news_brings_anything_back() -> None:
    """Sixty short lives, each of up to twenty-five steps."""
    play(60, 25)


@pytest.mark.soak
@pytest.mark.timeout(1_800)
def test_no_order_of_news_in_ten_thousand_steps_does() -> None:
    """The same, for at least ten thousand steps."""
    play(250, 60)
