"""Trap 5: an assessor who says nothing, and a case that waits for ever."""

from datetime import UTC, datetime, timedelta

from adapters.records.roster_book import RosterBook
from domain.assignment import AssignmentState
from domain.enrollment import AttentionKind, Party, Stage
from domain.grounds import grounds
from domain.notices import NoticeKind
from office.roster import RosterDesk
from tests.house import House
from tests.workflows import stages


async def until_asked_again(house: House, enrollment_id: str, offers: int) -> None:
    """Let the running offer pass."""
    due = (await house.standing(enrollment_id)).due
    assert due is not None
    await house.forward_to(enrollment_id, due.at + timedelta(minutes=1))
    await house.all_settled(enrollment_id)
    assert len(await house.notices(enrollment_id, NoticeKind.OFFER)) == offers


async def test_silence_moves_the_offer_on_until_ops_are_asked(house: House, library: str) -> None:
    """Proves: two assessors who never answer are asked one after the other, their places are free
    again, the round keeps its place in the queue, and ops are alerted; a new assessor gets the
    round without anybody else doing anything.
    """
    placed = await stages.offered(house, library, assessors=2)
    enrollment_id = placed.enrollment_id
    await until_asked_again(house, enrollment_id, offers=2)
    await until_asked_again(house, enrollment_id, offers=2)

    row = await house.until_stage(enrollment_id, Stage.QUEUED)
    assert row.waiting_on == Party.OPS
    assert row.waiting_until is not None
    assert AttentionKind.NO_ASSESSOR in await house.attention(enrollment_id)
    roster = RosterBook(house.database, house.settings.programme_zone)
    standings = {each.id: each for each in await roster.standings(datetime.now(UTC).date())}
    assert {standings[each.id].load for each in placed.assessors} == {0}

    third = await house.hire(library, capacity=0)
    because = grounds("the round waits", "operations", datetime.now(UTC))
    await RosterDesk(roster, house.engine.wake).set_capacity(third.id, 1, because)

    await house.until_stage(enrollment_id, Stage.OFFERED)
    (offer,) = await house.marks.offers(third.id)
    assert (offer.enrollment_id, offer.state) == (enrollment_id, AssignmentState.OFFERED)
    assert AttentionKind.NO_ASSESSOR not in await house.attention(enrollment_id)


async def test_an_assessment_that_never_comes_goes_to_somebody_else(
    house: House, library: str
) -> None:
    """Proves: an accepted round that is never judged becomes overdue, then goes back to the queue
    and to another assessor; the marks of the first are kept.
    """
    placed = await stages.accepted(house, library, assessors=2)
    enrollment_id, silent = placed.enrollment_id, placed.assessor
    await house.marked(silent, enrollment_id)
    for _ in range(2):  # the due time, then the days of overdue
        due = (await house.standing(enrollment_id)).due
        assert due is not None
        await house.forward_to(enrollment_id, due.at + timedelta(minutes=1))
    await house.until_stage(enrollment_id, Stage.OFFERED)
    standing = await house.standing(enrollment_id)
    assert standing.offer is not None
    assert standing.offer.assessor_id == placed.assessors[1].id
    await house.all_settled(enrollment_id)
    ended = await house.notices(enrollment_id, NoticeKind.ASSIGNMENT_ENDED)
    assert len(ended) == 1
