"""What operations do with journeys, their credentials, and many journeys at a time."""

import asyncio
from collections.abc import Mapping
from uuid import uuid4

from domain.previews import ActKind as OpsAct
from domain.timeline import Happening
from tests.chaos.acts import ActKind, until
from tests.chaos.traveller import Traveller

BULK_DAYS = 5


async def operate(it: Traveller, act: OpsAct, done: ActKind, **fields: object) -> None:
    """Let both operators press at the same time, and write down what each was told was done."""
    held, as_of = await _as_of(it)
    path = f"/ops/journeys/{it.enrollment_id}/acts/{act}"
    presses = [uuid4().hex for _ in it.crowd.operators]

    async def press(number: int) -> bool:
        sent = {
            "reason": f"Operator {number} says so.",
            "press": presses[number],
            "as_of": as_of,
            **fields,
        }
        return await _pressed(it, number, path, sent)

    were_done = await asyncio.gather(*(press(number) for number in range(len(presses))))
    for key, was_done in zip(presses, were_done, strict=True):
        if was_done:
            # A round that was offered anew is known by the assignment that ended with it.
            is_named = done is ActKind.REASSIGNED
            it.crowd.log.done(done, it.enrollment_id, held if is_named else key)


async def _as_of(it: Traveller) -> tuple[str, int]:
    """Return the live assignment and the turn of the journey at which it was held."""
    while True:
        before = await it.crowd.row(it.enrollment_id)
        held = await it.crowd.assignment(it.enrollment_id)
        after = await it.crowd.row(it.enrollment_id)
        if before.last_sequence == after.last_sequence:
            return (held.id if held else ""), after.last_sequence


async def reissue(it: Traveller) -> None:
    """Issue the credential of an award anew."""
    credential_id = await credential_of(it)
    sent = {"reason": "Their name was written wrongly.", "press": uuid4().hex}

    async def is_done() -> bool:
        return await _pressed(it, 0, f"/ops/credentials/{credential_id}/reissue", sent)

    await until("the answer to the reissue", is_done)
    it.crowd.log.done(ActKind.REISSUED, it.enrollment_id, credential_id)

    async def is_replaced() -> bool:
        return await it.crowd.credential(it.enrollment_id) not in {None, credential_id}

    await until("the credential that takes its place", is_replaced)


async def credential_of(it: Traveller) -> str:
    """Return the credential of an award, once it is issued."""
    found: list[str] = []

    async def is_there() -> bool:
        credential_id = await it.crowd.credential(it.enrollment_id)
        found[:] = [credential_id] if credential_id else []
        return bool(found)

    await until("the credential", is_there)
    return found[0]


async def extend_in_bulk(it: Traveller) -> None:
    """Extend by an act in bulk; its start is what is answered, and it goes on by itself."""
    sent = {
        "enrollment": [it.enrollment_id],
        "kind": OpsAct.EXTEND.value,
        "days": BULK_DAYS,
        "reason": "The schools are closed.",
        "press": uuid4().hex,
    }

    async def is_started() -> bool:
        return await _pressed(it, 0, "/ops/bulk/start", sent)

    await until("the answer to the act in bulk", is_started)
    it.crowd.log.done(ActKind.EXTENDED, it.enrollment_id, str(sent["press"]))
    await until(
        "the extension in bulk",
        lambda: it.crowd.has_happened(it.enrollment_id, Happening.DUE_TIME_EXTENDED),
    )


async def _pressed(it: Traveller, number: int, path: str, sent: Mapping[str, object]) -> bool:
    """Let an operator press, several times at once where that was planned."""
    operator = it.crowd.operators[number]
    statuses = await asyncio.gather(*(operator.press(path, **sent) for _ in range(it.repeats)))
    return 303 in statuses
