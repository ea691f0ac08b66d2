"""From settings to adapters: each is made in one way, for the worker and for people's commands."""

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from adapters.credentials.key_ring import KeyRing, PublicRing
from adapters.credentials.public_keys import PublicKeys
from adapters.credentials.signer import Signer
from adapters.credentials.transcript import Transcriber
from adapters.credentials.verifying import CredentialVerifier
from adapters.files import FileStore, S3Access
from adapters.mail.letters import LetterWriter
from adapters.pieces import PieceStore
from adapters.records.database import Database, make_engine
from adapters.records.link_signing import Links
from adapters.records.notice_book import NoticeBook
from adapters.records.notice_facts import LetterDesk, Programme
from domain.credential_addresses import CredentialAddresses
from domain.webhook_targets import TargetRule
from settings import Settings, is_on_this_machine


def database_of(settings: Settings) -> Database:
    """Return the records."""
    return Database(make_engine(settings.database_url))


def file_store_of(settings: Settings) -> FileStore:
    """Return the storage of uploaded files."""
    return FileStore.at(settings.files_url, _files_access_of(settings))


def piece_store_of(settings: Settings) -> PieceStore:
    """Return where the pieces of uploads lie until all have come."""
    return PieceStore.at(settings.files_url, _files_access_of(settings))


def _files_access_of(settings: Settings) -> S3Access:
    access, secret = settings.files_access_key, settings.files_secret_key
    return S3Access(
        endpoint=settings.files_endpoint,
        access_key_id=access.get_secret_value() if access else None,
        secret_access_key=secret.get_secret_value() if secret else None,
        region=settings.files_region,
    )


def notice_book_of(settings: Settings, database: Database) -> NoticeBook:
    """Return the notices, with what their letters need to know of the programme."""
    programme = Programme(
        name=settings.programme_name,
        zone=settings.programme_zone,
        support_address=settings.support_address,
        ops_address=settings.ops_address,
        mail_domain=settings.support_address.rpartition("@")[2],
    )
    links = Links(settings.public_url, settings.link_secret.get_secret_value())
    return NoticeBook(database, LetterDesk(programme, links))


def letter_writer_of(settings: Settings) -> LetterWriter:
    """Return who writes letters, with the organization's own templates first."""
    return LetterWriter(settings.templates_dir, sender=settings.mail_sender)


def signer_of(settings: Settings) -> Signer:
    """Return who signs credentials; the keys are read when something is to be signed."""
    return Signer(
        KeyRing(settings.keys_dir),
        settings.credential_issuer,
        settings.programme_name,
        credential_addresses_of(settings),
    )


def transcriber_of(settings: Settings) -> Transcriber:
    """Return who signs transcripts, with the same keys."""
    return Transcriber(
        signer_of(settings),
        programme_name=settings.programme_name,
        public_url=settings.public_url.rstrip("/"),
        zone=ZoneInfo(settings.programme_zone),
    )


def make_signing_keys_ready(settings: Settings) -> None:
    """Let a worker that signs start with keys alone. Refuses ``no_signing_keys``.

    An installation of one machine makes its own; a public one is given them, and a backup of them.
    """
    ring = KeyRing(settings.keys_dir)
    if is_on_this_machine(settings.public_url):
        ring.make_if_none(datetime.now(UTC))
    ring.signing()


def public_keys_of(settings: Settings) -> Callable[[], PublicKeys]:
    """Return what reads the published keys as they are now; no private half is needed."""
    ring, addresses = PublicRing(settings.keys_dir), credential_addresses_of(settings)
    return lambda: PublicKeys(ring.file(), settings.credential_issuer, addresses)


def verifier_of(settings: Settings) -> CredentialVerifier:
    """Return who checks credentials, ours and those of others."""
    zone = ZoneInfo(settings.programme_zone)
    return CredentialVerifier(public_keys_of(settings), settings.programme_name, zone)


def credential_addresses_of(settings: Settings) -> CredentialAddresses:
    """Return where the credentials of this installation are found, as they name it themselves."""
    return CredentialAddresses(public_url=settings.public_url.rstrip("/"))


def webhook_rule_of(settings: Settings) -> TargetRule:
    """Return where webhooks may go."""
    return TargetRule(
        is_on_this_machine=is_on_this_machine(settings.public_url),
        internal_hosts=frozenset(host.lower() for host in settings.webhook_internal_hosts),
    )
