"""Modules that workflows load past the sandbox do nothing but think: no clock, chance or files."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.source import PURE_OF_WORKFLOWS, pure_modules
from workflows.registration import PURE_OF_OURS

IMPURE_MODULES = {
    *("asyncio", "ctypes", "http", "logging", "os", "random", "secrets", "shutil", "socket"),
    *("sqlite3", "subprocess", "sys", "tempfile", "threading", "time"),
}
IMPURE_NAMES = {"uuid1", "uuid4", "getenv", "environ", "urlopen"}
IMPURE_CALLS = {"open", "print", "input", "exec", "eval", "breakpoint", "__import__", "Path"}
IMPURE_METHODS = IMPURE_NAMES | {"Path", "cwd", "home"}
"""A path may be named in a signature, and handed on; making one leads to files."""
CLOCK_METHODS = {"now", "utcnow", "today"}
CLOCK_OWNERS = {"datetime", "date"}


def impurities(tree: ast.AST) -> Iterator[str]:
    """Yield what in a module reaches for the world outside, with its line."""
    for node in ast.walk(tree):
        found = _impure_import(node) or _impure_call(node)
        if found:
            yield f"line {getattr(node, 'lineno', 0)}: {found}"


def _impure_import(node: ast.AST) -> str | None:
    """Return the impure thing that an import brings in."""
    if isinstance(node, ast.Import):
        modules, names = {alias.name.partition(".")[0] for alias in node.names}, set[str]()
    elif isinstance(node, ast.ImportFrom):
        modules = {str(node.module).partition(".")[0]}
        names = {alias.name for alias in node.names}
    else:
        return None
    impure = (modules & IMPURE_MODULES) | (names & IMPURE_NAMES)
    return f"import of {sorted(impure)}" if impure else None


def _impure_call(node: ast.AST) -> str | None:
    """Return the impure thing that a call does."""
    if not isinstance(node, ast.Call):
        return None
    match node.func:
        case ast.Name(id=name) if name in IMPURE_CALLS:
            return f"{name}()"
        case ast.Attribute(attr=method) if method in IMPURE_METHODS:
            return f"{method}()"
        case ast.Attribute(attr=method, value=owner) if method in CLOCK_METHODS:
            last = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
            return f"{last}.{method}()" if last in CLOCK_OWNERS else None
    return None


def test_pure_modules_are_pure() -> None:
    """Proves: replaying a journey tomorrow gives what it gave today: time is an argument."""
    offences = {
        module.name: found for module in pure_modules() if (found := list(impurities(module.tree)))
    }
    assert offences == {}


def test_what_workflows_pass_through_is_looked_at() -> None:
    """Proves: no module of the workflows goes past the sandbox without being kept pure here."""
    assert set(PURE_OF_OURS) == set(PURE_OF_WORKFLOWS)
    assert set(PURE_OF_OURS) <= {module.name for module in pure_modules()}


def test_there_are_pure_modules() -> None:
    """Proves: the rule above looks at something."""
    assert any(module.name == "domain.refusals" for module in pure_modules())


@pytest.mark.parametrize(
    "source",
    [
        "import os",
        "import os.path",
        "import time as clock",
        "from random import choice",
        "from pathlib import Path\nPath('x')",
        "from pathlib import Path\nPath.cwd()",
        "from uuid import uuid4",
        "import uuid\nuuid.uuid4()",
        "from datetime import datetime\ndatetime.now()",
        "import datetime\ndatetime.datetime.utcnow()",
        "from datetime import date\ndate.today()",
        "open('x')",
        "def f():\n    print(1)",
    ],
)
def test_the_rule_sees_an_impurity(source: str) -> None:
    """Proves: the rule above can fail, for each kind of impurity."""
    assert list(impurities(ast.parse(source)))


@pytest.mark.parametrize(
    "source",
    [
        "from datetime import time",
        "from pathlib import Path, PurePosixPath\ndef f(file: Path) -> None: ...",
        "from io import StringIO",
        "def f(calendar):\n    return calendar.now()",
    ],
)
def test_the_rule_leaves_pure_code_alone(source: str) -> None:
    """Proves: words that merely look like a clock or a file are no offence."""
    assert not list(impurities(ast.parse(source)))
