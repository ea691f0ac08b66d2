"""How journeys write: an entry as a whole, once, on both databases."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.contracts import Entry, EntryRef
from activities.ports import EntryOfAnotherCause
from activities.steps import (
    AcceptOffer,
    BeginJourney,
    EndAssignment,
    OpenAttention,
    OpenRound,
    RecordAward,
)
from adapters.records.asking_order import share_in_use
from adapters.records.database import Database
from adapters.records.roster_waiting import waiting_for
from adapters.records.round_tables import AssessorRow, AwardRow, LeaveRow, QualificationRow
from adapters.records.steps.places import candidate, ranking_of
from adapters.records.tables import (
    AttentionRow,
    Base,
    EnrollmentRow,
    NoticeRow,
    TimelineRow,
)
from adapters.records.turn_tables import EntryRow
from domain.assignment import (
    AssignmentState,
    OfferExpired,
    OfferTaken,
    WaitingRound,
    exclusion,
    organization_key,
    rank,
)
from domain.enrollment import AttentionKind, ClockKind
from tests.house import ITEMS
from tests.traps.books import NOW, ZONE, Books, clock

BEGIN = BeginJourney(
    verification=clock(ClockKind.VERIFICATION, 10), access=clock(ClockKind.ACCESS, 2)
)


@pytest.fixture
async def books(database: AsyncEngine) -> Books:
    """Books with one micro-credential for sale."""
    books = Books(Database(database))
    await books.publish()
    return books


async def test_a_repeated_entry_is_answered_as_the_first_was(books: Books) -> None:
    """Proves: the same sequence twice gives the same answer and leaves nothing twice."""
    enrollment_id = await books.enrolled(1)
    first = await books.enter(enrollment_id, BEGIN, sequence=1)
    before = await books.everything()

    again = await books.enter(enrollment_id, BEGIN, sequence=1)

    assert again == first
    assert first.entered.due is not None
    assert len(first.notices) == 1
    assert await books.everything() == before


async def test_the_same_entry_at_the_same_moment_is_written_once(books: Books) -> None:
    """Proves: two attempts that overlap (a timed-out one and its retry) write one entry."""
    enrollment_id = await books.enrolled(1)
    entry = Entry(enrollment_id=enrollment_id, sequence=1, at=NOW, steps=(BEGIN,))

    answers = await asyncio.gather(*(books.journeys.enter(entry) for _ in range(5)))

    assert all(answer == answers[0] for answer in answers)
    assert len(await books.rows(EntryRow)) == 1
    assert len(await books.rows(NoticeRow)) == 1


async def test_a_refused_step_takes_the_whole_entry_back(books: Books) -> None:
    """Proves: when one step refuses, the steps before it leave no trace, and the sequence is
    free for the entry that the journey writes in its place.
    """
    enrollment_id, offer = await books.assessing(1)
    before = await books.everything()

    with pytest.raises(OfferTaken):
        await books.enter(
            enrollment_id,
            OpenAttention(kind=AttentionKind.NO_ASSESSOR),
            AcceptOffer(assignment_id=offer.assignment_id),
            sequence=9,
        )

    assert await books.everything() == before
    await books.enter(enrollment_id, OpenAttention(kind=AttentionKind.NO_ASSESSOR), sequence=9)
    assert [row.kind for row in await books.rows(AttentionRow)] == [AttentionKind.NO_ASSESSOR]


async def test_steps_are_written_in_their_order_on_the_journeys_clock(books: Books) -> None:
    """Proves: the timeline has the entry's own instant, not the machine's, and the steps' order."""
    enrollment_id = await books.enrolled(1)
    at = NOW + timedelta(days=400)
    award = (RecordAward(round=1), OpenAttention(kind=AttentionKind.NO_ASSESSOR))
    await books.enter(enrollment_id, *award, at=at, sequence=7)

    lines = sorted(await books.rows(TimelineRow), key=lambda line: line.id)
    assert [line.key for line in lines] == ["7.1", "7.2"]
    assert {line.at for line in lines} == {at}
    row = await books.row(EnrollmentRow, enrollment_id)
    assert (row.last_sequence, row.last_at, row.open_attention) == (7, at, 1)


async def test_a_second_award_is_impossible(books: Books) -> None:
    """Proves: the database itself holds one award for an enrollment."""
    enrollment_id = await books.enrolled(1)
    await books.enter(enrollment_id, RecordAward(round=1))

    with pytest.raises(IntegrityError):
        await books.enter(enrollment_id, RecordAward(round=2))

    assert [row.round for row in await books.rows(AwardRow)] == [1]


