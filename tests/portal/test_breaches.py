"""The checks: the rows behind every number above zero, and where to look at each."""

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.records.database import Database
from adapters.records.invariants import Breach, InvariantBook, UnknownInvariant
from adapters.records.keyset import Cursor, CursorNotValid
from adapters.records.list_values import SubjectKind
from adapters.records.round_tables import AssessorRow, AwardRow
from adapters.records.tables import OrderLineRow
from domain.enrollment import Ending, Stage
from domain.notices import NoticeKind, NoticeState, Recipient
from domain.orders import LineState
from tests.portal.standings import DAY, HOUR, Standings
from tests.traps.books import NOW, Books, learner, order_of

LATER = NOW + HOUR
"""When everything that was in passing at ``NOW`` has had its time."""


@pytest.fixture
async def standings(database: AsyncEngine) -> Standings:
    """Books on either database, with one micro-credential for sale."""
    books = Books(Database(database))
    await books.publish()
    return Standings(books)


async def broken(standings: Standings) -> dict[str, str]:
    """Break every sentence in some way; returns the subjects by name."""
    books = standings.books
    order = await books.ordered(order_of(20, learner(20), learner(21)))
    await standings.change(OrderLineRow, f"{order}-2", state=LineState.HELD, held_until=NOW - DAY)
    forgotten = await standings.journey(1, until=NOW - DAY)
    queued = await standings.journey(2, Stage.QUEUED)
    assessor = await books.hire(1)
    await standings.change(AssessorRow, assessor, load=3)
    awarded = await standings.journey(3)
    await standings.add(AwardRow(enrollment_id=awarded, round=1, awarded_at=NOW))
    silent = await standings.ended(4, Ending.LAPSED, NOW)
    carrier = await standings.order_of(awarded)
    await standings.notice("n-farewell", awarded, NoticeState.ACCEPTED, kind=NoticeKind.AWARDED)
    await standings.notice(
        "n-unknown",
        carrier.id,
        NoticeState.UNKNOWN,
        order_id=carrier.id,
        recipient=Recipient.PAYER,
        kind=NoticeKind.ORDER_RECEIVED,
    )
    await standings.notice("n-digest", "digest-1", NoticeState.UNKNOWN, order_id="ops")
    return {
        "order": order,
        "forgotten": forgotten,
        "queued": queued,
        "assessor": assessor,
        "awarded": awarded,
        "silent": silent,
        "carrier": carrier.id,
    }


async def rows_of(standings: Standings, number: int, limit: int = 200) -> list[Breach]:
    """Walk the rows behind a number."""
    book, rows = InvariantBook(standings.books.database), list[Breach]()
    after: str | None = ""
    while after is not None:
        page = await book.breaches(number, LATER, after, limit)
        rows += page.lines
        after = page.after
    return rows


async def test_every_number_has_its_rows_and_every_row_leads_somewhere(
    standings: Standings,
) -> None:
    """Proves: what is broken is named with what is wrong, whose it is, and the journey or order to
    look at; page by page as in one.
    """
    known = await broken(standings)
    found = {
        number: [
            (row.kind, row.subject, row.enrollment_id, row.order_id)
            for row in await rows_of(standings, number)
        ]
        for number in range(1, 8)
    }
    journeys = {name: known[name] for name in ("forgotten", "queued", "awarded", "silent")}
    orders = {name: (await standings.order_of(each)).id for name, each in journeys.items()}

    def journey(name: str) -> tuple[SubjectKind, str, str, str]:
        return SubjectKind.ENROLLMENT, journeys[name], journeys[name], orders[name]

    order = known["order"]
    assert found == {
        1: [
            (SubjectKind.LINE, f"{order}-1", None, order),
            (SubjectKind.LINE, f"{order}-2", None, order),
        ],
        2: [journey("forgotten")],
        3: [journey("queued"), (SubjectKind.ASSESSOR, known["assessor"], None, None)],
        4: [
            (SubjectKind.NOTICE, "n-digest", None, None),
            (SubjectKind.NOTICE, "n-unknown", None, known["carrier"]),
        ],
        5: [journey("awarded")],
        6: [
            (SubjectKind.NOTICE, "n-farewell", journeys["awarded"], orders["awarded"]),
            journey("silent"),
        ],
        7: [journey("awarded")],
    }
    wrong = [row.wrong for row in await rows_of(standings, 1)]
    assert wrong == ["paid, and not started", "held past its due time"]
    assert [row.practitioner for row in await rows_of(standings, 2)] == ["Learner Nr1"]
    for number in range(1, 8):
        assert await rows_of(standings, number, 1) == await rows_of(standings, number)


async def test_the_numbers_are_those_of_the_rows(standings: Standings) -> None:
    """Proves: a count and the list behind it come from the same queries; examples are subjects."""
    await broken(standings)
    for each in await InvariantBook(standings.books.database).count(LATER):
        rows = await rows_of(standings, each.number)
        assert each.breaches == len(rows) > 0
        assert set(each.examples) == {row.subject for row in rows}


async def test_nothing_is_broken_where_everything_is_well(standings: Standings) -> None:
    """Proves: journeys in passing, waiting and told are no breach, so a number means something."""
    await standings.journey(1)
    awarded = await standings.ended(2, Ending.WITHDRAWN, NOW)
    await standings.notice("n1", awarded, NoticeState.ACCEPTED, kind=NoticeKind.WITHDRAWN)
    await standings.books.ordered(order_of(3, learner(3)))
    soon = NOW + timedelta(minutes=1)
    counted = await InvariantBook(standings.books.database).count(soon)
    assert [(each.breaches, each.examples) for each in counted] == [(0, ())] * 7


async def test_an_unknown_number_and_a_foreign_cursor_are_refused(standings: Standings) -> None:
    """Proves: there are seven sentences, and a page of one is no page of another."""
    await broken(standings)
    book = InvariantBook(standings.books.database)
    for number in (0, 8, -1):
        with pytest.raises(UnknownInvariant):
            await book.breaches(number, LATER)
    first = await book.breaches(1, LATER, limit=1)
    with pytest.raises(CursorNotValid):
        await book.breaches(2, LATER, first.after or "")
    for forged in ("a:b", ":b", "9" * 40 + ":b", "-1:b"):
        with pytest.raises(CursorNotValid):
            await book.breaches(1, LATER, Cursor(order="invariant-1", id=forged).sealed())
