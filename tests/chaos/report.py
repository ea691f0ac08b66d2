"""What a run found: one table that fits a terminal, and the same as JSON."""

import subprocess
from collections import Counter
from datetime import timedelta

from domain.values import Instant, Value
from tests.architecture.source import ROOT
from tests.chaos.boundaries import Killed, Victim
from tests.chaos.counts import Count
from tests.chaos.injected import Injected
from tests.chaos.plan import Plan

WIDTH = 100
NUMBER = 9

_VICTIMS = {
    Victim.WORKER: "a worker",
    Victim.SERVER: "the Temporal server",
    Victim.RECORDS: "PostgreSQL",
    Victim.MAIL: "the mail server",
}


class Report(Value):
    """A run, named by its seed."""

    plan: Plan
    began: Instant
    commit: str
    """Of the repository, shortened; empty where there is none."""
    injected: tuple[Injected, ...]
    killed: tuple[Killed, ...]
    """Who was killed at which boundary."""
    met: dict[str, int]
    """How often an order to misbehave met somebody, by kind."""
    counts: tuple[Count, ...]
    stuck: tuple[str, ...]
    took: timedelta
    directory: str
    unreached: tuple[str, ...]
    """Orders to kill at a boundary to which the load never came."""

    @property
    def is_sound(self) -> bool:
        """Whether nothing is above zero that must not be."""
        return not any(each.is_broken for each in self.counts)

    def count(self, name: str) -> int:
        """Return the number of a line."""
        return next(each.number for each in self.counts if each.name == name)

    def table(self) -> str:
        """Return the table as text."""
        lines = [
            self._heading(),
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

    def _heading(self) -> str:
        plan, minutes = self.plan, self.took.total_seconds() / 60
        at = f", commit {self.commit}" if self.commit else ""
        return (
            f"Seed {plan.seed}: {len(plan.journeys)} journeys, {len(plan.faults)} faults, "
            f"{minutes:.1f} minutes, on {self.began:%Y-%m-%d}{at}."
        )

    def _struck(self) -> list[tuple[str, int]]:
        faults = {each.number: each.fault for each in self.plan.faults}
        kinds = Counter(dict.fromkeys(faults.values(), 0))
        kinds.update(faults[each.number] for each in self.injected if each.has_struck)
        doubled = sum(each.is_doubled for each in self.plan.journeys)
        return [
            *((kind.replace("_", " "), number) for kind, number in sorted(kinds.items())),
            ("planned faults that did not strike", len(faults) - kinds.total()),
            *((name, number) for name, number in self.met.items() if number),
            *((f"boundaries at which {_VICTIMS[v]} was killed", self._places(v)) for v in Victim),
            ("boundaries that the load never came to, by victim", len(self.unreached)),
            ("journeys whose presses and webhooks were doubled", doubled),
        ]

    def _places(self, victim: Victim) -> int:
        return len({each.boundary for each in self.killed if each.victim is victim})

    def _told(self) -> list[Count]:
        return [each for each in self.counts if not each.is_fault]

    def _musts(self) -> list[Count]:
        return [each for each in self.counts if each.is_fault]


def present_commit() -> str:
    """Return the commit of the repository, shortened; empty where there is none."""
    asked = ["git", "rev-parse", "--short", "HEAD"]
    try:
        answer = subprocess.run(
            asked, cwd=ROOT, capture_output=True, text=True, check=True, timeout=10
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return answer.stdout.strip()


def _rows(heading: str, rows: list[tuple[str, int]]) -> list[str]:
    return [
        f"{'':>{NUMBER}}  {heading}",
        *(f"{number:>{NUMBER},}  {name}" for name, number in rows),
    ]
