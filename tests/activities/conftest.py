"""Fixtures for tests of activities."""

from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.documents.inspection import inspect_file
from domain.evidence import Inspection

Look = Callable[[bytes, str], Inspection]


@pytest.fixture
def look(tmp_path: Path) -> Look:
    """Inspect content under a declared name. On disk it has another one, as storage gives it."""

    def inspect(content: bytes, declared_name: str) -> Inspection:
        path = tmp_path / "fetched"
        path.write_bytes(content)
        return inspect_file(path, declared_name)

    return inspect
