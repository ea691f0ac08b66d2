"""Workers that are killed in the middle of everything: the journey still ends in the award."""

import asyncio
import random
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.embedded.stack import EmbeddedStack
from adapters.mail.caught import caught_mail
from adapters.records.credential_views import CredentialViews
from adapters.records.invariants import InvariantBook
from adapters.records.opening import bring_up_to_date, open_database
from adapters.records.view_values import JourneyView, NoticeLine
from cli.demo import Player
from cli.desks import ops_desk, views_of
from cli.office import Office, grounds_now
from domain.credentials import CredentialState
from domain.notice_rules import repeats_by_itself
from domain.notices import NoticeKind, NoticeState
from office.engine import WorkflowEngine
from settings import Settings
from tests.waiting import eventually, pause

KILLS = 6


async def kill_again_and_again(stack: EmbeddedStack, chance: random.Random) -> None:
    """Kill the worker at moments that the seed decides, and start it anew each time."""
    for _ in range(KILLS):
        # The moment is what is tried here: it must not be tied to anything that happens.
        await pause(chance.uniform(0.1, 1.6))
        stack.kill_worker()
        await stack.restart_worker()


async def resent_what_waits_for_ops(office: Office, view: JourneyView) -> set[str]:
    """Do what ops do with a notice whose fate is unknown; only an award mail may wait for them."""
    waiting = [each for each in view.notices if each.state == NoticeState.UNKNOWN]
    assert all(not repeats_by_itself(NoticeKind(each.kind)) for each in waiting)
    desk = await ops_desk(office)
    grounds = grounds_now("Nobody knows whether it arrived.", "operations")
    return {await desk.resend(each.notice_id, grounds) for each in waiting}


@pytest.mark.parametrize("seed", [1])
async def test_killed_workers_lose_nothing(tmp_path: Path, seed: int) -> None:
    """Proves: SIGKILL at any moment of the demo ends in the award and one credential all the same,
    with every notice accepted, none lost, and none repeated except once in the gap that SMTP
    leaves.
    """

    async def prepare(settings: Settings) -> None:
        await bring_up_to_date(settings.database_url)

    async with (
        EmbeddedStack(tmp_path / "stack", prepare=prepare) as stack,
        open_database(stack.settings.database_url) as database,
    ):
        office = Office(stack.settings, database, WorkflowEngine(await stack.connect()))
        views = views_of(office)
        player = Player(office, await office.engine(), lambda: None)
        killing = asyncio.create_task(kill_again_and_again(stack, random.Random(seed)))
        enrollment_id = await player.play()
        await killing
        await resent_what_waits_for_ops(office, await views.journey(enrollment_id))

        async def is_settled() -> bool:
            return await views.notices_on_their_way() == 0

        await eventually(is_settled)
        view = await views.journey(enrollment_id)
        assert view.ending == "awarded"
        settled = {NoticeState.ACCEPTED, NoticeState.CANCELLED}
        assert {notice.state for notice in view.notices} <= settled
        refuse_lost_or_repeated(view.notices, stack.mail_dir)
        issued = await CredentialViews(database).of_enrollment(enrollment_id)
        assert [each.state for each in issued] == [CredentialState.VALID]
        invariants = await InvariantBook(database).count(datetime.now(UTC))
        assert [each for each in invariants if each.breaches] == []


def refuse_lost_or_repeated(notices: tuple[NoticeLine, ...], mail_dir: Path) -> None:
    """Compare what the records say with what the mail server itself wrote down."""
    caught = Counter(mail.message_id for mail in caught_mail(mail_dir))
    for notice in notices:
        copies = sum(count for key, count in caught.items() if notice.notice_id in key)
        if notice.state == NoticeState.ACCEPTED:
            assert 1 <= copies <= 2, notice
