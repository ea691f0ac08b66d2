"""Every desk of the office, made in one way for the command line and for the portal.

Whoever opens the office says where the records and files are and how the engine is reached; the
engine is connected to when a desk first needs it, so what only reads works without it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from activities.document_ports import FileStorage
from adapters.records.board_views import BoardViews
from adapters.records.bulk_book import BulkBook
from adapters.records.case_views import CaseViews
from adapters.records.catalog_book import CatalogBook
from adapters.records.closure_book import ClosureBook
from adapters.records.correction_book import CorrectionBook
from adapters.records.credential_views import CredentialViews
from adapters.records.database import Database
from adapters.records.mark_book import MarkBook
from adapters.records.ops_book import OpsBook
from adapters.records.order_book import OrderBook
from adapters.records.part_book import PartBook
from adapters.records.prospects import Prospects
from adapters.records.refund_book import RefundBook
from adapters.records.roster_book import RosterBook
from adapters.records.views import Views
from domain.policy import Policy
from office.acting import ActingDesk
from office.assessing import AssessorDesk
from office.bulk import BulkDesk
from office.catalog import CatalogDesk
from office.closures import CalendarDesk
from office.credentials import CredentialDesk
from office.drafting import DraftDesk
from office.engine import WorkflowEngine
from office.marking import MarkDesk
from office.operating import OpsDesk
from office.orders import OrderDesk
from office.practising import PractitionerDesk
from office.previews import Previews
from office.requests import Requests
from office.roster import RosterDesk
from office.transcripts import TranscriptDesk

Connect = Callable[[], Awaitable[WorkflowEngine]]
"""Reaches the engine; raises ``EngineUnreachable``."""


@dataclass
class Desks:
    """Makes the desks of one opened office."""

    database: Database
    zone: str
    policy: Policy
    files: FileStorage
    connect: Connect
    _engine: WorkflowEngine | None = None
    _connecting: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def engine(self) -> WorkflowEngine:
        """Return the engine, connected to once; raises ``EngineUnreachable``."""
        async with self._connecting:
            if self._engine is None:
                self._engine = await self.connect()
            return self._engine

    async def wake(self, enrollment_ids: tuple[str, ...]) -> None:
        """Tell waiting rounds that a place is free; raises ``EngineUnreachable``."""
        await (await self.engine()).wake(enrollment_ids)

    @property
    def views(self) -> Views:
        """What people look at."""
        return Views(self.database, self.zone)

    @property
    def board(self) -> BoardViews:
        """What operations look at: the board and its lists."""
        return BoardViews(self.database, self.zone)

    @property
    def parts(self) -> PartBook:
        """Drafts, files and revisions."""
        return PartBook(self.database)

    @property
    def marks(self) -> MarkBook:
        """Offers, sheets and marks."""
        return MarkBook(self.database)

    @property
    def marking(self) -> MarkDesk:
        """Where marks are made, which needs no engine."""
        return MarkDesk(self.marks)

    @property
    def catalog(self) -> CatalogDesk:
        """Where the catalogue is kept."""
        return CatalogDesk(CatalogBook(self.database))

    @property
    def roster(self) -> RosterDesk:
        """Where the roster is kept."""
        return RosterDesk(RosterBook(self.database, self.zone), self.wake)

    @property
    def calendar(self) -> CalendarDesk:
        """Where closures are kept."""
        return CalendarDesk(ClosureBook(self.database, self.zone))

    async def requests(self) -> Requests:
        """Return the way to journeys."""
        return Requests(await self.engine(), self.database)

    async def orders(self, policy: Policy | None = None) -> OrderDesk:
        """Return where orders are taken; they pin ``policy``, the installation's by default."""
        pinned = policy or self.policy
        return OrderDesk(
            await self.engine(),
            OrderBook(self.database, self.zone, pinned),
            RefundBook(self.database, self.zone, pinned),
            await self.requests(),
            pinned,
        )

    @property
    def drafts(self) -> DraftDesk:
        """Where practitioners write; it needs no engine."""
        return DraftDesk(self.parts)

    async def practitioner(self) -> PractitionerDesk:
        """Return where practitioners work."""
        return PractitionerDesk(await self.engine(), await self.requests(), self.parts, self.files)

    async def assessor(self) -> AssessorDesk:
        """Return where assessors work."""
        return AssessorDesk(await self.requests(), self.marks)

    async def ops(self) -> OpsDesk:
        """Return where operations act."""
        return OpsDesk(await self.engine(), await self.requests(), OpsBook(self.database))

    @property
    def previews(self) -> Previews:
        """What acts of operations would do."""
        return Previews(self.database, self.zone)

    @property
    def acting(self) -> ActingDesk:
        """Where operations do what was previewed."""
        return ActingDesk(self)

    @property
    def credentials(self) -> CredentialViews:
        """What is read of credentials."""
        return CredentialViews(self.database)

    async def credential_desk(self) -> CredentialDesk:
        """Return where operations issue, revoke and reissue."""
        return CredentialDesk(
            await self.engine(),
            await self.requests(),
            CorrectionBook(self.database),
            self.credentials,
        )

    async def transcripts(self) -> TranscriptDesk:
        """Return where practitioners ask for their transcript."""
        return TranscriptDesk(await self.engine())

    async def bulk(self) -> BulkDesk:
        """Return where operations act on many journeys."""
        return BulkDesk(
            await self.engine(),
            BulkBook(self.database),
            CaseViews(self.database),
            Prospects(self.database, self.zone),
        )
