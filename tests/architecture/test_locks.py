"""The lock files install the same thing everywhere, from anywhere."""

import re

import pytest

from tests.architecture.source import ROOT

LOCKS = ("requirements.lock", "requirements-dev.lock")


def locked(name: str) -> dict[str, str]:
    """Return the version that a lock file fixes for each distribution."""
    return dict(re.findall(r"^([\w.-]+)==([^\s;]+)", (ROOT / name).read_text(), re.MULTILINE))


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_versions_and_hashes_alone(name: str) -> None:
    """Proves: no index, path or option of the machine that wrote it is in the file."""
    lines = (ROOT / name).read_text().splitlines()
    allowed = re.compile(r"[\w.-]+==[^\s]+( ; .*)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?")
    assert [line for line in lines if not allowed.fullmatch(line)] == []


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_has_hashes(name: str) -> None:
    """Proves: ``pip install --require-hashes`` accepts the file, for source and wheels alike."""
    entries = re.split(r"\n(?=\S)", (ROOT / name).read_text().strip())
    assert len(entries) == len(locked(name))
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


def test_tests_run_on_the_versions_that_run() -> None:
    """Proves: what is tested is what is installed for running."""
    run, dev = (locked(name) for name in LOCKS)
    assert {name: dev.get(name) for name in run} == run
