"""Records for states as pages: the earner's choice, and the reports of operations."""

import csv
import re
from collections.abc import AsyncIterator
from io import StringIO
from pathlib import Path

import pytest
from sqlalchemy import update
from temporalio.testing import WorkflowEnvironment

from activities.credential_contracts import AwardRef
from adapters.records.state_tables import StateReportRow
from adapters.records.state_views import StateViews
from adapters.records.tables import EnrollmentRow, PersonRow
from domain.months import month_of
from domain.state_records import CreditKind
from domain.state_sheet import COLUMNS
from domain.us_states import UsState
from portal.practitioner.state_record import CREDITS
from tests.issuing import Issuing
from tests.portal.quiet import Quiet, quiet_portal
from tests.portal.served import Browser
from tests.servers import SqliteTemplate
from tests.traps.books import NOW, ZONE

_PRESS = re.compile(r'name="press" value="([^"]+)"')
REPORT = "/ops/state-records/report"
MONTH = month_of(NOW, ZONE)


@pytest.fixture
async def quiet(
    temporal: WorkflowEnvironment, sqlite_template: SqliteTemplate, tmp_path: Path
) -> AsyncIterator[Quiet]:
    """A portal whose records are this test's own."""
    async with quiet_portal(temporal, sqlite_template, tmp_path) as quiet:
        yield quiet


async def issued(quiet: Quiet, number: int = 1) -> str:
    """Return an award with a credential."""
    issuing = Issuing(quiet.standings.books)
    enrollment_id = await issuing.awarded(number)
    await issuing.activities.issue_credential(AwardRef(enrollment_id=enrollment_id))
    return enrollment_id


async def choose(
    browser: Browser, enrollment_id: str, fields: dict[str, str], status: int = 303
) -> str:
    """Send the form of the choice."""
    address = f"/my/{enrollment_id}/state-record"
    await browser.get(address)
    return await sent(browser, address, fields, status)


async def sent(browser: Browser, address: str, fields: dict[str, str], status: int = 303) -> str:
    """Send a form."""
    given: dict[str, object] = {**fields}
    return await browser.post(address, status=status, **given)


async def pressed(browser: Browser, state: str = "MO") -> tuple[str, str]:
    """Make the report of the month; returns where it leads, and the press."""
    source = await browser.get(f"/ops/state-records/report?state={state}&month={MONTH}")
    found = _PRESS.search(source)
    assert found is not None
    fields = {"state": state, "month": str(MONTH), "press": found[1]}
    return await sent(browser, REPORT, fields), found[1]


async def test_the_earner_chooses(quiet: Quiet) -> None:
    """Proves: what is chosen is kept and shown; a bad number and no choice are refused beside the
    form, which keeps what was typed, and nothing is kept then.
    """
    enrollment_id = await issued(quiet)
    browser = await quiet.portal.practitioner(enrollment_id)
    await choose(browser, enrollment_id, {"state": ""}, 422)
    assert "Choose a state" in browser.text
    await choose(browser, enrollment_id, {"state": "MO", "educator_number": "=cmd()"}, 422)
    assert browser.last is not None
    assert 'value="=cmd()"' in browser.last.text
    views = StateViews(quiet.standings.books.database, ZONE)
    assert (await views.record(enrollment_id)).choice is None

    fields = {"state": "MO", "credit": "academy_credit", "educator_number": "MO-7"}
    await browser.get(await choose(browser, enrollment_id, fields))
    assert "Missouri hears of it with the next report" in browser.text
    choice = (await views.record(enrollment_id)).choice
    assert choice is not None
    assert (choice.state, choice.credit) == (UsState.MO, CreditKind.ACADEMY_CREDIT)
    await browser.get(await choose(browser, enrollment_id, {"state": "none"}))
    assert "No state hears of this award" in browser.text


