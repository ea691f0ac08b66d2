"""Awards, and credentials for them, on bare record books: signed with real keys of the test's own.

Making keys takes longer than signing, so every test of a process signs with the same ones.
"""

import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from activities.credential_ports import Kept
from activities.credentials import CredentialActivities
from activities.ports import Dispatch, JourneyToStart
from activities.steps import EndJourney, RecordAward
from activities.webhook_contracts import DeliveryDispatch
from adapters.credentials.key_ring import KeyRing
from adapters.credentials.signer import Signer
from adapters.records.correction_book import CorrectionBook
from adapters.records.credential_book import CredentialBook
from adapters.records.credential_views import CredentialViews
from adapters.records.database import Database
from adapters.records.status_list_book import StatusListBook
from domain.credential_addresses import CredentialAddresses
from domain.credentials import CredentialFacts, SignedCredential
from domain.enrollment import Ending
from tests.traps.books import Books

PUBLIC_URL = "https://laurel.example.org"


@cache
def signing_keys() -> KeyRing:
    """Return the keys of this process."""
    ring = KeyRing(Path(tempfile.mkdtemp(prefix="laurel-keys-")))
    ring.make(datetime.now(UTC))
    return ring


def signer(programme_name: str = "School Leader Micro-Credentials") -> Signer:
    """Return who signs in tests."""
    addresses = CredentialAddresses(public_url=PUBLIC_URL)
    return Signer(signing_keys(), "did:key", programme_name, addresses)


@dataclass
class Told:
    """What was put on queues; there is no engine here."""

    notices: list[str] = field(default_factory=list)
    deliveries: list[str] = field(default_factory=list)

    async def dispatch(self, notices: tuple[Dispatch, ...]) -> None:
        """Put notices on the mail queue."""
        self.notices += [each.notice_id for each in notices]

    async def deliver(self, deliveries: tuple[DeliveryDispatch, ...]) -> None:
        """Put deliveries on their queue."""
        self.deliveries += [each.delivery_id for each in deliveries]

    async def wake(self, enrollment_ids: tuple[str, ...]) -> None:
        """Nobody waits here."""

    async def start_journeys(self, journeys: tuple[JourneyToStart, ...]) -> None:
        """Nothing is started here."""

    async def tell_access_mail_accepted(self, enrollment_id: str, notice_id: str) -> None:
        """Nobody waits for it here."""


@dataclass
class Issuing:
    """Books of awards and credentials, with the activities that work on them."""

    books: Books

    def __post_init__(self) -> None:
        self.credentials = CredentialBook(self.database)
        self.corrections = CorrectionBook(self.database)
        self.lists = StatusListBook(self.database)
        self.views = CredentialViews(self.database)
        self.told = Told()
        self.activities = self.signing_with(signer())

    @property
    def database(self) -> Database:
        """The records."""
        return self.books.database

    def signing_with(self, other: Signer) -> CredentialActivities:
        """Return the activities with another signer."""
        return CredentialActivities(
            self.credentials, self.corrections, self.lists, other, self.told
        )

    async def awarded(self, number: int = 1) -> str:
        """Return an enrollment that was awarded, without a credential."""
        enrollment_id = await self.books.enrolled(number)
        award = (RecordAward(round=1), EndJourney(ending=Ending.AWARDED))
        await self.books.enter(enrollment_id, *award)
        return enrollment_id

    async def prepared(self, enrollment_id: str) -> tuple[CredentialFacts, SignedCredential]:
        """Return a credential that was signed, and that nobody kept yet."""
        facts = await self.credentials.prepare(enrollment_id, None, datetime.now(UTC))
        assert not isinstance(facts, Kept)
        return facts, await signer().sign(facts)
