"""One journey of the sample cohort, as everybody who has a part in it plays it, at their desks.

Every act looks first whether it was done: a cohort that was interrupted goes on where it stopped.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from activities.contracts import Offer
from adapters.records.whereabouts import Whereabouts, WhereaboutsBook
from adapters.time_skipping import current_time, fast_forward
from cli.cohort_people import PAID_FORM, Person, SampleForm, person
from cli.cohort_work import price_of
from domain.enrollment import ClockKind, Due, Party, Stage
from domain.grounds import Grounds, grounds
from domain.order_form import LearnerLine, OrderForm
from domain.orders import Channel, Line, LineState, Order
from domain.policy import Policy
from office.desks import Desks
from workflows.contracts import Standing
from workflows.names import journey_id

PATIENCE: Final = timedelta(seconds=90)
"""How long something may take that others do; a machine may be busy with much else."""

PAUSE: Final = timedelta(milliseconds=100)
_STARTING: Final = "starting"

_ORDER: Final = (
    frozenset({_STARTING}),
    frozenset({Stage.VERIFYING}),
    frozenset({Stage.GRANTING_ACCESS}),
    frozenset({Stage.WORKING, Stage.REVISING}),
    frozenset({Stage.QUEUED}),
    frozenset({Stage.OFFERED}),
    frozenset({Stage.ASSESSING}),
    frozenset({Stage.APPROVING}),
    frozenset({Stage.OUT_OF_ROUNDS}),
    frozenset({Stage.ENDED}),
)
"""The stages in the order in which one round of the cohort goes through them."""


class CohortStuck(Exception):
    """Something that others had to do did not come about in time."""


class Journey:
    """The journey of one practitioner. The enrollment is known once it was bought."""

    def __init__(self, desks: Desks, person: Person) -> None:
        self.desks = desks
        self.person = person
        self.enrollment_id = ""
        self._order_id = ""
        self._book = WhereaboutsBook(desks.database)

    async def buy(self, policy: Policy | None = None) -> None:
        """Place the order, or find it, and wait until the journey stands somewhere."""
        desk, line = await self.desks.orders(policy), self._line_of_form()
        if line is None:
            self._order_id = await desk.take_paid_order(self._order(self.person.external_id))
        else:
            self._order_id = await record_form(self.desks, PAID_FORM, is_settled=True)

        async def is_enrolled() -> bool:
            found = await self._book.enrollment_of(self._order_id, line or 1)
            self.enrollment_id = found or ""
            return found is not None

        await until("the enrollment", is_enrolled)
        await self.until("the first stage", lambda at: at.stage != _STARTING)

    async def buy_again(self) -> None:
        """Order the same for the same learner once more; the line is held."""
        desk = await self.desks.orders()
        order_id = await desk.take_paid_order(self._order(f"{self.person.external_id}-again"))

        async def is_held() -> bool:
            return (await self.desks.views.order(order_id)).lines[0].state == LineState.HELD

        await until("the held line", is_held)

    async def refund(self) -> None:
        """The office wants its money back, and gets it."""
        why = grounds_of("The position was filled by somebody else.", Party.OPS)
        await (await self.desks.orders()).refund(self._order_id, (), why)
        await self.until_stage(Stage.ENDED)

    async def bounce(self, kind: str) -> None:
        """A letter that was accepted comes back."""
        await self.mail_is_out()
        notices = (await self.desks.views.journey(self.enrollment_id)).notices
        notice = next(each for each in notices if each.kind == kind)
        await (await self.desks.ops()).bounced(notice.notice_id, "550 5.1.1 no such mailbox here")

    async def let_time_pass(self, is_over: Callable[[Standing], bool]) -> None:
        """Nobody does anything: the journey's own clock goes from one instant to the next."""
        while True:
            await self.mail_is_out()
            standing = await self.standing()
            if standing.ending is not None or is_over(standing):
                return
            if standing.due is None:
                raise CohortStuck(f"{self.enrollment_id} waits for no time")
            await self._pass(standing.due)

    async def at(self) -> Whereabouts:
        """Return where the journey stands."""
        found = await self._book.of(self.enrollment_id)
        if found is None:
            raise CohortStuck(f"{self.person.external_id} has no enrollment yet")
        return found

    async def standing(self) -> Standing:
        """Ask the journey itself."""
        return await (await self.desks.engine()).standing(self.enrollment_id)

    async def offer(self) -> Offer:
        """Return the live offer of the open round."""
        offer = (await self.standing()).offer
        if offer is None:
            raise CohortStuck(f"{self.enrollment_id} is with nobody")
        return offer

    async def stands(self, stage: Stage, number: int = 1) -> bool:
        """Wait until the journey reached a stage of a round; whether it is there now, not past."""

        def has_reached(at: Whereabouts) -> bool:
            return _place(at.round, at.stage) >= _place(number, stage)

        await self.until(f"round {number}, {stage}", has_reached)
        at = await self.at()
        return (at.round, at.stage) == (number, stage)

    async def until_stage(self, stage: Stage, number: int = 1) -> None:
        """Wait until the journey reached a stage of a round."""
        await self.stands(stage, number)

    async def until(self, what: str, is_so: Callable[[Whereabouts], bool]) -> None:
        """Wait until the records say that something holds of the journey."""

        async def holds() -> bool:
            return is_so(await self.at())

        await until(f"{self.person.external_id}: {what}", holds)

    async def mail_is_out(self) -> None:
        """Wait until the mail server answered to every notice about the journey."""
        await self.until("the mail server's replies", lambda at: at.notices_out == 0)

    async def _pass(self, due: Due) -> None:
        """Let each reminder of a due time come, then the time itself, and wait for what follows."""
        for reminder in due.reminders:
            await self._forward_to(reminder.at)
            await self.mail_is_out()
        await self._forward_to(due.at)

        async def is_another() -> bool:
            standing = await self.standing()
            return standing.due is None or standing.due.id != due.id

        await until(f"{self.person.external_id}: what comes after {due.at}", is_another)

    async def _forward_to(self, instant: datetime) -> None:
        client, workflow_id = (await self.desks.engine()).client, journey_id(self.enrollment_id)
        ahead = instant - await current_time(client, workflow_id) + timedelta(seconds=1)
        if ahead > timedelta():
            await fast_forward(client, workflow_id, ahead)

    def _line_of_form(self) -> int | None:
        numbers = [number for number, _ in PAID_FORM.lines]
        number = self.person.number
        return numbers.index(number) + 1 if number in numbers else None

    def _order(self, external_id: str) -> Order:
        who = self.person
        line = Line(
            learner=who.learner,
            library=who.key.library,
            slug=who.key.slug,
            price_cents=price_of(who.key),
        )
        return Order(
            channel=Channel.ONLINE,
            external_id=external_id,
            payer_name=f"{who.school.name}, office",
            payer_address=f"office@{who.school.domain}",
            payer_organization=who.school.name,
            lines=(line,),
        )


