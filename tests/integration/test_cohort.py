"""The sample cohort, played once on the real servers, with an interruption in the middle."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute

from adapters.embedded.stack import EmbeddedStack
from adapters.records.database import Database
from adapters.records.invariants import InvariantBook
from adapters.records.link_signing import Links
from adapters.records.opening import bring_up_to_date, open_database
from adapters.records.round_tables import (
    ArtifactRow,
    AssessorRow,
    AssignmentRow,
    AwardRow,
    DraftRow,
    LeaveRow,
    MarkRow,
    RevisionRow,
)
from adapters.records.staff_book import StaffBook
from adapters.records.tables import (
    AttentionRow,
    EnrollmentRow,
    MicroCredentialRow,
    NoticeRow,
    OrderLineRow,
    OrderRow,
    PersonRow,
    TimelineRow,
)
from adapters.time_skipping import current_time
from cli.cohort import STEPS, Cohort
from cli.cohort_people import MEETINGS, PRACTITIONERS, SIGN_IN_ASSESSOR, WELCOMING
from cli.cohort_plan import ACTS, FOR_THE_LINKS
from cli.cohort_work import SampleWork, sample_work
from cli.desks import desks_of
from cli.office import Office
from domain.assignment import AssignmentState
from domain.enrollment import AttentionKind, Ending, Stage
from domain.notices import NoticeState
from domain.orders import LineState
from domain.roster import assessor_id_of
from domain.submission import Draft, Practitioner, identity_warnings
from office.desks import Desks
from office.engine import WorkflowEngine
from office.scheduling import sweep_now
from settings import Settings
from tests.integration.touring import counted, toured
from tests.waiting import eventually
from workflows.names import journey_id

LONGEST = timedelta(minutes=6)
"""A machine that is busy with other tests may take several times as long as an idle one."""

MOVED_AHEAD = {7, 19, 23, 40}
"""Whose state needs days to have gone by: unverified, closed, overdue, lapsed."""

FLEETING = {Stage.GRANTING_ACCESS}
"""Lasts as long as the mail server takes to answer."""


@dataclass
class Playing:
    """A cohort that was played to its end, in two goes."""

    desks: Desks
    database: Database
    engine: WorkflowEngine
    stack: EmbeddedStack
    folder: Path
    steps: list[int]

    async def counted(
        self, *columns: InstrumentedAttribute[str] | InstrumentedAttribute[str | None]
    ) -> Counter[tuple[str | None, ...]]:
        """How many rows there are for each combination of values."""
        async with self.database.reading() as session:
            rows = await session.execute(select(*columns, func.count()).group_by(*columns))
            return Counter({tuple(row[:-1]): row[-1] for row in rows})

    async def is_all_sent(self) -> bool:
        """Whether no mail is on its way."""
        async with self.database.reading() as session:
            on_their_way = NoticeRow.state.in_((NoticeState.INTENDED, NoticeState.SENDING))
            return await session.scalar(select(NoticeRow.id).where(on_their_way).limit(1)) is None

    async def enrollment(self, number: int) -> EnrollmentRow:
        """The enrollment of a practitioner of the plan."""
        async with self.database.reading() as session:
            found = await session.scalars(
                select(EnrollmentRow)
                .join(PersonRow, PersonRow.id == EnrollmentRow.person_id)
                .where(PersonRow.address == PRACTITIONERS[number - 1].address)
            )
            return found.one()


@pytest.fixture(scope="module")
async def playing(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Playing]:
    """Play until a few journeys are done, stop in the midst of the others, and go on."""
    folder = tmp_path_factory.mktemp("cohort")

    async def prepare(settings: Settings) -> None:
        await bring_up_to_date(settings.database_url)

    async with (
        EmbeddedStack(folder / "stack", prepare=prepare, portal=True) as stack,
        open_database(stack.settings.database_url) as database,
        asyncio.timeout(LONGEST.total_seconds()),
    ):
        engine = WorkflowEngine(await stack.connect())
        playing = Playing(
            desks=desks_of(Office(stack.settings, database, engine)),
            database=database,
            engine=engine,
            stack=stack,
            folder=folder,
            steps=[await _interrupted(database, stack, engine, folder)],
        )
        rest = count()
        cohort = Cohort(playing.desks, folder / "played")
        assert not cohort.is_complete
        await cohort.play_for_links(lambda: _next(rest))
        await cohort.play_others(lambda: _next(rest))
        assert cohort.is_complete
        playing.steps.append(next(rest))
        yield playing


async def _interrupted(
    database: Database, stack: EmbeddedStack, engine: WorkflowEngine, folder: Path
) -> int:
    """Play until ten parts are complete; return how many were."""
    done, is_enough = count(1), asyncio.Event()

    def advance() -> None:
        if next(done) == 10:
            is_enough.set()

    async def play() -> None:
        cohort = Cohort(desks_of(Office(stack.settings, database, engine)), folder / "played")
        assert await cohort.may_play()
        await cohort.play_for_links(advance)
        await cohort.play_others(advance)

    going = asyncio.create_task(play())
    await is_enough.wait()
    going.cancel()
    with suppress(asyncio.CancelledError):
        await going
    return next(done) - 1


def _next(steps: "count[int]") -> None:
    next(steps)


async def test_an_interrupted_cohort_goes_on_where_it_stopped(playing: Playing) -> None:
    """Proves: what was complete is not played again, and all parts are complete in the end."""
    first, second = playing.steps
    assert 10 <= first < STEPS
    assert second == STEPS  # each part is reported, those that were there already at once
    names = (playing.folder / "played").read_text().splitlines()
    assert len(names) == len(set(names)) == STEPS + 1  # and that it was begun


async def test_forty_practitioners_are_in_all_stages(playing: Playing) -> None:
    """Proves: every stage that lasts and every ending can be seen, and nobody is there twice."""
    stages = await playing.counted(EnrollmentRow.stage)
    assert {Stage(stage) for (stage,) in stages if stage} == set(Stage) - FLEETING
    endings = await playing.counted(EnrollmentRow.ending)
    assert {Ending(ending) for (ending,) in endings if ending} == set(Ending)
    assert endings[(Ending.AWARDED,)] >= 4
    assert sum(stages.values()) == (await playing.counted(PersonRow.id)).total() == 40
    rounds = await _awarded_rounds(playing)
    assert {1, 2} == rounds


async def _awarded_rounds(playing: Playing) -> set[int]:
    async with playing.database.reading() as session:
        return set(await session.scalars(select(AwardRow.round)))


async def test_the_programme_around_them(playing: Playing) -> None:
    """Proves: the catalogue sells four, eight assess, one of them away, two are of operations."""
    async with playing.database.reading() as session:
        on_sale = await session.scalars(select(MicroCredentialRow.published_version))
        assert list(on_sale) == [1, 1, 1, 1]
        assessors = (await session.scalars(select(AssessorRow))).all()
        assert (await session.execute(select(func.count()).select_from(LeaveRow))).scalar() == 1
    assert len(assessors) == 8
    assert len({each.capacity for each in assessors}) >= 4
    assert len(await StaffBook(playing.database).everybody()) == 2


async def test_operations_have_something_to_look_at(playing: Playing) -> None:
    """Proves: the troubles that people should see are open, a line is held, a form is unpaid."""
    async with playing.database.reading() as session:
        kinds = await session.scalars(
            select(AttentionRow.kind).where(AttentionRow.closed_at.is_(None)).distinct()
        )
        assert set(kinds) == {
            AttentionKind.ACCOUNT_UNVERIFIED,
            AttentionKind.ASSESSMENT_OVERDUE,
            AttentionKind.MAIL_BOUNCED,
            AttentionKind.NO_ASSESSOR,
            AttentionKind.ROUNDS_USED_UP,
            AttentionKind.SECOND_ENROLLMENT,
        }
        forms = await session.execute(
            select(OrderRow.settled_at, func.count())
            .join(OrderLineRow, OrderLineRow.order_id == OrderRow.id)
            .where(OrderRow.channel == "form")
            .group_by(OrderRow.id)
            .order_by(OrderRow.external_id)
        )
        paid, unpaid = forms.all()
    assert paid[0] is not None
    assert unpaid[0] is None
    assert min(paid[1], unpaid[1]) >= 3
    lines = await playing.counted(OrderLineRow.state)
    assert lines[(LineState.HELD,)] == lines[(LineState.REFUNDED,)] == 1


async def test_what_must_always_be_true_is_true_of_the_cohort(playing: Playing) -> None:
    """Proves: nothing that was played broke an invariant."""
    counted = await InvariantBook(playing.database).count(datetime.now(UTC))
    assert [each.breaches for each in counted] == [0] * 7


async def test_the_sign_in_links_lead_to_something_to_do(playing: Playing) -> None:
    """Proves: the practitioner can begin to write; the assessor has an offer, a round in hand, and
    a free place for what that practitioner will submit; the links are genuine.
    """
    links = Links("http://127.0.0.1:8000", "a secret")
    cohort = Cohort(playing.desks, playing.folder / "played")
    signed = await cohort.sign_ins(links)
    for address in (signed.practitioner, signed.assessor, signed.operations):
        page, subject, recipient, signature = address.rsplit("/", 4)[1:]
        assert links.is_genuine(page, recipient, subject, signature)
    fresh = await playing.enrollment(1)
    assert signed.practitioner == links.link("portal", fresh.person_id, fresh.id)
    assert (fresh.stage, fresh.portal_used_at) == (Stage.WORKING, None)
    assessor_id = assessor_id_of(SIGN_IN_ASSESSOR)
    offers = {each.state: each for each in await playing.desks.marks.offers(assessor_id)}
    assert set(offers) == {AssignmentState.OFFERED, AssignmentState.ACCEPTED}
    offered = offers[AssignmentState.OFFERED].enrollment_id
    assert signed.assessor == links.link("offers", assessor_id, offered)
    async with playing.database.reading() as session:
        assessor = await session.get_one(AssessorRow, assessor_id)
    assert assessor.load < assessor.capacity


async def test_only_journeys_that_need_it_are_moved_ahead(playing: Playing) -> None:
    """Proves: whoever looks at the other journeys sees the instants of the wall clock."""
    soon = datetime.now(UTC) + timedelta(hours=1)
    ahead = set()
    for each in PRACTITIONERS:
        row = await playing.enrollment(each.number)
        clock = await current_time(playing.engine.client, journey_id(row.id))
        if row.last_at > soon or clock > soon:
            ahead.add(each.number)
    assert ahead == MOVED_AHEAD


async def test_the_cohort_costs_no_more_than_it_has_to(playing: Playing) -> None:
    """Proves: the start of the portal is not slowed down by work without use: each file is
    uploaded and looked into once for its journey, and no letter goes out twice.
    """
    async with playing.database.reading() as session:
        files = (await session.execute(select(func.count()).select_from(ArtifactRow))).scalar_one()
        letters = await session.scalar(select(func.count()).select_from(NoticeRow))
    expected = sum(
        len(sample_work(each.key).files)
        for each in PRACTITIONERS
        if each.key in (MEETINGS, WELCOMING)
    )
    assert files <= expected
    assert letters is not None
    assert letters < 400


async def test_playing_again_changes_nothing(playing: Playing) -> None:
    """Proves: even without the note of what was played, every act finds that it was done."""
    before = await _everything(playing)
    cohort = Cohort(playing.desks, playing.folder / "forgotten")
    assert not await cohort.may_play()  # somebody else's house, as far as it knows
    await cohort.play_for_links(lambda: None)
    await cohort.play_others(lambda: None)
    assert await _everything(playing) == before


async def _everything(playing: Playing) -> dict[str, Counter[tuple[str | None, ...]]]:
    row = EnrollmentRow
    return {
        "journeys": await playing.counted(row.id, row.stage, row.ending, row.due_id),
        "timeline": await playing.counted(TimelineRow.enrollment_id, TimelineRow.kind),
        "notices": await playing.counted(NoticeRow.subject_id, NoticeRow.kind),
        "attention": await playing.counted(AttentionRow.subject_id, AttentionRow.kind),
        "orders": await playing.counted(OrderRow.id),
        "lines": await playing.counted(OrderLineRow.id, OrderLineRow.state),
        "offers": await playing.counted(AssignmentRow.id, AssignmentRow.state),
        "marks": await playing.counted(MarkRow.enrollment_id, MarkRow.item, MarkRow.feedback),
        "revisions": await playing.counted(RevisionRow.id),
        "files": await playing.counted(ArtifactRow.id),
        "drafts": await _draft_versions(playing),
    }


async def _draft_versions(playing: Playing) -> Counter[tuple[str | None, ...]]:
    async with playing.database.reading() as session:
        rows = await session.scalars(select(DraftRow))
        return Counter({(r.enrollment_id, f"{r.round}.{r.part}"): r.version for r in rows})


async def test_every_page_can_be_read_by_everybody(playing: Playing) -> None:
    """Proves: no page of any face, in any state of the cohort, breaks WCAG 2.2 AA as far as axe
    sees, in light and in dark; none breaks, is too wide for a phone, or throws in its scripts;
    every page is reached by links; and looking at all of it changes nothing.
    """
    # What the engine would do by itself meanwhile is done before: one digest a day, lost acts.
    await sweep_now(playing.engine.client)
    await eventually(playing.is_all_sent)
    before = await counted(playing.database)
    tour = await toured(playing.database, playing.stack.settings.public_url)
    assert tour.faults == []
    assert tour.unseen == []
    assert await counted(playing.database) == before


def test_the_plan_has_everybody_once() -> None:
    """Proves: forty people with addresses of their own, and one course for each."""
    planned = [number for act in (FOR_THE_LINKS, *ACTS) for number in act]
    assert sorted(planned) == [each.number for each in PRACTITIONERS] == list(range(1, 41))
    assert len({each.address for each in PRACTITIONERS}) == 40
    assert all(each.address.endswith(".example.org") for each in PRACTITIONERS)


@pytest.mark.parametrize("work", [sample_work(MEETINGS), sample_work(WELCOMING)])
def test_the_work_can_be_assessed_blind(work: SampleWork) -> None:
    """Proves: whoever of the cohort hands the work in, no name or address of theirs shows in it."""
    pages = [page for path in work.files if path.suffix == ".pdf" for page in PdfReader(path).pages]
    said = {f"page/{number}": page.extract_text() for number, page in enumerate(pages)}
    said |= {f"{p.item}/{p.at}": p.explanation for p in (*work.pointers, *work.revised)}
    for answers in work.narratives.values():
        said |= answers
    draft = Draft(part=1, answers=said)
    for each in PRACTITIONERS:
        for name in (each.name, *each.name.split()):
            person = Practitioner(name=name, address=each.address)
            assert identity_warnings(person, draft, {}) == ()
