"""The workflow engine as activities and people's actions use it: start, tell, ask, dispatch.

Every call may be repeated: a business key is the workflow or activity id.
"""

from collections.abc import Awaitable
from datetime import timedelta
from typing import TypeVar

from temporalio.client import (
    ActivityFailureError,
    Client,
    WorkflowHandle,
    WorkflowUpdateFailedError,
)
from temporalio.common import (
    ActivityIDConflictPolicy,
    ActivityIDReusePolicy,
    Priority,
    RetryPolicy,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import (
    ActivityAlreadyStartedError,
    ApplicationError,
    WorkflowAlreadyStartedError,
)
from temporalio.service import RPCError, RPCStatusCode

from activities.contracts import NoticeRef
from activities.ports import Dispatch, JourneyToStart
from activities.webhook_contracts import DeliveryDispatch
from domain.refusals import Refusal
from domain.values import Contract, JsonObject
from office.delivering import start_delivery
from workflows import contracts, names

AnswerT = TypeVar("AnswerT", bound=Contract)

MAIL_ATTEMPT = timedelta(minutes=20)
"""One attempt to deliver a mail: longer than all the waits of the relay together."""

MAIL_PERSISTENCE = timedelta(days=5)
"""How long a mail is tried; mail servers of the world give up after about as long."""

SILENCE = timedelta(seconds=15)
"""An activity that gives no sign for this long has lost its worker, and is taken up by another."""

DOCUMENTS_ATTEMPT = timedelta(minutes=10)
"""One attempt to read a part's files back; two GiB from a slow store."""

DOCUMENTS_PERSISTENCE = timedelta(hours=1)
"""How long somebody waits for a freezing before being told that it did not work."""

MAIL_RETRY = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(minutes=15),
)

JOURNEY_WORKFLOW = "CredentialJourney"
INTAKE_WORKFLOW = "OrderIntake"


class JourneyNotRunning(Exception):
    """The engine has no running journey of that id; it cannot tell ended from unknown."""


