"""An act that the engine forgot after its turn was written (docs/decisions/0028)."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from activities.contracts import Actor, Entry
from activities.steps import AcceptOffer as TakeOffer
from activities.steps import EnterStage
from adapters.records.journey_book import JourneyBook
from adapters.records.request_book import ON_ITS_WAY, RequestBook
from adapters.records.turn_tables import RequestRow
from adapters.unreachable import EngineUnreachable
from domain.enrollment import Ending, EnrollmentClosed, Party, Stage
from domain.notices import NoticeKind
from domain.policy import Policy
from office import requests
from office.requests import request_key
from office.scheduling import sweep_now
from tests.house import OPS, House
from tests.lost_turns import WITHDRAWN, planted
from tests.traps.outage import Outpost
from workflows.clocks import Clocks
from workflows.contracts import AcceptOffer, Withdraw


async def kept_requests(house: House, enrollment_id: str) -> int:
    """Return how many acts of an enrollment are on their way."""
    async with house.database.reading() as session:
        query = select(func.count()).where(RequestRow.enrollment_id == enrollment_id)
        return await session.scalar(query) or 0


async def accepted_and_forgotten(house: House, enrollment_id: str, assessor_id: str) -> None:
    """Let an accepted offer stand in the records as the journey would have written it."""
    (offer,) = await house.assessor.offers(assessor_id)
    actor = Actor(party=Party.ASSESSOR)
    accept = AcceptOffer(
        actor=actor, round=offer.round, assignment_id=offer.assignment_id, assessor_id=assessor_id
    )
    key, now = request_key("accept", offer.assignment_id, assessor_id), datetime.now(UTC)
    kept = accept.model_dump(mode="json")
    await RequestBook(house.database).sent(key, enrollment_id, "accept_offer", kept, now)
    turn = Entry(
        enrollment_id=enrollment_id,
        sequence=(await house.row(enrollment_id)).last_sequence + 1,
        at=now,
        actor=actor,
        steps=(
            TakeOffer(assignment_id=offer.assignment_id),
            EnterStage(
                stage=Stage.ASSESSING,
                waiting_on=Party.ASSESSOR,
                clock=Clocks(Policy(), lambda: now).assessment(),
                round=offer.round,
            ),
        ),
        cause=key,
    )
    await JourneyBook(house.database, house.settings.programme_zone).enter(turn)


async def test_a_journey_catches_up_with_its_own_turn(house: House, library: str) -> None:
    """Proves: when worker and engine died after a turn was written and before it was taken over,
    the sweep brings both together again: the journey ends as the records say, with one notice.
    """
    enrollment_id = await house.working(library)
    actor = Actor(party=Party.PRACTITIONER)
    long_ago = datetime.now(UTC) - 2 * ON_ITS_WAY
    await RequestBook(house.database).sent(
        "u-lost", enrollment_id, "withdraw", Withdraw(actor=actor).model_dump(mode="json"), long_ago
    )
    sequence = (await house.row(enrollment_id)).last_sequence + 1
    turn = Entry(
        enrollment_id=enrollment_id,
        sequence=sequence,
        at=datetime.now(UTC) + timedelta(seconds=1),
        actor=actor,
        steps=WITHDRAWN,
    )
    await JourneyBook(house.database, house.settings.programme_zone).enter(turn)
    assert (await house.standing(enrollment_id)).ending is None

    report = await sweep_now(house.client)

    assert report.requests_asked_again >= 1
    await house.engine.journey(enrollment_id).result()
    assert (await house.standing(enrollment_id)).ending is Ending.WITHDRAWN
    assert await kept_requests(house, enrollment_id) == 0
    assert len(await house.notices(enrollment_id, NoticeKind.WITHDRAWN)) == 1
    assert "record_missing" not in await house.attention(enrollment_id)


async def test_the_next_act_brings_back_the_one_that_it_needs(house: House, library: str) -> None:
    """Proves: an assessor whose accepted offer stands in the records, and whom the engine forgot,
    marks and judges at once: nobody is told that the work is not theirs, and no sweep is needed.
    """
    assessor = await house.hire(library)
    enrollment_id = await house.submitted(library)
    await house.until_stage(enrollment_id, Stage.OFFERED)
    await accepted_and_forgotten(house, enrollment_id, assessor.id)
    assert not (await house.standing(enrollment_id)).is_offer_accepted

    await house.marked(assessor, enrollment_id)
    judged = await house.assessor.judge(assessor.id, enrollment_id)

    assert judged.judgement.not_met == ()
    assert await kept_requests(house, enrollment_id) == 0


async def test_an_answered_act_is_not_kept(house: House, library: str) -> None:
    """Proves: an act that was answered or refused leaves nothing on its way."""
    enrollment_id = await house.submitted(library)
    assert await kept_requests(house, enrollment_id) == 0


async def withdrawn_and_forgotten(house: House, enrollment_id: str, key: str) -> None:
    """Let a withdrawal stand in the records, long ago, that the engine knows nothing of."""
    actor, now = Actor(party=Party.PRACTITIONER), datetime.now(UTC)
    kept = Withdraw(actor=actor).model_dump(mode="json")
    book = RequestBook(house.database)
    await book.sent(key, enrollment_id, "withdraw", kept, now - 2 * ON_ITS_WAY)
    sequence = (await house.row(enrollment_id)).last_sequence + 1
    await planted(house, enrollment_id, sequence, key, *WITHDRAWN, at=now)


async def test_no_act_overtakes_one_without_an_answer(
    house: House, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proves: while an act that stands in the records gets no answer, the next one is neither sent
    nor kept, and whoever sent it is told that the engine is not reached; once the journey answers,
    both come in the order in which they were sent.
    """
    monkeypatch.setattr(requests, "ONCE_MORE_SECONDS", 0.5)
    outpost = Outpost.of(house)
    enrollment_id = await outpost.start(await outpost.opened(library))
    async with outpost.at_work():
        await house.until_stage(enrollment_id, Stage.VERIFYING)
    await withdrawn_and_forgotten(house, enrollment_id, f"u-lost-{enrollment_id}")

    with pytest.raises(EngineUnreachable):
        await house.practitioner.verify(enrollment_id, OPS)

    assert await kept_requests(house, enrollment_id) == 1
    async with outpost.at_work():
        with pytest.raises(EnrollmentClosed):
            await house.practitioner.verify(enrollment_id, OPS)
        await house.engine.journey(enrollment_id).result()
    assert await kept_requests(house, enrollment_id) == 0
    history = await house.engine.journey(enrollment_id).fetch_history()
    let_in = [
        event.workflow_execution_update_accepted_event_attributes.accepted_request.input.name
        for event in history.events
        if event.HasField("workflow_execution_update_accepted_event_attributes")
    ]
    assert let_in[0] == "withdraw"
    assert let_in.count("withdraw") == 1


async def test_a_sweep_asks_for_a_minute_and_leaves_the_rest_to_the_next(
    house: House, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proves: acts for which no time is left stay for the next sweep, and none is lost by it."""
    enrollment_id = await house.working(library)
    await withdrawn_and_forgotten(house, enrollment_id, f"u-lost-{enrollment_id}")
    with monkeypatch.context() as hurried:
        hurried.setattr(requests, "ASKING_SECONDS", -1)
        assert await house.requests.ask_once_more(datetime.now(UTC), lambda: None) == 0
    assert await kept_requests(house, enrollment_id) == 1
    assert await house.requests.ask_once_more(datetime.now(UTC), lambda: None) >= 1
    assert await kept_requests(house, enrollment_id) == 0
