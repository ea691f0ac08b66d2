"""Who may import whom: ``docs`` say it, ``make check`` holds it, and so does this."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import (
    CONTRACTS,
    PACKAGES,
    PORTS,
    PURE_PARTS,
    ROOT,
    ROOT_MODULES,
    Module,
    belongs,
    production_modules,
)

ACTIVITIES_FRONT = ("activities.interfaces", "activities.failures")
WORKFLOW_FRONT = ("workflows.contracts", "workflows.names")
FORECAST = ("workflows.clocks", "workflows.guards")
"""What previews share with the journeys, so that they cannot say another thing."""
ALLOWED = {
    "domain": ("domain",),
    **dict.fromkeys(PURE_PARTS, ("domain", *PURE_PARTS)),
    "activities": ("domain", "activities"),
    "workflows": (
        "domain",
        "workflows",
        "activities.interfaces",
        "activities.failures",
        *CONTRACTS,
    ),
    "adapters": ("domain", "adapters", *PORTS, *CONTRACTS, "settings"),
    "office": ("domain", "office", "adapters", *PORTS, *CONTRACTS, *WORKFLOW_FRONT, *FORECAST),
    "cli": ("domain", "cli", "office", "adapters", "settings", *CONTRACTS, *WORKFLOW_FRONT),
    "portal": ("domain", "portal", "office", "adapters", "settings", *CONTRACTS, *WORKFLOW_FRONT),
    "settings": ("domain", "settings_checks"),
    "settings_checks": (),
}
"""What of the project each part may import. The longest name that fits a module decides."""

OURS = (*PACKAGES, *ROOT_MODULES)


def forbidden_imports(module: Module) -> list[str]:
    """Return the imports of a module that the table does not allow."""
    parts = [part for part in ALLOWED if module.is_in(part)]
    if not parts or module.name == "portal.app":  # a composition root
        return []
    allowed = ALLOWED[max(parts, key=len)]
    return [
        name
        for name in module.imports()
        if name.partition(".")[0] in OURS and not belongs(name, allowed)
    ]


def module_with(directory: Path, name: str, source: str) -> Module:
    """Return a module of another tree, for showing that a rule sees an offence."""

    class Planted(Module):
        @property
        def name(self) -> str:
            return name

    file = directory / "planted.py"
    file.write_text(source)
    return Planted(file)


def test_every_import_is_one_that_its_part_may_make() -> None:
    """Proves: imports point inwards, and past a package's front only where that is agreed."""
    offences = {
        module.name: found
        for module in production_modules()
        if (found := forbidden_imports(module))
    }
    assert offences == {}


@pytest.mark.parametrize(
    ("part", "source"),
    [
        ("domain.orders", "import adapters.temporal"),
        ("domain.orders", "def late():\n    from workflows import names"),
        ("workflows.journey", "from activities.email import Mail"),
        ("activities.ports", "from activities.email import Mail"),
        ("activities.email", "from adapters.mail import smtp"),
        ("adapters.mail.smtp", "from workflows.names import MAIL"),
        ("office.orders", "from settings import Settings"),
        ("cli.orders", "import worker"),
        ("portal.site", "from cli.office import Office"),
        ("portal.site", "from activities.email import Mail"),
    ],
)
def test_the_rule_sees_an_offence(tmp_path: Path, part: str, source: str) -> None:
    """Proves: the test above can fail, for each direction that it guards."""
    assert forbidden_imports(module_with(tmp_path, part, source))


def test_nobody_imports_a_composition_root() -> None:
    """Proves: what puts everything together stands at the end of every chain of imports."""
    roots = (*ROOT_MODULES[2:], "portal.app")
    offences = {
        module.name: sorted(found)
        for module in production_modules()
        if (found := {name for name in module.imports() if belongs(name, roots)})
        and module.name not in roots
    }
    assert offences == {}


def test_domain_needs_the_standard_library_and_pydantic_alone() -> None:
    """Proves: rules can be read, tested and replayed without any server or library of theirs."""
    known = {*sys.stdlib_module_names, "pydantic", "domain"}
    offences = {
        module.name: sorted(strangers)
        for module in production_modules()
        if module.is_in("domain")
        and (strangers := {name.partition(".")[0] for name in module.imports()} - known)
    }
    assert offences == {}


def test_import_linter_agrees() -> None:
    """Proves: the contracts of ``pyproject.toml``, which also follow indirect imports, are kept."""
    linter = Path(sys.executable).with_name("lint-imports")
    outcome = subprocess.run(
        [str(linter), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