async def test_a_freed_place_wakes_the_round_that_waited_longest(books: Books) -> None:
    """Proves: of three waiting rounds the oldest is woken; of two of the same age the
    resubmission; and the round that gave the place up is not woken by itself.
    """
    assessor_id = await books.hire(1)
    holder = await books.queued(1)
    offer = await books.offer(holder)
    assert offer is not None
    ages = {2: timedelta(hours=3), 3: timedelta(hours=1), 4: timedelta(hours=1)}
    waiting = {}
    for number, age in ages.items():
        waiting[number] = await books.enrolled(number)
        opened = OpenRound(round=2 if number == 4 else 1, open_items=ITEMS)
        await books.enter(waiting[number], opened, at=NOW + age)
        row_round = 2 if number == 4 else 1
        assert await books.offer(waiting[number], at=NOW + age, of=row_round) is None

    ended = EndAssignment(assignment_id=offer.assignment_id, outcome=AssignmentState.DECLINED)
    written = await books.enter(holder, ended, at=NOW + timedelta(hours=5))

    assert written.woken == (waiting[4],)
    async with books.database.reading() as session:
        assessor = await session.get_one(AssessorRow, assessor_id)
        for besides, woken in ((waiting[4], waiting[3]), (waiting[3], waiting[4])):
            found = await waiting_for(session, assessor, NOW.date(), frozenset({besides}))
            assert found == (woken,)


async def test_an_assessor_who_left_the_round_is_not_woken_for(books: Books) -> None:
    """Proves: a round is not woken by the place of somebody who declined it before."""
    await books.hire(1)
    first, second = await books.queued(1), await books.queued(2)
    offer = await books.offer(first)
    assert offer is not None
    declined = EndAssignment(assignment_id=offer.assignment_id, outcome=AssignmentState.DECLINED)
    assert await books.offer(first, declined, ordinal=2) is None
    taken = await books.offer(second)
    assert taken is not None

    ended = EndAssignment(assignment_id=taken.assignment_id, outcome=AssignmentState.DECLINED)
    assert (await books.enter(second, ended)).woken == ()
    with pytest.raises(OfferExpired):
        await books.enter(second, AcceptOffer(assignment_id=taken.assignment_id))


PEOPLE = ("one@example.org", "two@example.org", "three@example.org")
SCHOOLS = ("", "North School", "NORTH  school", "Groß Schule", "GROSS Schule")


@dataclass(frozen=True)
class Facts:
    """What is known of one assessor of a made-up roster."""

    is_active: bool
    load: int
    capacity: int
    person_address: str
    organization: str
    library: str
    leave_from: int | None
    last_offered: int | None

    def rows(self, number: int) -> list[Base]:
        """Return the rows of this assessor."""
        assessor = AssessorRow(
            id=f"s{number}",
            name="",
            address=f"assessor{number}@example.org",
            person_address=self.person_address,
            organization=self.organization,
            organization_key=organization_key(self.organization),
            capacity=self.capacity,
            load=self.load,
            is_active=self.is_active,
            last_offered_at=self.last_offered and NOW - timedelta(days=self.last_offered),
        )
        rows: list[Base] = [
            assessor,
            QualificationRow(
                library=self.library,
                assessor_id=assessor.id,
                share_in_use=share_in_use(assessor),
                last_offered_at=assessor.last_offered_at,
            ),
        ]
        if self.leave_from is not None:
            first = NOW.date() + timedelta(days=self.leave_from)
            rows.append(
                LeaveRow(
                    assessor_id=assessor.id, first_day=first, last_day=first + timedelta(days=1)
                )
            )
        return rows


ROSTERS = st.lists(
    st.builds(
        Facts,
        is_active=st.sampled_from((True, True, False)),
        load=st.integers(0, 2),
        capacity=st.integers(0, 3),
        person_address=st.sampled_from(("", "", *PEOPLE)),
        organization=st.sampled_from(SCHOOLS),
        library=st.sampled_from(("general", "general", "missouri")),
        leave_from=st.sampled_from((None, None, -2, -1, 0, 1)),
        last_offered=st.sampled_from((None, 1, 2)),
    ),
    max_size=6,
)
ROUNDS = st.builds(
    WaitingRound,
    library=st.just("general"),
    practitioner_address=st.sampled_from((*PEOPLE, "assessor1@example.org")),
    practitioner_organization=st.sampled_from(SCHOOLS),
    previous_assessor_id=st.sampled_from((None, "s0", "s1")),
    left_by=st.frozensets(st.sampled_from(("s0", "s2"))),
)


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(roster=ROSTERS, waiting=ROUNDS)
async def test_the_query_keeps_out_whom_the_rule_keeps_out(
    books: Books, roster: list[Facts], waiting: WaitingRound
) -> None:
    """Proves: the hard filters in SQL and ``domain.assignment.exclusion`` agree about every
    assessor of any small roster, and put the eligible into the same order.
    """
    async with books.database.transaction() as session:
        for table in (LeaveRow, QualificationRow, AssessorRow):
            await session.execute(delete(table))
        for number, facts in enumerate(roster):
            for row in facts.rows(number):
                session.add(row)
                await session.flush()
        ranked = await ranking_of(session, waiting, NOW, ZONE)
        assessors = [await session.get_one(AssessorRow, f"s{n}") for n in range(len(roster))]
        known = [await candidate(session, row, NOW, ZONE) for row in assessors]

    wanted = {each.assessor_id for each in known if exclusion(each, waiting) is None}
    assert {place.assessor_id for place in ranked} == wanted
    assert ranked == rank(known, waiting)


