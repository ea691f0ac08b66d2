"""Acts in bulk: one after the other, each once, gone on with after a crash where they stopped."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.common import RetryPolicy
from temporalio.worker import Worker

from activities.bulk import BulkActivities
from activities.bulk_contracts import BulkOutcome, BulkRef
from activities.registration import activities_of
from adapters.records.bulk_book import BulkBook, Result
from adapters.records.case_views import CaseViews
from adapters.records.database import Database
from adapters.records.prospects import Prospects
from domain.bulk import (
    AttentionNotNamed,
    BulkProgress,
    BulkResult,
    FormUsedForAnother,
    NothingSelected,
    NotInBulk,
    TooManySelected,
    UnknownBulkAct,
)
from domain.enrollment import AttentionKind, ExtensionTooLong, Stage
from domain.notices import NoticeKind
from domain.previews import Act, ActKind
from domain.refusals import Refusal
from domain.timeline import Happening
from office.bulk import BulkDesk, OfficeBulkRunner
from office.scheduling import sweep_now
from tests.house import OPS, House
from tests.portal.foresight import needs_attention
from tests.waiting import eventually
from tests.workflows.stages import accepted, placed_at

TOKENS = count(1)
EXTEND = Act(kind=ActKind.EXTEND, days=3)


class Crash(Exception):
    """The worker is gone: nothing after this is written."""


class CrashingBook(BulkBook):
    """A book whose keeper dies before the result of the n-th journey is written."""

    dies_at: int = 2

    async def settle(self, bulk_id: str, number: int, result: Result, at: datetime) -> None:
        """Die once, after the journey was asked and before that is known."""
        if number == self.dies_at:
            self.dies_at = 0
            raise Crash
        await super().settle(bulk_id, number, result, at)


def desk(house: House) -> BulkDesk:
    """Return where acts in bulk are started."""
    zone = house.settings.programme_zone
    return BulkDesk(
        house.engine,
        BulkBook(house.database),
        CaseViews(house.database),
        Prospects(house.database, zone),
    )


def token() -> str:
    """Return the token of a new form."""
    return f"form-{next(TOKENS)}"


def runner(house: House, book: BulkBook | None = None) -> OfficeBulkRunner:
    """Return who carries an act out, without a worker."""
    return OfficeBulkRunner(book or BulkBook(house.database), house.ops, house.practitioner)


async def ended(house: House, bulk_id: str) -> BulkProgress:
    """Wait until an act in bulk has come to its end."""

    async def is_ended() -> bool:
        return (await desk(house).progress(bulk_id)).is_ended

    await eventually(is_ended)
    return await desk(house).progress(bulk_id)


async def results(house: House, bulk_id: str) -> dict[str, BulkResult]:
    """Return what came of each journey."""
    lines = await BulkBook(house.database).lines(bulk_id)
    return {line.enrollment_id: line.state for line in lines}


async def extensions(house: House, journey: str) -> int:
    """Count how often a due time was moved."""
    return sum(line.kind == Happening.DUE_TIME_EXTENDED for line in await house.timeline(journey))


async def test_each_journey_gets_its_own_result(house: House, library: str) -> None:
    """Proves: one refusal stops nobody else; every journey of the selection has its result with
    the refusal's own words, and the due times really moved, once each.
    """
    journeys = [await house.enrolled(library) for _ in range(2)]
    over = await house.enrolled(library)
    await house.practitioner.withdraw(over, OPS)
    before = [(await house.row(each)).waiting_until for each in journeys]

    bulk_id = await desk(house).start(
        EXTEND, [journeys[0], over, "e-none", *journeys], OPS, token()
    )
    progress = await ended(house, bulk_id)

    assert await results(house, bulk_id) == {
        journeys[0]: BulkResult.DONE,
        over: BulkResult.REFUSED,
        "e-none": BulkResult.REFUSED,
        journeys[1]: BulkResult.DONE,
    }
    assert progress.counts == {BulkResult.DONE: 2, BulkResult.REFUSED: 2}
    assert (progress.total, progress.settled, progress.reason) == (4, 4, OPS.reason)
    said = {line.enrollment_id: line for line in await BulkBook(house.database).lines(bulk_id)}
    assert said[over].code == "enrollment_closed"
    assert "withdrawn" in said[over].sentence
    assert said["e-none"].code == "unknown_enrollment"
    assert said[journeys[0]].practitioner.startswith("Learner")
    for journey, was in zip(journeys, before, strict=True):
        now = (await house.row(journey)).waiting_until
        assert was is not None
        assert now is not None
        assert now > was
        assert await extensions(house, journey) == 1


async def test_the_same_form_twice_is_one_act(house: House, library: str) -> None:
    """Proves: pressing twice starts one act and extends once; the same form with other content is
    refused; a new form is a new act.
    """
    journey, form = await house.enrolled(library), token()
    bulk = desk(house)
    first = await bulk.start(EXTEND, [journey], OPS, form)
    assert await bulk.start(EXTEND, [journey], OPS, form) == first
    await ended(house, first)
    assert await bulk.start(EXTEND, [journey], OPS, form) == first
    assert await extensions(house, journey) == 1
    with pytest.raises(FormUsedForAnother):
        await bulk.start(Act(kind=ActKind.WITHDRAW), [journey], OPS, form)

    second = await bulk.start(EXTEND, [journey], OPS, token())
    await ended(house, second)
    assert await extensions(house, journey) == 2


async def test_a_crash_after_the_asking_asks_again_and_does_nothing_twice(
    house: House, library: str
) -> None:
    """Proves: who dies between a journey's answer and its record leaves that journey open; going
    on asks it again under the same key, so it was extended once, and the rest follow.
    """
    journeys = [await house.enrolled(library) for _ in range(3)]
    book = CrashingBook(house.database)
    bulk_id = await book.begin(token(), EXTEND, dict.fromkeys(journeys), OPS)
    with pytest.raises(Crash):
        await runner(house, book).run(bulk_id, lambda: True)
    states = list((await results(house, bulk_id)).values())
    assert states == [BulkResult.DONE, BulkResult.WAITING, BulkResult.WAITING]
    assert [await extensions(house, each) for each in journeys] == [1, 1, 0]

    assert await runner(house, book).run(bulk_id, lambda: True) == 3

    assert set((await results(house, bulk_id)).values()) == {BulkResult.DONE}
    assert [await extensions(house, each) for each in journeys] == [1, 1, 1]


async def test_the_engine_takes_up_what_a_worker_dropped(house: House, library: str) -> None:
    """Proves: as an activity of the engine, an act whose worker fails in the middle is tried again
    by itself and comes to its end, with every journey done once.
    """
    journeys = [await house.enrolled(library) for _ in range(3)]
    book = CrashingBook(house.database)
    bulk_id = await book.begin(token(), EXTEND, dict.fromkeys(journeys), OPS)
    queue = f"bulk-of-test-{bulk_id}"
    activities = activities_of(BulkActivities(runner(house, book)))
    async with Worker(house.client, task_queue=queue, activities=activities):
        outcome = await house.client.execute_activity(
            "run_bulk",
            BulkRef(bulk_id=bulk_id),
            id=queue,
            task_queue=queue,
            result_type=BulkOutcome,
            start_to_close_timeout=timedelta(seconds=30),
            heartbeat_timeout=timedelta(seconds=10),
            retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=50)),
        )
    assert outcome.settled == 3
    assert book.dies_at == 0
    assert [await extensions(house, each) for each in journeys] == [1, 1, 1]


@pytest.mark.parametrize("kind", [ActKind.RESEND, ActKind.REASSIGN, ActKind.CLOSE_ATTENTION])
async def test_what_was_meant_is_fixed_at_the_start(
    house: House, library: str, kind: ActKind
) -> None:
    """Proves: repeated after a crash, sending again does not send its own copy, a reassignment does
    not take the round from whom it was just given to, and what this act closed counts as done.
    """
    placed = await accepted(house, library, assessors=3)
    journey = placed.enrollment_id
    await needs_attention(house, journey, AttentionKind.ASSESSMENT_OVERDUE)
    act = Act(kind=kind, attention=AttentionKind.ASSESSMENT_OVERDUE)
    book = CrashingBook(house.database)
    book.dies_at = 1
    bulk = BulkDesk(
        house.engine,
        book,
        CaseViews(house.database),
        Prospects(house.database, house.settings.programme_zone),
    )
    targets = await bulk._targets(act, (journey,))
    bulk_id = await book.begin(token(), act, targets, OPS)
    with pytest.raises(Crash):
        await runner(house, book).run(bulk_id, lambda: True)
    await house.all_settled(journey)
    offers = [line.kind for line in await house.timeline(journey)].count(Happening.OFFERED)
    mails = len(await house.notices(journey, NoticeKind.ACCESS))

    await runner(house, book).run(bulk_id, lambda: True)

    assert await results(house, bulk_id) == {journey: BulkResult.DONE}
    again = [line.kind for line in await house.timeline(journey)].count(Happening.OFFERED)
    assert (again, len(await house.notices(journey, NoticeKind.ACCESS))) == (offers, mails)
    assert offers == (2 if kind is ActKind.REASSIGN else 1)
    assert mails == (2 if kind is ActKind.RESEND else 1)


@pytest.mark.parametrize(
    ("kind", "stage", "came_to"),
    [
        (ActKind.VERIFY, Stage.VERIFYING, Stage.WORKING),
        (ActKind.WITHDRAW, Stage.WORKING, Stage.ENDED),
        (ActKind.GRANT_ROUND, Stage.OUT_OF_ROUNDS, Stage.REVISING),
    ],
)
async def test_an_act_in_bulk_does_what_the_single_act_does(
    house: House, library: str, kind: ActKind, stage: Stage, came_to: Stage
) -> None:
    """Proves: the journey goes on as if the act had been done to it alone, with the same reason."""
    journey = (await placed_at(house, library, stage)).enrollment_id
    bulk_id = await desk(house).start(Act(kind=kind), [journey], OPS, token())
    assert (await ended(house, bulk_id)).counts == {BulkResult.DONE: 1}
    await house.until_stage(journey, came_to)
    assert any(line.reason_id for line in await house.timeline(journey))


async def test_what_has_no_access_mail_is_refused(house: House, library: str) -> None:
    """Proves: the access link goes out again where there is one; where access was not granted yet
    the result says so, and closing what is not open is no failure.
    """
    waiting, working = await house.enrolled(library), await house.working(library)
    await house.all_settled(working)
    resend = Act(kind=ActKind.RESEND)
    bulk_id = await desk(house).start(resend, [waiting, working], OPS, token())
    await ended(house, bulk_id)
    assert await results(house, bulk_id) == {
        waiting: BulkResult.REFUSED,
        working: BulkResult.DONE,
    }
    assert len(await house.notices(working, NoticeKind.ACCESS)) == 2
    await house.all_settled(working)

    close = Act(kind=ActKind.CLOSE_ATTENTION, attention=AttentionKind.MAIL_BOUNCED)
    bulk_id = await desk(house).start(close, [working], OPS, token())
    await ended(house, bulk_id)
    assert await results(house, bulk_id) == {working: BulkResult.NOTHING_TO_DO}


async def test_a_stopped_act_leaves_the_rest_out(house: House, library: str) -> None:
    """Proves: stopping lets the journey in hand finish and leaves the others untouched, said so; a
    worker that has to go hands the rest on.
    """
    journeys = [await house.enrolled(library) for _ in range(3)]
    book = BulkBook(house.database)
    bulk_id = await book.begin(token(), EXTEND, dict.fromkeys(journeys), OPS)
    turns = iter([True, False])
    assert await runner(house).run(bulk_id, lambda: next(turns)) is None
    assert [await extensions(house, each) for each in journeys] == [1, 0, 0]

    await book.stop(bulk_id, datetime.now(UTC))
    await desk(house).go_on(bulk_id)
    progress = await ended(house, bulk_id)

    assert progress.counts == {BulkResult.DONE: 1, BulkResult.LEFT_OUT: 2}
    assert [await extensions(house, each) for each in journeys] == [1, 0, 0]


async def test_the_sweep_takes_up_what_nobody_carries_out(house: House, library: str) -> None:
    """Proves: a crash between the record of an act and its start is mended by the next sweep, and
    an act that has ended is not taken up again.
    """
    journey = await house.enrolled(library)
    at = datetime.now(UTC) - timedelta(hours=1)
    lost = await BulkBook(house.database).begin(
        token(), EXTEND, {journey: None}, OPS.model_copy(update={"at": at})
    )
    report = await sweep_now(house.client)
    assert report.bulk_acts_taken_up >= 1
    await ended(house, lost)
    assert await extensions(house, journey) == 1
    assert lost not in await BulkBook(house.database).unfinished()


REFUSALS: list[tuple[Act, list[str], type[Refusal]]] = [
    (EXTEND, [], NothingSelected),
    (EXTEND, [f"e{number}" for number in range(1001)], TooManySelected),
    (Act(kind=ActKind.REFUND), ["e1"], NotInBulk),
    (Act(kind=ActKind.CLOSE_ATTENTION), ["e1"], AttentionNotNamed),
    (Act(kind=ActKind.EXTEND), ["e1"], ExtensionTooLong),
]


@pytest.mark.parametrize(("act", "selection", "refusal"), REFUSALS)
async def test_what_cannot_be_started_leaves_no_trace(
    house: House, act: Act, selection: list[str], refusal: type[Refusal]
) -> None:
    """Proves: an act that is not for many, or on nobody or too many, is refused and not kept."""
    form = token()
    known = {each.bulk_id for each in await BulkBook(house.database).recent()}
    with pytest.raises(refusal):
        await desk(house).start(act, selection, OPS, form)
    assert {each.bulk_id for each in await BulkBook(house.database).recent()} == known


@pytest.mark.parametrize("look", [BulkDesk.progress, BulkDesk.stop, BulkDesk.go_on])
async def test_an_unknown_act_is_refused(house: House, look: Callable[..., object]) -> None:
    """Proves: a number that is no act's is refused as such everywhere."""
    with pytest.raises(UnknownBulkAct):
        await look(desk(house), "b-unknown")  # type: ignore[misc]


