"""What was taken back stays so, held against a model of a few dicts."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import numpy as np
import pytest

from groundswell.kernel.basis.hashing import hash_strings
from groundswell.kernel.pipeline import Kernel, Rules
from groundswell.kernel.posts import ring
from groundswell.kernel.text.tokens import Tables
from groundswell.model import AccountNews, AccountState, Batch
from tests.conftest import batch_of

SECOND = 1_000_000
SMALL = Rules(
    slice_us=10 * SECOND, late_us=20 * SECOND, ring_posts=1 << 10, ring_tokens=1 << 14,
    terms=1 << 14, season_terms=1 << 9,
)  # fmt: skip


@dataclass
class Model:
    """What may be shown, from plain dicts that forget nothing."""

    versions: list[tuple[str, str, int]] = field(default_factory=list)
    deleted: dict[str, int] = field(default_factory=dict)
    purged: dict[str, int] = field(default_factory=dict)
    state: dict[str, tuple[int, str]] = field(default_factory=dict)

    def take(self, batch: Batch, open_from: int) -> None:
        for post_id, author, time in zip(batch.ids, batch.authors, batch.times, strict=True):
            if time >= open_from - SMALL.late_us:
                self.versions.append((post_id, author, time))
        for post_id, time in batch.deleted:
            self.deleted[post_id] = max(time, self.deleted.get(post_id, 0))
        for author, state, time in batch.accounts:
            if state == "gone":
                self.purged[author] = max(time, self.purged.get(author, 0))
            if time >= self.state.get(author, (0, ""))[0]:
                self.state[author] = (time, state)

    def shown(self) -> set[tuple[str, int]]:
        return {
            (post_id, time)
            for post_id, author, time in self.versions
            if time > self.deleted.get(post_id, 0)
            and time > self.purged.get(author, 0)
            and self.state.get(author, (0, "active"))[1] == "active"
        }


def shown(kernel: Kernel, ids: list[str]) -> set[tuple[str, int]]:
    """Versions of posts that the ring holds and would show."""
    held = kernel.state.ring
    n = min(held.n_posts, held.posts)
    names = dict(zip(hash_strings(ids).tolist(), ids, strict=True))
    seen = (held.flags[:n] & ring.UNSEEN) == 0
    pairs = zip(held.ids[:n][seen].tolist(), held.times[:n][seen].tolist(), strict=True)
    return {(names[post_id], time) for post_id, time in pairs}


def step(rng: random.Random, now: int, past: list[Batch]) -> Batch:
    """Something that happens at `now`: mostly new, sometimes late or over again."""
    time = now - rng.choice((0, 0, 0, 1, 5, 15)) * SECOND
    post_id, author = f"p{rng.randrange(40)}", ""
    author = f"a{int(post_id[1:]) % 7}"
    kind = rng.choice(("create", "create", "create", "update", "delete", "account", "replay"))
    if kind == "replay" and past:
        return rng.choice(past[-60:])
    if kind == "account":
        state: AccountState = rng.choice(("active", "active", "hidden", "gone"))
        return Batch(accounts=[AccountNews(author, state, time)])
    if kind == "delete":
        return Batch(deleted=[(post_id, time)])
    batch = batch_of((time / SECOND, author, f"word {post_id}"))
    batch.ids = [post_id]
    batch.deleted = [(post_id, time - 1)] if kind == "update" else []
    return batch


def play(seed: int, steps: int, tables: Tables) -> int:
    """Plays steps against both and compares at every close; returns how many closes there were."""
    rng = random.Random(seed)
    kernel, model = Kernel(SMALL, tables), Model()
    now, past, closes = 1_000_000 * SECOND, list[Batch](), 0
    kernel.add(batch_of((now / SECOND, "first", "first")))
    model.take(batch_of((now / SECOND, "first", "first")), now)
    ids = ["p0", *(f"p{i}" for i in range(1, 40))]
    for _ in range(steps):
        now += rng.randrange(1, 3 * SECOND)
        if kernel.tick(now):
            closes += 1
            held = {(i, t) for i, t in model.shown() if t >= oldest(kernel)}
            got = {(i, t) for i, t in shown(kernel, ids) if t >= oldest(kernel)}
            assert got == held, f"seed {seed}, close {closes}"
        batch = step(rng, now, past)
        past.append(batch)
        look(kernel, rng)
        model.take(batch, kernel.state.slice * SMALL.slice_us)
        kernel.add(batch)
    return closes


def look(kernel: Kernel, rng: random.Random) -> None:
    """Sometimes somebody looks at what the next close will say, or asks; it must change nothing."""
    if rng.random() < 0.1:
        kernel.foresee()
    elif rng.random() < 0.05:
        kernel.so_far(["word"])


def oldest(kernel: Kernel) -> int:
    """The time from which on all posts are held."""
    held = kernel.state.ring
    if held.n_posts <= held.posts:
        return 0
    return int(held.times.max()) - 300 * SECOND


def test_any_order_of_news_ends_as_the_model_says(tables: Tables) -> None:
    """Create, update, delete, recreate, accounts, late and over again: what is shown is equal."""
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    assert play(seed, 600, tables) > 50


@pytest.mark.soak
def test_ten_thousand_steps_end_as_the_model_says(tables: Tables) -> None:
    """The same for longer."""
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}, {play(seed, 12_000, tables)} closes")


def said(kernel: Kernel) -> int:
    """People who say "moon" on the board that closes now."""
    kernel.ask("moon")
    kernel.explained.clear()
    kernel.tick((kernel.state.slice + 1) * kernel.rules.slice_us)
    sums = kernel.explained[-1].windows
    return round(sums[-1].people) if sums else 0


def test_hidden_accounts_leave_the_numbers_and_come_back(tables: Tables) -> None:
    """Suspended: their people are not counted; active again: they are; deleted: never again."""
    kernel = Kernel(Rules(ring_posts=1 << 10, ring_tokens=1 << 14, terms=1 << 14), tables)
    kernel.add(batch_of(*((600 + i, f"a{i}", "a moon tonight") for i in range(8))))
    assert said(kernel) == 8
    kernel.add(Batch(accounts=[AccountNews(f"a{i}", "hidden", 665 * SECOND) for i in range(3)]))
    assert said(kernel) == 5
    kernel.add(Batch(accounts=[AccountNews("a0", "active", 700 * SECOND),
                               AccountNews("a1", "gone", 700 * SECOND)]))  # fmt: skip
    assert said(kernel) == 6
    kernel.add(Batch(accounts=[AccountNews(f"a{i}", "active", 800 * SECOND) for i in range(3)]))
    assert said(kernel) == 7, "what was deleted with its account does not come back"


def test_what_is_remembered_is_bounded_and_graves_end_with_their_use(tables: Tables) -> None:
    """Graves last as long as a post that they forbid could come, and so does news of the active."""
    kernel = Kernel(SMALL, tables)
    for i in range(300):
        at = (1_000 + i) * SECOND
        batch = batch_of((at / SECOND, "a", "x"), first=i)
        batch.deleted = [(f"q{i}-{j}", at) for j in range(20)]
        batch.accounts = [AccountNews(f"b{i}", "active", at)]
        kernel.add(batch)
    gone = kernel.state.gone
    assert gone.posts.keys.size <= 20 * 40
    assert gone.authors.size <= 40
    assert np.all(np.diff(gone.posts.keys.astype(object)) > 0)


def test_who_was_seen_hidden_between_two_closes_is_back(tables: Tables) -> None:
    """Hidden, looked at, and active again before the close: the close shows the posts."""
    kernel = Kernel(SMALL, tables)
    kernel.add(batch_of((1_000, "a", "x"), (1_000, "b", "x")))
    kernel.add(Batch(accounts=[AccountNews("a", "hidden", 1_001 * SECOND)]))
    found = kernel.foresee()
    assert found is not None
    assert found.veiled is not None
    assert shown(kernel, ["p0", "p1"]) == {("p1", 1_000 * SECOND)}
    kernel.add(Batch(accounts=[AccountNews("a", "active", 1_002 * SECOND)]))
    kernel.tick(1_010 * SECOND)
    assert shown(kernel, ["p0", "p1"]) == {("p0", 1_000 * SECOND), ("p1", 1_000 * SECOND)}
