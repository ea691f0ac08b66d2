"""What assessors look at, read on both databases with a few queries however much there is."""

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.steps import EndAssignment
from adapters.records.assessing_values import DoneLine
from adapters.records.assessing_views import AssessingViews, NothingDone
from adapters.records.database import Database
from adapters.records.keyset import CursorNotValid
from adapters.records.offer_views import OfferViews
from domain.assessment import Mark, MarkKind
from domain.assignment import AssignmentState, UnknownAssessor
from tests.house import ITEMS
from tests.portal.statements import counted_statements
from tests.traps.books import NOW, ZONE, Books

MOST = 9


@pytest.fixture
async def books(database: AsyncEngine) -> Books:
    """Books with one micro-credential for sale."""
    books = Books(Database(database))
    await books.publish()
    return books


async def held(books: Books, numbers: range, *, is_accepted: bool = True) -> str:
    """Let one assessor hold a round for each number; returns who that is."""
    assessor_id = await books.hire(1, capacity=MOST)
    for number in numbers:
        enrollment_id = await books.queued(number)
        offer = await books.offer(enrollment_id)
        assert offer is not None
        if is_accepted:
            await books.accept(enrollment_id, offer)
    return assessor_id


async def test_my_work_is_the_same_few_queries_for_any_number_of_rounds(books: Books) -> None:
    """Proves: one round in hand or seven, the page is read with the same statements, and a draft
    of words is not counted as marked.
    """
    views = AssessingViews(books.database, ZONE)
    assessor_id = await held(books, range(1))
    with counted_statements(books.database) as one:
        (only,) = (await views.work(assessor_id, NOW)).in_hand
    await held(books, range(1, 7))
    for item, kind in (("question/1", MarkKind.MET), ("question/2", None)):
        mark = Mark(item=item, kind=kind, feedback="Words.", version=0)
        await books.marks.save(assessor_id, only.enrollment_id, mark, NOW)
    with counted_statements(books.database) as seven:
        work = await views.work(assessor_id, NOW)
    assert len(one) == len(seven) <= 6
    assert len(work.in_hand) == work.standing.load == 7
    assert {each.enrollment_id: each.marked for each in work.in_hand}[only.enrollment_id] == 1
    assert all(each.items == len(ITEMS) for each in work.in_hand)
    with pytest.raises(UnknownAssessor):
        await views.work("nobody", NOW)


async def test_what_is_done_is_paged_without_gaps(books: Books) -> None:
    """Proves: rounds that ended at the same instant stand on exactly one page each, latest first,
    each page is one query, and a damaged cursor is refused.
    """
    assessor_id = await held(books, range(7), is_accepted=False)
    views = AssessingViews(books.database, ZONE)
    offers = (await views.work(assessor_id, NOW)).offers
    for number, each in enumerate(offers):
        found = await views.holding(assessor_id, each.enrollment_id)
        assert found is not None
        step = EndAssignment(assignment_id=found.assignment_id, outcome=AssignmentState.DECLINED)
        at = NOW + timedelta(hours=number // 3)
        await books.enter(each.enrollment_id, step, at=at)

    lines: list[DoneLine] = []
    after: str | None = ""
    while after is not None:
        with counted_statements(books.database) as statements:
            page = await views.done(assessor_id, after, limit=2)
        assert len(statements) == 1
        lines += page.lines
        after = page.after
    assert len(lines) == len({each.assignment_id for each in lines}) == 7
    assert [each.ended_at for each in lines] == sorted((x.ended_at for x in lines), reverse=True)
    assert {each.state for each in lines} == {AssignmentState.DECLINED}
    with pytest.raises(CursorNotValid):
        await views.done(assessor_id, "nonsense")


async def test_only_ones_own_ended_rounds_can_be_read_again(books: Books) -> None:
    """Proves: a round in hand is not done, and nobody reads what another assessor wrote."""
    enrollment_id, offer = await books.assessing(1)
    views = AssessingViews(books.database, ZONE)
    await books.mark(enrollment_id, offer.assessor_id, ("detail/1.2",))
    with pytest.raises(NothingDone):
        await views.own_marks(offer.assessor_id, offer.assignment_id)
    released = EndAssignment(assignment_id=offer.assignment_id, outcome=AssignmentState.RELEASED)
    await books.enter(enrollment_id, released)
    own = await views.own_marks(offer.assessor_id, offer.assignment_id)
    assert [each.item.key for each in own.marks] == list(ITEMS)
    assert own.line.is_proficient is None
    with pytest.raises(NothingDone):
        await views.own_marks(await books.hire(2), offer.assignment_id)
    assert await views.holding("nobody", enrollment_id) is None


async def test_an_offer_counts_its_time_from_when_it_is_looked_at(books: Books) -> None:
    """Proves: until when to assess is counted on the calendar from now on, by the policy that the
    journey pinned: ten business days from a Tuesday.
    """
    assessor_id = await held(books, range(1), is_accepted=False)
    (offer,) = (await AssessingViews(books.database, ZONE).work(assessor_id, NOW)).offers
    found = await AssessingViews(books.database, ZONE).holding(assessor_id, offer.enrollment_id)
    assert found is not None
    views = OfferViews(books.database, ZONE)
    view = await views.offer(found.assignment_id, NOW)
    assert view.assess_by.at - NOW > timedelta(days=13)
    assert "+ 10 business days" in view.assess_by.why
    later = await views.offer(found.assignment_id, NOW + timedelta(days=1))
    assert later.assess_by.at - view.assess_by.at == timedelta(days=1)
    assert view.material.items_by_part == {1: 2, 2: 3, 3: 1}
    assert view.answer_by is not None
