"""What a run found: one table that fits a terminal, and the same as JSON."""

from collections import Counter
from datetime import timedelta

from domain.values import Value
from tests.chaos.counts import Count
from tests.chaos.injecting import Injected
from tests.chaos.plan import Plan

WIDTH = 100
NUMBER = 9


class Report(Value):
    """A run, named by its seed."""

    plan: Plan
    injected: tuple[Injected, ...]
    boundaries_reached: tuple[str, ...]
    counts: tuple[Count, ...]
    stuck: tuple[str, ...]
    took: timedelta
    directory: str

    @property
    def is_sound(self) -> bool:
        """Whether nothing is above zero that must not be."""
        return not any(each.is_broken for each in self.counts)

    def count(self, name: str) -> int:
        """Return the number of a line."""
        return next(each.number for each in self.counts if each.name == name)

    def table(self) -> str:
        """Return the table as text."""
        plan = self.plan
        minutes = self.took.total_seconds() / 60
        lines = [
            f"Seed {plan.seed}: {len(plan.journeys)} journeys, {len(plan.faults)} faults, "
            f"{minutes:.1f} minutes.",
            "",
            *_rows("what struck", self._struck()),
            "",
            *_rows("what was counted", [(each.name, each.number) for each in self._told()]),
            "",
            *_rows("what must be 0", [(each.name, each.number) for each in self._musts()]),
        ]
        for each in self.counts:
            if each.is_broken:
                lines += ["", f"{each.name}:", *(f"  {one}"[:WIDTH] for one in each.examples)]
        verdict = "Nothing was lost." if self.is_sound else "Something is wrong: see above."
        return "\n".join([*lines, "", verdict, f"Logs and JSON: {self.directory}", ""])

    def _struck(self) -> list[tuple[str, int]]:
        kinds = Counter(each.fault for each in self.plan.faults)
        struck = [(kind.replace("_", " "), number) for kind, number in sorted(kinds.items())]
        doubled = sum(each.is_doubled for each in self.plan.journeys)
        return [
            *struck,
            ("boundaries at which a worker was killed", len(set(self.boundaries_reached))),
            ("journeys whose presses and webhooks were doubled", doubled),
        ]

    def _told(self) -> list[Count]:
        return [each for each in self.counts if not each.is_fault]

    def _musts(self) -> list[Count]:
        return [each for each in self.counts if each.is_fault]


def _rows(heading: str, rows: list[tuple[str, int]]) -> list[str]:
    return [
        f"{'':>{NUMBER}}  {heading}",
        *(f"{number:>{NUMBER},}  {name}" for name, number in rows),
    ]
