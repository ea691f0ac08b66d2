"""A correction of a credential: revoked or replaced as one fact, then told to everybody."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError

from activities.credential_contracts import (
    Corrected,
    CorrectionRef,
    StatusListPublished,
    StatusListRef,
)
from activities.interfaces import Credentials
from domain.refusals import Refusal
from workflows.contracts import CorrectionInput
from workflows.ledger import refusal_in

CORRECTION_ATTEMPT = timedelta(seconds=30)
"""One attempt to sign and to keep; after that a killed worker has been missed."""

CORRECTION_RETRY = RetryPolicy(
    initial_interval=timedelta(milliseconds=500),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(minutes=1),
)
"""Retried without end: what operations asked for is done once the outage is over."""


@workflow.defn(failure_exception_types=[Refusal])
class CredentialCorrection:
    """Revokes a credential, or puts another one in its place. Ends when everybody can read it.

    The history holds identifiers alone; who asked, and why, stands in the records.
    """

    @workflow.run
    async def run(self, correction: CorrectionInput) -> Corrected:
        """Carry the correction out. Raises the ``Refusal`` that it meets: nothing was changed."""
        corrected = await self._correct(correction.correction_id)
        for list_id in corrected.status_lists:
            await self._publish(list_id)
        return corrected

    async def _correct(self, correction_id: str) -> Corrected:
        try:
            return await workflow.execute_activity_method(
                Credentials.correct_credential,
                CorrectionRef(correction_id=correction_id),
                start_to_close_timeout=CORRECTION_ATTEMPT,
                retry_policy=CORRECTION_RETRY,
            )
        except ActivityError as failure:
            refusal = refusal_in(failure)
            if refusal is None:
                raise
            raise refusal from None

    async def _publish(self, list_id: str) -> StatusListPublished:
        return await workflow.execute_activity_method(
            Credentials.publish_status_list,
            StatusListRef(list_id=list_id),
            start_to_close_timeout=CORRECTION_ATTEMPT,
            retry_policy=CORRECTION_RETRY,
        )
