"""The opened site: settings, records, desks, and what pages are made with. One for each process."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from fastapi import Request

from adapters.assembly import credential_addresses_of
from adapters.credentials.public_keys import PublicKeys
from adapters.issuer import Issuer
from adapters.records.access_book import AccessBook
from adapters.records.api_answer_book import ApiAnswerBook
from adapters.records.api_key_book import ApiKeyBook
from adapters.records.database import Database
from adapters.records.link_signing import Links
from adapters.records.session_book import SessionBook
from adapters.records.sign_in_book import SignInBook
from adapters.records.staff_book import StaffBook
from domain.credential_addresses import CredentialAddresses
from office.access import AccessDesk
from office.desks import Desks
from office.letting_in import DoorDesk, Doorkeeper
from office.uploading import UploadDesk
from portal.credentials.live import LiveVerification
from portal.credentials.made import MadeFiles
from portal.rendering import Pages
from portal.seals import Seals
from settings import Settings


@dataclass(frozen=True)
class Site:
    """What every route works with."""

    settings: Settings
    database: Database
    desks: Desks
    uploads: UploadDesk
    pages: Pages
    seals: Seals
    links: Links
    verification: LiveVerification
    public_keys: Callable[[], PublicKeys]
    made_files: MadeFiles
    issuer: Issuer | None = None

    @property
    def addresses(self) -> CredentialAddresses:
        """Where credentials are found, as they name it themselves."""
        return credential_addresses_of(self.settings)

    @property
    def sessions(self) -> SessionBook:
        """Who is signed in."""
        return SessionBook(self.database)

    @property
    def access(self) -> AccessBook:
        """Whose a record is."""
        return AccessBook(self.database)

    @property
    def api_keys(self) -> ApiKeyBook:
        """Keys of programs."""
        return ApiKeyBook(self.database)

    @property
    def api_answers(self) -> ApiAnswerBook:
        """What programs were answered."""
        return ApiAnswerBook(self.database)

    @property
    def staff(self) -> StaffBook:
        """Operations' own people."""
        return StaffBook(self.database)

    @property
    def access_desk(self) -> AccessDesk:
        """Where operations decide who and what may come in."""
        return AccessDesk(self.staff, self.sessions, self.api_keys, self.zone)

    @property
    def doorkeeper(self) -> Doorkeeper:
        """Who opens to those that show what they were sent."""
        return Doorkeeper(SignInBook(self.database), self.links)

    async def door(self) -> DoorDesk:
        """Return who writes to those that want to be let in."""
        return DoorDesk(await self.desks.engine(), SignInBook(self.database), self.links)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which every time is shown."""
        return ZoneInfo(self.settings.programme_zone)

    @property
    def is_secure(self) -> bool:
        """Whether the site is reached over TLS, so that cookies may be kept to it."""
        return self.settings.public_url.startswith("https://")


def site_of(request: Request) -> Site:
    """Return the site that a request came to; a dependency of routes."""
    site: Site = request.app.state.site
    return site


def now() -> datetime:
    """Return the instant of a request."""
    return datetime.now(UTC)
