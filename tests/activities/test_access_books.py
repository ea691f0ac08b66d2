"""Keys, answers, operations' people and sessions, as each sort of database keeps them."""

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.records.access_log import AccessLog
from adapters.records.api_answer_book import ApiAnswerBook, GivenAnswer
from adapters.records.api_key_book import ApiKeyBook
from adapters.records.database import Database
from adapters.records.portal_tables import StaffRow
from adapters.records.session_book import Means, SessionBook
from adapters.records.staff_book import StaffBook
from domain.api_keys import (
    ANSWER_KEPT,
    IN_FLIGHT,
    KeyEndNotValid,
    RequestInFlight,
    RequestKeyReused,
    Scope,
    key_end,
)
from domain.enrollment import Party
from domain.grounds import OpsActionKind, grounds
from domain.staff import LastOfStaff

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
WHY = grounds("Agreed in the morning.", "A. Keeper", NOW)
CHICAGO = ZoneInfo("America/Chicago")


@pytest.fixture
def records(database: AsyncEngine) -> Database:
    """Records that belong to this test alone."""
    return Database(database)


async def test_a_request_is_claimed_once(records: Database) -> None:
    """Proves: of requests at once one is carried out; afterwards its answer is met, byte for byte,
    until it is forgotten; a claim that broke off is free again.
    """
    key, _ = await ApiKeyBook(records).make("A program", frozenset(Scope), None, WHY)
    book = ApiAnswerBook(records)

    async def claim(at: datetime, request: bytes = b"act") -> GivenAnswer | None:
        return await book.claim(key.id, "once", request, at)

    claims = await asyncio.gather(*(claim(NOW) for _ in range(3)), return_exceptions=True)
    assert sorted(type(each).__name__ for each in claims) == [
        "NoneType",
        "RequestInFlight",
        "RequestInFlight",
    ]
    later = NOW + IN_FLIGHT + timedelta(seconds=1)
    assert await claim(later) is None
    with pytest.raises(RequestInFlight):
        await claim(later)
    answer = GivenAnswer(status=200, content='{"sentence":"“Done” – ä \\u0000"}')
    await book.keep(key.id, "once", answer)
    assert await claim(later) == answer
    with pytest.raises(RequestKeyReused):
        await claim(later, b"another act")
    await book.give_back(key.id, "once")
    assert await claim(later) == answer
    assert await claim(later + ANSWER_KEPT + timedelta(seconds=1)) is None


async def test_two_who_switch_each_other_off_leave_one(records: Database) -> None:
    """Proves: somebody can always let the others in, whatever happens at once."""
    staff = StaffBook(records)
    ids = [await staff.add(f"Keeper {n}", f"keeper{n}@example.org", WHY) for n in range(2)]
    outcomes = await asyncio.gather(
        *(staff.switch_off(each, WHY) for each in ids), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in outcomes) == ["LastOfStaff", "bool"]
    async with records.reading() as session:
        assert len((await session.scalars(select(StaffRow).where(StaffRow.is_active))).all()) == 1


async def test_who_is_switched_off_is_signed_out(records: Database) -> None:
    """Proves: a session ends with the right to it, stays ended when the right comes back, and each
    act is told once with its reason, the newest first.
    """
    staff, sessions = StaffBook(records), SessionBook(records)
    first = await staff.add("First", "first@example.org", WHY)
    await staff.add("Second", "second@example.org", WHY)
    assert await staff.add("First again", " First@Example.org ", WHY) == first
    secret, _ = await sessions.begin(Party.OPS, first, Means.CODE, "a browser", NOW)
    assert await sessions.visitor(Party.OPS, secret, NOW) is not None
    (running,) = await sessions.running_at("first@example.org", NOW)
    assert (running.name, running.line.subject_id) == ("First", first)
    then = WHY.model_copy(update={"at": NOW + timedelta(minutes=1)})
    assert await staff.switch_off(first, then)
    assert not await staff.switch_off(first, then)
    assert await staff.switch_on(first, then)
    assert await sessions.visitor(Party.OPS, secret, then.at) is None
    assert await sessions.running_before(Party.OPS, then.at) == ()
    acts = await AccessLog(records).latest(tuple(OpsActionKind))
    told = [(each.what, each.about, each.why) for each in acts]
    assert told.count((OpsActionKind.STAFF_ADDED, "First", WHY.reason)) == 1
    assert told.count((OpsActionKind.STAFF_SWITCHED_OFF, "First", WHY.reason)) == 1
    assert {each.at for each in acts[:2]} == {then.at}
    await staff.switch_off(first, then)
    second = (await staff.named("SECOND@example.org")).id
    with pytest.raises(LastOfStaff):
        await staff.switch_off(second, then)


@pytest.mark.parametrize(
    ("days", "hours"),
    # At noon in Greenwich it is six in the morning in Chicago, eighteen hours before the day ends.
    [(0, 18), (1, 42)],
)
def test_a_key_is_good_until_its_last_day_is_over(days: int, hours: int) -> None:
    """Proves: the last day is counted on the programme's own calendar, to its midnight."""
    at = datetime(2026, 11, 24, 12, tzinfo=UTC)
    last = at.date() + timedelta(days=days)
    assert key_end(last, at, CHICAGO) == at + timedelta(hours=hours)
    assert key_end(None, at, CHICAGO) is None


@pytest.mark.parametrize("days", [-1, 3654])
def test_a_key_does_not_end_before_it_begins(days: int) -> None:
    """Proves: a mistyped day is refused on either side."""
    with pytest.raises(KeyEndNotValid):
        key_end(NOW.date() + timedelta(days=days), NOW, CHICAGO)
