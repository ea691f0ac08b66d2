"""One line of the table at the end: how many of something there are, and whether any may be."""

from collections.abc import Iterable

from domain.values import Value

EXAMPLES = 5


class Count(Value):
    """How many of something were found."""

    name: str
    number: int
    is_fault: bool = False
    """Whether anything above zero fails the run."""
    examples: tuple[str, ...] = ()

    @property
    def is_broken(self) -> bool:
        """Whether this line fails the run."""
        return self.is_fault and self.number > 0


def told(name: str, number: int) -> Count:
    """Return a line that is only told."""
    return Count(name=name, number=number)


def wrong(name: str, found: Iterable[str]) -> Count:
    """Return a line that must be 0, with examples of what was found."""
    listed = sorted(found)
    return Count(name=name, number=len(listed), is_fault=True, examples=tuple(listed[:EXAMPLES]))
