"""What the scenarios have in common: people act on a journey, and time passes for it."""

from datetime import timedelta
from functools import partial

from domain.enrollment import ClockKind
from domain.order_form import LearnerLine, OrderForm
from tests.house import ENTRY, OPS, Assessor, House
from tests.waiting import eventually
from workflows.names import intake_id, journey_id

MOMENT = timedelta(seconds=1)


async def decide(
    house: House, assessor: Assessor, enrollment_id: str, *, is_confirmed: bool
) -> None:
    """The approver decides about the marks as they stand."""
    sheet = await house.marks.sheet(assessor.id, enrollment_id)
    await house.assessor.decide_approval(
        enrollment_id, sheet.round, sheet.marks_version, OPS, is_confirmed=is_confirmed
    )


async def offered(house: House, enrollment_id: str) -> str:
    """Return the assessor who holds the offer."""
    offer = (await house.standing(enrollment_id)).offer
    assert offer is not None
    return offer.assessor_id


async def time_is_up(house: House, enrollment_id: str, until: ClockKind) -> None:
    """Let due times pass until a clock of a kind runs that was started by one of them."""
    while True:
        before = (await house.standing(enrollment_id)).due
        assert before is not None
        await house.forward_to(enrollment_id, before.at + MOMENT)
        await eventually(partial(_has_other_due, house, enrollment_id, before.id))
        after = (await house.standing(enrollment_id)).due
        if after is None or after.clock is until:
            return


async def _has_other_due(house: House, enrollment_id: str, due_id: str) -> bool:
    due = (await house.standing(enrollment_id)).due
    return due is None or due.id != due_id


async def offers_made(house: House, enrollment_id: str, number: int) -> bool:
    """Tell whether somebody holds the offer of that number, counted from 1."""
    standing = await house.standing(enrollment_id)
    return standing.offers_made == number and standing.offer is not None


async def has_attention(house: House, subject_id: str) -> bool:
    """Tell whether operations are told of something."""
    return bool(await house.attention(subject_id))


async def second_order(house: House, enrollment_id: str, library: str) -> str:
    """Order the same for the same learner once more; it is held."""
    number = (await house.row(enrollment_id)).line_id
    first = house.paid_order(library)
    learner = await house.learner_of(enrollment_id)
    line = first.lines[0].model_copy(update={"learner": learner})
    order = first.model_copy(update={"external_id": f"again-{number}", "lines": (line,)})
    order_id = await house.orders.take_paid_order(order)
    await eventually(lambda: has_attention(house, f"{order_id}-1"))
    return order_id


async def order_form(house: House, library: str) -> tuple[str, str]:
    """Record an order form that is not paid; returns its order and its intake."""
    await house.publish(library)
    form = OrderForm(
        payer_name="A District",
        payer_address=f"payer@{library}.example.org",
        payer_organization="A District",
        purchase_order=f"PO-{library}",
        lines=(
            LearnerLine(
                line_number=2,
                name="A Learner",
                address=f"learner@{library}.example.org",
                library=library,
                slug=ENTRY.slug,
            ),
        ),
    )
    order_id = await house.orders.take_order_form(form, f"form-{library}", is_settled=False)
    await eventually(lambda: _is_acknowledged(house, order_id))
    return order_id, intake_id("form", f"form-{library}")


async def _is_acknowledged(house: House, order_id: str) -> bool:
    return bool(await house.notices(order_id))


async def ended(house: House, enrollment_id: str) -> str:
    """Wait for the end of a journey; returns its workflow."""
    return await finished(house, journey_id(enrollment_id))


async def finished(house: House, workflow_id: str) -> str:
    """Wait for the end of a workflow; returns its id."""
    await house.client.get_workflow_handle(workflow_id).result()
    return workflow_id
