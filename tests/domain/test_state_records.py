"""What a state hears of an award: the fiscal year, the choice, and which line comes next."""

from datetime import UTC, date, datetime

import pytest

from domain.state_records import (
    AwardToReport,
    CreditKind,
    EducatorNumberNotValid,
    FiscalYear,
    LineKind,
    StateChoice,
    StateLine,
    completion_day,
    fiscal_year_of,
    line_due,
    state_choice,
)
from domain.us_states import STATE_NAMES, StateNotKnown, UsState, state_named, suggested_state

CHICAGO = "America/Chicago"
NOON = datetime(2026, 11, 3, 18, tzinfo=UTC)
MISSOURI = StateChoice(state=UsState.MO, educator_number="MO-123")


def award(**changes: object) -> AwardToReport:
    """Return an award of which Missouri is to hear, with what is different about it."""
    usual: dict[str, object] = {
        "enrollment_id": "e1",
        "name": "Learner Nr1",
        "library": "missouri",
        "slug": "steady-hands",
        "version": 1,
        "title": "Steady Hands",
        "hours": 12,
        "awarded_at": NOON,
        "credential_id": "c1",
        "choice": MISSOURI,
    }
    return AwardToReport.model_validate(usual | changes)


def told(before: StateLine | None = None, **changes: object) -> StateLine:
    """Return the line that Missouri received for such an award."""
    line = line_due(UsState.MO, award(**changes), before, CHICAGO)
    assert line is not None
    return line.model_copy(update={"id": f"l{line.number}"})


@pytest.mark.parametrize(
    ("instant", "zone", "day", "year"),
    [
        ("2026-07-01T04:59:59Z", CHICAGO, date(2026, 6, 30), 2026),
        ("2026-07-01T05:00:00Z", CHICAGO, date(2026, 7, 1), 2027),
        ("2027-07-01T04:59:59Z", CHICAGO, date(2027, 6, 30), 2027),
        ("2027-07-01T05:00:00Z", CHICAGO, date(2027, 7, 1), 2028),
        ("2026-07-01T05:00:00Z", "Pacific/Honolulu", date(2026, 6, 30), 2026),
        ("2026-06-30T15:00:00Z", "Pacific/Auckland", date(2026, 7, 1), 2027),
        ("2027-01-01T05:30:00Z", CHICAGO, date(2026, 12, 31), 2027),
    ],
)
def test_the_fiscal_year_turns_at_midnight_of_the_first_of_july(
    instant: str, zone: str, day: date, year: int
) -> None:
    """Proves: both boundaries hold to the second, on the calendars of the programme's zone."""
    found = completion_day(datetime.fromisoformat(instant), zone)
    assert found == day
    assert fiscal_year_of(found) == FiscalYear(year=year)


def test_a_fiscal_year_is_named_by_its_end() -> None:
    """Proves: FY2027 is what a state calls the twelve months that end in June 2027."""
    year = FiscalYear(year=2027)
    assert str(year) == "FY2027"
    assert (year.first_day, year.last_day) == (date(2026, 7, 1), date(2027, 6, 30))
    assert fiscal_year_of(year.first_day) == fiscal_year_of(year.last_day) == year


def test_a_library_suggests_the_state_that_it_is_named_after() -> None:
    """Proves: the suggestion comes from the library's own name, and most suggest nothing."""
    assert suggested_state("missouri") is UsState.MO
    assert suggested_state("new-york") is UsState.NY
    assert suggested_state("general") is None
    assert set(STATE_NAMES) == set(UsState)
    assert state_named(" mo ") is UsState.MO
    with pytest.raises(StateNotKnown):
        state_named("ZZ")


def test_an_educator_number_is_tidied_or_refused() -> None:
    """Proves: what no state would print is not kept, and no number is kept without a state."""
    chosen = state_choice(UsState.MO, CreditKind.PD_HOURS, "  MO 12-34/5 ")
    assert chosen.educator_number == "MO 12-34/5"
    assert state_choice(None, CreditKind.PD_HOURS, "MO 1").educator_number == ""
    for number in ("=1+1", "@home", "1" * 41, "1\x072", "a\u202eb"):
        with pytest.raises(EducatorNumberNotValid):
            state_choice(UsState.MO, CreditKind.PD_HOURS, number)


def test_the_first_line_says_what_was_earned() -> None:
    """Proves: the line of an award carries the choice, the hours and the day of completion."""
    line = told()
    assert (line.kind, line.number, line.corrects) == (LineKind.AWARD, 1, None)
    assert (line.name, line.educator_number, line.amount) == ("Learner Nr1", "MO-123", 12)
    assert (line.completed_on, str(line.fiscal_year)) == (date(2026, 11, 3), "FY2027")


@pytest.mark.parametrize(
    "changes",
    [
        {"choice": None},
        {"choice": StateChoice(state=None)},
        {"choice": StateChoice(state=UsState.IL)},
        {"credential_id": None},
    ],
)
def test_nothing_is_reported_without_a_choice_and_a_credential(changes: dict[str, object]) -> None:
    """Proves: a state hears of nobody who did not choose it, nor of what cannot be checked."""
    assert line_due(UsState.MO, award(**changes), None, CHICAGO) is None


def test_what_was_told_is_not_told_again() -> None:
    """Proves: an unchanged award gives no second line."""
    assert line_due(UsState.MO, award(), told(), CHICAGO) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Learner Nr1 Newname"},
        {"credential_id": "c2"},
        {"choice": MISSOURI.model_copy(update={"credit": CreditKind.ACADEMY_CREDIT})},
        {"choice": MISSOURI.model_copy(update={"educator_number": "MO-124"})},
    ],
)
def test_a_change_is_a_line_that_refers_to_the_one_before(changes: dict[str, object]) -> None:
    """Proves: every fact that may change after a report is corrected, and by a line of its own."""
    before = told()
    line = line_due(UsState.MO, award(**changes), before, CHICAGO)
    assert line is not None
    assert (line.kind, line.number, line.corrects) == (LineKind.CORRECTION, 2, before.id)
    assert line.completed_on == before.completed_on


@pytest.mark.parametrize(
    "changes",
    [
        {"credential_id": None},
        {"choice": StateChoice(state=None)},
        {"choice": StateChoice(state=UsState.IL)},
    ],
)
def test_what_no_longer_counts_is_taken_back_with_zero_once(changes: dict[str, object]) -> None:
    """Proves: a revoked credential or another choice is a line of zero hours, and only one."""
    before = told()
    line = line_due(UsState.MO, award(**changes), before, CHICAGO)
    assert line is not None
    assert (line.kind, line.amount, line.corrects) == (LineKind.REMOVAL, 0, before.id)
    assert line.credential_id == before.credential_id
    removed = line.model_copy(update={"id": "l2"})
    assert line_due(UsState.MO, award(**changes), removed, CHICAGO) is None
    again = line_due(UsState.MO, award(), removed, CHICAGO)
    assert again is not None
    assert (again.kind, again.number, again.amount) == (LineKind.CORRECTION, 3, 12)
    assert again.corrects == "l2"
