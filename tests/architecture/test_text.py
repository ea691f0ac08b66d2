"""What must not stand in any file of the project."""

import re
from collections.abc import Callable, Iterator

import pytest

from tests.architecture.source import (
    ROOT,
    Module,
    check_modules,
    production_modules,
    text_files,
)

THIS_FILE = "tests.architecture.test_text"

UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|raise NotImplementedError")
SWITCHED_OFF = re.compile(r"mark\.(skip|skipif|xfail)\b|pytest\.(skip|xfail|importorskip)\(")
WAITING = re.compile(r"\b(time|asyncio)\.sleep\(|from (time|asyncio) import .*\bsleep\b")
PRINTING = re.compile(r"(?<![\w.])print\(")
SWALLOWING = re.compile(r"except\s*:|except\s+\(?\s*Exception\b")
BLOCKING_MAIL = re.compile(r"^\s*(import smtplib|from smtplib )", re.MULTILINE)
READING_ENVIRONMENT = re.compile(r"os\.(environ|getenv)|from os import .*\b(environ|getenv)\b")
OF_ONE_MACHINE = re.compile(
    r"(?<![\w.])/(work/(main|shared)|tmp/lab|root/|home/\w)|files\.pythonhosted|pypi\.(org|io)"
)

WAITS_FOR_OTHERS = "tests.waiting"
"""Looks again and again at what other processes do; the one place with a pause."""

READS_THE_PAGES_OF_OTHERS = "tests.domain.test_catalog_page"
"""Tries two pages that lie beside the project and are no part of it; a clone has none."""

ASKS_A_PROGRAM_OF_NODE = "tests.integration.independence"
"""Asks the independent check, which needs Node; `make test` says it when there is none."""

PASSES_THE_ENVIRONMENT_ON = "adapters.embedded.processes"
"""Hands our environment to child processes; looks at no value in it."""


def matches(modules: list[Module], rule: re.Pattern[str]) -> Iterator[str]:
    """Yield ``module:line`` of every match, this file's own patterns aside."""
    for module in modules:
        if module.name == THIS_FILE:
            continue
        for match in rule.finditer(module.text):
            yield f"{module.name}:{module.text.count(chr(10), 0, match.start()) + 1}"


def everywhere() -> list[Module]:
    """Return all modules, those of the tests included."""
    return production_modules() + check_modules()


def outside_settings() -> list[Module]:
    """Return the production modules that have no business with the environment."""
    return [
        module
        for module in production_modules()
        if module.name not in ("settings", PASSES_THE_ENVIRONMENT_ON)
    ]


def checks_but(*exempt: str) -> Callable[[], list[Module]]:
    """Return the test modules, except those that have a reason."""
    return lambda: [module for module in check_modules() if module.name not in exempt]


@pytest.mark.parametrize(
    ("rule", "modules"),
    [
        pytest.param(UNFINISHED, everywhere, id="unfinished work"),
        pytest.param(
            SWITCHED_OFF,
            checks_but(READS_THE_PAGES_OF_OTHERS, ASKS_A_PROGRAM_OF_NODE),
            id="a test that is switched off",
        ),
        pytest.param(
            WAITING, checks_but(WAITS_FOR_OTHERS), id="a test that waits for the wall clock"
        ),
        pytest.param(PRINTING, production_modules, id="print"),
        pytest.param(SWALLOWING, everywhere, id="an error that is swallowed"),
        pytest.param(BLOCKING_MAIL, everywhere, id="smtplib in place of aiosmtplib"),
        pytest.param(READING_ENVIRONMENT, outside_settings, id="a second reader of settings"),
    ],
)
def test_no_module_contains(rule: re.Pattern[str], modules: Callable[[], list[Module]]) -> None:
    """Proves: the named thing stands nowhere in the modules that the rule is for."""
    assert list(matches(modules(), rule)) == []


@pytest.mark.parametrize(
    ("rule", "offence"),
    [
        (UNFINISHED, "x = 1  # TODO later"),
        (SWITCHED_OFF, "@pytest.mark.skip"),
        (SWITCHED_OFF, "pytest.skip('no server')"),
        (WAITING, "await asyncio.sleep(1)"),
        (WAITING, "from time import monotonic, sleep"),
        (PRINTING, "    print(order)"),
        (SWALLOWING, "except Exception as error:"),
        (SWALLOWING, "except:"),
        (BLOCKING_MAIL, "import smtplib"),
        (READING_ENVIRONMENT, "os.environ['X']"),
        (OF_ONE_MACHINE, "cd /" + "work/main && make"),
        (OF_ONE_MACHINE, "--index-url https://pypi.org/simple"),
    ],
)
def test_each_rule_sees_an_offence(rule: re.Pattern[str], offence: str) -> None:
    """Proves: each rule of this file can fail."""
    assert rule.search(offence)


def test_no_file_names_one_machine_or_a_registry() -> None:
    """Proves: a clone works anywhere, and installs from wherever its pip is told to."""
    offences = [
        str(path.relative_to(ROOT))
        for path in text_files()
        if path.stem != "test_text" and OF_ONE_MACHINE.search(path.read_text(errors="replace"))
    ]
    assert offences == []
