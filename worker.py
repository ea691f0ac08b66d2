"""A worker: settings, adapters, activities, workers for its queues; drains on SIGTERM.

The only place where effects meet the workflows. ``--ready-file`` is written once it polls.
"""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from temporalio.client import Client
from temporalio.worker import Worker

from activities.bulk import BulkActivities
from activities.credentials import CredentialActivities
from activities.document_ports import FileStorage
from activities.email import MailActivities
from activities.records import JourneyRecordsActivities, OrderRecordsActivities
from activities.registration import activities_of, refuse_incomplete
from activities.storage import DocumentActivities
from activities.sweeping import SweepActivities
from activities.transcripts import TranscriptActivities
from activities.uploads import UploadActivities
from activities.webhooks import WebhookActivities
from adapters.assembly import (
    database_of,
    file_store_of,
    letter_writer_of,
    make_signing_keys_ready,
    notice_book_of,
    piece_store_of,
    signer_of,
    transcriber_of,
    webhook_rule_of,
)
from adapters.documents.isolated import IsolatedInspector
from adapters.mail.smtp import SmtpRelay
from adapters.records.bulk_book import BulkBook
from adapters.records.correction_book import CorrectionBook
from adapters.records.credential_book import CredentialBook
from adapters.records.credential_drift import CredentialDrift
from adapters.records.database import Database
from adapters.records.delivery_book import DeliveryBook
from adapters.records.drift_book import DriftBook
from adapters.records.invariants import InvariantBook
from adapters.records.journey_book import JourneyBook
from adapters.records.ops_book import OpsBook
from adapters.records.order_book import OrderBook
from adapters.records.part_book import PartBook
from adapters.records.refund_book import RefundBook
from adapters.records.status_list_book import StatusListBook
from adapters.records.transcript_book import TranscriptBook
from adapters.records.upload_book import UploadBook
from adapters.releases import versioning_of
from adapters.telemetry import configure_logging, logger_named, use_forwarding_runtime
from adapters.temporal import connect
from adapters.webhooks.sending import HttpSender
from office.bulk import OfficeBulkRunner
from office.bulk_starting import BulkSweep
from office.credential_sweeping import CredentialSweep
from office.document_queue import DocumentQueue
from office.engine import WorkflowEngine
from office.operating import OpsDesk
from office.practising import PractitionerDesk
from office.requests import Requests
from office.scheduling import schedule_sweep
from office.sweeping import OfficeSweeper
from office.upload_sweeping import UploadSweep
from settings import Settings, load_settings
from workflows.names import ALL_QUEUES, DOCUMENTS_QUEUE, JOURNEYS_QUEUE, MAIL_QUEUE, WEBHOOKS_QUEUE
from workflows.registration import WORKFLOWS, sandboxed_runner

DRAIN = timedelta(seconds=20)
"""How long activities in hand may finish after a signal to stop."""

DELIVERIES_AT_ONCE = 20
"""Webhooks that one worker sends at a time; waiting for a slow receiver costs next to nothing."""

STICKY = timedelta(seconds=3)
"""How long a task waits for the worker that knows its journey; a killed one never comes."""


@dataclass(frozen=True)
class Implementations:
    """The activities of one worker process, by the queue that they run on."""

    records: tuple[object, ...]
    mail: MailActivities
    documents: DocumentActivities
    webhooks: WebhookActivities
    uploads: UploadActivities


def implementations_of(
    engine: WorkflowEngine, settings: Settings, database: Database, relay: SmtpRelay
) -> Implementations:
    """Return every activity, or refuse to start when one is missing."""
    zone = settings.programme_zone
    files, pieces = file_store_of(settings), piece_store_of(settings)
    uploads, queue = UploadBook(database), DocumentQueue(engine)
    sweeper = sweeper_of(engine, settings, database, UploadSweep(uploads, pieces, files, queue))
    made = Implementations(
        records=(
            JourneyRecordsActivities(JourneyBook(database, zone), engine),
            OrderRecordsActivities(OrderBook(database, zone, settings.policy), engine),
            SweepActivities(sweeper),
            BulkActivities(bulk_runner_of(engine, database, files)),
            credential_activities_of(engine, settings, database),
            TranscriptActivities(TranscriptBook(database), transcriber_of(settings)),
        ),
        mail=MailActivities(
            notice_book_of(settings, database), relay, letter_writer_of(settings), engine
        ),
        documents=DocumentActivities(PartBook(database), files, IsolatedInspector()),
        webhooks=WebhookActivities(DeliveryBook(database), HttpSender(webhook_rule_of(settings))),
        uploads=UploadActivities(uploads, pieces, files, PartBook(database), queue),
    )
    refuse_incomplete((*made.records, made.mail, made.documents, made.uploads, made.webhooks))
    return made