async def test_the_book_keeps_each_line_once_on_either_database(database: AsyncEngine) -> None:
    """Proves: on both databases lines come in their order, keep their first result, and what a
    stopped act did not come to is left out; the newest act stands first.
    """
    book, form = BulkBook(Database(database)), token()
    first = await book.begin(form, EXTEND, {"e1": None, "e2": "n2"}, OPS)
    assert await book.begin(form, EXTEND, {"e1": None, "e2": "n3"}, OPS) == first
    line = await book.next_line(first)
    assert line is not None
    assert (line.number, line.enrollment_id, line.target) == (1, "e1", None)
    done = Result(state=BulkResult.DONE)
    await book.settle(first, 1, done, OPS.at)
    await book.settle(first, 1, Result(state=BulkResult.REFUSED, code="late"), OPS.at)
    second = await book.next_line(first)
    assert second is not None
    assert second.target == "n2"
    await book.stop(first, OPS.at)
    assert await book.next_line(first) is None
    await book.end(first, OPS.at)
    assert [each.state for each in await book.lines(first)] == ["done", "left_out"]
    later = OPS.model_copy(update={"at": OPS.at + timedelta(hours=1)})
    newest = await book.begin(token(), EXTEND, {"e1": None}, later)
    assert [each.bulk_id for each in await book.recent()] == [newest, first]
    assert await book.unfinished() == (newest,)
