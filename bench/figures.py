"""What a measurement says: series of figures, a ceiling of the same run, a goal, and a verdict.

The rules: counts are compared as they are. What the clock or the processors say is compared as the
median of pairs, ours and the ceiling, taken in turns wherever both can be had at the same time;
where one side alone spreads more than ``STEADY``, there is no verdict, and none where the clock was
read once. Above ``OF_THE_HARNESS`` of what the harness can do at all, the figure is the harness's.
"""

from enum import StrEnum
from statistics import median, quantiles
from typing import Final

from pydantic import Field

from domain.values import Instant, Value

STEADY: Final = 0.15
"""The largest spread of one side that still allows a verdict."""

OF_THE_HARNESS: Final = 0.8
"""From this share of its own ceiling on, a harness measures itself."""

QUIET: Final = 0.10
"""The largest share of the processors that others may take while the clock is read."""


class Verdict(StrEnum):
    """What a figure means for its goal."""

    MET = "met"
    MISSED = "missed"
    UNSTEADY = "unsteady"
    """One side spreads too far."""
    ONCE = "once"
    """The clock was read once: nobody knows how far that spreads."""
    BUSY = "busy"
    """Others took too much of the machine."""
    HARNESS = "harness"
    """The harness was at its own end."""
    TOLD = "–"
    """Nothing was asked of this figure: it explains another one."""
    ABSENT = "absent"
    """Not measured; the remark says what is missing."""


class Goal(Value):
    """The bound of a figure, or of its ratio to the ceiling."""

    bound: float
    is_at_most: bool = True
    is_ratio: bool = False

    def is_met_by(self, figure: float) -> bool:
        """Tell whether a figure is within the bound."""
        return figure <= self.bound if self.is_at_most else figure >= self.bound

    def share(self, figure: float) -> float:
        """Return how far a figure is towards its bound: up to 1.0 it is met."""
        over, under = (figure, self.bound) if self.is_at_most else (self.bound, figure)
        return over / under if under else float(over > 0)

    @property
    def text(self) -> str:
        """How a goal is written."""
        return f"{'≤' if self.is_at_most else '≥'} {self.bound:g}{' ×' if self.is_ratio else ''}"


def at_most(bound: float, *, is_ratio: bool = False) -> Goal:
    """Return a goal that no figure may exceed."""
    return Goal(bound=bound, is_ratio=is_ratio)


def at_least(bound: float, *, is_ratio: bool = False) -> Goal:
    """Return a goal that every figure must reach."""
    return Goal(bound=bound, is_at_most=False, is_ratio=is_ratio)


class Series(Value):
    """The same figure, taken several times."""

    figures: tuple[float, ...] = Field(min_length=1)

    @property
    def middle(self) -> float:
        """The median."""
        return median(self.figures)

    @property
    def spread(self) -> float:
        """How far the quartiles lie apart, as a share of the median."""
        if len(self.figures) < 2 or not self.middle:
            return 0.0
        low, _, high = quantiles(self.figures, n=4, method="inclusive")
        return (high - low) / abs(self.middle)


def series(*figures: float) -> Series:
    """Return figures as a series."""
    return Series(figures=figures)


class Line(Value):
    """One figure of a row, with what it is compared to."""

    name: str
    unit: str
    ours: float
    spread: float = 0.0
    ceiling: float | None = None
    ceiling_name: str = ""
    ceiling_spread: float = 0.0
    ratio: float | None = None
    goal: Goal | None = None
    is_count: bool = False
    is_by_the_clock: bool = False
    verdict: Verdict = Verdict.TOLD
    remark: str = ""

    @property
    def judged(self) -> float:
        """What is held against the goal."""
        is_ratio = self.goal is not None and self.goal.is_ratio
        return self.ratio if is_ratio and self.ratio is not None else self.ours

    def beside(self, others: float) -> "Line":
        """Return the line as it stands when others took that share of the processors."""
        is_judged = self.verdict in {Verdict.MET, Verdict.MISSED}
        if not (self.is_by_the_clock and is_judged and others > QUIET):
            return self
        return self.model_copy(update={"verdict": Verdict.BUSY})