class WorkflowEngine:
    """Laurel's side of the Temporal client."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def dispatch(self, notices: tuple[Dispatch, ...]) -> None:
        """Put notices on the mail queue; one that is there already stays as it is."""
        for notice in notices:
            await self._send(notice, ActivityIDReusePolicy.REJECT_DUPLICATE)

    async def dispatch_again(self, notice: Dispatch) -> None:
        """Put a notice on the queue whose earlier sending has ended; not beside a running one."""
        await self._send(notice, ActivityIDReusePolicy.ALLOW_DUPLICATE)

    async def _send(self, notice: Dispatch, reuse: ActivityIDReusePolicy) -> None:
        try:
            await self.client.start_activity(
                "send_notice",
                NoticeRef(notice_id=notice.notice_id),
                id=names.sending_id(notice.notice_id),
                task_queue=names.MAIL_QUEUE,
                start_to_close_timeout=MAIL_ATTEMPT,
                heartbeat_timeout=SILENCE,
                schedule_to_close_timeout=MAIL_PERSISTENCE,
                retry_policy=MAIL_RETRY,
                id_reuse_policy=reuse,
                priority=Priority(
                    priority_key=notice.urgency, fairness_key=notice.fairness_key[:64]
                ),
            )
        except ActivityAlreadyStartedError:
            return

    async def wake(self, enrollment_ids: tuple[str, ...]) -> None:
        """Tell waiting rounds that a place became free; one that has ended needs no telling."""
        for enrollment_id in enrollment_ids:
            handle = self.journey(enrollment_id)
            await _unless_gone(handle.signal("assessor_freed", contracts.AssessorFreed()))

    async def deliver(self, deliveries: tuple[DeliveryDispatch, ...]) -> None:
        """Put deliveries of webhooks on their queue; one that is there already stays as it is."""
        for delivery in deliveries:
            await start_delivery(self.client, delivery, ActivityIDReusePolicy.REJECT_DUPLICATE)

    async def deliver_again(self, delivery: DeliveryDispatch) -> None:
        """Put a delivery on its queue that nobody tries any more; not beside a running one."""
        await start_delivery(self.client, delivery, ActivityIDReusePolicy.ALLOW_DUPLICATE)

    async def start_journeys(self, journeys: tuple[JourneyToStart, ...]) -> None:
        """Start journeys; one that was started before stays as it is."""
        for each in journeys:
            journey = contracts.JourneyInput.model_validate(each.journey)
            await self._start(JOURNEY_WORKFLOW, journey, names.journey_id(each.enrollment_id))

    async def start_intake(
        self, channel: str, external_id: str, intake: contracts.IntakeInput
    ) -> None:
        """Start the intake of an order; the same order meets the same execution."""
        await self._start(INTAKE_WORKFLOW, intake, names.intake_id(channel, external_id))

    async def _start(self, workflow: str, argument: Contract, workflow_id: str) -> None:
        try:
            await self.client.start_workflow(
                workflow,
                argument,
                id=workflow_id,
                task_queue=names.JOURNEYS_QUEUE,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
            )
        except WorkflowAlreadyStartedError:
            return

    async def tell_access_mail_accepted(self, enrollment_id: str, notice_id: str) -> None:
        """Tell a journey that its access mail was accepted; an ended one needs no telling."""
        fact = contracts.AccessMailAccepted(notice_id=notice_id)
        handle = self.journey(enrollment_id)
        await _unless_gone(handle.signal("access_mail_accepted", fact))

    async def tell_order_changed(self, channel: str, external_id: str) -> None:
        """Tell an intake to look at its order again; a finished one needs no telling."""
        handle = self.client.get_workflow_handle(names.intake_id(channel, external_id))
        await _unless_gone(handle.signal("order_changed"))

    async def ask(
        self,
        enrollment_id: str,
        update: str,
        request: Contract,
        answer: type[AnswerT],
        *,
        request_id: str,
    ) -> AnswerT:
        """Send an update to a journey and return its answer; the same id twice runs once.

        Raises the ``Refusal`` that the journey answers with, and ``JourneyNotRunning``.
        """
        answered = await self._updated(enrollment_id, update, request, answer, request_id)
        return answer.model_validate(answered)

    async def _updated(
        self,
        enrollment_id: str,
        update: str,
        request: Contract | JsonObject,
        answer: type | None,
        request_id: str,
    ) -> object:
        try:
            answered: object = await self.journey(enrollment_id).execute_update(
                update, request, id=request_id, result_type=answer
            )
        except WorkflowUpdateFailedError as failure:
            raise refusal_of(failure) or failure from None
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                raise JourneyNotRunning from None
            raise
        return answered

    async def ask_again(
        self, enrollment_id: str, update: str, request: JsonObject, *, request_id: str
    ) -> None:
        """Send an update as it was kept; the same id twice runs once.

        Raises the ``Refusal`` that the journey answers with, and ``JourneyNotRunning``.
        """
        await self._updated(enrollment_id, update, request, None, request_id)

    async def run(self, activity: str, request: Contract, *, activity_id: str) -> None:
        """Run an activity on the queue ``documents`` that answers nothing; twice is once.

        Raises the ``Refusal`` that it answers with.
        """
        await self._work(activity, request, None, activity_id)

    async def work(
        self, activity: str, request: Contract, answer: type[AnswerT], *, activity_id: str
    ) -> AnswerT:
        """Run an activity on the queue ``documents`` and return its answer; twice is once.

        Raises the ``Refusal`` that it answers with.
        """
        return answer.model_validate(await self._work(activity, request, answer, activity_id))

    async def _work(
        self, activity: str, request: Contract, answer: type | None, activity_id: str
    ) -> object:
        try:
            worked: object = await self.client.execute_activity(
                activity,
                request,
                id=activity_id,
                result_type=answer,
                task_queue=names.DOCUMENTS_QUEUE,
                start_to_close_timeout=DOCUMENTS_ATTEMPT,
                heartbeat_timeout=SILENCE,
                schedule_to_close_timeout=DOCUMENTS_PERSISTENCE,
                id_conflict_policy=ActivityIDConflictPolicy.USE_EXISTING,
            )
        except ActivityFailureError as failure:
            refusal = refusal_of(failure)
            if refusal is None:
                raise
            raise refusal from None
        return worked

    async def standing(self, enrollment_id: str) -> contracts.Standing:
        """Ask a journey where it stands."""
        standing: contracts.Standing = await self.journey(enrollment_id).query(
            "standing", result_type=contracts.Standing
        )
        return standing

    def journey(self, enrollment_id: str) -> WorkflowHandle[object, object]:
        """Return the handle of an enrollment's journey."""
        return self.client.get_workflow_handle(names.journey_id(enrollment_id))


async def _unless_gone(call: Awaitable[None]) -> None:
    try:
        await call
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise


def refusal_of(failure: BaseException) -> Refusal | None:
    """Return the business refusal at the root of a failure of the engine, by its type."""
    cause: BaseException | None = failure
    while cause is not None and not isinstance(cause, ApplicationError):
        cause = cause.__cause__
    if isinstance(cause, ApplicationError) and cause.type:
        kind = Refusal.kind_named(cause.type)
        if kind is not None:
            return kind.received(cause.message)
    return None
