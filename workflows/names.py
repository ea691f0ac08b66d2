"""Identity: which workflow belongs to what, and which queue does what work.

A business key is the workflow id, so that a repeated call meets the same execution.
"""

JOURNEYS_QUEUE = "journeys"
"""Workflows and the records that they write (local activities)."""

MAIL_QUEUE = "mail"
"""Sending notices: retried for days, rate-limited, by priority and fairness."""

DOCUMENTS_QUEUE = "documents"
"""Hashing, inspecting and freezing what practitioners submit."""

WEBHOOKS_QUEUE = "webhooks"
"""Telling other systems: a slow or dead receiver holds up nothing but its own events."""

ALL_QUEUES = (JOURNEYS_QUEUE, MAIL_QUEUE, DOCUMENTS_QUEUE, WEBHOOKS_QUEUE)

SWEEP_SCHEDULE_ID = "sweep"
"""The one schedule."""


def journey_id(enrollment_id: str) -> str:
    """Return the workflow id of an enrollment's journey."""
    return f"enrollment/{enrollment_id}"


def intake_id(channel: str, external_id: str) -> str:
    """Return the workflow id of an order's intake."""
    return f"order/{channel}/{external_id}"


def correction_id(credential_correction_id: str) -> str:
    """Return the workflow id of a correction of a credential."""
    return f"correction/{credential_correction_id}"


def issuing_id(enrollment_id: str) -> str:
    """Return the activity id under which the credential of an award is issued, once at a time."""
    return f"credential/{enrollment_id}"


def publishing_id(status_list_id: str) -> str:
    """Return the activity id under which a status list is signed anew, once at a time."""
    return f"status-list/{status_list_id}"


def sending_id(notice_id: str) -> str:
    """Return the activity id under which a notice is sent, once."""
    return f"notice/{notice_id}"


def delivery_id(webhook_delivery_id: str) -> str:
    """Return the activity id under which one event is delivered to one endpoint."""
    return f"webhook/{webhook_delivery_id}"


def freezing_id(enrollment_id: str, round_number: int, part: int, draft_version: int) -> str:
    """Return the activity id under which one version of a draft is frozen."""
    return f"freeze/{enrollment_id}/{round_number}/{part}/{draft_version}"


def keeping_id(upload_id: str) -> str:
    """Return the activity id under which an upload is turned into a file, once."""
    return f"upload/{upload_id}"


def bulk_act_id(bulk_id: str) -> str:
    """Return the activity id under which an act of operations on many journeys is carried out."""
    return f"bulk/{bulk_id}"


def transcript_id(of: str) -> str:
    """Return the activity id under which somebody's transcript is made; ``of`` tells nothing."""
    return f"transcript/{of}"


def inspection_id(artifact_id: str) -> str:
    """Return the activity id under which an uploaded file is inspected."""
    return f"inspect/{artifact_id}"
