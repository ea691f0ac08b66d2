"""Settings: documented, refused early when they cannot work, and passed on unchanged."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from settings import PREFIX, MailEncryption, Settings, is_loopback, load_settings
from tests.architecture.source import ROOT


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the machine that runs the tests."""
    for name in Settings.model_fields:
        monkeypatch.delenv(PREFIX + name.upper(), raising=False)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_says_what_it_means(name: str) -> None:
    """Proves: no setting is without the description that the README's table shows."""
    assert Settings.model_fields[name].description


def test_the_readme_documents_every_setting_and_no_other() -> None:
    """Proves: the table of settings in the README has one row for each setting that exists."""
    rows = re.findall(rf"^\|\s*`({PREFIX}\w+)`", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert sorted(rows) == sorted(PREFIX + name.upper() for name in Settings.model_fields)


def test_a_child_process_has_the_same_settings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Proves: what is handed to a worker through its environment comes back equal."""
    monkeypatch.setenv("LAUREL_WORKER_QUEUES", "mail, documents")
    monkeypatch.setenv("LAUREL_SMTP_PASSWORD", "a secret, with a comma")
    monkeypatch.setenv("LAUREL_SMTP_ENCRYPTION", "starttls")
    monkeypatch.setenv("LAUREL_DATA_DIR", str(tmp_path))
    ours = load_settings()
    assert ours.worker_queues == ("mail", "documents")
    for name in Settings.model_fields:
        monkeypatch.delenv(PREFIX + name.upper(), raising=False)
    for name, text in ours.as_environment().items():
        monkeypatch.setenv(name, text)
    assert load_settings() == ours


def test_stores_lie_in_the_data_directory_unless_named(tmp_path: Path) -> None:
    """Proves: one setting moves everything that the embedded stack keeps."""
    settings = Settings(data_dir=tmp_path)
    assert settings.database_url == f"sqlite+aiosqlite:///{tmp_path}/laurel.db"
    assert settings.files_url == f"file://{tmp_path}/files"
    assert settings.keys_dir == tmp_path / "keys"


def test_on_this_machine_lets_no_outside_store_through(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Proves: a rehearsal with a real installation's environment stays on the machine."""
    for name in ("DATABASE_URL", "FILES_URL", "FILES_ENDPOINT", "SMTP_HOST", "SMTP_USERNAME"):
        monkeypatch.setenv(PREFIX + name, "https://outside.example.org")
    monkeypatch.setenv("LAUREL_SMTP_ENCRYPTION", "tls")
    monkeypatch.setenv("LAUREL_KEYS_DIR", "/outside")
    monkeypatch.setenv("LAUREL_CREDENTIAL_ISSUER", "did:web:outside.example.org")
    local = load_settings().on_this_machine(tmp_path, 2525)
    assert not [text for text in local.as_environment().values() if "outside" in text]
    assert (local.smtp_port, local.smtp_encryption) == (2525, MailEncryption.NONE)


@pytest.mark.parametrize("secret", [None, "short"])
def test_public_links_need_a_secret_of_their_own(
    monkeypatch: pytest.MonkeyPatch, secret: str | None
) -> None:
    """Proves: nobody can run a public installation whose links anyone could forge."""
    monkeypatch.setenv("LAUREL_PUBLIC_URL", "https://laurel.example.org/")
    if secret:
        monkeypatch.setenv("LAUREL_LINK_SECRET", secret)
    with pytest.raises(ValidationError, match="LAUREL_LINK_SECRET"):
        load_settings()
    monkeypatch.setenv("LAUREL_LINK_SECRET", "k" * 32)
    assert load_settings().public_url == "https://laurel.example.org"


def test_a_zone_that_does_not_exist_is_refused_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves: a mistyped zone is found before any due time is computed with it."""
    monkeypatch.setenv("LAUREL_PROGRAMME_ZONE", "America/Missouri")
    with pytest.raises(ValidationError, match="time zone"):
        load_settings()


@pytest.mark.parametrize("issuer", ["did:web:", "did:web:a/b", "did:key:z6Mk", "laurel", ""])
def test_an_issuer_that_is_none_is_refused_at_start(
    monkeypatch: pytest.MonkeyPatch, issuer: str
) -> None:
    """Proves: nothing is ever signed in a name that nobody can look up."""
    monkeypatch.setenv("LAUREL_CREDENTIAL_ISSUER", issuer)
    with pytest.raises(ValidationError, match="did:web:host"):
        load_settings()
    for good in ("did:key", "did:web:laurel.example.org", "did:web:localhost%3A8000:issuers:a"):
        monkeypatch.setenv("LAUREL_CREDENTIAL_ISSUER", good)
        assert load_settings().credential_issuer == good


def test_a_refused_setting_shows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves: neither the settings nor a complaint about them print a password."""
    monkeypatch.setenv("LAUREL_SMTP_PASSWORD", "hunter-two")
    assert "hunter-two" not in repr(load_settings())
    monkeypatch.setenv("LAUREL_PUBLIC_URL", "https://laurel.example.org")
    with pytest.raises(ValidationError) as refusal:
        load_settings()
    assert "hunter-two" not in str(refusal.value)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("localhost", True),
        ("[::1]", True),
        ("laurel.example.org", False),
        ("10.0.0.1", False),
        ("localhost.example.org", False),
    ],
)
def test_only_this_machine_is_loopback(host: str, expected: bool) -> None:
    """Proves: what is relaxed for loopback is relaxed for nothing else."""
    assert is_loopback(host) is expected


@pytest.mark.parametrize(
    "secret", ["word", "whsec_short", "whsec_no base64 at all!", "c2VjcmV0" * 6]
)
def test_a_secret_that_no_shop_can_sign_with_is_refused_at_start(
    monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    """Proves: a mistyped secret is found before the first order is lost to it, and is not shown."""
    monkeypatch.setenv("LAUREL_SHOP_WEBHOOK_SECRET", secret)
    with pytest.raises(ValidationError, match="whsec_ and 24 to 64 bytes") as refusal:
        load_settings()
    assert f"{secret}'" not in str(refusal.value)


def test_the_shop_of_one_machine_is_heard_on_one_machine_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Proves: the secret that everybody knows opens no public installation; two may be set."""
    assert len(load_settings().shop_secrets) == 1
    monkeypatch.setenv("LAUREL_PUBLIC_URL", "https://laurel.example.org")
    monkeypatch.setenv("LAUREL_LINK_SECRET", "k" * 32)
    assert load_settings().shop_secrets == ()
    monkeypatch.setenv("LAUREL_SHOP_WEBHOOK_SECRET", f"whsec_{'a' * 32}, whsec_{'b' * 32}")
    assert [each.get_secret_value() for each in load_settings().shop_secrets] == [
        f"whsec_{'a' * 32}",
        f"whsec_{'b' * 32}",
    ]
