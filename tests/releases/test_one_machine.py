"""The embedded stack, whose workers are the only ones: they are handed everything by themselves."""

import asyncio
from datetime import timedelta
from pathlib import Path

from temporalio.common import VersioningBehavior
from temporalio.workflow import _Definition

from adapters.embedded.stack import EmbeddedStack
from adapters.records.opening import bring_up_to_date
from adapters.releases import Routing
from domain.releases import UNVERSIONED, ReleaseState
from office.releasing import ReleaseDesk
from office.scheduling import sweep_now
from settings import Settings
from workflows.registration import WORKFLOWS

PATIENCE = timedelta(seconds=20)


async def prepare(settings: Settings) -> None:
    """Make the tables."""
    await bring_up_to_date(settings.database_url)


async def works_as(data_dir: Path, build_id: str | None) -> dict[str, ReleaseState]:
    """Start a whole Laurel and have it do something; returns which releases it knows then."""
    programme = Settings(build_id=build_id)
    async with EmbeddedStack(data_dir, programme=programme, prepare=prepare) as stack:
        client = await stack.connect()
        async with asyncio.timeout(PATIENCE.total_seconds()):
            await sweep_now(client)
        releases = await ReleaseDesk(Routing(client)).releases()
        return {each.name: each.state for each in releases}


async def test_one_machine_never_waits_for_an_operator(tmp_path: Path) -> None:
    """Proves: under the name of a release, and without one again on the same data, the workers
    that were just started take the work; neither hangs on what was current before.
    """
    assert await works_as(tmp_path, "next") == {
        "next": ReleaseState.CURRENT,
        UNVERSIONED: ReleaseState.LEFT,
    }
    assert await works_as(tmp_path, None) == {
        "next": ReleaseState.LEFT,
        UNVERSIONED: ReleaseState.CURRENT,
    }


def test_no_workflow_has_a_behaviour_of_its_own() -> None:
    """Proves: workers without the name of a release are given tasks: a behaviour that stands on a
    workflow would stop them without a word.
    """
    behaviours = {_Definition.must_from_class(each).versioning_behavior for each in WORKFLOWS}
    assert behaviours == {VersioningBehavior.UNSPECIFIED}
