"""What an assessor has before them: offers, rounds in hand, what is done, leave."""

from datetime import UTC, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from sqlalchemy import select

from adapters.records.round_tables import AssignmentRow, LeaveRow, RoundRow
from adapters.records.tables import EnrollmentRow
from domain.assessment import MarkKind
from domain.assignment import AssignmentState
from domain.enrollment import Stage
from tests.house import Assessor, House
from tests.portal.served import Portal
from tests.workflows import stages

TODAY = datetime.now(ZoneInfo("America/Chicago")).date()
ORDINALS = count(1)


async def test_my_work_shows_offers_and_what_is_in_hand_with_its_due_time(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: an offer, a round in hand with its progress, load and capacity stand on one page,
    each with when it is due; nothing of another assessor does.
    """
    placed = await stages.accepted(house, library)
    await house.assessor.mark_now(
        placed.assessor.id, placed.enrollment_id, "question/1", MarkKind.MET, ""
    )
    offered = await house.submitted(library)
    await house.until_stage(offered, Stage.OFFERED)
    other = await house.hire(f"{library}-other")

    browser = await portal.assessor(placed.assessor)
    source = await browser.get("/assessing")
    assert f'href="/assessing/offers/{offered}"' in source
    assert f'href="/assessing/rounds/{placed.enrollment_id}"' in source
    assert "1 of 6 marked" in browser.text
    assert "2 of 5 places taken" in browser.text
    assert browser.text.count("17:00 C") == 2  # both due times, in the programme's zone

    theirs = await portal.assessor(other)
    source = await theirs.get("/assessing")
    assert offered not in source
    assert placed.enrollment_id not in source
    assert "Nothing is offered to you now" in theirs.text


async def test_an_overdue_round_says_so_and_when_it_goes_back(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: once the time to assess is over, the page says "overdue" and until when the round
    stays with its assessor.
    """
    placed = await stages.accepted(house, library)
    due = (await house.row(placed.enrollment_id)).waiting_until
    assert due is not None
    await house.forward_to(placed.enrollment_id, due + timedelta(seconds=1))
    await house.all_settled(placed.enrollment_id)
    browser = await portal.assessor(placed.assessor)
    await browser.get("/assessing")
    assert "overdue since" in browser.text
    assert "it goes back to the queue on" in browser.text
    await browser.get(f"/assessing/rounds/{placed.enrollment_id}")
    assert "overdue since" in browser.text


async def test_what_is_done_can_be_read_again_in_own_words_alone(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: a judged round is listed with its judgement, its assessor reads their own marks and
    the rubric, and the practitioner's work is closed to them.
    """
    placed = await stages.judged(house, library)
    browser = await portal.assessor(placed.assessor)
    source = await browser.get("/assessing/done")
    assert "not yet" in browser.text
    (assignment,) = await assignments_of(house, placed.enrollment_id)
    assert f"/assessing/done/{assignment.id}" in source
    await browser.get(f"/assessing/done/{assignment.id}")
    assert "Show the log of a whole week." in browser.text
    assert "A shared plan." in browser.text
    assert "word word" not in browser.text
    assert "The plan is on this page." not in browser.text

    stranger = await portal.assessor(await house.hire(library))
    await stranger.get(f"/assessing/done/{assignment.id}", status=404)


async def test_a_long_list_of_done_rounds_goes_on_page_by_page(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: every round that ended is on exactly one page, latest first, also those that ended
    at the same instant; an address of a page that was altered is refused.
    """
    placed = await stages.judged(house, library)
    wanted = 119 + 1
    await copies_of_done(house, placed.enrollment_id, placed.assessor, wanted - 1)
    browser = await portal.assessor(placed.assessor)
    seen: list[str] = []
    address: str | None = "/assessing/done"
    while address:
        source = await browser.get(address)
        seen += [each.split('"')[0] for each in source.split('href="/assessing/done/')[1:]]
        _, _, rest = source.partition('href="/assessing/done?after=')
        address = f"/assessing/done?after={rest.split(chr(34))[0]}" if rest else None
    assert len(seen) == len(set(seen)) == wanted
    await browser.get("/assessing/done?after=nonsense", status=422)


async def test_leave_is_recorded_taken_back_and_ended(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: an assessor records a leave with both days, takes back one that has not begun, and
    is back at once from one that has; the queue does not ask them in between.
    """
    assessor = await house.hire(library)
    browser = await portal.assessor(assessor)
    soon = {"first": TODAY + timedelta(days=30), "last": TODAY + timedelta(days=40)}
    for _ in range(2):  # pressed twice
        await browser.post("/assessing/leave", 303, **soon)
    assert await leaves_of(house, assessor) == [(soon["first"], soon["last"])]
    await browser.post("/assessing/leave/cancel", 303, **soon)
    assert await leaves_of(house, assessor) == []

    await browser.post("/assessing/leave", first=TODAY, last=TODAY + timedelta(days=9))
    await browser.get("/assessing")
    assert "You are on leave" in browser.text
    enrollment_id = await house.submitted(library)
    await house.until_stage(enrollment_id, Stage.QUEUED)
    await browser.post("/assessing/leave/end")
    await house.until_stage(enrollment_id, Stage.OFFERED)
    await browser.get("/assessing/leave")
    assert "No leave is recorded" in browser.text


async def test_a_leave_that_cannot_be_meant_is_refused_beside_its_fields(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: backwards, past and unreadable days record nothing, and what was typed is still in
    the form with a sentence that says what to do.
    """
    assessor = await house.hire(library)
    browser = await portal.assessor(assessor)
    later, earlier = TODAY + timedelta(days=9), TODAY + timedelta(days=3)
    for first, last, said in (
        (later, earlier, "ends before it begins"),
        (TODAY - timedelta(days=9), TODAY - timedelta(days=1), "is over"),
        ("tomorrow", later, "Give the first and the last day"),
        ("", "", "Give the first and the last day"),
    ):
        source = await browser.post("/assessing/leave", status=422, first=first, last=last)
        assert said in browser.text
        assert f'value="{first}"' in source
    assert await leaves_of(house, assessor) == []


async def test_leave_says_what_it_means_for_open_work(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: a round that is due while its assessor is away is pointed out; it stays with them."""
    placed = await stages.accepted(house, library)
    browser = await portal.assessor(placed.assessor)
    await browser.get("/assessing/leave")
    assert "due while you are away" not in browser.text
    last = TODAY + timedelta(days=60)
    await browser.post("/assessing/leave", first=TODAY, last=last)
    await browser.get("/assessing/leave")
    assert "due while you are away" in browser.text
    row = await house.row(placed.enrollment_id)
    assert row.stage == Stage.ASSESSING


async def test_nobody_records_a_leave_for_somebody_else(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: whose leave it is comes from who is signed in, whatever the form says."""
    assessor, other = await house.hire(library), await house.hire(library)
    browser = await portal.assessor(assessor)
    day = TODAY + timedelta(days=3)
    await browser.post("/assessing/leave", first=day, last=day, assessor=other.id)
    assert await leaves_of(house, other) == []
    assert await leaves_of(house, assessor) == [(day, day)]


async def assignments_of(house: House, enrollment_id: str) -> list[AssignmentRow]:
    """Return all assignments of an enrollment."""
    async with house.database.reading() as session:
        return list(
            await session.scalars(
                select(AssignmentRow).where(AssignmentRow.enrollment_id == enrollment_id)
            )
        )


async def leaves_of(house: House, assessor: Assessor) -> list[tuple[object, object]]:
    """Return the leaves that are recorded for an assessor."""
    async with house.database.reading() as session:
        rows = await session.scalars(select(LeaveRow).where(LeaveRow.assessor_id == assessor.id))
        return [(row.first_day, row.last_day) for row in rows]


async def copies_of_done(house: House, enrollment_id: str, assessor: Assessor, number: int) -> None:
    """Put so many ended assignments of earlier times into the records, two at each instant."""
    async with house.database.transaction() as session:
        kept = await session.get_one(EnrollmentRow, enrollment_id)
        round_row = await session.get_one(RoundRow, (kept.id, 1))
        for each in range(number):
            at = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(hours=each // 2)
            session.add(
                AssignmentRow(
                    id=f"a-{assessor.id}-{next(ORDINALS)}",
                    enrollment_id=kept.id,
                    round=round_row.number,
                    assessor_id=assessor.id,
                    state=AssignmentState.DECLINED,
                    is_live=False,
                    offered_at=at,
                    due_at=at,
                    ended_at=at,
                    ranking={},
                )
            )