def judged(line: Line, *, samples: int, harness: float | None = None) -> Line:
    """Return a line with its verdict; ``harness`` is what the harness reaches with nothing to do.

    The harness's ceiling is a rate, in the unit of ``ours``, which was taken ``samples`` times.
    """
    if line.goal is None:
        return line
    verdict = Verdict.MET if line.goal.is_met_by(line.judged) else Verdict.MISSED
    if not line.is_count and max(line.spread, line.ceiling_spread) > STEADY:
        verdict = Verdict.UNSTEADY
    if line.is_by_the_clock and samples == 1:  # its spread of 0 says nothing
        verdict = Verdict.ONCE
    if harness is not None and line.ours > OF_THE_HARNESS * harness:
        verdict = Verdict.HARNESS
    return line.model_copy(update={"verdict": verdict})


def counted(name: str, unit: str, count: float, most: float | None = None) -> Line:
    """Return a count, held against the most that it may be."""
    goal = None if most is None else at_most(most)
    return judged(Line(name=name, unit=unit, ours=count, goal=goal, is_count=True), samples=1)


def told(name: str, unit: str, figure: float, remark: str = "") -> Line:
    """Return a figure of which nothing is asked."""
    return Line(name=name, unit=unit, ours=figure, remark=remark)


def alone(
    name: str, unit: str, figure: Series, goal: Goal, *, clock: bool = True, remark: str = ""
) -> Line:
    """Return a figure that has no ceiling but its goal."""
    return judged(
        Line(
            name=name,
            unit=unit,
            ours=figure.middle,
            spread=figure.spread,
            goal=goal,
            is_by_the_clock=clock,
            remark=remark,
        ),
        samples=len(figure.figures),
    )


def compared(
    name: str,
    unit: str,
    ours: Series,
    ceiling: Series,
    ceiling_name: str,
    goal: Goal | None = None,
    *,
    clock: bool = True,
    is_count: bool = False,
    harness: float | None = None,
    remark: str = "",
) -> Line:
    """Return a figure beside a ceiling, pair by pair; most were taken in turns."""
    ratios = [ours / top for ours, top in zip(ours.figures, ceiling.figures, strict=True)]
    line = Line(
        name=name,
        unit=unit,
        ours=ours.middle,
        spread=ours.spread,
        ceiling=ceiling.middle,
        ceiling_name=ceiling_name,
        ceiling_spread=ceiling.spread,
        ratio=median(ratios),
        goal=goal,
        is_count=is_count,
        is_by_the_clock=clock and not is_count,
        remark=remark,
    )
    return judged(line, samples=len(ours.figures), harness=harness)


def absent(name: str, unit: str, goal: Goal | None, remark: str) -> Line:
    """Return a line that could not be measured, and says what is missing."""
    return Line(name=name, unit=unit, ours=0, goal=goal, verdict=Verdict.ABSENT, remark=remark)


def percentile(figures: list[float], share: int) -> float:
    """Return the figure below which ``share`` per cent of them lie; of few, the largest."""
    if len(figures) < 2:
        return figures[0]
    return quantiles(figures, n=100, method="inclusive")[share - 1]


class Machine(Value):
    """On what it was measured, and of which commit."""

    cores: int
    processor: str
    memory_gib: float
    system: str
    versions: dict[str, str]
    commit: str = ""
    """Of the code that was measured; empty when it was no checkout."""


class RowResult(Value):
    """What one row said, and under which conditions."""

    number: int
    title: str
    machine: Machine
    lines: tuple[Line, ...] = ()
    setup: tuple[str, ...] = ()
    """Durability of the stores, partitions, compression, sandbox, processes."""
    at: Instant
    took: float
    """Seconds."""
    load: float
    """Load average of the last minute, before the row began."""
    others: float
    """Share of the processors that others took meanwhile."""
    is_quick: bool
    """A small version, for trying the harness out: no figure of it is to be quoted."""
    failure: str = ""


class Results(Value):
    """Everything that was measured, each row as it was last, on the machine that it keeps."""

    rows: tuple[RowResult, ...] = ()

    @property
    def cores(self) -> str:
        """How many cores the rows were measured on, in words."""
        return " or ".join(map(str, sorted({row.machine.cores for row in self.rows}))) + " cores"

    def with_row(self, row: RowResult) -> "Results":
        """Return the results with a row put in its place."""
        others = [each for each in self.rows if each.number != row.number]
        rows = sorted([*others, row], key=lambda each: each.number)
        return self.model_copy(update={"rows": tuple(rows)})
