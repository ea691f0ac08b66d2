"""Processes that make credentials and kill themselves, once, at a named point of it.

The product is composed as it is in ``worker.py``; only the ports are wrapped, so that SIGKILL comes
exactly between two of its steps.
"""

import asyncio
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from signal import SIGKILL

from temporalio import activity
from temporalio.worker import Worker

from activities.credential_contracts import AwardRef, Corrected, CorrectionRef, Issued
from activities.credential_ports import CarriedOut, Correcting, Kept
from activities.credentials import CredentialActivities
from activities.registration import activities_of
from adapters.credentials.key_ring import KeyRing
from adapters.credentials.signer import Signer
from adapters.records.correction_book import CorrectionBook
from adapters.records.credential_book import CredentialBook
from adapters.records.database import Database, make_engine
from adapters.records.status_list_book import StatusListBook
from adapters.temporal import connect_to
from domain.credential_addresses import CredentialAddresses
from domain.credentials import CredentialFacts, SignedCredential
from tests.issuing import PUBLIC_URL, Told
from workflows.names import JOURNEYS_QUEUE


class Point(StrEnum):
    """Where a process dies."""

    BEFORE = "before anything"
    SIGNED = "signed, and not kept"
    KEPT = "kept, and not answered"
    ANSWERED = "all done, and not answered"


@dataclass(frozen=True)
class Death:
    """Comes once: whoever finds the ``witness`` lives on."""

    point: Point
    witness: Path

    def at(self, point: Point) -> None:
        """Kill this process if it is its time."""
        if point is self.point and not self.witness.exists():
            self.witness.touch()
            os.kill(os.getpid(), SIGKILL)


@dataclass(frozen=True)
class Scene:
    """Where a process works, and where it dies."""

    database_url: str
    keys: Path
    death: Death


class _DyingSigner(Signer):
    death: Death

    async def sign(self, facts: CredentialFacts) -> SignedCredential:
        signed = await super().sign(facts)
        self.death.at(Point.SIGNED)
        return signed


class _DyingCredentials(CredentialBook):
    death: Death

    async def prepare(
        self, enrollment_id: str, after: str | None, at: datetime
    ) -> CredentialFacts | Kept:
        self.death.at(Point.BEFORE)
        return await super().prepare(enrollment_id, after, at)

    async def keep(
        self, facts: CredentialFacts, signed: SignedCredential, reason_id: str | None = None
    ) -> Kept | None:
        kept = await super().keep(facts, signed, reason_id)
        self.death.at(Point.KEPT)
        return kept


class _DyingCorrections(CorrectionBook):
    death: Death

    async def prepare(self, correction_id: str, at: datetime) -> Correcting | CarriedOut:
        self.death.at(Point.BEFORE)
        return await super().prepare(correction_id, at)

    async def carry_out(
        self, correcting: Correcting, signed: SignedCredential | None, at: datetime
    ) -> CarriedOut | None:
        self.death.at(Point.SIGNED)  # a revocation alone signs nothing
        done = await super().carry_out(correcting, signed, at)
        self.death.at(Point.KEPT)
        return done


class _DyingActivities(CredentialActivities):
    death: Death

    @activity.defn(name="issue_credential")
    async def issue_credential(self, award: AwardRef) -> Issued:
        issued = await super().issue_credential(award)
        self.death.at(Point.ANSWERED)
        return issued

    @activity.defn(name="correct_credential")
    async def correct_credential(self, correction: CorrectionRef) -> Corrected:
        corrected = await super().correct_credential(correction)
        self.death.at(Point.ANSWERED)
        return corrected


def _activities_of(scene: Scene) -> CredentialActivities:
    database = Database(make_engine(scene.database_url))
    addresses = CredentialAddresses(public_url=PUBLIC_URL)
    signer = _DyingSigner(KeyRing(scene.keys), "did:key", "The Programme", addresses)
    credentials, corrections = _DyingCredentials(database), _DyingCorrections(database)
    made = _DyingActivities(credentials, corrections, StatusListBook(database), signer, Told())
    signer.death = credentials.death = corrections.death = made.death = scene.death
    return made


async def _work(scene: Scene, address: str) -> None:
    client = await connect_to(address)
    implementations = activities_of(_activities_of(scene))
    async with Worker(client, task_queue=JOURNEYS_QUEUE, activities=implementations):
        await asyncio.Event().wait()


async def _correct(scene: Scene, correction_id: str) -> None:
    await _activities_of(scene).correct_credential(CorrectionRef(correction_id=correction_id))


def work(scene: Scene, address: str) -> None:
    """Be a worker on the server at ``address``, until killed."""
    asyncio.run(_work(scene, address))


def correct(scene: Scene, correction_id: str) -> None:
    """Carry out one correction, as a worker does when it is asked to."""
    asyncio.run(_correct(scene, correction_id))
    os._exit(0)


@cache
def _server() -> ForkServerContext:
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context


def started_worker(scene: Scene, address: str) -> ForkServerProcess:
    """Start a worker process."""
    process = _server().Process(target=work, args=(scene, address), daemon=True)
    process.start()
    return process


def started_correction(scene: Scene, correction_id: str) -> ForkServerProcess:
    """Start a process that carries out one correction."""
    process = _server().Process(target=correct, args=(scene, correction_id), daemon=True)
    process.start()
    return process


def made_keys(directory: Path) -> Path:
    """Make signing keys in ``directory``, which the processes share."""
    KeyRing(directory).make(datetime.now(UTC))
    return directory
