"""The ceiling of the whole system: the messages and activities of a journey, with no work in them.

The same shape as ``workflows.credential_journey`` from a paid order to the award: an intake and a
journey, five updates and a signal, a local activity for each turn, a timer at each stage, and one
standalone activity for each mail. ``tests/bench/test_budgets.py`` holds its counts beside those of
a journey.
"""

import asyncio
from collections import deque
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import Worker

from domain.values import Contract
from workflows.registration import sandboxed_runner

QUEUE, MAIL, DOCUMENTS = "skeleton", "skeleton-mail", "skeleton-documents"
A_WHILE = timedelta(seconds=30)
STAGE_LASTS = timedelta(days=10)
UPDATES = 5
"""Three parts in, the offer accepted, the judgement handed in."""

DOCUMENT_WORK = 5
"""Activities on the queue of documents: one file kept and looked into, three parts frozen."""

MAILS = {"ordered": 1, "granted": 1, "submitted": 1, "offered": 2, "accepted": 1, "concluded": 1}
"""Notices that a turn puts on the mail queue."""


class Turn(Contract):
    """One turn of a skeleton: which, of which journey."""

    journey: str
    name: str
    number: int = 0

    def of(self, journey: str) -> "Turn":
        """Return the same turn of another journey."""
        return self.model_copy(update={"journey": journey})


class Skeletons(Contract):
    """What the skeleton's workflows are started with."""

    number: str


class Nothing(Contract):
    """What an activity without work is given and answers."""

    of: str = ""


class SkeletonActivities:
    """Activities that do nothing but what the engine sees of ours."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @activity.defn(name="skeleton_turn")
    async def turn(self, turn: Turn) -> Nothing:
        """Write nothing; put the mails of the turn on their queue, start a journey, or neither."""
        for number in range(MAILS.get(turn.name, 0)):
            await self._client.start_activity(
                "skeleton_mail",
                Nothing(of=turn.journey if turn.name == "granted" else ""),
                id=mail_id(turn, number),
                task_queue=MAIL,
                start_to_close_timeout=A_WHILE,
            )
        if turn.name == "lines":
            await self._client.start_workflow(
                "SkeletonJourney",
                Skeletons(number=turn.journey),
                id=journey_of(turn.journey),
                task_queue=QUEUE,
            )
        return Nothing()

    @activity.defn(name="skeleton_mail")
    async def mail(self, nothing: Nothing) -> Nothing:
        """Send nothing; the access mail tells its journey."""
        if nothing.of:
            handle = self._client.get_workflow_handle(journey_of(nothing.of))
            await handle.signal("access_mail_accepted")
        return Nothing()

    @activity.defn(name="skeleton_document")
    async def document(self, nothing: Nothing) -> Nothing:
        """Look into nothing."""
        return nothing


@workflow.defn
class SkeletonIntake:
    """An order that starts one journey."""

    @workflow.run
    async def run(self, skeleton: Skeletons) -> None:
        """Acknowledge, and start."""
        for name in ("ordered", "lines"):
            await _turn(skeleton.number, name)


@workflow.defn
class SkeletonJourney:
    """A journey that takes its messages one after the other, and decides nothing."""

    @workflow.init
    def __init__(self, skeleton: Skeletons) -> None:
        self._number = skeleton.number
        self._turns = 0
        self._has_access = False
        self._inbox: deque[asyncio.Future[None]] = deque()

    @workflow.run
    async def run(self, skeleton: Skeletons) -> None:
        """Go from the access mail to the award."""
        await self._write("granted")
        await workflow.wait_condition(lambda: self._has_access, timeout=STAGE_LASTS)
        await self._write("working")
        for name in ("submitted", "submitted", "submitted", "accepted", "judged"):
            await workflow.wait_condition(lambda: bool(self._inbox), timeout=STAGE_LASTS)
            answer = self._inbox.popleft()
            await self._write(name)
            if name == "submitted" and self._turns == LAST_SUBMITTED:
                await self._write("offered")
            answer.set_result(None)
        for name in ("concluded", "issued"):
            await self._write(name)
        await workflow.wait_condition(workflow.all_handlers_finished)

    @workflow.signal
    def access_mail_accepted(self) -> None:
        """Go on."""
        self._has_access = True

    @workflow.update
    async def act(self) -> Nothing:
        """Wait for the turn that takes this."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._inbox.append(future)
        await future
        return Nothing()

    async def _write(self, name: str) -> None:
        self._turns += 1
        await _turn(self._number, name, self._turns)


LAST_SUBMITTED = 5
"""The turn of the last part: two before the first one."""

LAST_MAIL = Turn(journey="", name="concluded", number=9)
"""The turn that puts the last mail on its queue."""


@workflow.defn
class Bare:
    """A workflow that answers an update with nothing: what the engine itself takes for one."""

    def __init__(self) -> None:
        self._is_over = False

    @workflow.run
    async def run(self) -> None:
        """Wait for the end."""
        await workflow.wait_condition(lambda: self._is_over)

    @workflow.update
    def nothing(self) -> None:
        """Do nothing."""

    @workflow.signal
    def end(self) -> None:
        """End."""
        self._is_over = True


async def _turn(journey: str, name: str, number: int = 0) -> None:
    await workflow.execute_local_activity(
        "skeleton_turn",
        Turn(journey=journey, name=name, number=number),
        result_type=Nothing,
        start_to_close_timeout=A_WHILE,
    )


def journey_of(number: str) -> str:
    """Return the workflow id of a skeleton's journey."""
    return f"skeleton/{number}"


def mail_id(turn: Turn, number: int) -> str:
    """Return the activity id of one mail of a turn."""
    return f"skeleton-mail/{turn.journey}/{turn.name}/{turn.number}/{number}"


def skeleton_workers(client: Client) -> list[Worker]:
    """Return the workers of skeletons, in the sandbox and shape of ours."""
    made = SkeletonActivities(client)
    return [
        Worker(
            client,
            task_queue=QUEUE,
            workflows=[SkeletonIntake, SkeletonJourney, Bare],
            activities=[made.turn],
            workflow_runner=sandboxed_runner(),
        ),
        Worker(client, task_queue=MAIL, activities=[made.mail], max_concurrent_activities=4),
        Worker(client, task_queue=DOCUMENTS, activities=[made.document]),
    ]


async def play_skeleton(client: Client, number: str) -> None:
    """Take one skeleton from its order to its end; its last mail has been sent then."""
    intake = Skeletons(number=number)
    await client.execute_workflow(
        "SkeletonIntake", intake, id=f"skeleton-order/{number}", task_queue=QUEUE
    )
    for each in range(DOCUMENT_WORK):
        await client.execute_activity(
            "skeleton_document",
            Nothing(),
            id=f"skeleton-document/{number}/{each}",
            task_queue=DOCUMENTS,
            start_to_close_timeout=A_WHILE,
            result_type=Nothing,
        )
    journey = client.get_workflow_handle(journey_of(number))
    for _ in range(UPDATES):
        await journey.execute_update("act", result_type=Nothing)
    await journey.result()
    last_mail = mail_id(LAST_MAIL.of(number), 0)
    await client.get_activity_handle(last_mail, result_type=Nothing).result()
