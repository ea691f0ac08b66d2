"""Every setting of a Laurel installation, and the only place that reads the environment.

A setting named ``mail_sender`` is given as ``LAUREL_MAIL_SENDER``. Where Temporal is and how to
reach it is Temporal's own configuration (``TEMPORAL_ADDRESS``, ``TEMPORAL_CONFIG_FILE`` …), which
``adapters.temporal`` leaves to ``temporalio.envconfig``.
"""

from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

import settings_checks
from domain.policy import Policy
from domain.releases import ReleaseName

PREFIX = "LAUREL_"
"""What the name of every setting starts with in the environment."""

LOCAL_LINK_SECRET = SecretStr("for one machine only; set LAUREL_LINK_SECRET anywhere else")
"""Known to every reader of this source, hence refused unless links stay on the machine."""


LOCAL_SHOP_SECRET = SecretStr("whsec_Zm9yIHRoZSBzYW5kYm94IHNob3Agb2Ygb25lIG1hY2hpbmU=")
"""With this the sandbox shop signs; taken only where links stay on the machine."""


class MailEncryption(StrEnum):
    """How the connection to the mail server is protected."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


class LogLevel(StrEnum):
    """The least important log line that is still written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def is_loopback(host: str) -> bool:
    """Tell whether ``host`` names this machine and nothing else."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def is_on_this_machine(public_url: str) -> bool:
    """Tell whether an installation is reached from this machine alone."""
    return is_loopback(urlsplit(public_url).hostname or "")


def local_database(data_dir: Path) -> str:
    """Return the address of the SQLite records database in ``data_dir``."""
    return f"sqlite+aiosqlite:///{data_dir}/laurel.db"


def local_mail(data_dir: Path) -> Path:
    """Return the directory in ``data_dir`` in which the mail catcher keeps what it caught."""
    return data_dir / "mail"


def local_files(data_dir: Path) -> str:
    """Return the address of the file store in ``data_dir``, absolute as ``file:`` wants it."""
    return (data_dir.absolute() / "files").as_uri()


def local_keys(data_dir: Path) -> Path:
    """Return the directory in ``data_dir`` in which the signing keys lie."""
    return data_dir / "keys"


class Settings(BaseSettings):
    """One installation of Laurel. Every default serves the embedded stack on one machine."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
        hide_input_in_errors=True,  # an input may be a password
    )

    programme_name: str = "School Leader Micro-Credentials"
    """Name of the programme, as notices and pages show it."""
    programme_zone: str = "America/Chicago"
    """Time zone of business days and of every time that is shown (an IANA name)."""
    policy: Policy = Policy()
    """Times and rounds that later orders pin, as JSON of what differs: `{"rounds": 4}`."""
    data_dir: Path = Path("var")
    """Directory of everything that the embedded stack keeps: databases, files, mail, logs."""
    database_url: str = Field(default_factory=lambda known: local_database(known["data_dir"]))
    """Records database, as SQLAlchemy writes it; by default SQLite in the data directory."""
    files_url: str = Field(default_factory=lambda known: local_files(known["data_dir"]))
    """Store of uploaded files: `file://…` or `s3://bucket`; by default in the data directory."""
    files_endpoint: str | None = None
    """Address of an S3 store that is not Amazon's."""
    files_region: str = "us-east-1"
    """Region of the S3 store."""
    files_access_key: SecretStr | None = None
    """Access key of the S3 store."""
    files_secret_key: SecretStr | None = None
    """Secret key of the S3 store."""
    smtp_host: str = "127.0.0.1"
    """Mail server that takes the notices."""
    smtp_port: int = Field(default=1025, ge=1, le=65535)
    """Port of the mail server."""
    smtp_encryption: MailEncryption = MailEncryption.NONE
    """`none`, `starttls` (usual on port 587) or `tls` (usual on port 465)."""
    smtp_username: str | None = None
    """Name to log in to the mail server with; no login without it."""
    smtp_password: SecretStr | None = None
    """Password to log in to the mail server with."""
    smtp_connections: int = Field(default=4, ge=1, le=64)
    """Connections to the mail server that one worker keeps open."""
    mail_sender: str = "Laurel <laurel@example.org>"
    """Sender of every notice."""
    mail_per_second: float = Field(default=50.0, gt=0)
    """Notices that all workers together send in a second at most."""
    support_address: str = "support@example.org"
    """Where a notice tells its reader to write for help."""
    ops_address: str = "ops@example.org"
    """Where the digest for operations and overdue warnings go."""
    public_url: str = "http://127.0.0.1:8000"
    """Address that links in notices start with."""
    engine_ui_url: str | None = None
    """Address of the engine's own pages, linked for operations."""
    mail_catcher_dir: Path | None = None
    """Directory of the mail catcher; its inbox page `/dev/mail` exists only with it."""
    link_secret: SecretStr = LOCAL_LINK_SECRET
    """Key that signs links, 32 characters or more; required when `public_url` is public."""
    oidc_issuer: str | None = None
    """Address of the organisation's sign-in (OpenID Connect) for operations; codes work as well."""
    oidc_client_id: str | None = None
    """What the organisation's sign-in calls this installation."""
    oidc_client_secret: SecretStr | None = None
    """What this installation shows to the organisation's sign-in; all three, or none."""
    shop_webhook_secret: SecretStr | None = None
    """Secrets of the shop's webhooks (`whsec_…`), by commas: two while one is being replaced."""
    shop_url: str | None = None
    """Where people buy: `https://shop.example.org/{library}/{slug}`; a sandbox on one machine."""
    webhook_internal_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    """Hosts inside our own network that webhooks may go to, by commas; public ones need none."""
    credential_issuer: str = settings_checks.DID_KEY
    """Who signs credentials: `did:key`, or `did:web:` with your host, where the portal answers."""
    keys_dir: Path = Field(default_factory=lambda known: local_keys(known["data_dir"]))
    """Directory of the signing keys; the portal's needs the public half alone."""
    templates_dir: Path | None = None
    """Directory of notice templates that override the built-in ones."""
    worker_queues: Annotated[tuple[str, ...], NoDecode] = ()
    """Task queues that a worker serves, separated by commas; every queue when empty."""
    build_id: ReleaseName | None = None
    """Name of a worker's release, such as `0.2.0`: it gets work once that is made current."""
    log_level: LogLevel = LogLevel.INFO
    """Least important log line that is written: `debug`, `info`, `warning` or `error`."""

    @field_validator("worker_queues", "webhook_internal_hosts", mode="before")
    @classmethod
    def _separated_by_commas(cls, given: object) -> object:
        """Read ``mail,documents`` as two queues; the default reading would expect JSON."""
        if not isinstance(given, str):
            return given
        return tuple(queue.strip() for queue in given.split(",") if queue.strip())

    @field_validator("programme_zone")
    @classmethod
    def _is_a_known_zone(cls, name: str) -> str:
        """Fail at start-up, not at the first due time."""
        return settings_checks.known_zone(name)

    @field_validator("credential_issuer")
    @classmethod
    def _can_be_an_issuer(cls, text: str) -> str:
        """Fail at start-up, not when the first credential is signed in a name that is none."""
        return settings_checks.credential_issuer(text)

    @field_validator("public_url")
    @classmethod
    def _without_last_slash(cls, address: str) -> str:
        """Let every link be written as ``public_url`` + ``/path``."""
        return address.rstrip("/")

    @field_validator("shop_url")
    @classmethod
    def _names_what_is_bought(cls, address: str | None) -> str | None:
        """Refuse an address that would lead every buyer to the same page, or nowhere."""
        return settings_checks.buying_address(address)

    @model_validator(mode="after")
    def _signs_public_links_with_a_secret_of_its_own(self) -> Self:
        """Refuse links that anybody could forge."""
        if is_on_this_machine(self.public_url):
            return self
        secret = self.link_secret.get_secret_value()
        if self.link_secret == LOCAL_LINK_SECRET or len(secret) < 32:
            raise ValueError("set LAUREL_LINK_SECRET (32 characters or more) for a public address")
        return self

    @model_validator(mode="after")
    def _knows_the_whole_of_an_issuer(self) -> Self:
        """Refuse a half of it at start-up, not when somebody wants to sign in."""
        parts = (self.oidc_issuer, self.oidc_client_id, self.oidc_client_secret)
        if any(part is None for part in parts) and any(part is not None for part in parts):
            raise ValueError("set LAUREL_OIDC_ISSUER, _CLIENT_ID and _CLIENT_SECRET together")
        return self

    @field_validator("shop_webhook_secret")
    @classmethod
    def _can_sign(cls, secrets: SecretStr | None) -> SecretStr | None:
        """Refuse a secret that no shop can sign with, before the first order is lost to it."""
        return settings_checks.signing_secrets(secrets)

    @property
    def shop_secrets(self) -> tuple[SecretStr, ...]:
        """The secrets that the shop may sign with; on this machine alone a known one by default."""
        if self.shop_webhook_secret is not None:
            secrets = settings_checks.separated(self.shop_webhook_secret)
            return tuple(SecretStr(each) for each in secrets)
        return (LOCAL_SHOP_SECRET,) if is_on_this_machine(self.public_url) else ()

    def on_this_machine(self, data_dir: Path, smtp_port: int) -> Self:
        """Return the same programme with every store in ``data_dir`` and a mail server nearby.

        A rehearsal must not reach the real database or the real mail server, whatever the
        environment says.
        """
        return self.model_copy(
            update={
                "data_dir": data_dir,
                "database_url": local_database(data_dir),
                "files_url": local_files(data_dir),
                "files_endpoint": None,
                "files_access_key": None,
                "files_secret_key": None,
                "smtp_host": "127.0.0.1",
                "smtp_port": smtp_port,
                "smtp_encryption": MailEncryption.NONE,
                "smtp_username": None,
                "smtp_password": None,
                "shop_url": None,
                "engine_ui_url": None,
                "mail_catcher_dir": local_mail(data_dir),
                "credential_issuer": settings_checks.DID_KEY,
                "keys_dir": local_keys(data_dir),
            }
        )

    def as_environment(self) -> dict[str, str]:
        """Return what a child process must find in its environment to have the same settings."""
        return {
            PREFIX + name.upper(): settings_checks.environment_text(value)
            for name, value in ((field, getattr(self, field)) for field in type(self).model_fields)
            if value is not None
        }


def load_settings() -> Settings:
    """Read the settings from the environment, once, in the process's composition root."""
    return Settings()
