"""The activities as workflows see them. Implementations carry the same decorators.

Abstract classes, so that a workflow calls by name and type and never imports an effect.
"""

from abc import ABC, abstractmethod

from temporalio import activity

from activities.bulk_contracts import BulkOutcome, BulkRef
from activities.contracts import (
    ArtifactRef,
    Entered,
    Entry,
    EntryCause,
    EntryRef,
    Frozen,
    LinesStarted,
    LinesToStart,
    NoticeOutcome,
    NoticeRef,
    OrderRef,
    OrderStanding,
    PartRef,
    SweepReport,
    SweepRequest,
    UploadRef,
)
from activities.credential_contracts import (
    AwardRef,
    Corrected,
    CorrectionRef,
    Issued,
    StatusListPublished,
    StatusListRef,
)
from activities.transcript_contracts import TranscriptMade, TranscriptRef
from activities.webhook_contracts import DeliveryOutcome, DeliveryRef


class JourneyRecords(ABC):
    """Writes what a journey decided. A local activity: one transaction a turn."""

    @activity.defn(name="enter")
    @abstractmethod
    async def enter(self, entry: Entry) -> Entered:
        """Write all steps of ``entry`` or none; a repeated entry is answered as the first was."""

    @activity.defn(name="cause_of_entry")
    @abstractmethod
    async def cause_of_entry(self, entry: EntryRef) -> EntryCause:
        """Say what an entry was caused by, if an earlier attempt at this task wrote it."""


class OrderRecords(ABC):
    """What the intake of an order asks of the records. Local activities."""

    @activity.defn(name="acknowledge_order")
    @abstractmethod
    async def acknowledge_order(self, order: OrderRef) -> OrderStanding:
        """Tell the payer that the order arrived, and say whether it is settled."""

    @activity.defn(name="order_standing")
    @abstractmethod
    async def order_standing(self, order: OrderRef) -> OrderStanding:
        """Say whether the order is settled or refunded by now."""

    @activity.defn(name="settlement_overdue")
    @abstractmethod
    async def settlement_overdue(self, order: OrderRef) -> OrderStanding:
        """Open attention: nobody paid in time; the new due time is in the answer."""

    @activity.defn(name="start_lines")
    @abstractmethod
    async def start_lines(self, lines: LinesToStart) -> LinesStarted:
        """Grant the subscriptions of the next lines and start their journeys, or hold them."""


class Mail(ABC):
    """Sends notices. Runs on the queue ``mail``, outside any workflow."""

    @activity.defn(name="send_notice")
    @abstractmethod
    async def send_notice(self, notice: NoticeRef) -> NoticeOutcome:
        """Claim and send one notice; its state is written from the server's reply alone."""


class Documents(ABC):
    """Looks into files and freezes parts. Runs on the queue ``documents``."""

    @activity.defn(name="inspect_artifact")
    @abstractmethod
    async def inspect_artifact(self, artifact: ArtifactRef) -> None:
        """Look into an uploaded file and record what it really is."""

    @activity.defn(name="freeze_part")
    @abstractmethod
    async def freeze_part(self, part: PartRef) -> Frozen:
        """Preflight a draft, read its files back, and freeze it as a revision."""


class Webhooks(ABC):
    """Tells other systems what happened. Runs on the queue ``webhooks``, outside any workflow."""

    @activity.defn(name="deliver_webhook")
    @abstractmethod
    async def deliver_webhook(self, delivery: DeliveryRef) -> DeliveryOutcome:
        """Send one event to one endpoint; its state is written from the receiver's reply alone."""


class Uploads(ABC):
    """Turns uploads into files. Runs on the queue ``documents``."""

    @activity.defn(name="keep_upload")
    @abstractmethod
    async def keep_upload(self, upload: UploadRef) -> None:
        """Keep an upload that arrived as a file, once, and have it looked into."""


class Bulk(ABC):
    """What operations do to many journeys. Runs on the queue ``journeys``, outside any workflow."""

    @activity.defn(name="run_bulk")
    @abstractmethod
    async def run_bulk(self, bulk: BulkRef) -> BulkOutcome:
        """Do what is left of an act, one journey after the other."""


class Credentials(ABC):
    """Makes credentials of awards. Runs on the queue ``journeys``, where the signing keys are."""

    @activity.defn(name="issue_credential")
    @abstractmethod
    async def issue_credential(self, award: AwardRef) -> Issued:
        """Make the credential of an award, once; a repeated call is answered with the first."""

    @activity.defn(name="correct_credential")
    @abstractmethod
    async def correct_credential(self, correction: CorrectionRef) -> Corrected:
        """Revoke a credential, or put another one in its place, as operations asked for."""

    @activity.defn(name="publish_status_list")
    @abstractmethod
    async def publish_status_list(self, status_list: StatusListRef) -> StatusListPublished:
        """Sign and keep a status list as the records have it now."""


class Transcripts(ABC):
    """Makes transcripts. Runs on the queue ``journeys``, where the signing keys are."""

    @activity.defn(name="make_transcript")
    @abstractmethod
    async def make_transcript(self, transcript: TranscriptRef) -> TranscriptMade:
        """Make the transcript of somebody, once for each set of credentials that count."""


class Sweeping(ABC):
    """The regular look at everything."""

    @activity.defn(name="sweep")
    @abstractmethod
    async def sweep(self, request: SweepRequest) -> SweepReport:
        """Find drift, wake what is stuck, count the invariants."""


INTERFACES = (
    *(JourneyRecords, OrderRecords, Mail, Documents, Uploads),
    *(Webhooks, Bulk, Credentials, Transcripts, Sweeping),
)
"""Every interface; the worker checks at start-up that each activity is registered."""
