"""From settings to adapters: each is made in one way, for the worker and for people's commands."""

from adapters.files import FileStore, S3Access
from adapters.mail.letters import LetterWriter
from adapters.pieces import PieceStore
from adapters.records.database import Database, make_engine
from adapters.records.link_signing import Links
from adapters.records.notice_book import NoticeBook
from adapters.records.notice_facts import LetterDesk, Programme
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


def webhook_rule_of(settings: Settings) -> TargetRule:
    """Return where webhooks may go."""
    return TargetRule(
        is_on_this_machine=is_on_this_machine(settings.public_url),
        internal_hosts=frozenset(host.lower() for host in settings.webhook_internal_hosts),
    )
