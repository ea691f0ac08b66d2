"""The project's own source, as text and as syntax trees, for the rules that read it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("domain", "workflows", "activities", "adapters", "office", "cli", "portal")
ROOT_MODULES = ("settings", "settings_checks", "worker", "starter")
PORTS = ("activities.ports", "activities.*_ports")
CONTRACTS = ("activities.contracts", "activities.steps", "activities.*_contracts")
PURE_OF_WORKFLOWS = ("workflows.contracts", "workflows.guards", "workflows.names")
PURE_PARTS = ("activities.interfaces", *PORTS, *CONTRACTS)
NOT_OURS = frozenset((".git", ".venv", "var", "build", "__pycache__", "node_modules"))


@dataclass(frozen=True)
class Module:
    """One Python file of the project."""

    path: Path

    @property
    def name(self) -> str:
        """Dotted name, as it is imported."""
        parts = self.path.relative_to(ROOT).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @cached_property
    def text(self) -> str:
        """The whole source."""
        return self.path.read_text()

    @cached_property
    def tree(self) -> ast.Module:
        """The source as a syntax tree."""
        return ast.parse(self.text)

    def is_in(self, *packages: str) -> bool:
        """Tell whether the module is one of ``packages`` or below one."""
        return belongs(self.name, packages)

    def imports(self) -> Iterator[str]:
        """Yield the dotted name of everything that the module imports, wherever it does."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                origin = node.module or ""
                yield from (f"{origin}.{alias.name}" for alias in node.names)


def belongs(name: str, packages: tuple[str, ...]) -> bool:
    """Tell whether a dotted name is one of ``packages``, which may be patterns, or below one."""
    return any(
        fnmatchcase(name, package) or fnmatchcase(name, f"{package}.*") for package in packages
    )


def production_modules() -> list[Module]:
    """Return every module that runs in production."""
    found = [Module(path) for name in PACKAGES for path in sorted((ROOT / name).rglob("*.py"))]
    roots = [ROOT / f"{name}.py" for name in ROOT_MODULES]
    return found + [Module(path) for path in roots if path.exists()]


def check_modules() -> list[Module]:
    """Return every module of the tests."""
    return [Module(path) for path in sorted((ROOT / "tests").rglob("*.py"))]


def pure_modules() -> list[Module]:
    """Return the modules that workflows load past the sandbox, which therefore nothing checks."""
    pure = ("domain", *PURE_PARTS, *PURE_OF_WORKFLOWS)
    return [module for module in production_modules() if module.is_in(*pure)]


def text_files() -> list[Path]:
    """Return every file of the project that is text, as a clone would have it."""
    return [path for path in sorted(ROOT.rglob("*")) if _is_text_of_ours(path)]


def _is_text_of_ours(path: Path) -> bool:
    """Tell whether it is a file, ours and not binary."""
    inside = path.relative_to(ROOT).parts
    hidden_tool = any(part.endswith("_cache") or part == ".hypothesis" for part in inside)
    if hidden_tool or NOT_OURS.intersection(inside) or not path.is_file():
        return False
    return b"\0" not in path.read_bytes()[:4096]
