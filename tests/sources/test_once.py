"""The same post is counted once; what is new under an old id is counted again."""

from __future__ import annotations

from groundswell.model import Batch
from groundswell.sources.once import Once

AT = "at://did:plc:a/app.bsky.feed.post/3k"
URI = "https://example.social/users/a/statuses/1"


def post(post_id: str, time: int, *deleted: tuple[str, int]) -> Batch:
    return Batch(
        ids=[post_id], texts=["x"], times=[time], authors=["a"], langs=[""], replies=[""],
        urls=[""], links=[()], deleted=list(deleted),
    )  # fmt: skip


def kept(*batches: Batch) -> list[int]:
    once = Once()
    return [len(once.keep(batch)) for batch in batches]


def test_a_repetition_is_left_out_whatever_its_time() -> None:
    """A second server, or the same one after a break, gives the post with a time of its own."""
    assert kept(post(AT, 10), post(AT, 10), post(AT, 17)) == [1, 0, 0]
    assert kept(post(URI, 10), post(URI, 17)) == [1, 0]


def test_an_edit_is_counted_and_its_repetition_with_an_older_time_is_not() -> None:
    """An edit is a deletion a microsecond before a post of the same id."""
    edit = post(URI, 20, (URI, 19))
    assert kept(post(URI, 10), edit, post(URI, 20, (URI, 19)), post(URI, 25)) == [1, 1, 0, 0]


def test_what_a_second_server_brings_after_a_deletion_does_not_come_back() -> None:
    """Of an address neither a late copy nor a late edit is taken once it was deleted."""
    deletion = Batch(deleted=[(URI, 15)])
    assert kept(post(URI, 10), deletion, post(URI, 20), post(URI, 30, (URI, 29))) == [1, 0, 0, 0]
    assert kept(deletion, post(URI, 20)) == [0, 0]


def test_a_record_key_may_be_used_again_after_its_deletion() -> None:
    """A Bluesky record that is written anew later counts; its first version does not come back."""
    deletion = Batch(deleted=[(AT, 15)])
    assert kept(post(AT, 10), deletion, post(AT, 10), post(AT, 20), post(AT, 20)) == [1, 0, 0, 1, 0]


def test_what_is_deleted_soon_after_counts_until_then() -> None:
    """A post and its deletion in one batch: the post is passed on, and what follows is not."""
    for post_id in (AT, URI):
        assert kept(post(post_id, 10, (post_id, 12)), post(post_id, 10), post(post_id, 11)) == [
            1,
            0,
            0,
        ]


def test_memory_is_bounded() -> None:
    """The oldest ids are forgotten, the newest known."""
    once = Once(remembered=100)
    for i in range(1_000):
        once.keep(post(f"p{i}", i, (f"q{i}", i)))
    assert len(once._seen) == len(once._gone) == 100
    assert len(once.keep(post("p999", 5_000))) == 0
