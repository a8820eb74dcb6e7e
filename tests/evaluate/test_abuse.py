"""Who is fooled: the rule of counting by hand, and a few of the cases that `make abuse` plays."""

from __future__ import annotations

import groundswell as gs
from groundswell.evaluate.abuse import Abuse, markdown, total
from groundswell.model import Board, Doubt, Story, StoryEvent
from groundswell.simulate.abuse import CROWDS, PASTES, cases

PASTED = ["vote calder now"] * 20
SAID = [f"goal zouma {i}" for i in range(30)]
COPIED = Doubt("copied-text", 1.0, "copied text")


def story(title: str, *, doubts: tuple[Doubt, ...] = (), posts: int = 20, excess: float = 20.0):
    return Story(
        id=title, rank=1, title=title, terms=(title,), started_at=0, status="rising", posts=posts,
        authors=posts, expected=1.0, excess=excess, lift=9.0, z=9.0, window_us=900_000_000,
        confirmed=not doubts, doubts=doubts, why=(), moments=(), spark=(),
    )  # fmt: skip


def board(*stories: Story, began: tuple[Story, ...] = ()) -> Board:
    return Board(
        board="all", at=60_000_000, learning=False, learned=(1, 1), posts=100, authors=100,
        stories=stories, events=tuple(StoryEvent("story.started", 0, one) for one in began),
        evicted=0, newest=0,
    )  # fmt: skip


def counted(*boards: Board) -> Abuse:
    found = Abuse(1)
    found.add(boards, campaign=("verbatim", PASTED), organic=("shouts", SAID), everyday=["tea"] * 9)
    return found


def test_stories_are_counted_for_the_part_whose_posts_hold_their_title() -> None:
    """A flagged campaign and an unflagged trend, as it should be; everyday talk counts nowhere."""
    found = counted(board(story("Calder", doubts=(COPIED,)), story("Zouma"), story("tea")))
    campaign, organic = found.campaigns["verbatim"], found.organic["shouts"]
    assert (campaign.seen, campaign.flagged, campaign.flags) == (1, 1, {"copied-text": 1})
    assert (organic.seen, organic.flagged, organic.flags) == (1, 0, {})


def test_the_rule_is_strict_both_ways() -> None:
    """An announced second story without a doubt frees a campaign; a doubted one damns a trend."""
    free = story("vote calder", excess=12.0)
    odd = story("goal", doubts=(COPIED,), excess=12.0)
    found = counted(
        board(story("calder", doubts=(COPIED,)), free, story("zouma"), odd),
        board(story("calder", doubts=(COPIED,)), free, story("zouma"), odd, began=(free, odd)),
    )
    assert found.campaigns["verbatim"].flagged == 0
    assert found.campaigns["verbatim"].announced == 1
    assert found.organic["shouts"].flagged == 1


def test_rows_that_are_no_trend_do_not_count() -> None:
    """Nine people above usual, and a title that four posts hold: neither part was seen."""
    found = counted(board(story("calder", excess=9.0), story("zouma 29")))
    assert found.campaigns["verbatim"].seen == found.organic["shouts"].seen == 0
    assert found.organic["shouts"].cases == 1


def test_two_parts_told_as_one_are_counted_apart() -> None:
    """A main story of fifty posts, where the campaign has twenty: mixed, not seen."""
    found = counted(board(story("calder", posts=50)))
    campaign = found.campaigns["verbatim"]
    assert (campaign.mixed, campaign.mixed_flagged, campaign.seen) == (1, 0, 0)


def test_the_table_gives_each_share_with_its_interval() -> None:
    """One of one: between a fifth and all."""
    found = counted(board(story("calder", doubts=(COPIED,))))
    assert "| verbatim | 1 | 0 (0) | 1 | 100.0% | 20.7%–100.0% |" in markdown(found)


def test_cases_are_the_same_for_a_seed_and_in_time() -> None:
    """Twice the same posts; another seed gives others; each kind meets another in each round."""
    one, two = list(cases(2, seed=5)), list(cases(2, seed=5))
    assert one == two
    assert one[0].posts != next(cases(1, seed=6)).posts
    times = [post["created_at"] for post in one[0].posts]
    assert times == sorted(times)
    assert len(one[0].posts) == len(one[0].pasted) + len(one[0].said) + len(one[0].everyday)
    met = [(case.campaign, case.organic) for case in cases(len(PASTES) * 2, seed=5)]
    assert len(set(met)) == len(met)


def test_campaigns_are_flagged_and_the_people_beside_them_are_not() -> None:
    """Every kind of campaign and of organic look-alike once: all eight are flagged, and none."""
    found = Abuse(SEED)
    for case in cases(len(PASTES), seed=SEED):
        found.add(
            gs.trends(case.posts, top=20),
            campaign=(case.campaign, case.pasted), organic=(case.organic, case.said),
            everyday=case.everyday,
        )  # fmt: skip
    campaigns, organic = total(found.campaigns.values()), total(found.organic.values())
    assert set(found.campaigns) == set(PASTES)
    assert set(found.organic) == set(CROWDS)
    assert campaigns.seen >= 5
    assert campaigns.seen + campaigns.mixed == len(PASTES)
    assert campaigns.flagged == campaigns.seen
    assert campaigns.mixed_flagged == campaigns.mixed
    assert organic.seen >= 6
    assert organic.flagged == 0


SEED = 12
