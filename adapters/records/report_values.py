"""What the reports say: numbers by month and library, and how long journeys stay where."""

from collections.abc import Callable

from domain.months import Month
from domain.values import Value


class ReportFilter(Value):
    """Which months a report covers, both included, and of which library; ``None``: of all."""

    first: Month
    last: Month
    library: str | None = None


class MonthLine(Value):
    """One month of one library.

    ``submitted`` counts journeys whose first submission was complete in the month. Rounds belong to
    the month of their decision, promises to the month in which they fell due.
    """

    month: Month
    library: str
    enrolled: int = 0
    submitted: int = 0
    awarded: int = 0
    ended_otherwise: int = 0
    first_rounds: int = 0
    first_rounds_proficient: int = 0
    promises_met: int = 0
    promises_breached: int = 0

    @property
    def first_round_success(self) -> float | None:
        """Share of first rounds that were proficient, ``None`` without any."""
        return self.first_rounds_proficient / self.first_rounds if self.first_rounds else None

    @property
    def promise_kept(self) -> float | None:
        """Share of the access promises that were met, ``None`` without any that were decided."""
        decided = self.promises_met + self.promises_breached
        return self.promises_met / decided if decided else None


class StageTime(Value):
    """How long journeys stayed at a stage, of those stays that ended within the report.

    ``month`` and ``library`` are set where the line is about one of them alone. The figures are
    seconds by the nearest rank: half, and nine of ten, of the stays took so long at most.
    """

    stage: str
    month: Month | None = None
    library: str | None = None
    stays: int
    median_seconds: float
    ninetieth_seconds: float


class Report(Value):
    """A whole report. ``months`` has a line for each month and library, also where all is zero."""

    filter: ReportFilter
    libraries: tuple[str, ...]
    months: tuple[MonthLine, ...]
    stages: tuple[StageTime, ...]

    def by_month(self) -> tuple[MonthLine, ...]:
        """Return one line for each month, all libraries of the report together."""
        lines = _summed(self.months, lambda line: str(line.month))
        return tuple(line.model_copy(update={"library": ""}) for line in lines)

    def by_library(self) -> tuple[MonthLine, ...]:
        """Return one line for each library, all months together, under the first month."""
        return _summed(self.months, lambda line: line.library)

    def in_all(self) -> MonthLine:
        """Return everything in one line, under the first month."""
        nothing = MonthLine(month=self.filter.first, library="")
        return _summed((nothing, *self.months), lambda _: "")[0]


_COUNTS = tuple(name for name in MonthLine.model_fields if name not in ("month", "library"))


def _summed(
    lines: tuple[MonthLine, ...], key_of: Callable[[MonthLine], str]
) -> tuple[MonthLine, ...]:
    sums: dict[str, MonthLine] = {}
    for line in lines:
        key = key_of(line)
        so_far = sums.get(key)
        if so_far is None:
            sums[key] = line
            continue
        added = {name: getattr(so_far, name) + getattr(line, name) for name in _COUNTS}
        sums[key] = so_far.model_copy(update=added)
    return tuple(sums.values())
