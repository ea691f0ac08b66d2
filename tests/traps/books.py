"""The record books on a bare database: people, orders and rounds, without an engine or mail.

Everything is written by the books themselves, so a test meets the rows that Laurel really makes.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import ColumnElement, select

from activities.contracts import Entry, LinesToStart, Offer
from activities.ports import LinesOpened, Written
from activities.steps import AcceptOffer, EnterStage, JudgeRound, OfferRound, OpenRound, Step
from adapters.assembly import notice_book_of
from adapters.records.catalog_book import CatalogBook
from adapters.records.database import Database
from adapters.records.journey_book import JourneyBook
from adapters.records.mark_book import MarkBook
from adapters.records.order_book import OrderBook
from adapters.records.part_book import PartBook
from adapters.records.refund_book import RefundBook
from adapters.records.roster_book import RosterBook
from adapters.records.tables import Base
from domain.assessment import Judgement, Mark, MarkKind
from domain.calendar import Unit
from domain.catalog import CatalogEntry
from domain.enrollment import Clock, ClockKind, Party, Stage
from domain.evidence import Inspection, Stored
from domain.grounds import Grounds, OpsActionKind, grounds
from domain.media import ArtifactKind
from domain.orders import Channel, Learner, Line, Order
from domain.policy import Policy
from domain.roster import assessor_id_of
from domain.roster_file import AssessorLine, Roster
from settings import Settings
from tests.house import ENTRY, ITEMS

NOW = datetime(2025, 3, 4, 15, tzinfo=UTC)
"""A Tuesday morning in the programme's zone, in a week without a holiday."""

ZONE = "America/Chicago"
RowT = TypeVar("RowT", bound=Base)


def because(at: datetime = NOW) -> Grounds:
    """Return grounds that operations give."""
    return grounds("because the test says so", "operations", at)


def clock(
    kind: ClockKind, days: int = 2, at: datetime = NOW, unit: Unit = Unit.BUSINESS_DAYS
) -> Clock:
    """Return a request for a due time, without reminders."""
    return Clock(kind=kind, start=at, days=days, unit=unit)


def learner(number: int, organization: str = "") -> Learner:
    """Return one of many learners."""
    return Learner(
        name=f"Learner Nr{number}",
        address=f"learner{number}@example.org",
        organization=organization,
    )


def order_of(number: int, *learners: Learner, library: str = ENTRY.library) -> Order:
    """Return an online order with a line for each learner."""
    return Order(
        channel=Channel.ONLINE,
        external_id=f"shop-{number}",
        payer_name="Payer",
        payer_address="payer@example.org",
        lines=tuple(Line(learner=each, library=library, slug=ENTRY.slug) for each in learners),
    )


