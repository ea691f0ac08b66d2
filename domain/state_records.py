"""What a state is told of awards: the earner's choice, the fiscal year, and lines never edited.

A practitioner chooses for each award which state hears of it, and whether as PD hours or as academy
credit (issue "The award": records for the state). Without a choice nobody is told. A report of a
month holds a line for each award that was completed in it. What changes after a line was reported
is a new line that refers to the earlier one; the earlier one stays as the state received it.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from pydantic import Field

from domain.catalog import is_plain
from domain.months import Month
from domain.refusals import Conflict, Invalid, NotFound
from domain.us_states import UsState
from domain.values import Instant, Value

FIRST_MONTH_OF_THE_FISCAL_YEAR: Final = 7
EDUCATOR_NUMBER_LIMIT: Final = 40
"""Characters of an educator number; states write theirs with letters, digits, dashes and dots."""

_SIGNS_OF_A_NUMBER: Final = frozenset(" -./")


class CreditKind(StrEnum):
    """As what an award is reported; the earner decides."""

    PD_HOURS = "pd_hours"
    ACADEMY_CREDIT = "academy_credit"


class LineKind(StrEnum):
    """What a line tells the state."""

    AWARD = "award"
    CORRECTION = "correction"
    REMOVAL = "removal"


class FiscalYear(Value):
    """From 1 July to 30 June, named by the year in which it ends; ``str`` writes ``FY2027``."""

    year: int = Field(ge=2000, le=2200)

    def __str__(self) -> str:
        return f"FY{self.year}"

    @property
    def first_day(self) -> date:
        """1 July of the year before."""
        return date(self.year - 1, FIRST_MONTH_OF_THE_FISCAL_YEAR, 1)

    @property
    def last_day(self) -> date:
        """30 June."""
        return date(self.year, FIRST_MONTH_OF_THE_FISCAL_YEAR - 1, 30)


def completion_day(awarded_at: datetime, zone: str) -> date:
    """Return the day of an award on the calendars of the programme's zone (trap 14)."""
    return awarded_at.astimezone(ZoneInfo(zone)).date()


def fiscal_year_of(day: date) -> FiscalYear:
    """Return the fiscal year in which a day lies."""
    return FiscalYear(year=day.year + (day.month >= FIRST_MONTH_OF_THE_FISCAL_YEAR))


class StateChoice(Value):
    """What the earner chose for one award. ``state`` is None where no state is to hear of it."""

    state: UsState | None
    credit: CreditKind = CreditKind.PD_HOURS
    educator_number: str = ""


class EducatorNumberNotValid(Invalid):
    """The number cannot be one that a state gave to an educator."""

    code = "educator_number_not_valid"
    sentence = (
        "An educator number has up to {limit} letters, digits, dashes and dots. Copy it from your "
        "state's certificate, or leave the field empty."
    )


def state_choice(state: UsState | None, credit: CreditKind, educator_number: str) -> StateChoice:
    """Return a choice as it is kept; refuses ``educator_number_not_valid``.

    The number belongs to a state, so without one there is none.
    """
    number = " ".join(educator_number.split())
    is_readable = all(each.isalnum() or each in _SIGNS_OF_A_NUMBER for each in number)
    if len(number) > EDUCATOR_NUMBER_LIMIT or not (is_readable and is_plain(number)):
        raise EducatorNumberNotValid(limit=EDUCATOR_NUMBER_LIMIT)
    return StateChoice(state=state, credit=credit, educator_number=number if state else "")


class AwardToReport(Value):
    """An award as it stands now, for whoever decides what a state has yet to hear.

    ``credential_id`` is the credential that counts; None when it was revoked and none replaces it,
    or when none is issued yet. ``hours`` are those of the version that was earned.
    """

    enrollment_id: str
    name: str
    library: str
    slug: str
    version: int
    title: str
    hours: int
    awarded_at: Instant
    credential_id: str | None
    choice: StateChoice | None


class StateLine(Value):
    """One line for a state, as it was or will be reported. Nothing of it ever changes.

    ``number`` counts the lines of one award for one state from 1; ``corrects`` is the line before.
    ``amount`` is in hours, zero for what is taken back. ``credential_id`` leads to the public page
    on which the state can check it; a removal names the credential that the line before named.
    """

    id: str
    state: UsState
    enrollment_id: str
    number: int
    kind: LineKind
    corrects: str | None
    name: str
    educator_number: str
    library: str
    slug: str
    version: int
    title: str
    completed_on: date
    credit: CreditKind
    amount: int
    credential_id: str

    @property
    def fiscal_year(self) -> FiscalYear:
        """The fiscal year of completion, which no correction moves."""
        return fiscal_year_of(self.completed_on)


class StateReport(Value):
    """A report of a month for a state, as it was made. ``ordinal`` counts those of the month."""

    id: str
    state: UsState
    month: Month
    ordinal: int
    made_at: Instant
    made_by: str
    lines: int


class UnknownStateReport(NotFound):
    """No report has this number."""

    code = "unknown_state_report"
    sentence = "There is no report {report} for a state. Open the list of reports and choose one."


class NothingToReport(Conflict):
    """Every award and correction of the month is reported already, or there is none."""

    code = "nothing_to_report"
    sentence = (
        "There is nothing new for {state} in {month}: what was chosen is reported already, or "
        "nobody chose this state yet. Make the report again when something is added."
    )


class MonthNotBegun(Invalid):
    """A report cannot be made of a month that is to come."""

    code = "month_not_begun"
    sentence = "{month} has not begun yet. Make the report when the month is over."


class NoAwardToReport(NotFound):
    """Only an award can be reported, so only for one there is something to choose."""

    code = "no_award_to_report"
    sentence = (
        "Enrollment {enrollment} has no award, so there is nothing to report. The choice can be "
        "made once the micro-credential is awarded."
    )


def line_due(
    state: UsState, award: AwardToReport, before: StateLine | None, zone: str
) -> StateLine | None:
    """Return what ``state`` has yet to hear of an award; None when it heard everything.

    ``before`` is the last line of this award for this state. The identifier is empty: it comes
    with the report. An award without a credential that counts is not reported, and is taken back
    where it was.
    """
    choice = award.choice
    counts = choice is not None and choice.state is state and award.credential_id is not None
    if not counts or choice is None:
        return None if before is None or before.kind is LineKind.REMOVAL else _removal(before)
    line = StateLine(
        id="",
        state=state,
        enrollment_id=award.enrollment_id,
        number=before.number + 1 if before else 1,
        kind=LineKind.CORRECTION if before else LineKind.AWARD,
        corrects=before.id if before else None,
        name=award.name,
        educator_number=choice.educator_number,
        library=award.library,
        slug=award.slug,
        version=award.version,
        title=award.title,
        completed_on=before.completed_on if before else completion_day(award.awarded_at, zone),
        credit=choice.credit,
        amount=award.hours,
        credential_id=award.credential_id or "",
    )
    return None if before is not None and _says_the_same(line, before) else line


def _removal(before: StateLine) -> StateLine:
    """Return the line that takes back what was reported: the same words, and zero."""
    return before.model_copy(
        update={
            "id": "",
            "number": before.number + 1,
            "kind": LineKind.REMOVAL,
            "corrects": before.id,
            "amount": 0,
        }
    )


def _says_the_same(line: StateLine, before: StateLine) -> bool:
    same = {"id": "", "number": 0, "kind": LineKind.AWARD, "corrects": None}
    is_taken_back = before.kind is LineKind.REMOVAL
    return not is_taken_back and line.model_copy(update=same) == before.model_copy(update=same)
