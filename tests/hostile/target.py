"""A target: something that reads what comes from outside, and what must hold whatever comes."""

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hypothesis import strategies as st

from domain.refusals import Refusal
from tests.hostile.limits import ONE_SECOND, Bound, hold

NAMES: Final = (
    *("addresses", "badges", "credentials", "csv_files", "cursors", "files", "forms", "letters"),
    *("locators", "pages", "shop_messages", "status_lists", "words"),
)
"""Every target, each a module of this package with a ``TARGET``."""

CORPUS: Final = Path(__file__).parent / "corpus"
"""What was found or reaches far, a directory for each target; its README says why each is kept."""


@dataclass(frozen=True)
class Growing:
    """A pattern that could cost more than its length: ``make(n)`` repeats it n times."""

    name: str
    make: Callable[[int], bytes]
    size: int


@dataclass(frozen=True)
class Target:
    """One reader. ``holds`` reads, and raises unless the answer is one that was declared.

    ``made`` builds inputs by the grammar of what is read and spoils them; ``seeds`` are whole ones
    for the fuzzer, which gets inputs of ``longest`` bytes at most. ``largest`` are the dearest that
    are known among those that are just not refused for their size, or for which that is too late;
    no target is without.
    """

    holds: Callable[[bytes], None]
    made: st.SearchStrategy[bytes]
    seeds: tuple[bytes, ...]
    growing: tuple[Growing, ...] = ()
    largest: tuple[Callable[[], bytes], ...] = ()
    bound: Bound = ONE_SECOND
    examples: int = 100
    longest: int = 4096
    words: tuple[bytes, ...] = ()


def target_named(name: str) -> Target:
    """Return a target; nothing of the others is imported."""
    target = importlib.import_module(f"tests.hostile.{name}").TARGET
    assert isinstance(target, Target)
    return target


def check(target: Target, content: bytes, *, breaks_off: bool = True) -> None:
    """Let a target read, within its bounds. Raises whatever breaks the target's property."""
    hold(target.bound, lambda: target.holds(content), breaks_off=breaks_off)


def kept(name: str) -> Iterator[Path]:
    """Yield the files of the kept corpus of a target."""
    yield from sorted((CORPUS / name).glob("*"))


def assert_coded(refusal: Refusal) -> None:
    """A refusal has a code of its own, and a sentence that people can read."""
    sentence = str(refusal)
    assert refusal.code not in ("refused", "invalid", "conflict", "not_found", "not_allowed")
    assert sentence.endswith(".")
    assert len(sentence) < 1000