async def test_a_report_is_looked_at_made_once_and_downloaded(quiet: Quiet) -> None:
    """Proves: the month is due, its lines are shown before anything is made, the same press twice
    is one report, and its file has the documented columns with formulas defused.
    """
    enrollment_id = await issued(quiet)
    browser = await quiet.portal.practitioner(enrollment_id)
    await choose(browser, enrollment_id, {"state": "MO", "educator_number": "MO-7"})
    books = quiet.standings.books
    person = (await books.row(EnrollmentRow, enrollment_id)).person_id
    async with books.database.transaction() as session:
        named = update(PersonRow).where(PersonRow.id == person).values(name="=HYPERLINK(1)")
        await session.execute(named)

    ops = await quiet.portal.operations()
    await ops.get("/ops/state-records")
    assert f"Missouri (MO) {MONTH}" in ops.text
    place, press = await pressed(ops)
    again = {"state": "MO", "month": str(MONTH), "press": press}
    assert await sent(ops, REPORT, again) == place
    assert len(await books.rows(StateReportRow)) == 1
    await ops.get(place)
    assert "educator number MO-7" in ops.text
    header, line = csv.reader(StringIO((await ops.get(f"{place}?as=csv")).removeprefix("\ufeff")))
    assert tuple(header) == COLUMNS
    cells = dict(zip(header, line, strict=True))
    assert cells["name"] == "'=HYPERLINK(1)"
    assert (cells["kind"], cells["state"], cells["credit"]) == ("award", "MO", "pd_hours")
    assert cells["credential"].startswith(f"{quiet.portal.url}/credentials/c")
    assert cells["fiscal year"] == "FY2025"
    await ops.get(f"/ops/state-records/report?state=MO&month={MONTH}")
    assert "There is nothing new for Missouri" in ops.text
    await browser.get(f"/my/{enrollment_id}/state-record")
    assert "Missouri : 0 hours as PD hours" in browser.text
    assert "goes out as a correction" in browser.text


async def test_two_operators_with_one_preview(quiet: Quiet) -> None:
    """Proves: whoever presses second, on an old page, is told so and makes nothing."""
    enrollment_id = await issued(quiet)
    await choose(await quiet.portal.practitioner(enrollment_id), enrollment_id, {"state": "MO"})
    first, second = await quiet.portal.operations(), await quiet.portal.operations()
    address = f"/ops/state-records/report?state=MO&month={MONTH}"
    presses = [_PRESS.search(await each.get(address)) for each in (first, second)]
    fields = [{"state": "MO", "month": str(MONTH), "press": m[1]} for m in presses if m]
    await sent(first, REPORT, fields[0])
    await sent(second, REPORT, fields[1], 409)
    assert "There is nothing new for MO" in second.text
    assert len(await quiet.standings.books.rows(StateReportRow)) == 1


async def test_who_has_not_chosen_is_seen(quiet: Quiet) -> None:
    """Proves: operations see each award without a choice, as a page and as a file."""
    enrollment_id = await issued(quiet)
    ops = await quiet.portal.operations()
    await ops.get("/ops/state-records")
    assert "have not chosen yet" in ops.text
    await ops.get("/ops/state-records/unchosen")
    assert "Learner Nr1" in ops.text
    assert enrollment_id in await ops.get("/ops/state-records/unchosen?as=csv")
    await choose(await quiet.portal.practitioner(enrollment_id), enrollment_id, {"state": "none"})
    await ops.get("/ops/state-records/unchosen")
    assert "Everybody with an award has chosen" in ops.text


@pytest.mark.parametrize("query", ["", "?state=MO", "?state=ZZ&month=2025-03", "?month=2025-13"])
async def test_what_is_no_state_and_no_month_is_refused(quiet: Quiet, query: str) -> None:
    """Proves: an address that names neither is answered in words."""
    ops = await quiet.portal.operations()
    await ops.get(f"/ops/state-records/report{query}", status=422)


def test_every_kind_of_credit_has_words() -> None:
    """Proves: no kind can be chosen that nobody explains."""
    assert set(CREDITS) == set(CreditKind)
