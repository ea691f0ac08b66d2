"""Reports for states on real databases: each award once, each change a line of its own."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.credential_contracts import AwardRef, CorrectionRef
from adapters.records.database import Database
from adapters.records.round_tables import AwardRow, OpsActionRow
from adapters.records.state_book import StateBook
from adapters.records.state_reading import is_award_pending
from adapters.records.state_tables import StateChoiceRow, StateLineRow, StateReportRow
from adapters.records.state_views import StateViews
from adapters.records.tables import EnrollmentRow, PersonRow
from domain.credentials import CorrectionKind
from domain.months import Month
from domain.state_records import (
    CreditKind,
    LineKind,
    MonthNotBegun,
    NoAwardToReport,
    NothingToReport,
    StateChoice,
    StateReport,
    UnknownStateReport,
)
from domain.us_states import UsState
from tests.issuing import Issuing
from tests.traps.books import ZONE, Books, because

MARCH = Month(year=2025, number=3)
NOW = datetime(2025, 4, 2, 12, tzinfo=UTC)
MISSOURI = StateChoice(state=UsState.MO, educator_number="MO-1")
AT_ONCE = 4


class Records:
    """The books of states beside all others."""

    def __init__(self, issuing: Issuing) -> None:
        self.issuing = issuing
        self.book = StateBook(issuing.books.database, ZONE)
        self.views = StateViews(issuing.books.database, ZONE)

    async def issued(self, number: int, at: datetime = NOW - timedelta(days=20)) -> str:
        """Return the enrollment of somebody new whose award, of that instant, has a credential."""
        enrollment_id = await self.issuing.awarded(number)
        await self.change(AwardRow, AwardRow.enrollment_id == enrollment_id, awarded_at=at)
        await self.issuing.activities.issue_credential(AwardRef(enrollment_id=enrollment_id))
        return enrollment_id

    async def chosen(self, number: int, choice: StateChoice = MISSOURI) -> str:
        """Return the same, with a choice."""
        enrollment_id = await self.issued(number)
        await self.book.choose(enrollment_id, choice, NOW)
        return enrollment_id

    async def change(self, table: type, where: object, **values: object) -> None:
        """Change rows."""
        async with self.issuing.books.database.transaction() as session:
            await session.execute(update(table).where(where).values(**values))  # type: ignore[arg-type]

    async def rename(self, enrollment_id: str, name: str) -> None:
        """Correct the name of a practitioner in the directory."""
        row = await self.issuing.books.row(EnrollmentRow, enrollment_id)
        await self.change(PersonRow, PersonRow.id == row.person_id, name=name)

    async def correct(self, enrollment_id: str, kind: CorrectionKind) -> None:
        """Revoke or reissue the credential of an award."""
        latest = (await self.issuing.views.of_enrollment(enrollment_id))[-1]
        await self.issuing.corrections.ask(f"k-{latest.id}", latest.id, kind, because(NOW))
        reference = CorrectionRef(correction_id=f"k-{latest.id}")
        await self.issuing.activities.correct_credential(reference)

    async def report(self, token: str, state: UsState = UsState.MO) -> StateReport:
        """Make a report of March."""
        return await self.book.report(state, MARCH, token, "operations", NOW)

    async def is_pending(self, enrollment_id: str) -> bool:
        """Whether a state has yet to hear something of an award."""
        async with self.issuing.books.database.reading() as session:
            return await is_award_pending(session, enrollment_id)


@pytest.fixture
async def records(database: AsyncEngine) -> Records:
    """Books with one micro-credential for sale, on either database."""
    books = Books(Database(database))
    await books.publish()
    return Records(Issuing(books))


async def test_a_month_holds_the_awards_whose_earners_chose_the_state(records: Records) -> None:
    """Proves: a report lists who chose this state and completed in this month, as the first line of
    each; other states, other months and undecided earners are not in it.
    """
    mine = await records.chosen(1)
    await records.chosen(2, MISSOURI.model_copy(update={"state": UsState.IL}))
    await records.chosen(3, StateChoice(state=None))
    undecided = await records.issued(4)
    first_of_april = await records.issued(5, datetime(2025, 4, 1, 5, tzinfo=UTC))
    await records.book.choose(first_of_april, MISSOURI, NOW)

    made = await records.report("press")
    report, lines = await records.views.report(made.id)
    assert report == made
    assert (made.ordinal, made.lines, made.made_by) == (1, 1, "operations")
    (line,) = lines
    assert (line.enrollment_id, line.kind, line.number) == (mine, LineKind.AWARD, 1)
    assert (line.name, line.educator_number, line.title) == ("Learner Nr1", "MO-1", "Steady Hands")
    assert str(line.fiscal_year) == "FY2025"
    (credential,) = await records.issuing.views.of_enrollment(mine)
    assert line.credential_id == credential.id
    due = await records.views.due(NOW)
    assert [(each.state, str(each.month), each.lines, each.is_over) for each in due] == [
        (UsState.IL, "2025-03", 1, True),
        (UsState.MO, "2025-04", 1, False),
    ]
    assert [each.enrollment_id for each in (await records.views.unchosen()).lines] == [undecided]


async def test_a_doubled_press_makes_one_report(records: Records) -> None:
    """Proves: the same form sent several times at once is one report, and all are told the same."""
    await records.chosen(1)
    made = await asyncio.gather(*(records.report("press") for _ in range(AT_ONCE)))
    assert len({each.id for each in made}) == 1
    assert len(await records.issuing.books.rows(StateReportRow)) == 1
    assert len(await records.issuing.books.rows(StateLineRow)) == 1


async def test_two_operators_at_once_never_report_the_same_line(records: Records) -> None:
    """Proves: whoever comes second finds what is left: nothing here, and is told so; a choice made
    in between is theirs, in a report of their own.
    """
    first = await records.chosen(1)
    answers = await asyncio.gather(
        *(records.report(f"press-{each}") for each in range(AT_ONCE)), return_exceptions=True
    )
    made = [each for each in answers if isinstance(each, StateReport)]
    assert len(made) == 1
    assert sum(isinstance(each, NothingToReport) for each in answers) == AT_ONCE - 1
    second = await records.chosen(2)
    later = await records.report("press-later")
    assert later.ordinal == 2
    lines = await records.issuing.books.rows(StateLineRow)
    assert {(each.report_id, each.enrollment_id) for each in lines} == {
        (made[0].id, first),
        (later.id, second),
    }


async def test_what_changes_after_a_report_is_a_new_line(records: Records) -> None:
    """Proves: a changed choice, a corrected name and a reissued credential are each one line that
    refers to the line before, and no line that was reported is ever touched.
    """
    enrollment_id = await records.chosen(1)
    await records.report("first")
    academy = MISSOURI.model_copy(update={"credit": CreditKind.ACADEMY_CREDIT})
    await records.book.choose(enrollment_id, academy, NOW)
    await records.report("second")
    await records.rename(enrollment_id, "Learner Nr1 Newname")
    await records.report("third")
    await records.correct(enrollment_id, CorrectionKind.REISSUE)
    kept = {each.id: each.credit for each in await records.issuing.books.rows(StateLineRow)}
    await records.report("fourth")

    record = await records.views.record(enrollment_id)
    lines = [each.line for each in record.told]
    assert [each.number for each in lines] == [1, 2, 3, 4]
    assert [each.kind for each in lines] == [LineKind.AWARD, *[LineKind.CORRECTION] * 3]
    assert [each.corrects for each in lines] == [None, *(each.id for each in lines[:3])]
    assert lines[2].name == "Learner Nr1 Newname"
    assert lines[3].credential_id != lines[2].credential_id
    now = {each.id: each.credit for each in await records.issuing.books.rows(StateLineRow)}
    assert {key: now[key] for key in kept} == kept
    with pytest.raises(NothingToReport):
        await records.report("fifth")


async def test_a_revoked_credential_is_taken_back_with_zero(records: Records) -> None:
    """Proves: after a revocation the state receives one line of zero hours, and no more."""
    enrollment_id = await records.chosen(1)
    await records.report("first")
    await records.correct(enrollment_id, CorrectionKind.REVOKE)
    made = await records.report("second")
    _, (line,) = await records.views.report(made.id)
    assert (line.kind, line.amount, line.number) == (LineKind.REMOVAL, 0, 2)
    with pytest.raises(NothingToReport):
        await records.report("third")
    assert not (await records.views.record(enrollment_id)).is_issued


async def test_another_state_takes_over(records: Records) -> None:
    """Proves: who chooses another state after a report is taken back there, and reported here."""
    enrollment_id = await records.chosen(1)
    await records.report("first")
    illinois = MISSOURI.model_copy(update={"state": UsState.IL})
    await records.book.choose(enrollment_id, illinois, NOW)
    assert [each.state for each in await records.views.due(NOW)] == [UsState.IL, UsState.MO]
    _, (removed,) = await records.views.report((await records.report("second")).id)
    _, (added,) = await records.views.report((await records.report("third", UsState.IL)).id)
    assert (removed.kind, added.kind, added.number) == (LineKind.REMOVAL, LineKind.AWARD, 1)
    assert await records.views.due(NOW) == ()


async def test_the_database_finds_what_the_rule_finds(records: Records) -> None:
    """Proves: the query for what is pending, and the rule that makes the lines, agree in every
    state that an award can be in.
    """
    enrollment_id = await records.issued(1)
    academy = MISSOURI.model_copy(update={"credit": CreditKind.ACADEMY_CREDIT})

    async def agree(*, is_something: bool) -> None:
        due = {each.state for each in await records.views.due(NOW)}
        found = {s for s in UsState if await records.views.preview(s, MARCH)}
        assert due == found
        assert bool(due) == await records.is_pending(enrollment_id) == is_something

    await agree(is_something=False)
    for choice in (MISSOURI, academy, StateChoice(state=None), MISSOURI):
        await records.book.choose(enrollment_id, choice, NOW)
        await agree(is_something=True)
        await records.report(f"press-{choice}-{await records.views.reports()}")
        await agree(is_something=False)
    await records.correct(enrollment_id, CorrectionKind.REVOKE)
    await agree(is_something=True)


async def test_what_cannot_be_is_refused(records: Records) -> None:
    """Proves: no choice without an award, no report of a month to come, none that is unknown."""
    enrollment_id = await records.issuing.books.enrolled(9)
    with pytest.raises(NoAwardToReport):
        await records.book.choose(enrollment_id, MISSOURI, NOW)
    with pytest.raises(NoAwardToReport):
        await records.views.record(enrollment_id)
    with pytest.raises(MonthNotBegun):
        await records.book.report(UsState.MO, Month(year=2025, number=5), "p", "operations", NOW)
    with pytest.raises(UnknownStateReport):
        await records.views.report("g-nothing")


async def test_operations_choose_with_a_reason_and_once(records: Records) -> None:
    """Proves: an act of operations is kept with its reason; one that changes nothing is no act; and
    a form pressed twice at once is one choice.
    """
    enrollment_id = await records.issued(1)
    calls = [records.book.choose(enrollment_id, MISSOURI, NOW) for _ in range(AT_ONCE)]
    await asyncio.gather(*calls)
    await records.book.choose_for(enrollment_id, MISSOURI, because(NOW))
    assert await records.issuing.books.rows(OpsActionRow, OpsActionRow.kind == "state_chosen") == []
    await records.book.choose_for(enrollment_id, StateChoice(state=None), because(NOW))
    (action,) = await records.issuing.books.rows(OpsActionRow, OpsActionRow.kind == "state_chosen")
    assert action.subject_id == enrollment_id
    (row,) = await records.issuing.books.rows(StateChoiceRow)
    assert (row.state, row.chosen_by) == (None, "ops")


async def test_reports_and_undecided_awards_are_pages(records: Records) -> None:
    """Proves: both lists go on after the last line of the page before, with no gap."""
    enrollments = [await records.issued(number) for number in (1, 2, 3)]
    first = await records.views.unchosen(limit=2)
    assert first.after is not None
    rest = await records.views.unchosen(first.after, limit=2)
    found = [each.enrollment_id for each in (*first.lines, *rest.lines)]
    assert sorted(found) == sorted(enrollments)
    for number, enrollment_id in enumerate(enrollments):
        await records.book.choose(enrollment_id, MISSOURI, NOW)
        await records.report(f"press-{number}")
    page = await records.views.reports(UsState.MO, limit=2)
    assert page.after is not None
    last = await records.views.reports(UsState.MO, page.after, limit=2)
    assert len({each.id for each in (*page.lines, *last.lines)}) == 3
    assert (await records.views.reports(UsState.IL)).lines == ()
