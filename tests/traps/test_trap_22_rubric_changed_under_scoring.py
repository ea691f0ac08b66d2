"""Trap 22: a rubric that changed while somebody was being scored by it."""

from datetime import UTC, datetime

from adapters.records.catalog_book import CatalogBook
from domain.catalog import CatalogEntry, EssentialOutcome, Part
from domain.enrollment import Stage
from domain.grounds import OpsActionKind, grounds
from tests.house import ENTRY, ITEMS, House
from tests.traps.books import NOW, Books, because, learner, order_of
from tests.workflows import stages

OTHER_OUTCOMES = (
    EssentialOutcome(text="Plan the year.", details=("A plan.", "A budget.", "A review.", "More.")),
)
STRICTER = (
    Part(number=1, title="Questions", minimum_words=5000, questions=("How?", "Why?", "When?")),
    Part(number=2, title="Portfolio"),
    Part(number=3, title="Reflection", minimum_words=4000),
)


def changed(library: str) -> CatalogEntry:
    """Return the same micro-credential with another rubric and stricter word rules."""
    return ENTRY.model_copy(
        update={"library": library, "outcomes": OTHER_OUTCOMES, "parts": STRICTER}
    )


async def test_a_new_version_leaves_a_running_journey_alone(house: House, library: str) -> None:
    """Proves: details, questions and word rules that are published while somebody works count for
    later orders alone: this journey is submitted, marked, judged and revised by the old ones.
    """
    assessor = await house.hire(library)
    enrollment_id = await house.working(library)
    entry = changed(library)
    catalog = CatalogBook(house.database)
    why = grounds("a new edition", "operations", datetime.now(UTC))
    await catalog.change_draft(entry.key, OpsActionKind.PAGE_IMPORTED, lambda _: entry, why)
    assert (await catalog.publish(entry.key, why)).number == 2

    assert (await house.standing(enrollment_id)).open_items == ITEMS
    await house.submit_all(enrollment_id)
    await house.until_stage(enrollment_id, Stage.OFFERED)
    await house.assessor.accept(assessor.id, enrollment_id)
    sheet = await house.marks.sheet(assessor.id, enrollment_id)
    assert tuple(item.key for item in sheet.items) == ITEMS
    assert sheet.items[2].text == ENTRY.outcomes[0].details[0]
    placed = stages.Placed(enrollment_id, (assessor,))
    await stages.judge(house, placed, not_met=("detail/2.1",))
    await house.until_stage(enrollment_id, Stage.REVISING)
    work = await house.parts.open_work(enrollment_id)
    assert work.open_keys == {"detail/2.1"}

    later = await house.working(library)
    assert len((await house.standing(later)).open_items) == 3 + 4 + 1
    assert (await house.parts.open_work(later)).entry.outcomes == OTHER_OUTCOMES


async def test_the_version_is_pinned_when_the_order_is_placed(books: Books) -> None:
    """Proves: what counts is what was for sale when it was bought, not when the money came."""
    order_id = await books.ordered(order_of(1, learner(1)), is_settled=False)
    await books.publish(changed(ENTRY.library))
    await books.refunds.settle(order_id, NOW)
    (chunk,) = await books.opened(order_id)
    enrollment_id = chunk.journeys[0].enrollment_id
    assert chunk.journeys[0].journey["items"] == list(ITEMS)
    assert (await books.parts.open_work(enrollment_id)).entry.outcomes == ENTRY.outcomes
    published = await books.catalog.publish(ENTRY.key, because())
    assert (published.number, published.is_new) == (2, False)
