"""A database that was out of reach: the entry is written when it is back, and ops hear of it."""

import dataclasses

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.testing import ActivityEnvironment

from activities.contracts import Entry
from activities.ports import Dispatch, JourneyToStart
from activities.records import DELAYED_AFTER_ATTEMPTS, JourneyRecordsActivities
from activities.steps import RecordAccess
from activities.webhook_contracts import DeliveryDispatch
from adapters.records.database import Database
from adapters.records.tables import AttentionRow, EnrollmentRow
from domain.enrollment import AttentionKind
from tests.traps.books import NOW, Books


class SilentEngine:
    """The port to the engine, of which these entries ask nothing."""

    async def dispatch(self, notices: tuple[Dispatch, ...]) -> None:
        """Nothing is intended here."""
        assert notices == ()

    async def wake(self, enrollment_ids: tuple[str, ...]) -> None:
        """No place is freed here."""
        assert enrollment_ids == ()

    async def deliver(self, deliveries: tuple[DeliveryDispatch, ...]) -> None:
        """Nobody listens here."""
        assert deliveries == ()

    async def start_journeys(self, journeys: tuple[JourneyToStart, ...]) -> None:
        """No order is taken here."""
        assert journeys == ()

    async def tell_access_mail_accepted(self, enrollment_id: str, notice_id: str) -> None:
        """No mail is sent here."""
        raise AssertionError(enrollment_id, notice_id)


@pytest.fixture
async def books(database: AsyncEngine) -> Books:
    """The record books on either database."""
    books = Books(Database(database))
    await books.publish()
    return books


@pytest.mark.parametrize(
    ("attempt", "is_told"), [(DELAYED_AFTER_ATTEMPTS - 1, False), (DELAYED_AFTER_ATTEMPTS, True)]
)
async def test_ops_hear_of_an_entry_that_came_late(
    books: Books, attempt: int, is_told: bool
) -> None:
    """Proves: an entry that took many attempts at the database is written like any other, and
    opens attention; one that took fewer opens none.
    """
    enrollment_id = await books.enrolled(1)
    activities = JourneyRecordsActivities(books.journeys, SilentEngine())
    environment = ActivityEnvironment()
    environment.info = dataclasses.replace(environment.info, attempt=attempt)
    entry = Entry(enrollment_id=enrollment_id, sequence=1, at=NOW, steps=(RecordAccess(),))

    await environment.run(activities.enter, entry)

    row = await books.row(EnrollmentRow, enrollment_id)
    assert row.access_met_at == NOW
    kinds = [attention.kind for attention in await books.rows(AttentionRow)]
    assert kinds == [AttentionKind.RECORDS_DELAYED] * is_told
    assert row.open_attention == is_told