@dataclass
class Books:
    """All books of one database."""

    database: Database
    sequences: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.orders = OrderBook(self.database, ZONE, Policy())
        self.refunds = RefundBook(self.database, ZONE, Policy())
        self.journeys = JourneyBook(self.database, ZONE)
        self.parts = PartBook(self.database)
        self.marks = MarkBook(self.database)
        self.roster = RosterBook(self.database, ZONE)
        self.catalog = CatalogBook(self.database)
        self.notices = notice_book_of(Settings(data_dir=Path("unused")), self.database)

    async def publish(self, entry: CatalogEntry = ENTRY) -> None:
        """Put a micro-credential up for sale."""
        kind = OpsActionKind.PAGE_IMPORTED
        await self.catalog.change_draft(entry.key, kind, lambda _: entry, because())
        await self.catalog.publish(entry.key, because())

    async def hire(
        self,
        number: int,
        *,
        capacity: int = 1,
        organization: str = "The Programme",
        person_address: str | None = None,
        libraries: tuple[str, ...] = (ENTRY.library,),
    ) -> str:
        """Put an assessor on the roster; returns the id."""
        address = f"assessor{number}@example.org"
        line = AssessorLine(
            line_number=2,
            name=f"Assessor Nr{number}",
            address=address,
            organization=organization,
            capacity=capacity,
            libraries=libraries,
            person_address=person_address,
        )
        await self.roster.take_over(Roster(lines=(line,)), because())
        return assessor_id_of(address)

    async def ordered(self, order: Order, *, is_settled: bool = True) -> str:
        """Record an order; returns its id."""
        return await self.orders.record(order, NOW, settled_at=NOW if is_settled else None)

    async def opened(self, order_id: str) -> list[LinesOpened]:
        """Open every line of an order, chunk by chunk."""
        chunks: list[LinesOpened] = []
        while not chunks or not chunks[-1].is_complete:
            after = chunks[-1].after if chunks else 0
            request = LinesToStart(order_id=order_id, after=after, at=NOW)
            chunks.append(await self.orders.open_lines(request))
        return chunks

    async def enrolled(self, number: int, organization: str = "") -> str:
        """Take one learner's order; returns the enrollment."""
        order_id = await self.ordered(order_of(number, learner(number, organization)))
        (chunk,) = await self.opened(order_id)
        return chunk.journeys[0].enrollment_id

    async def enter(
        self, enrollment_id: str, *steps: Step, at: datetime = NOW, sequence: int | None = None
    ) -> Written:
        """Write an entry, as the journey's next one unless it is told which."""
        if sequence is None:
            self.sequences[enrollment_id] += 1
            sequence = self.sequences[enrollment_id]
        return await self.journeys.enter(
            Entry(enrollment_id=enrollment_id, sequence=sequence, at=at, steps=steps)
        )

    async def queued(self, number: int, organization: str = "", at: datetime = NOW) -> str:
        """Return an enrollment whose first round is open and offered to nobody yet."""
        enrollment_id = await self.enrolled(number, organization)
        await self.open_round(enrollment_id, at)
        return enrollment_id

    async def open_round(self, enrollment_id: str, at: datetime = NOW) -> None:
        """Open the first round of an enrollment; its parts are taken as read."""
        await self.enter(enrollment_id, OpenRound(round=1, open_items=ITEMS), at=at)

    async def offer(
        self, enrollment_id: str, *before: Step, ordinal: int = 1, at: datetime = NOW, of: int = 1
    ) -> Offer | None:
        """Offer round number ``of`` to the best assessor; ``None``: it waits."""
        step = OfferRound(
            round=of,
            ordinal=ordinal,
            offer=clock(ClockKind.OFFER, at=at),
            review=clock(ClockKind.QUEUE_REVIEW, 1, at),
        )
        return (await self.enter(enrollment_id, *before, step, at=at)).entered.offer

    async def accept(self, enrollment_id: str, offer: Offer, of: int = 1) -> None:
        """Let the assessor take the round."""
        assessing = EnterStage(
            stage=Stage.ASSESSING,
            waiting_on=Party.ASSESSOR,
            clock=clock(ClockKind.ASSESSMENT, 10),
            round=of,
        )
        await self.enter(enrollment_id, AcceptOffer(assignment_id=offer.assignment_id), assessing)

    async def assessing(self, number: int) -> tuple[str, Offer]:
        """Return an enrollment in the hands of a new assessor of its own."""
        await self.hire(number)
        enrollment_id = await self.queued(number)
        offer = await self.offer(enrollment_id)
        assert offer is not None
        await self.accept(enrollment_id, offer)
        return enrollment_id, offer

    async def mark(self, enrollment_id: str, assessor_id: str, not_met: Sequence[str] = ()) -> int:
        """Mark every open item; returns the version of the sheet."""
        version = 0
        for item in (await self.marks.sheet(assessor_id, enrollment_id)).open_items:
            is_met = item not in not_met
            mark = Mark(
                item=item,
                kind=MarkKind.MET if is_met else MarkKind.NOT_MET,
                feedback="" if is_met else "Show the log of a whole week.",
                version=0,
            )
            _, version = await self.marks.save(assessor_id, enrollment_id, mark, NOW)
        return version

    async def judge(self, enrollment_id: str, offer: Offer, version: int) -> Judgement:
        """Judge the first round from its marks at a version of the sheet."""
        step = JudgeRound(
            round=1,
            assignment_id=offer.assignment_id,
            marks_version=version,
            open_items=ITEMS,
        )
        judgement = (await self.enter(enrollment_id, step)).entered.judgement
        assert judgement is not None
        return judgement

    async def artifact(self, enrollment_id: str, name: str = "plan.pdf") -> str:
        """Record an uploaded PDF of three pages; returns its id."""
        stored = Stored(sha256="a" * 64, size=7)
        artifact_id = await self.parts.add_artifact(enrollment_id, name, stored, NOW)
        seen = Inspection(
            kind=ArtifactKind.PDF, media_type="application/pdf", size=stored.size, pages=3
        )
        await self.parts.inspected(artifact_id, seen)
        return artifact_id

    async def rows(self, table: type[RowT], *where: ColumnElement[bool]) -> list[RowT]:
        """Return the rows of a table."""
        async with self.database.reading() as session:
            return list(await session.scalars(select(table).where(*where)))

    async def row(self, table: type[RowT], *key: object) -> RowT:
        """Return one row by its key."""
        async with self.database.reading() as session:
            return await session.get_one(table, key if len(key) > 1 else key[0])

    async def everything(self) -> dict[str, list[tuple[object, ...]]]:
        """Return the content of every table, to see what an act left behind."""
        async with self.database.reading() as session:
            return {
                name: sorted((tuple(row) for row in await session.execute(select(table))), key=repr)
                for name, table in Base.metadata.tables.items()
            }
