"""One journey for operations: what is to come, why that instant, who was asked and why."""

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.steps import OpenAttention
from adapters.records.case_views import CaseViews
from adapters.records.database import Database
from adapters.records.tables import DueTimeRow, EnrollmentRow
from adapters.records.view_values import JourneyView
from adapters.records.views import Views
from domain.enrollment import AttentionKind, ClockKind, Stage
from domain.future_sends import ExpectedSend
from domain.notices import NoticeKind, Recipient
from domain.previews import Act, ActKind
from tests.house import OPS, House
from tests.portal.foresight import previewed
from tests.portal.statements import counted_statements
from tests.traps.books import NOW, ZONE, Books
from tests.waiting import eventually
from tests.workflows.stages import Placed, accepted, offered, placed_at

SECOND = timedelta(seconds=1)
MOST_STATEMENTS = 8
"""Queries of a journey's page: its head, subscription, who was asked and why, and three logs."""


@pytest.fixture
async def books(database: AsyncEngine) -> Books:
    """Books on a database that no worker writes to, on either kind of database."""
    books = Books(Database(database))
    await books.publish()
    return books


async def view_of(house: House, journey: str) -> JourneyView:
    """Return what operations look at."""
    return await Views(house.database, house.settings.programme_zone).journey(journey)


async def test_a_long_journey_needs_no_more_queries_than_a_short_one(books: Books) -> None:
    """Proves: the journey's page has a fixed budget of queries, whatever has happened in it, and so
    have the previews of a selection.
    """
    journey, offer = await books.assessing(1)
    short = await books.enrolled(2)
    for number in range(30):
        kind = list(AttentionKind)[number % 5]
        await books.enter(journey, OpenAttention(kind=kind), at=NOW + number * SECOND)
    views, counts = Views(books.database, ZONE), []
    for each in (journey, short):
        with counted_statements(books.database) as statements:
            await views.journey(each)
        counts.append(len(statements))
    assert counts[0] <= MOST_STATEMENTS
    assert counts[1] <= counts[0]

    cases = CaseViews(books.database)
    with counted_statements(books.database) as one:
        assert (await cases.case(journey)).held is not None
    with counted_statements(books.database) as many:
        assert set(await cases.cases([journey, short, "e-unknown"])) == {journey, short}
    assert len(many) == len(one) == 8
    assert offer.assessor_id == (await cases.case(journey)).held.assessor_id  # type: ignore[union-attr]


async def forward_through(house: House, journey: str, sends: tuple[ExpectedSend, ...]) -> None:
    """Let the journey's clock pass each instant; then exactly what was expected is intended."""
    for at in sorted({each.at for each in sends}):
        expected = sorted((e.notice, e.to) for e in sends if e.at == at and e.notice)
        opened = {each.attention for each in sends if each.at == at and each.attention}
        known = {each.id for each in await house.notices(journey)}
        await house.forward_to(journey, at + SECOND)

        async def is_so(
            at: object = at, known: set[str] = known, expected: object = expected
        ) -> bool:
            new = [each for each in await house.notices(journey) if each.id not in known]
            return sorted((each.kind, each.recipient) for each in new) == expected

        await eventually(is_so)
        assert opened <= {AttentionKind(kind) for kind in await house.attention(journey)}
        await house.all_settled(journey)


async def two_offered(house: House, library: str) -> Placed:
    """Return an offered round that somebody else may be asked for next."""
    return await offered(house, library, assessors=2)


async def two_accepted(house: House, library: str) -> Placed:
    """Return a round in somebody's hands that somebody else may be asked for next."""
    return await accepted(house, library, assessors=2)


