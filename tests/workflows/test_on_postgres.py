"""The same journey with its records on PostgreSQL."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.records.invariants import InvariantBook
from domain.enrollment import Stage
from tests.house import OPS, House, running_house
from tests.servers import PostgresTemplate, start_temporal
from tests.workflows.test_happy_journey import assess


@pytest.fixture
async def postgres_house(
    postgres_template: PostgresTemplate, tmp_path: Path
) -> AsyncIterator[House]:
    """A house on PostgreSQL, with a Temporal of its own: queues are not shared with others."""
    temporal = await start_temporal()
    address = temporal.client.service_client.config.target_host
    async with postgres_template.copy(tmp_path) as url, running_house(address, url, tmp_path) as it:
        yield it
    await temporal.shutdown()


async def test_two_rounds_end_in_the_award_on_postgres(postgres_house: House) -> None:
    """Proves: a journey with a verification, a lapsed round and a second one runs on PostgreSQL."""
    house = postgres_house
    assessor = await house.hire("postgres")
    enrollment_id = await house.enrolled("postgres")
    await house.practitioner.verify(enrollment_id, OPS)
    await house.until_stage(enrollment_id, Stage.WORKING)
    await house.submit_all(enrollment_id)
    await assess(house, assessor, enrollment_id, not_met=("question/2", "detail/2.1"))
    await house.until_stage(enrollment_id, Stage.REVISING)
    await house.submit_all(enrollment_id)
    await assess(house, assessor, enrollment_id)
    row = await house.until_stage(enrollment_id, Stage.ENDED)
    assert row.ending == "awarded"
    assert {notice.state for notice in await house.all_settled(enrollment_id)} == {"accepted"}
    counted = await InvariantBook(house.database).count(datetime.now(UTC))
    assert [each for each in counted if each.breaches] == []