async def record_form(desks: Desks, form: SampleForm, *, is_settled: bool) -> str:
    """Record a school's order form, or find it; returns its order."""
    lines = tuple(
        LearnerLine(
            line_number=row,
            name=person(number).name,
            address=person(number).address,
            library=key.library,
            slug=key.slug,
        )
        for row, (number, key) in enumerate(form.lines, start=2)
    )
    sent = OrderForm(
        payer_name=f"{form.school.name}, business office",
        payer_address=f"business@{form.school.domain}",
        payer_organization=form.school.name,
        purchase_order=form.purchase_order,
        lines=lines,
    )
    return await (await desks.orders()).take_order_form(sent, form.number, is_settled=is_settled)


async def until(what: str, is_so: Callable[[], Awaitable[bool]]) -> None:
    """Return as soon as ``is_so``; raises ``CohortStuck`` when it does not become so in time."""
    try:
        async with asyncio.timeout(PATIENCE.total_seconds()):
            # What is waited for lies in other processes: nothing here could set an event.
            while not await is_so():  # noqa: ASYNC110
                await asyncio.sleep(PAUSE.total_seconds())
    except TimeoutError:
        raise CohortStuck(f"waited in vain for {what}") from None


def grounds_of(reason: str, party: Party) -> Grounds:
    """Return why somebody of a party did something, now, in a name that says who it was."""
    return grounds(reason, f"the {party}", datetime.now(UTC), party)


def is_at_clock(kind: ClockKind) -> Callable[[Standing], bool]:
    """Return the question whether a clock of a kind is running."""
    return lambda standing: standing.due is not None and standing.due.clock is kind


def _place(number: int, stage: str) -> tuple[int, int]:
    """Return how far a stage of a round is along; an ended journey is past everything."""
    place = next(index for index, stages in enumerate(_ORDER) if stage in stages)
    return (number if stage != Stage.ENDED else 1_000, place)
