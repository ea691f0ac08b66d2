"""Modules and functions stay small enough to be read in one go."""

import ast
import tokenize
from collections.abc import Iterator
from io import StringIO

import pytest

from tests.architecture.source import Module, check_modules, production_modules

LONGEST_MODULE = 300
LONGEST_TEST_MODULE = 400
LONGEST_FUNCTION = 30
"""Lines of code of a body: its documentation, comments and empty lines are free."""
MIGRATIONS = "adapters.records.migrations.versions"
NOT_CODE = frozenset(
    (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)
)


def code_lines(text: str) -> set[int]:
    """Return the numbers of the lines on which there is code."""
    tokens = tokenize.generate_tokens(StringIO(text).readline)
    return {
        line
        for token in tokens
        if token.type not in NOT_CODE
        for line in range(token.start[0], token.end[0] + 1)
    }


def long_functions(text: str, tree: ast.Module) -> Iterator[str]:
    """Yield each function whose body has too many lines of code."""
    code = code_lines(text)
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        body = node.body[1:] if ast.get_docstring(node) else node.body
        if not body:
            continue
        lines = code.intersection(range(body[0].lineno, (node.end_lineno or 0) + 1))
        if len(lines) > LONGEST_FUNCTION:
            yield f"{node.name}: {len(lines)} lines"


def long_modules(modules: list[Module], longest: int) -> dict[str, int]:
    """Return the modules with more lines than allowed, and how many they have."""
    lengths = {module.name: len(module.text.splitlines()) for module in modules}
    return {name: length for name, length in lengths.items() if length > longest}


def written_modules() -> list[Module]:
    """Return the production modules that people write; migrations are lists of tables."""
    return [each for each in production_modules() if not each.is_in(MIGRATIONS)]


def test_modules_are_short() -> None:
    """Proves: no module has grown past one reason to change without anybody noticing."""
    assert long_modules(written_modules(), LONGEST_MODULE) == {}
    assert long_modules(check_modules(), LONGEST_TEST_MODULE) == {}


def test_functions_are_short() -> None:
    """Proves: every function of production code fits on a screen."""
    offences = {
        module.name: found
        for module in written_modules()
        if (found := list(long_functions(module.text, module.tree)))
    }
    assert offences == {}


@pytest.mark.parametrize(("lines", "is_long"), [(30, False), (31, True)])
def test_the_length_of_a_function_is_counted_to_the_line(lines: int, is_long: bool) -> None:
    """Proves: the rule above can fail, at its bound, and that words about the code are free."""
    body = "    x = 1\n" * lines
    source = f'def f():\n    """What it\n    does."""\n    # why\n\n{body}'
    assert bool(list(long_functions(source, ast.parse(source)))) is is_long
