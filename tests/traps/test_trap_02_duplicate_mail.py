"""Trap 2: the same mail twice."""

import asyncio
from datetime import datetime

import pytest
from sqlalchemy.exc import IntegrityError
from temporalio.testing import WorkflowEnvironment

from activities.ports import Dispatch, Outgoing
from activities.steps import IntendNotice
from adapters.records.notice_book import NoticeBook
from adapters.records.tables import NoticeRow
from domain.enrollment import Stage
from domain.notices import NoticeKind, NoticeState, Recipient
from tests.house import OPS, House
from tests.smtp_servers import ScriptedServer
from tests.traps.books import Books
from tests.traps.sending import letters_to, sender, verification_mail


class Meeting:
    """Holds two senders of one notice back until both have it in hand."""

    def __init__(self, notices: NoticeBook) -> None:
        self._prepare = notices.prepare
        self._both = asyncio.Barrier(2)
        self._met: set[asyncio.Task[object] | None] = set()
        notices.prepare = self.prepare  # type: ignore[method-assign]

    async def prepare(self, notice_id: str, now: datetime) -> Outgoing | NoticeState:
        """Prepare as always, then wait for the other sender, once for each of the two."""
        outgoing = await self._prepare(notice_id, now)
        task = asyncio.current_task()
        if task not in self._met and len(self._met) < 2:
            self._met.add(task)
            await self._both.wait()
        return outgoing


async def test_two_senders_at_once_send_one_letter(
    temporal: WorkflowEnvironment, books: Books
) -> None:
    """Proves: of two senders that both have the notice in hand, one sends and one leaves it; the
    record is the reply to the one letter.
    """
    enrollment_id, notice_id = await verification_mail(books)
    del enrollment_id
    Meeting(books.notices)
    address = temporal.client.service_client.config.target_host
    async with (
        ScriptedServer() as server,
        sender(address, server.port, books.notices) as post,
    ):
        handles = [await post.start(notice_id) for _ in range(2)]
        states = [(await handle.result()).state for handle in handles]
        assert set(states) == {NoticeState.ACCEPTED}
        assert len(server.received) == 1
    assert (await books.row(NoticeRow, notice_id)).reply == "250 2.0.0 queued as 1"


async def test_a_repeated_dispatch_sends_nothing_more(house: House, library: str) -> None:
    """Proves: a notice that is put on the queue again and again is sent once, also when the
    sweep does it after the first sending has ended.
    """
    enrollment_id = await house.enrolled(library)
    (notice,) = await house.all_settled(enrollment_id)
    address = (await house.learner_of(enrollment_id)).address
    assert letters_to(house.smtp, address) == 1
    dispatch = Dispatch(notice_id=notice.id, urgency=1, fairness_key=notice.order_id)

    await asyncio.gather(*(house.engine.dispatch((dispatch, dispatch)) for _ in range(5)))
    await house.engine.dispatch_again(dispatch)
    again = house.client.get_activity_handle(f"notice/{notice.id}")
    await again.result()

    assert letters_to(house.smtp, address) == 1


async def test_the_same_intention_twice_is_impossible(books: Books) -> None:
    """Proves: the key of a notice is unique in the database itself; an entry that intends it
    again is not written at all.
    """
    enrollment_id, notice_id = await verification_mail(books)
    same = IntendNotice(kind=NoticeKind.VERIFY_ACCOUNT, to=Recipient.PRACTITIONER, ordinal=1)
    with pytest.raises(IntegrityError):
        await books.enter(enrollment_id, same)
    assert [row.id for row in await books.rows(NoticeRow)] == [notice_id]


async def test_pressing_twice_intends_one_notice(house: House, library: str) -> None:
    """Proves: two presses of the same button at once verify once and send one access mail."""
    enrollment_id = await house.enrolled(library)
    presses = (house.practitioner.verify(enrollment_id, OPS) for _ in range(3))
    await asyncio.gather(*presses)
    await house.until_stage(enrollment_id, Stage.WORKING)
    await house.all_settled(enrollment_id)
    assert len(await house.notices(enrollment_id, NoticeKind.ACCESS)) == 1
