"""A whole Laurel for tests: real records, real Temporal, real SMTP, its workers in this process.

One house serves many tests of a session; each test makes its own people, orders and assessors.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from sqlalchemy import select
from temporalio.client import Client

from adapters.assembly import database_of, file_store_of
from adapters.records.correction_book import CorrectionBook
from adapters.records.credential_views import CredentialViews
from adapters.records.database import Database
from adapters.records.mark_book import MarkBook
from adapters.records.ops_book import OpsBook
from adapters.records.order_book import OrderBook
from adapters.records.part_book import PartBook
from adapters.records.refund_book import RefundBook
from adapters.records.round_tables import AssessorRow, QualificationRow
from adapters.records.tables import (
    AttentionRow,
    CatalogVersionRow,
    EnrollmentRow,
    MicroCredentialRow,
    NoticeRow,
    OrderLineRow,
    PersonRow,
    TimelineRow,
)
from adapters.temporal import connect_to
from adapters.time_skipping import current_time, fast_forward
from domain.assessment import MarkKind
from domain.assignment import organization_key
from domain.catalog import CatalogEntry, EssentialOutcome, Part
from domain.enrollment import Stage
from domain.evidence import Inspection, Stored
from domain.grounds import grounds
from domain.locators import Page
from domain.media import ArtifactKind
from domain.notices import NoticeState
from domain.orders import Channel, Learner, Line, Order
from domain.policy import Policy
from domain.submission import Statement
from domain.values import opaque_id
from office.assessing import AssessorDesk
from office.credentials import CredentialDesk
from office.engine import WorkflowEngine
from office.operating import OpsDesk
from office.orders import OrderDesk
from office.practising import PractitionerDesk
from office.requests import Requests
from settings import Settings
from tests.smtp_servers import ScriptedServer
from tests.waiting import eventually
from worker import workers_of
from workflows.contracts import Standing

OPS = grounds("because the test says so", "operations", datetime.now(UTC))
AGREED = frozenset(Statement)
NARRATIVE = "word " * 60
NUMBERS = count(1)

ENTRY = CatalogEntry(
    library="general",
    slug="steady-hands",
    title="Steady Hands",
    overview="Lead calmly.",
    outcomes=(
        EssentialOutcome(text="Plan the week.", details=("A written plan.", "A shared plan.")),
        EssentialOutcome(text="Keep the plan.", details=("A kept log.",)),
    ),
    parts=(
        Part(number=1, title="Questions", minimum_words=100, questions=("How?", "Why?")),
        Part(number=2, title="Portfolio"),
        Part(number=3, title="Reflection", minimum_words=50),
    ),
)
"""A small rubric: two questions, three details, one reflection."""

ITEMS = (
    "question/1",
    "question/2",
    "detail/1.1",
    "detail/1.2",
    "detail/2.1",
    "reflection",
)


@dataclass
class Assessor:
    """Somebody on the roster of one test's library."""

    id: str
    name: str
    address: str


