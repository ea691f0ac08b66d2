"""Processes that are killed between any two steps of issuing: one credential, and its bytes."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from signal import SIGKILL

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client
from temporalio.common import RetryPolicy
from temporalio.testing import WorkflowEnvironment

from activities.credential_contracts import AwardRef, CorrectionRef, Issued
from adapters.records.credential_tables import CredentialRow, StatusListRow
from adapters.records.database import Database
from adapters.records.tables import NoticeRow, TimelineRow
from domain.credentials import CorrectionKind
from domain.timeline import Happening
from tests.integration.dying_issuer import (
    Death,
    Point,
    Scene,
    made_keys,
    started_correction,
    started_worker,
)
from tests.issuing import Issuing
from tests.servers import start_temporal
from tests.traps.books import Books, because
from workflows.names import JOURNEYS_QUEUE, issuing_id

PATIENCE = 30


@pytest.fixture(scope="module")
async def engine() -> AsyncIterator[WorkflowEnvironment]:
    """A Temporal of these tests alone: no other worker may take what a dying one had."""
    environment = await start_temporal()
    yield environment
    await environment.shutdown()


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys that every process of these tests signs with."""
    return made_keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture
async def issuing(database: AsyncEngine) -> Issuing:
    """Books with one micro-credential for sale, on either database."""
    books = Books(Database(database))
    await books.publish()
    return Issuing(books)


def scene(database_url: str, keys: Path, directory: Path, point: Point) -> Scene:
    """Return where a process works, to die at ``point`` once."""
    return Scene(database_url, keys, Death(point, directory / "witness"))


async def issued(client: Client, enrollment_id: str) -> Issued:
    """Ask for a credential as the office does, with little patience for a lost worker."""
    answered: Issued = await client.execute_activity(
        "issue_credential",
        AwardRef(enrollment_id=enrollment_id),
        id=issuing_id(enrollment_id),
        result_type=Issued,
        task_queue=JOURNEYS_QUEUE,
        start_to_close_timeout=timedelta(seconds=1),
        retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=50)),
    )
    return answered


@pytest.mark.parametrize("point", Point)
async def test_a_killed_worker_leaves_one_credential(
    engine: WorkflowEnvironment,
    issuing: Issuing,
    database_url: str,
    keys: Path,
    tmp_path: Path,
    point: Point,
) -> None:
    """Proves: a worker that gets SIGKILL before the effect, after signing, after the insert or
    before its answer leaves exactly one credential, and the next worker answers with it and does
    not touch its bytes.
    """
    enrollment_id = await issuing.awarded()
    place = scene(database_url, keys, tmp_path, point)
    address = engine.client.service_client.config.target_host
    asking = asyncio.create_task(issued(engine.client, enrollment_id))
    first = started_worker(place, address)
    await asyncio.to_thread(first.join, PATIENCE)
    assert first.exitcode == -SIGKILL
    kept = {row.id: row.body for row in await issuing.books.rows(CredentialRow)}
    assert len(kept) == (point in {Point.KEPT, Point.ANSWERED})

    second = started_worker(place, address)
    answer = await asyncio.wait_for(asking, PATIENCE)
    second.kill()
    await asyncio.to_thread(second.join, PATIENCE)
    (row,) = await issuing.books.rows(CredentialRow)
    assert answer.credential_id == row.id
    assert kept in ({}, {row.id: row.body})
    # Signed once more by every attempt that came to it, which is no harm: it is one list.
    (listed,) = await issuing.books.rows(StatusListRow)
    assert listed.id == row.status_list_id
    assert (await issuing.views.status_list(listed.id)).version >= 1
    kinds = [line.kind for line in await issuing.books.rows(TimelineRow)]
    assert kinds.count(Happening.CREDENTIAL_ISSUED) == 1


@pytest.mark.parametrize("kind", CorrectionKind)
@pytest.mark.parametrize("point", Point)
async def test_a_correction_that_is_killed_is_one_correction(
    issuing: Issuing,
    database_url: str,
    keys: Path,
    tmp_path: Path,
    point: Point,
    kind: CorrectionKind,
) -> None:
    """Proves: killed at any point, a revocation or reissue is either not there at all or whole
    (revoked, replaced, intended to be told), and the next attempt makes it one, not two.
    """
    award = AwardRef(enrollment_id=await issuing.awarded())
    old = str((await issuing.activities.issue_credential(award)).credential_id)
    await issuing.corrections.ask("k1", old, kind, because())
    process = started_correction(scene(database_url, keys, tmp_path, point), "k1")
    await asyncio.to_thread(process.join, PATIENCE)
    assert process.exitcode == -SIGKILL
    is_done = point in {Point.KEPT, Point.ANSWERED}
    rows = {row.id: (row.body, row.revoked_at) for row in await issuing.books.rows(CredentialRow)}
    assert (rows[old][1] is not None) is is_done
    assert len(rows) == (2 if is_done and kind is CorrectionKind.REISSUE else 1)

    await issuing.activities.correct_credential(CorrectionRef(correction_id="k1"))
    after = {row.id: (row.body, row.revoked_at) for row in await issuing.books.rows(CredentialRow)}
    assert len(after) == (2 if kind is CorrectionKind.REISSUE else 1)
    assert not is_done or after == rows
    assert sum(revoked is None for _, revoked in after.values()) == len(after) - 1
    told = [row for row in await issuing.books.rows(NoticeRow) if "credential" in row.kind]
    assert [row.id for row in told] == issuing.told.notices
