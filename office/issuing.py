"""How issuing and correcting are put into the engine, by people and by the sweep.

Signing happens in the workers of the queue ``journeys`` alone: whoever asks here has no keys.
"""

from datetime import timedelta
from typing import Final

from temporalio.client import ActivityFailureError, Client, WorkflowFailureError
from temporalio.common import (
    ActivityIDConflictPolicy,
    ActivityIDReusePolicy,
    RetryPolicy,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import ActivityAlreadyStartedError, WorkflowAlreadyStartedError

from activities.credential_contracts import AwardRef, Corrected, Issued, StatusListRef
from domain.refusals import Refusal
from office.engine import refusal_of
from workflows import names
from workflows.contracts import CorrectionInput

CORRECTION_WORKFLOW: Final = "CredentialCorrection"

SIGNING_ATTEMPT: Final = timedelta(seconds=30)
"""One attempt to sign and to keep; after that a killed worker has been missed."""

SIGNING_PERSISTENCE: Final = timedelta(hours=1)
"""How long it is tried; the sweep starts again what is still missing then."""

SIGNING_RETRY: Final = RetryPolicy(
    initial_interval=timedelta(milliseconds=500),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(minutes=1),
)


async def start_issuing(client: Client, enrollment_id: str) -> bool:
    """Have the credential of an award made; ``False``: somebody is at it already."""
    return await _started(
        client,
        "issue_credential",
        AwardRef(enrollment_id=enrollment_id),
        names.issuing_id(enrollment_id),
    )


async def start_publishing(client: Client, list_id: str) -> bool:
    """Have a status list signed anew; ``False``: somebody is at it already."""
    return await _started(
        client,
        "publish_status_list",
        StatusListRef(list_id=list_id),
        names.publishing_id(list_id),
    )


async def _started(
    client: Client, activity: str, argument: AwardRef | StatusListRef, activity_id: str
) -> bool:
    try:
        await client.start_activity(
            activity,
            argument,
            id=activity_id,
            task_queue=names.JOURNEYS_QUEUE,
            start_to_close_timeout=SIGNING_ATTEMPT,
            schedule_to_close_timeout=SIGNING_PERSISTENCE,
            retry_policy=SIGNING_RETRY,
            id_reuse_policy=ActivityIDReusePolicy.ALLOW_DUPLICATE,
        )
    except ActivityAlreadyStartedError:
        return False
    return True


async def issued(client: Client, award: AwardRef) -> Issued:
    """Have the credential of an award made, and wait for it. Raises the ``Refusal`` it meets."""
    try:
        answered: Issued = await client.execute_activity(
            "issue_credential",
            award,
            id=names.issuing_id(award.enrollment_id),
            result_type=Issued,
            task_queue=names.JOURNEYS_QUEUE,
            start_to_close_timeout=SIGNING_ATTEMPT,
            schedule_to_close_timeout=SIGNING_PERSISTENCE,
            retry_policy=SIGNING_RETRY,
            id_reuse_policy=ActivityIDReusePolicy.ALLOW_DUPLICATE,
            id_conflict_policy=ActivityIDConflictPolicy.USE_EXISTING,
        )
    except ActivityFailureError as failure:
        raise _refusal_or(failure) from None
    return answered


async def start_correction(client: Client, correction_id: str) -> None:
    """Have a correction carried out. One that was carried out stays as it is; a refused one is
    tried once more.
    """
    try:
        await client.start_workflow(
            CORRECTION_WORKFLOW,
            CorrectionInput(correction_id=correction_id),
            id=names.correction_id(correction_id),
            task_queue=names.JOURNEYS_QUEUE,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )
    except WorkflowAlreadyStartedError:
        return


async def corrected(client: Client, correction_id: str) -> Corrected:
    """Wait until a correction is carried out. Raises the ``Refusal`` that it met."""
    handle = client.get_workflow_handle(names.correction_id(correction_id), result_type=Corrected)
    try:
        answered: Corrected = await handle.result()
    except WorkflowFailureError as failure:
        raise _refusal_or(failure) from None
    return answered


def _refusal_or(failure: Exception) -> Exception:
    refusal: Refusal | None = refusal_of(failure)
    return refusal or failure