@pytest.mark.parametrize(
    "stage",
    [
        Stage.VERIFYING,
        Stage.WORKING,
        Stage.OFFERED,
        Stage.ASSESSING,
        Stage.APPROVING,
        Stage.REVISING,
        Stage.OUT_OF_ROUNDS,
    ],
)
async def test_what_is_announced_is_what_is_sent(house: House, library: str, stage: Stage) -> None:
    """Proves: the future sends of a journey, read from the records alone, are exactly the notices
    that its clock brings, each at its instant, up to the due time and at it.
    """
    places = {Stage.OFFERED: two_offered, Stage.ASSESSING: two_accepted}
    place = places.get(stage)
    placed = await (place(house, library) if place else placed_at(house, library, stage))
    journey = placed.enrollment_id
    await house.all_settled(journey)
    view = await view_of(house, journey)
    sends = tuple(each.send for each in view.future)
    assert sends
    assert all(each.because.endswith(".") for each in sends)
    assert max(each.at for each in sends) == view.waiting_until
    learner = (await house.learner_of(journey)).name
    names = {each.to_name for each in view.future if each.send.to is Recipient.PRACTITIONER}
    assert names <= {learner}

    await forward_through(house, journey, sends)


async def test_what_was_sent_is_announced_no_more(house: House, library: str) -> None:
    """Proves: a reminder that went out is gone from what is to come; an extension, as previewed,
    brings the reminders of the new due time.
    """
    journey = await house.enrolled(library)
    await house.all_settled(journey)
    first, *_ = (await view_of(house, journey)).future
    assert first.send.notice is NoticeKind.VERIFY_REMINDER
    await forward_through(house, journey, (first.send,))
    assert first not in (await view_of(house, journey)).future

    preview = await previewed(house, Act(kind=ActKind.EXTEND, days=4), journey)
    await house.ops.extend(journey, 4, OPS)
    assert preview.due is not None
    future = (await view_of(house, journey)).future
    assert tuple(each.send for each in future) == preview.due.reminders


async def test_an_unused_portal_is_reminded_of_only_while_it_is(house: House, library: str) -> None:
    """Proves: what no longer applies is not announced."""
    journey = await house.working(library)
    kinds = [each.send.notice for each in (await view_of(house, journey)).future]
    assert NoticeKind.ACCESS_UNUSED in kinds
    async with house.database.transaction() as session:
        row = await session.get_one(EnrollmentRow, journey)
        row.portal_used_at = row.last_at
    kinds = [each.send.notice for each in (await view_of(house, journey)).future]
    assert NoticeKind.ACCESS_UNUSED not in kinds


async def test_the_last_offer_is_told_with_its_ranking(house: House, library: str) -> None:
    """Proves: everybody who was ranked is named with the reasons in words, in order, and who was
    asked is marked; an offer to somebody whom operations named has no ranking.
    """
    placed = await two_offered(house, library)
    journey = placed.enrollment_id
    offer = (await view_of(house, journey)).last_offer
    assert offer is not None
    assert [(line.place, line.assessor, line.was_asked) for line in offer.ranking] == [
        (1, placed.assessor.name, True),
        (2, placed.assessors[1].name, False),
    ]
    assert offer.ranking[1].reasons == ("0 of 5 places taken", "never had an offer")

    await house.ops.reassign(journey, 1, OPS, placed.assessors[1].id)
    named = (await view_of(house, journey)).last_offer
    assert named is not None
    assert (named.assessor, named.ranking) == (placed.assessors[1].name, ())


async def test_the_clock_is_told_with_its_explanation(house: House, library: str) -> None:
    """Proves: the running clock names its calendar, version and reason; a due time from before
    reminders were stored announces what it brings and nothing else.
    """
    journey = await house.enrolled(library)
    view = await view_of(house, journey)
    assert view.clock is not None
    assert view.clock.clock == ClockKind.VERIFICATION
    assert (view.clock.due_at, view.clock.why) == (view.waiting_until, view.why_then)
    assert view.clock.calendar_version >= 1

    async with house.database.transaction() as session:
        row = await house.row(journey)
        (await session.get_one(DueTimeRow, row.due_id)).reminders = {}
    future = (await view_of(house, journey)).future
    assert [each.send.attention for each in future] == [AttentionKind.ACCOUNT_UNVERIFIED]
