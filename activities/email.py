"""Sending notices. "Accepted" is written from the server's own reply and from nothing else."""

from datetime import UTC, datetime
from functools import partial
from uuid import uuid4

from pydantic import TypeAdapter
from temporalio import activity

from activities.contracts import NoticeOutcome, NoticeRef
from activities.failures import Failure, failed
from activities.heartbeating import Heart, heartbeating
from activities.interfaces import Mail
from activities.mail_ports import (
    Abandoned,
    Accepted,
    Deferred,
    MailRelay,
    Refused,
    Unconfirmed,
)
from activities.ports import Engine, LetterMaker, NoticeWriter, Outgoing
from domain.kept_letters import kept
from domain.letter_refusals import LetterNotWritable
from domain.letters import Letter
from domain.notices import NoticeKind, NoticeState

_REPLY = TypeAdapter(str)


class MailActivities(Mail):
    """Claims a notice, sends it, and writes what the server said."""

    def __init__(
        self, notices: NoticeWriter, relay: MailRelay, letters: LetterMaker, engine: Engine
    ) -> None:
        self._notices = notices
        self._relay = relay
        self._letters = letters
        self._engine = engine

    @activity.defn(name="send_notice")
    async def send_notice(self, notice: NoticeRef) -> NoticeOutcome:
        """Send one notice. Raises a retryable failure while it is not settled."""
        notice_id = notice.notice_id
        async with heartbeating() as heart:
            await self._recall_acceptance(notice_id, heart)
            outgoing = await self._notices.prepare(notice_id, datetime.now(UTC))
            if isinstance(outgoing, NoticeState):
                await self._tell_if_accepted(notice_id, outgoing)
                return NoticeOutcome(state=outgoing)
            return NoticeOutcome(state=await self._send(notice_id, outgoing, heart))

    async def _send(self, notice_id: str, outgoing: Outgoing, heart: Heart) -> NoticeState:
        letter = await self._written(notice_id, outgoing)
        token, now = uuid4().hex, datetime.now(UTC)
        claim = partial(self._notices.claim, notice_id, token, kept(letter, outgoing.facts, now))
        delivery = await self._relay.deliver(letter, claim)
        match delivery:
            case Accepted(reply=reply, at=at):
                # Should the records be out of reach now, the next attempt still knows. The code
                # alone: the words of a reply may repeat an address.
                heart.remember(reply.partition(" ")[0])
                await self._notices.accepted(notice_id, reply, at)
                await self._tell_accepted(notice_id, outgoing)
                return NoticeState.ACCEPTED
            case Refused(reason=reason, reply=reply):
                await self._notices.refused(notice_id, reply or reason.value, now)
                return NoticeState.REFUSED
            case Deferred(reason=reason, reply=reply, is_claimed=is_claimed):
                await self._notices.deferred(
                    notice_id,
                    reply or reason.value,
                    now,
                    attempt=activity.info().attempt,
                    claim=token if is_claimed else None,
                )
                is_ours = delivery.is_for_operations
                raise failed(Failure.MAIL_CONFIGURATION if is_ours else Failure.MAIL_DEFERRED)
            case Unconfirmed(reply=reply):
                if await self._notices.unconfirmed(notice_id, reply, now):
                    raise failed(Failure.MAIL_UNCONFIRMED)
                return NoticeState.UNKNOWN
            case Abandoned():
                return await self._state_after_abandoning(notice_id)

    async def _written(self, notice_id: str, outgoing: Outgoing) -> Letter:
        """Write the letter; a template that an organization broke is for ops to mend."""
        try:
            return self._letters.write(
                outgoing.kind,
                outgoing.facts,
                to_address=outgoing.to_address,
                message_id=outgoing.message_id,
                date=outgoing.intended_at,
            )
        except LetterNotWritable as refusal:
            attempt, now = activity.info().attempt, datetime.now(UTC)
            await self._notices.deferred(notice_id, str(refusal), now, attempt=attempt, claim=None)
            raise failed(Failure.LETTER_NOT_WRITTEN) from None

    async def _state_after_abandoning(self, notice_id: str) -> NoticeState:
        """The claim was not granted: the notice was settled in between, or is being sent."""
        outcome = await self._notices.prepare(notice_id, datetime.now(UTC))
        if isinstance(outcome, NoticeState):
            return outcome
        raise failed(Failure.MAIL_CLAIMED_ELSEWHERE)

    async def _recall_acceptance(self, notice_id: str, heart: Heart) -> None:
        """Write the acceptance that an earlier attempt heard of and could not write."""
        for detail in activity.info().heartbeat_details:
            code = _REPLY.validate_python(detail)
            heart.remember(code)
            reply = f"{code} as the sender remembers it"
            await self._notices.accepted(notice_id, reply, datetime.now(UTC))

    async def _tell_if_accepted(self, notice_id: str, state: NoticeState) -> None:
        """The journey may not have heard of it: telling it twice is harmless."""
        if state is NoticeState.ACCEPTED:
            enrollment_id = await self._notices.access_mail_of(notice_id)
            if enrollment_id is not None:
                await self._engine.tell_access_mail_accepted(enrollment_id, notice_id)

    async def _tell_accepted(self, notice_id: str, outgoing: Outgoing) -> None:
        if outgoing.kind is NoticeKind.ACCESS and outgoing.enrollment_id is not None:
            await self._engine.tell_access_mail_accepted(outgoing.enrollment_id, notice_id)
