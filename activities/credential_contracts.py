"""What issuing and correcting say to each other: identifiers alone, as histories keep all of it."""

from domain.values import Contract


class AwardRef(Contract):
    """Which award is to have its credential.

    ``after`` is set by operations alone: the revoked credential that the new one follows. Without
    it an award that ever had a credential gets no other. ``reason_id`` says why they asked.
    """

    enrollment_id: str
    after: str | None = None
    reason_id: str | None = None


class Issued(Contract):
    """The credential of the award; ``None`` when it cannot be signed: attention says why."""

    credential_id: str | None = None


class CorrectionRef(Contract):
    """Which correction is to be carried out."""

    correction_id: str


class Corrected(Contract):
    """A correction was carried out: what replaces the credential, and which lists say so now."""

    replacement_id: str | None = None
    status_lists: tuple[str, ...] = ()


class StatusListRef(Contract):
    """Which status list is to be signed as it stands now."""

    list_id: str


class StatusListPublished(Contract):
    """Which version of a status list everybody reads from now on."""

    version: int
