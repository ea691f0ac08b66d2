"""The journey's last step: the credential of the award, which the award never waits for."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError

from activities.credential_contracts import AwardRef
from activities.interfaces import Credentials

ISSUING_ATTEMPT = timedelta(seconds=30)
"""One attempt to sign a credential and to keep it."""

ISSUING_PERSISTENCE = timedelta(minutes=10)
"""How long a journey tries by itself; what is missing after that, the sweep finds and has made."""

ISSUING_RETRY = RetryPolicy(
    initial_interval=timedelta(milliseconds=200),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(seconds=15),
)


async def issue_credential(enrollment_id: str) -> None:
    """Have the credential of an award made. Whatever comes of it, the award stands.

    What cannot be signed is attention for operations already; what could not be tried to its end
    is found by the sweep, which compares every award with its credential.
    """
    try:
        await workflow.execute_local_activity_method(
            Credentials.issue_credential,
            AwardRef(enrollment_id=enrollment_id),
            start_to_close_timeout=ISSUING_ATTEMPT,
            schedule_to_close_timeout=ISSUING_PERSISTENCE,
            retry_policy=ISSUING_RETRY,
        )
    except (ActivityError, ApplicationError):
        workflow.logger.warning("credential_left_to_the_sweep")