async def test_a_number_is_not_taken_by_another_cause(books: Books) -> None:
    """Proves: an entry is only repeated by one of the same cause; another one is refused loudly and
    leaves no trace, and whoever asks learns which cause was written.
    """
    enrollment_id = await books.enrolled(1)
    entry = Entry(enrollment_id=enrollment_id, sequence=1, at=NOW, steps=(BEGIN,), cause="start")
    answer = await books.journeys.enter(entry)
    before = await books.everything()

    assert await books.journeys.enter(entry) == answer
    with pytest.raises(EntryOfAnotherCause):
        await books.journeys.enter(entry.model_copy(update={"cause": "u-other"}))

    assert await books.everything() == before
    causes = [
        (await books.journeys.cause_of(EntryRef(enrollment_id=enrollment_id, sequence=each))).cause
        for each in (1, 2)
    ]
    assert causes == ["start", None]


async def test_a_refusal_is_repeated_though_the_facts_have_changed(books: Books) -> None:
    """Proves: what was refused to an attempt that was lost is refused to the next one, in the same
    words, though it would be possible by then; the entries after it stand as they were.
    """
    enrollment_id, offer = await books.assessing(1)
    take = AcceptOffer(assignment_id=offer.assignment_id)
    entry = Entry(enrollment_id=enrollment_id, sequence=9, at=NOW, steps=(take,), cause="u-take")
    with pytest.raises(OfferTaken) as first:
        await books.journeys.enter(entry)
    before = await books.everything()

    possible = OpenAttention(kind=AttentionKind.NO_ASSESSOR)
    with pytest.raises(OfferTaken) as again:
        await books.journeys.enter(entry.model_copy(update={"steps": (possible,)}))

    assert str(again.value) == str(first.value)
    assert await books.everything() == before


@pytest.mark.parametrize("is_last", [True, False])
async def test_a_refused_entry_gives_way_only_where_nothing_came_after(
    books: Books, *, is_last: bool
) -> None:
    """Proves: a request that was refused and then lost with its attempt frees its number for what
    came instead, unless the lost attempt went on: then the journey is not as far as that.
    """
    enrollment_id, offer = await books.assessing(1)
    take = AcceptOffer(assignment_id=offer.assignment_id)
    note = OpenAttention(kind=AttentionKind.NO_ASSESSOR)
    entry = Entry(enrollment_id=enrollment_id, sequence=9, at=NOW, steps=(take,), cause="u-take")
    with pytest.raises(OfferTaken):
        await books.journeys.enter(entry)
    if not is_last:
        await books.enter(enrollment_id, note, sequence=10)

    other = entry.model_copy(update={"steps": (note,), "cause": "u-other"})
    if is_last:
        await books.journeys.enter(other)
        assert [row.kind for row in await books.rows(AttentionRow)] == [AttentionKind.NO_ASSESSOR]
    else:
        with pytest.raises(EntryOfAnotherCause):
            await books.journeys.enter(other)


async def test_a_refusal_gives_way_to_another_one(books: Books) -> None:
    """Proves: where the request that came instead is refused too, its refusal stands: the entries
    after it are of its own attempt, and do not wait for somebody who will not come again.
    """
    enrollment_id, offer = await books.assessing(1)
    take = AcceptOffer(assignment_id=offer.assignment_id)
    entry = Entry(enrollment_id=enrollment_id, sequence=9, at=NOW, steps=(take,), cause="u-take")
    other = entry.model_copy(update={"cause": "u-other"})
    for each in (entry, other):
        with pytest.raises(OfferTaken):
            await books.journeys.enter(each)
    await books.enter(enrollment_id, OpenAttention(kind=AttentionKind.NO_ASSESSOR), sequence=10)

    with pytest.raises(OfferTaken):
        await books.journeys.enter(other)
    with pytest.raises(EntryOfAnotherCause):
        await books.journeys.enter(entry)
