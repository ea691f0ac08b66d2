"""The command line for signing keys, on a directory of its own."""

import json
from pathlib import Path

import pytest

from tests.command_line import CommandLine


@pytest.fixture
def starter(tmp_path: Path) -> CommandLine:
    """The command line of an installation that has no keys."""
    return CommandLine().with_settings(LAUREL_DATA_DIR=str(tmp_path))


def test_keys_are_made_listed_rotated_and_published(starter: CommandLine, tmp_path: Path) -> None:
    """Proves: each command does what it says, says what is next, and shows no private half."""
    assert "starter.py keys make" in starter("keys", "list").out
    assert starter("keys", "rotate").err.split(":")[0] == "no_signing_keys"
    made = starter("keys", "make")
    assert "Back it up" in " ".join(made.out.split())
    again = starter("keys", "make")
    assert (again.code, again.err.split(":")[0]) == (2, "keys_exist")
    assert "id has changed" in starter("keys", "rotate").out
    portal = tmp_path / "portal"
    assert "no private key" in starter("keys", "publish", str(portal)).out
    listed = json.loads(starter("keys", "list", "--json").out)
    assert [(key["kind"], key["retired_at"] is None) for key in listed] == [
        ("ed25519", False),
        ("rsa", False),
        ("ed25519", True),
        ("rsa", True),
    ]
    assert json.loads((portal / "public.json").read_text())["keys"] == listed
    shown = starter("keys", "list").out
    assert all(len(line) <= 100 for line in shown.splitlines())
    assert "PRIVATE" not in shown + made.out


def test_a_domain_keeps_its_name_over_a_rotation(starter: CommandLine) -> None:
    """Proves: who issues under a domain is not warned of what does not concern them."""
    host = starter.with_settings(LAUREL_CREDENTIAL_ISSUER="did:web:laurel.example.org")
    host("keys", "make")
    assert "id has changed" not in host("keys", "rotate").out


def test_an_issuer_that_is_none_is_refused(starter: CommandLine) -> None:
    """Proves: a mistyped issuer is named before a key is made for it."""
    wrong = starter.with_settings(LAUREL_CREDENTIAL_ISSUER="https://laurel.example.org")
    refused = wrong("keys", "make")
    assert refused.code == 2
    assert "LAUREL_CREDENTIAL_ISSUER" in refused.err
