"""Trap 7: a decision that was recorded and whose consequences never came."""

from collections import Counter

from sqlalchemy import func, select

from activities.ports import Dispatch, JourneyToStart
from activities.webhook_contracts import DeliveryDispatch
from adapters.records.round_tables import AwardRow
from adapters.records.turn_tables import EntryRow
from domain.enrollment import Ending, Stage
from domain.notices import NoticeState
from office.engine import WorkflowEngine
from tests.house import OPS, House
from tests.traps.outage import Outpost
from tests.traps.sending import letters_to


class EngineLost(Exception):
    """The connection to the engine broke at the worst moment."""


class Breaking:
    """The real engine, but each notice's first dispatch breaks: after the commit, before the mail.

    What is dispatched again goes through, half of it on the second attempt.
    """

    def __init__(self, engine: WorkflowEngine) -> None:
        self._engine = engine
        self.broken: Counter[str] = Counter()

    async def dispatch(self, notices: tuple[Dispatch, ...]) -> None:
        """Break once for each notice, after those before it went out."""
        for notice in notices:
            if not self.broken[notice.notice_id]:
                self.broken[notice.notice_id] += 1
                raise EngineLost
            await self._engine.dispatch((notice,))

    async def wake(self, enrollment_ids: tuple[str, ...]) -> None:
        """Pass on."""
        await self._engine.wake(enrollment_ids)

    async def deliver(self, deliveries: tuple[DeliveryDispatch, ...]) -> None:
        """Pass on."""
        await self._engine.deliver(deliveries)

    async def start_journeys(self, journeys: tuple[JourneyToStart, ...]) -> None:
        """Pass on."""
        await self._engine.start_journeys(journeys)

    async def tell_access_mail_accepted(self, enrollment_id: str, notice_id: str) -> None:
        """Pass on."""
        await self._engine.tell_access_mail_accepted(enrollment_id, notice_id)


async def test_every_decision_that_breaks_half_way_is_finished_once(
    house: House, library: str
) -> None:
    """Proves: when each entry of a whole journey breaks between its commit and what follows, it
    is retried until done: one award, every notice sent, none twice, no entry written twice.
    """
    breaking = Breaking(house.engine)
    outpost = Outpost.of(house, breaking)
    async with outpost.at_work():
        enrollment_id = await whole_journey(house, outpost, library)
    row = await house.row(enrollment_id)
    assert row.ending == Ending.AWARDED

    notices = await house.notices(enrollment_id)
    assert {notice.state for notice in notices} == {NoticeState.ACCEPTED}
    assert set(breaking.broken) == {notice.id for notice in notices}
    learner = (await house.learner_of(enrollment_id)).address
    to_learner = [notice for notice in notices if notice.recipient == "practitioner"]
    assert letters_to(house.smtp, learner) == len(to_learner)
    lines = [line.key for line in await house.timeline(enrollment_id)]
    assert len(lines) == len(set(lines))
    async with house.database.reading() as session:
        awards = select(func.count()).where(AwardRow.enrollment_id == enrollment_id)
        assert await session.scalar(awards) == 1
        entries = select(func.count()).where(EntryRow.enrollment_id == enrollment_id)
        assert await session.scalar(entries) == row.last_sequence


async def whole_journey(house: House, outpost: Outpost, library: str) -> str:
    """Play a journey to its award, and wait until every mail of it is out."""
    assessor = await house.hire(library)
    enrollment_id = await outpost.start(await outpost.opened(library))
    await house.until_stage(enrollment_id, Stage.VERIFYING)
    await house.all_settled(enrollment_id)
    await house.practitioner.verify(enrollment_id, OPS)
    await house.until_stage(enrollment_id, Stage.WORKING)
    await house.submit_all(enrollment_id)
    await house.until_stage(enrollment_id, Stage.OFFERED)
    await house.all_settled(enrollment_id)
    await house.assessor.accept(assessor.id, enrollment_id)
    await house.all_settled(enrollment_id)
    await house.marked(assessor, enrollment_id)
    await house.assessor.judge(assessor.id, enrollment_id)
    await house.engine.journey(enrollment_id).result()
    await house.all_settled(enrollment_id)
    return enrollment_id
