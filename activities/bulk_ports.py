"""What carrying out an act in bulk needs from outside."""

from collections.abc import Callable
from typing import Protocol


class BulkRunner(Protocol):
    """Does one act to many journeys, one after the other."""

    async def run(self, bulk_id: str, may_go_on: Callable[[], bool]) -> int | None:
        """Go on where the act stands; returns how many journeys have their result.

        Asked between two journeys, ``may_go_on`` can say that somebody else has to: then None.
        """
        ...
