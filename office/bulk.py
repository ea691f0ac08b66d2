"""Acts of operations on many journeys: started once, carried out one journey after the other.

The request to each journey has a key of its own (``office/requests.py``) that names the act in
bulk, so a journey that was asked before a crash is asked again and does nothing twice.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from temporalio.client import WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError

from adapters.records.bulk_book import BulkBook, BulkInHand, LineToDo, Result
from adapters.records.case_views import CaseViews
from adapters.records.prospects import Prospects
from domain.bulk import (
    AttentionNotNamed,
    BulkProgress,
    BulkResult,
    NoAccessMail,
    NotInBulk,
    refuse_unless_in_bulk,
)
from domain.enrollment import UnknownEnrollment
from domain.grounds import Grounds
from domain.previews import Act, ActKind
from domain.refusals import Refusal
from office.bulk_starting import start_bulk
from office.engine import WorkflowEngine
from office.operating import OpsDesk
from office.practising import PractitionerDesk
from workflows.contracts import Done

LINE_PATIENCE: Final = timedelta(seconds=30)
"""How long one journey may take to answer before the next one gets its turn."""

NO_ANSWER: Final = Result(
    state=BulkResult.FAILED,
    code="no_answer",
    sentence=(
        "The journey gave no answer in time. Look at it in a moment: it may have been done after "
        "all. If not, do it there."
    ),
)
ENGINE_FAILED: Final = Result(
    state=BulkResult.FAILED,
    code="engine_failed",
    sentence="The journey could not take it up. Its page links to the engine's own, which say why.",
)


class BulkDesk:
    """Starts acts in bulk and says how far they are; every act may be repeated."""

    def __init__(
        self, engine: WorkflowEngine, book: BulkBook, cases: CaseViews, prospects: Prospects
    ) -> None:
        self._engine = engine
        self._book = book
        self._cases = cases
        self._prospects = prospects

    async def start(self, act: Act, selection: Sequence[str], grounds: Grounds, token: str) -> str:
        """Start an act on the selected journeys; returns its id. The same form again is the same.

        Raises the refusals of ``domain.bulk.refuse_unless_in_bulk`` and ``FormUsedForAnother``.
        """
        selected = tuple(dict.fromkeys(selection))
        refuse_unless_in_bulk(act, len(selected))
        targets = await self._targets(act, selected)
        bulk_id = await self._book.begin(token, act, targets, grounds)
        await start_bulk(self._engine.client, bulk_id)
        return bulk_id

    async def progress(self, bulk_id: str) -> BulkProgress:
        """Return how far an act is. Raises ``UnknownBulkAct``."""
        return await self._book.progress(bulk_id)

    async def stop(self, bulk_id: str) -> None:
        """Let an act go no further than the journey in hand. Raises ``UnknownBulkAct``."""
        await self._book.stop(bulk_id, datetime.now(UTC))

    async def go_on(self, bulk_id: str) -> None:
        """Take up an act again that nobody carries out; one that is carried out stays as it is."""
        await self._book.in_hand(bulk_id)
        await start_bulk(self._engine.client, bulk_id)

    async def _targets(self, act: Act, selected: tuple[str, ...]) -> dict[str, str | None]:
        """Fix what the act means for each journey, so that going on later means the same.

        Sending again would otherwise take its own copy for the newest mail, and a later round
        would be taken for the one that was meant.
        """
        match act.kind:
            case ActKind.RESEND:
                mails = await self._prospects.access_mails(selected)
                return {each: mails.get(each) for each in selected}
            case ActKind.REASSIGN:
                cases = await self._cases.cases(selected)
                return {
                    each: str(cases[each].round) if each in cases else None for each in selected
                }
            case _:
                return dict.fromkeys(selected)


class OfficeBulkRunner:
    """Carries out acts in bulk through the desks at which people act one by one."""

    def __init__(self, book: BulkBook, ops: OpsDesk, practitioner: PractitionerDesk) -> None:
        self._book = book
        self._ops = ops
        self._practitioner = practitioner

    async def run(self, bulk_id: str, may_go_on: Callable[[], bool]) -> int | None:
        """Go on where the act stands; None when somebody else has to (see the port)."""
        bulk = await self._book.in_hand(bulk_id)
        while not bulk.is_ended and (line := await self._book.next_line(bulk_id)) is not None:
            if not may_go_on():
                return None
            result = await self._result(bulk, line)
            await self._book.settle(bulk_id, line.number, result, datetime.now(UTC))
        await self._book.end(bulk_id, datetime.now(UTC))
        return (await self._book.progress(bulk_id)).settled

    async def _result(self, bulk: BulkInHand, line: LineToDo) -> Result:
        """Do the act to one journey; what it says no to is its result, and the next one follows.

        An engine that is out of reach is no result: the whole act is tried again later.
        """
        patience = asyncio.timeout(LINE_PATIENCE.total_seconds())
        try:
            async with patience:
                return await self._done(bulk, line)
        except Refusal as refusal:
            return Result(state=BulkResult.REFUSED, code=refusal.code, sentence=str(refusal))
        except WorkflowUpdateFailedError:
            return ENGINE_FAILED
        except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError):
            if not patience.expired():  # this activity itself was told to stop
                raise
            return NO_ANSWER

    async def _done(self, bulk: BulkInHand, line: LineToDo) -> Result:
        act, grounds, again = bulk.act, bulk.grounds, bulk.bulk_id
        enrollment_id, target = line.enrollment_id, line.target
        match act.kind:
            case ActKind.EXTEND:
                return _told(await self._ops.extend(enrollment_id, act.days, grounds, again))
            case ActKind.VERIFY:
                return _told(await self._practitioner.verify(enrollment_id, grounds))
            case ActKind.WITHDRAW:
                return _told(await self._practitioner.withdraw(enrollment_id, grounds))
            case ActKind.GRANT_ROUND:
                return _told(await self._ops.grant_round(enrollment_id, grounds, again))
            case ActKind.REASSIGN:
                if target is None:
                    raise UnknownEnrollment(enrollment=enrollment_id)
                return _told(
                    await self._ops.reassign(enrollment_id, int(target), grounds, again=again)
                )
            case ActKind.RESEND:
                if target is None:
                    raise NoAccessMail
                await self._ops.resend(target, grounds, again)
                return Result(state=BulkResult.DONE)
            case ActKind.CLOSE_ATTENTION:
                return await self._close(act, enrollment_id, grounds)
            case _:
                raise NotInBulk

    async def _close(self, act: Act, enrollment_id: str, grounds: Grounds) -> Result:
        if act.attention is None:
            raise AttentionNotNamed
        is_closed = await self._ops.close_attention(enrollment_id, act.attention, grounds)
        return Result(state=BulkResult.DONE if is_closed else BulkResult.NOTHING_TO_DO)


def _told(done: Done) -> Result:
    """Return the result of an act that the journey took."""
    if done.stage is None:
        return Result(state=BulkResult.DONE)
    stage = done.stage.value.replace("_", " ")
    return Result(state=BulkResult.DONE, sentence=f"The journey is at the stage “{stage}” now.")