@dataclass
class House:
    """Everything that a test needs to play a journey."""

    client: Client
    settings: Settings
    database: Database
    smtp: ScriptedServer
    policy: Policy = field(default_factory=Policy)

    def __post_init__(self) -> None:
        self.engine = WorkflowEngine(self.client)
        self.ops_book = OpsBook(self.database)
        self.requests = Requests(self.engine, self.database)
        self.parts = PartBook(self.database)
        self.marks = MarkBook(self.database)
        self.practitioner = PractitionerDesk(
            self.engine, self.requests, self.parts, file_store_of(self.settings)
        )
        self.assessor = AssessorDesk(self.requests, self.marks)
        self.ops = OpsDesk(self.engine, self.requests, self.ops_book)
        self.orders = self.order_desk(self.policy)
        self.issued = CredentialViews(self.database)
        self.credentials = CredentialDesk(
            self.engine, self.requests, CorrectionBook(self.database), self.issued
        )

    def order_desk(self, policy: Policy) -> OrderDesk:
        """Return a desk whose orders pin ``policy``."""
        zone = self.settings.programme_zone
        return OrderDesk(
            self.engine,
            OrderBook(self.database, zone, policy),
            RefundBook(self.database, zone, policy),
            self.requests,
            policy,
        )

    async def publish(self, library: str, entry: CatalogEntry = ENTRY) -> CatalogEntry:
        """Publish the small micro-credential in a library of the test's own."""
        entry = entry.model_copy(update={"library": library})
        key = opaque_id("m", library, entry.slug)
        async with self.database.transaction() as session:
            if await session.get(MicroCredentialRow, key) is None:
                session.add(
                    MicroCredentialRow(
                        id=key, library=library, slug=entry.slug, published_version=1
                    )
                )
                await session.flush()
                session.add(
                    CatalogVersionRow(
                        id=f"{key}-1",
                        micro_credential_id=key,
                        number=1,
                        title=entry.title,
                        library=library,
                        content=entry.model_dump(mode="json"),
                        published_at=datetime.now(UTC),
                    )
                )
        return entry

    async def hire(
        self, library: str, *, capacity: int = 5, organization: str = "", address: str = ""
    ) -> Assessor:
        """Put an assessor on the roster of a library."""
        number = next(NUMBERS)
        address = address or f"assessor{number}@example.org"
        assessor = Assessor(
            id=opaque_id("s", address), name=f"Assessor Nr{number}", address=address
        )
        async with self.database.transaction() as session:
            session.add(
                AssessorRow(
                    id=assessor.id,
                    name=assessor.name,
                    address=address,
                    organization=organization,
                    organization_key=organization_key(organization),
                    capacity=capacity,
                )
            )
            await session.flush()
            session.add(QualificationRow(library=library, assessor_id=assessor.id))
        return assessor

    def paid_order(self, library: str, number: int | None = None) -> Order:
        """Return an online order of one new learner."""
        number = next(NUMBERS) if number is None else number
        learner = Learner(name=f"Learner Nr{number}", address=f"learner{number}@example.org")
        return Order(
            channel=Channel.ONLINE,
            external_id=f"shop-{number}",
            payer_name=f"Payer Nr{number}",
            payer_address=f"payer{number}@example.org",
            lines=(Line(learner=learner, library=library, slug=ENTRY.slug),),
        )

    async def enrolled(
        self, library: str, *, is_verified: bool = False, policy: Policy | None = None
    ) -> str:
        """Take a paid order and return its enrollment, once the journey stands somewhere."""
        await self.publish(library)
        order = self.paid_order(library)
        if is_verified:
            await self.know(order.lines[0].learner)
        desk = self.order_desk(policy) if policy else self.orders
        order_id = await desk.take_paid_order(order)
        enrollment_id = await self.enrollment_of(order_id)
        await eventually(lambda: self._has_stage(enrollment_id))
        return enrollment_id

    async def know(self, learner: Learner) -> None:
        """The directory knows this learner as verified."""
        async with self.database.transaction() as session:
            session.add(
                PersonRow(
                    id=opaque_id("p", learner.address),
                    name=learner.name,
                    address=learner.address,
                    organization=learner.organization,
                    verified_at=datetime.now(UTC),
                )
            )

    async def learner_of(self, enrollment_id: str) -> Learner:
        """Return the learner of an enrollment, as an order would name them."""
        async with self.database.reading() as session:
            enrollment = await session.get_one(EnrollmentRow, enrollment_id)
            person = await session.get_one(PersonRow, enrollment.person_id)
            return Learner(
                name=person.name, address=person.address, organization=person.organization
            )

    async def enrollment_of(self, order_id: str, number: int = 1) -> str:
        """Return the enrollment of a line, once it is there."""
        found: list[str] = []

        async def is_there() -> bool:
            async with self.database.reading() as session:
                row = await session.get_one(OrderLineRow, f"{order_id}-{number}")
                found[:] = [row.enrollment_id] if row.enrollment_id else []
            return bool(found)

        await eventually(is_there)
        return found[0]

    async def _has_stage(self, enrollment_id: str) -> bool:
        return (await self.row(enrollment_id)).stage != "starting"

    async def row(self, enrollment_id: str) -> EnrollmentRow:
        """Return the flat row of an enrollment."""
        async with self.database.reading() as session:
            return await session.get_one(EnrollmentRow, enrollment_id)

    async def until_stage(self, enrollment_id: str, stage: Stage) -> EnrollmentRow:
        """Wait until the records say that the journey stands at ``stage``."""

        async def is_at() -> bool:
            return (await self.row(enrollment_id)).stage == stage

        await eventually(is_at)
        return await self.row(enrollment_id)

    async def working(self, library: str, policy: Policy | None = None) -> str:
        """Return an enrollment whose practitioner has access."""
        enrollment_id = await self.enrolled(library, is_verified=True, policy=policy)
        await self.until_stage(enrollment_id, Stage.WORKING)
        return enrollment_id

    async def submitted(self, library: str, policy: Policy | None = None) -> str:
        """Return an enrollment whose three parts are in."""
        enrollment_id = await self.working(library, policy)
        await self.submit_all(enrollment_id)
        return enrollment_id

    async def submit_all(self, enrollment_id: str) -> None:
        """Write and submit whatever is open."""
        work = await self.parts.open_work(enrollment_id)
        for part in sorted({item.part for item in work.items if item.key in work.open_keys}):
            await self.write(enrollment_id, part)
            await self.practitioner.submit(enrollment_id, part, AGREED)

    async def write(self, enrollment_id: str, part: int) -> None:
        """Write a draft that the preflight takes."""
        work = await self.parts.open_work(enrollment_id)
        keys = [i.key for i in work.items if i.part == part and i.key in work.open_keys]
        if part != 2:
            await self.practitioner.answer(enrollment_id, part, dict.fromkeys(keys, NARRATIVE))
            return
        artifact_id = await self.artifact(enrollment_id)
        for key in keys:
            await self.practitioner.point_at(
                enrollment_id, key, artifact_id, Page(number=1), "The plan is on this page."
            )

    async def artifact(self, enrollment_id: str) -> str:
        """Put a stored, inspected file into the records; its bytes are really in the store."""
        content = b"%PDF-1.7 a plan"

        async def chunks() -> AsyncIterator[bytes]:
            yield content

        stored: Stored = await file_store_of(self.settings).put(chunks(), 1000)
        artifact_id = await self.parts.add_artifact(
            enrollment_id, "plan.pdf", stored, datetime.now(UTC)
        )
        inspection = Inspection(
            kind=ArtifactKind.PDF, media_type="application/pdf", size=stored.size, pages=3
        )
        await self.parts.inspected(artifact_id, inspection)
        return artifact_id

    async def marked(
        self, assessor: Assessor, enrollment_id: str, not_met: tuple[str, ...] = ()
    ) -> None:
        """Mark every open item, with feedback where it is not met."""
        sheet = await self.marks.sheet(assessor.id, enrollment_id)
        for item in sheet.open_items:
            kind = MarkKind.NOT_MET if item in not_met else MarkKind.MET
            feedback = "Show the log of a whole week." if item in not_met else ""
            await self.assessor.mark_now(assessor.id, enrollment_id, item, kind, feedback)

    async def forward(self, enrollment_id: str, duration: timedelta) -> None:
        """Move the journey's own clock."""
        await fast_forward(self.client, f"enrollment/{enrollment_id}", duration)

    async def forward_to(self, enrollment_id: str, instant: datetime) -> None:
        """Move the journey's own clock to an instant."""
        now = await current_time(self.client, f"enrollment/{enrollment_id}")
        await self.forward(enrollment_id, instant - now)

    async def standing(self, enrollment_id: str) -> Standing:
        """Ask the journey where it stands."""
        return await self.engine.standing(enrollment_id)

    async def notices(self, subject_id: str, *kinds: str) -> list[NoticeRow]:
        """Return the notices about an enrollment, in the order of their intention."""
        async with self.database.reading() as session:
            rows = await session.scalars(
                select(NoticeRow)
                .where(NoticeRow.subject_id == subject_id)
                .order_by(NoticeRow.intended_at, NoticeRow.id)
            )
            return [row for row in rows if not kinds or row.kind in kinds]

    async def attention(self, subject_id: str) -> set[str]:
        """Return what is open for ops."""
        async with self.database.reading() as session:
            rows = await session.scalars(
                select(AttentionRow.kind).where(
                    AttentionRow.subject_id == subject_id, AttentionRow.closed_at.is_(None)
                )
            )
            return set(rows)

    async def timeline(self, enrollment_id: str) -> list[TimelineRow]:
        """Return the timeline."""
        async with self.database.reading() as session:
            rows = await session.scalars(
                select(TimelineRow)
                .where(TimelineRow.enrollment_id == enrollment_id)
                .order_by(TimelineRow.id)
            )
            return list(rows)

    async def all_settled(self, subject_id: str) -> list[NoticeRow]:
        """Wait until no notice about an enrollment is on its way."""

        async def is_settled() -> bool:
            out = {NoticeState.INTENDED, NoticeState.SENDING}
            return not any(row.state in out for row in await self.notices(subject_id))

        await eventually(is_settled)
        return await self.notices(subject_id)


@asynccontextmanager
async def running_house(address: str, database_url: str, directory: Path) -> AsyncIterator[House]:
    """Run workers for every queue against real servers until the end of the block."""
    async with ScriptedServer() as smtp, AsyncExitStack() as stack:
        settings = Settings(
            data_dir=directory,
            database_url=database_url,
            files_url=f"file://{directory}/files",
            smtp_port=smtp.port,
        )
        database = database_of(settings)
        stack.push_async_callback(database.close)
        client = await connect_to(address)
        for worker in workers_of(client, settings, database, stack):
            await stack.enter_async_context(worker)
        yield House(client, settings, database, smtp)
