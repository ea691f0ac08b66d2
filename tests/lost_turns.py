"""What an attempt at a journey's task wrote that was lost afterwards (docs/decisions/0029)."""

import asyncio
from datetime import UTC, datetime

from activities.contracts import Actor, Entry
from activities.ports import Written
from activities.steps import (
    BeginJourney,
    CloseAttention,
    EndJourney,
    EnterStage,
    IntendNotice,
    Step,
    VerifyPerson,
)
from adapters.records.journey_book import JourneyBook
from domain.enrollment import AttentionKind, Ending, Party, Stage
from domain.notices import NoticeKind, Recipient
from domain.policy import Policy
from tests.house import House
from tests.traps.outage import Outpost
from workflows.clocks import Clocks
from workflows.contracts import VerifyAccount, Withdraw
from workflows.ledger import START
from workflows.names import journey_id

PRACTITIONER = Actor(party=Party.PRACTITIONER)
WITHDRAW = Withdraw(actor=PRACTITIONER)
VERIFY = VerifyAccount(actor=PRACTITIONER)
WITHDRAWN = (
    EndJourney(ending=Ending.WITHDRAWN),
    IntendNotice(kind=NoticeKind.WITHDRAWN, to=Recipient.PRACTITIONER, ordinal=1),
)


async def planted(
    house: House, enrollment_id: str, sequence: int, cause: str, *steps: Step, at: datetime
) -> Written:
    """Write what a lost attempt wrote."""
    return await JourneyBook(house.database, house.settings.programme_zone).enter(
        Entry(
            enrollment_id=enrollment_id,
            sequence=sequence,
            at=at,
            actor=PRACTITIONER,
            steps=steps,
            cause=cause,
        )
    )


async def begun(
    house: House, outpost: Outpost, library: str, settled_at: datetime
) -> tuple[str, Written]:
    """Start a journey that nobody works on, whose first entry a lost attempt wrote."""
    opened = await outpost.opened(library, is_verified=True)
    pinned = {**opened.journey, "settled_at": settled_at.isoformat()}
    enrollment_id = await outpost.start(opened.model_copy(update={"journey": pinned}))
    clocks = Clocks(Policy(), lambda: settled_at)
    begin = BeginJourney(verification=clocks.verification(), access=clocks.access(settled_at))
    return enrollment_id, await planted(house, enrollment_id, 1, START, begin, at=settled_at)


def verified_at(began: datetime, settled_at: datetime) -> tuple[Step, ...]:
    """Return what a journey writes when the account is verified: the access mail goes out."""
    return (
        VerifyPerson(),
        CloseAttention(kinds=(AttentionKind.ACCOUNT_UNVERIFIED,)),
        EnterStage(
            stage=Stage.GRANTING_ACCESS,
            waiting_on=Party.ENGINE,
            clock=Clocks(Policy(), lambda: began).access(settled_at, began),
            round=1,
        ),
        IntendNotice(kind=NoticeKind.ACCESS, to=Recipient.PRACTITIONER, ordinal=1),
    )


async def nothing_lost(house: House, library: str) -> str:
    """What makes no difference any more is let go, after a look that nothing is to come again."""
    outpost = Outpost.of(house)
    enrollment_id = await outpost.start(await outpost.opened(library))
    async with outpost.at_work():
        await house.until_stage(enrollment_id, Stage.VERIFYING)
    journey = house.engine.journey(enrollment_id)
    # Both were let in while nobody worked; the second finds it done.
    verifying = [
        asyncio.create_task(journey.execute_update("verify_account", VERIFY, id=f"u-verify-{n}"))
        for n in (1, 2)
    ]
    async with outpost.at_work():
        await asyncio.gather(*verifying, return_exceptions=True)
        await house.until_stage(enrollment_id, Stage.WORKING)
        await house.engine.tell_access_mail_accepted(enrollment_id, "n-told-twice")
        await journey.execute_update("withdraw", WITHDRAW, id="u-withdraw")
        await journey.result()
    return journey_id(enrollment_id)


async def lost_turn(house: House, library: str) -> str:
    """A withdrawal was written by an attempt that was lost; meanwhile the access mail went out."""
    outpost = Outpost.of(house)
    enrollment_id, written = await begun(house, outpost, library, now := datetime.now(UTC))
    await planted(house, enrollment_id, 2, "u-withdraw", *WITHDRAWN, at=now)
    await house.engine.tell_access_mail_accepted(enrollment_id, written.notices[0].notice_id)
    asking = asyncio.create_task(
        house.engine.journey(enrollment_id).execute_update("withdraw", WITHDRAW, id="u-withdraw")
    )
    async with outpost.at_work():
        await asking
        await house.engine.journey(enrollment_id).result()
    return journey_id(enrollment_id)
