"""Sending one notice by the real activity over a mail server that misbehaves as told."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

from temporalio.client import ActivityHandle, Client
from temporalio.common import RetryPolicy
from temporalio.worker import Worker

from activities.contracts import NoticeOutcome, NoticeRef
from activities.email import MailActivities
from activities.ports import NoticeWriter
from activities.registration import activities_of
from activities.steps import BeginJourney
from adapters.assembly import letter_writer_of
from adapters.mail.smtp import SmtpRelay
from adapters.temporal import connect_to
from domain.enrollment import ClockKind
from domain.notices import NoticeState
from office.engine import WorkflowEngine
from settings import Settings
from tests.smtp_servers import ScriptedServer
from tests.traps.books import Books, clock

ATTEMPTS = 12
_NUMBERS = count(1)


@dataclass
class Sender:
    """A worker for notices alone, on a queue that no other test serves."""

    client: Client
    queue: str

    async def start(
        self, notice_id: str, *, pause: float = 0.05, attempts: int = ATTEMPTS
    ) -> ActivityHandle[NoticeOutcome]:
        """Put a notice on the queue, with pauses between the attempts that a test can wait for."""
        return await self.client.start_activity(
            "send_notice",
            NoticeRef(notice_id=notice_id),
            id=f"{self.queue}/{notice_id}/{next(_NUMBERS)}",
            task_queue=self.queue,
            result_type=NoticeOutcome,
            start_to_close_timeout=timedelta(seconds=30),
            heartbeat_timeout=timedelta(seconds=10),
            retry_policy=RetryPolicy(
                initial_interval=timedelta(seconds=pause),
                backoff_coefficient=1.0,
                maximum_attempts=attempts,
            ),
        )

    async def send(self, notice_id: str) -> NoticeState:
        """Send a notice until it is settled; returns its state."""
        return NoticeState((await (await self.start(notice_id)).result()).state)


@asynccontextmanager
async def sender(address: str, smtp_port: int, notices: NoticeWriter) -> AsyncIterator[Sender]:
    """Run a worker that sends over the mail server at a port."""
    client = await connect_to(address)
    settings = Settings(smtp_port=smtp_port)
    relay = SmtpRelay.configured(settings)
    mail = MailActivities(notices, relay, letter_writer_of(settings), WorkflowEngine(client))
    queue = f"mail-of-test-{next(_NUMBERS)}"
    async with Worker(client, task_queue=queue, activities=activities_of(mail)):
        yield Sender(client, queue)
    await relay.close()


async def verification_mail(books: Books, number: int = 1) -> tuple[str, str]:
    """Return an enrollment whose practitioner is to get a link, and the notice of it."""
    enrollment_id = await books.enrolled(number)
    begin = BeginJourney(
        verification=clock(ClockKind.VERIFICATION, 10), access=clock(ClockKind.ACCESS)
    )
    written = await books.enter(enrollment_id, begin)
    return enrollment_id, written.notices[0].notice_id


def message_ids(server: ScriptedServer) -> list[bytes]:
    """Return the Message-ID of each letter that the server read to its end."""
    return [
        line
        for letter in server.received
        for line in letter.body.splitlines()
        if line.lower().startswith(b"message-id:")
    ]


def letters_to(server: ScriptedServer, address: str) -> int:
    """Count the letters to somebody."""
    return sum(address in letter.recipient for letter in server.received)