def sweeper_of(
    engine: WorkflowEngine, settings: Settings, database: Database, uploads: UploadSweep
) -> OfficeSweeper:
    """Return who looks at everything, regularly."""
    return OfficeSweeper(
        DriftBook(database),
        InvariantBook(database),
        RefundBook(database, settings.programme_zone, settings.policy),
        engine,
        Requests(engine, database),
        settings.policy,
        settings.programme_zone,
        uploads,
        BulkSweep(BulkBook(database), engine.client),
        CredentialSweep(CredentialDrift(database), engine.client),
    )


def credential_activities_of(
    engine: WorkflowEngine, settings: Settings, database: Database
) -> CredentialActivities:
    """Return who makes credentials; nobody else gets the signer.

    Refuses ``no_signing_keys`` where this process would have to sign, and could not.
    """
    if JOURNEYS_QUEUE in (settings.worker_queues or ALL_QUEUES):
        make_signing_keys_ready(settings)
    return CredentialActivities(
        CredentialBook(database),
        CorrectionBook(database),
        StatusListBook(database),
        signer_of(settings),
        engine,
    )


def bulk_runner_of(
    engine: WorkflowEngine, database: Database, files: FileStorage
) -> OfficeBulkRunner:
    """Return who carries out acts in bulk, through the desks of people's single acts."""
    book = OpsBook(database)
    requests = Requests(engine, database)
    return OfficeBulkRunner(
        BulkBook(database),
        OpsDesk(engine, requests, book),
        PractitionerDesk(engine, requests, PartBook(database), files),
    )


def workers_of(
    client: Client, settings: Settings, database: Database, stack: AsyncExitStack
) -> list[Worker]:
    """Return one worker for each queue that this process serves."""
    relay = SmtpRelay.configured(settings)
    stack.push_async_callback(relay.close)
    made = implementations_of(WorkflowEngine(client), settings, database, relay)
    worker_at = partial(
        Worker,
        client,
        graceful_shutdown_timeout=DRAIN,
        deployment_config=versioning_of(settings.build_id),
    )
    workers = _by_queue(made, worker_at, settings)
    return [workers[queue]() for queue in settings.worker_queues or ALL_QUEUES]


def _by_queue(
    made: Implementations, worker_at: Callable[..., Worker], settings: Settings
) -> dict[str, Callable[[], Worker]]:
    """Return how the worker of each queue is made."""
    return {
        JOURNEYS_QUEUE: lambda: _journeys_worker(worker_at, made),
        MAIL_QUEUE: lambda: worker_at(
            task_queue=MAIL_QUEUE,
            activities=_activities(made.mail),
            max_concurrent_activities=settings.smtp_connections,
            max_task_queue_activities_per_second=settings.mail_per_second,
        ),
        DOCUMENTS_QUEUE: lambda: worker_at(
            task_queue=DOCUMENTS_QUEUE,
            activities=_activities(made.documents, made.uploads),
            max_concurrent_activities=os.cpu_count() or 2,
        ),
        WEBHOOKS_QUEUE: lambda: worker_at(
            task_queue=WEBHOOKS_QUEUE,
            activities=_activities(made.webhooks),
            max_concurrent_activities=DELIVERIES_AT_ONCE,
        ),
    }


def _journeys_worker(worker_at: Callable[..., Worker], made: Implementations) -> Worker:
    """Return the worker of journeys and of the records that they write."""
    return worker_at(
        task_queue=JOURNEYS_QUEUE,
        workflows=WORKFLOWS,
        activities=_activities(*made.records),
        workflow_runner=sandboxed_runner(),
        sticky_queue_schedule_to_start_timeout=STICKY,
    )


def _activities(*implementations: object) -> list[Callable[..., object]]:
    """Return the activities of several implementations, as one queue serves them."""
    return [each for part in implementations for each in activities_of(part)]


async def serve(settings: Settings, ready_file: Path | None) -> None:
    """Work until SIGTERM or SIGINT, then finish what is in hand."""
    stop = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    database = database_of(settings)
    client = await connect(settings)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        for worker in workers_of(client, settings, database, stack):
            await stack.enter_async_context(worker)
        if JOURNEYS_QUEUE in (settings.worker_queues or ALL_QUEUES):
            await schedule_sweep(client)
        logger_named(__name__).info("worker_ready")
        if ready_file is not None:
            await asyncio.to_thread(ready_file.write_text, f"{os.getpid()}\n")
        await stop.wait()
    # The client's threads need a moment after their last use (docs/decisions, clean exits).
    await asyncio.sleep(0.3)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a worker from the command line; the exit code is 0 after an orderly stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ready-file", type=Path, help="written once the worker polls")
    options = parser.parse_args(arguments)
    settings = load_settings()
    configure_logging(settings.log_level)
    use_forwarding_runtime()
    asyncio.run(serve(settings, options.ready_file))
    return 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # Interpreter finalisation now and then crashes in the SDK's native threads: leave without it.
    os._exit(code)
