"""What operations do with a journey; each act takes a reason and may be repeated."""

from datetime import UTC, datetime

from adapters.records.ops_book import OpsBook
from domain.enrollment import AttentionKind
from domain.grounds import Grounds
from office.engine import WorkflowEngine
from office.requests import Requests, request_key
from workflows.contracts import Done, Extend, GrantRound, Reassign


class OpsDesk:
    """Acts of operations."""

    def __init__(self, engine: WorkflowEngine, requests: Requests, ops: OpsBook) -> None:
        self._engine = engine
        self._requests = requests
        self._ops = ops

    async def extend(
        self, enrollment_id: str, days: int, grounds: Grounds, again: str = ""
    ) -> Done:
        """Move the running due time; ``again`` tells a second, equal extension from a repeat."""
        key = request_key("extend", enrollment_id, days, grounds.reason, again)
        request = Extend(actor=await self._requests.actor(key, grounds), days=days)
        return await self._requests.send(enrollment_id, "extend", request, Done, key)

    async def reassign(
        self,
        enrollment_id: str,
        round_number: int,
        grounds: Grounds,
        to_assessor_id: str | None = None,
        again: str = "",
    ) -> Done:
        """Offer the round anew, to a named assessor if given."""
        key = request_key(
            "reassign", enrollment_id, round_number, to_assessor_id, grounds.reason, again
        )
        request = Reassign(
            actor=await self._requests.actor(key, grounds),
            round=round_number,
            to_assessor_id=to_assessor_id,
        )
        return await self._requests.send(enrollment_id, "reassign", request, Done, key)

    async def grant_round(self, enrollment_id: str, grounds: Grounds, again: str = "") -> Done:
        """Grant one more round."""
        key = request_key("grant_round", enrollment_id, grounds.reason, again)
        request = GrantRound(actor=await self._requests.actor(key, grounds))
        return await self._requests.send(enrollment_id, "grant_round", request, Done, key)

    async def resend(self, notice_id: str, grounds: Grounds, again: str = "") -> str:
        """Send a notice once more; returns the id of the new one."""
        key = request_key("resend", notice_id, grounds.reason, again)
        actor = await self._requests.actor(key, grounds)
        dispatch = await self._ops.resend(notice_id, key, actor.reason_id or "", _now())
        await self._engine.dispatch((dispatch,))
        return dispatch.notice_id

    async def correct_address(self, enrollment_id: str, address: str, grounds: Grounds) -> int:
        """Correct the practitioner's address; returns how many notices go out again."""
        key = request_key("correct_address", enrollment_id, address, grounds.reason)
        actor = await self._requests.actor(key, grounds)
        sent = await self._ops.correct_address(
            enrollment_id, address, key, actor.reason_id or "", _now()
        )
        await self._engine.dispatch(sent)
        return len(sent)

    async def close_attention(self, subject_id: str, kind: AttentionKind, grounds: Grounds) -> bool:
        """Close attention that ops have seen to; ``False`` when it was not open."""
        key = request_key("close_attention", subject_id, kind, grounds.reason, grounds.at)
        actor = await self._requests.actor(key, grounds)
        return await self._ops.close_attention(
            subject_id, kind, key, grounds, actor.reason_id or ""
        )

    async def bounced(self, notice_id: str, reply: str, grounds: Grounds | None = None) -> None:
        """A mail came back after it was accepted; with ``grounds``, who says so is kept."""
        reason_id = None
        if grounds is not None:
            actor = await self._requests.actor(request_key("bounced", notice_id), grounds)
            reason_id = actor.reason_id
        await self._ops.bounced(notice_id, reply, _now(), reason_id)


def _now() -> datetime:
    return datetime.now(UTC)
