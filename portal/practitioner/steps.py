"""The line of steps from the order to the award, and what a next step is."""

from typing import Final

from adapters.records.practice_values import PracticeHome
from domain.enrollment import IN_ASSESSMENT, Ending, Stage
from domain.values import Value


class NextStep(Value):
    """Something to do: a page to open, or an act of its own where ``is_act``."""

    label: str
    address: str
    is_act: bool = False


class Standing(Value):
    """What the home page says first. ``tone`` is a class of the stylesheet."""

    title: str
    sentences: tuple[str, ...]
    step: NextStep | None = None
    also: tuple[NextStep, ...] = ()
    tone: str = "next"


class LineStep(Value):
    """One step of the line from the order to the award; ``state``: done, now or ahead."""

    name: str
    state: str


_STEPS: Final = ("Verify your account", "Get access", "Write and submit", "Assessment", "Award")
_POSITIONS: Final[dict[Stage | None, int]] = {
    **dict.fromkeys((None, Stage.VERIFYING), 0),
    Stage.GRANTING_ACCESS: 1,
    **dict.fromkeys((Stage.WORKING, Stage.REVISING), 2),
    **dict.fromkeys((*IN_ASSESSMENT, Stage.OUT_OF_ROUNDS), 3),
}


def line_of(home: PracticeHome) -> tuple[LineStep, ...]:
    """Return the steps; none for a journey that ended without the award."""
    if home.ending not in (None, Ending.AWARDED):
        return ()
    here = len(_STEPS) if home.ending else _POSITIONS.get(home.stage, 0)
    names = list(_STEPS)
    if home.round > 1:
        names[2], names[3] = "Revise and submit", f"Assessment, round {home.round}"
    return tuple(
        LineStep(
            name=name,
            state="done" if position < here else "now" if position == here else "ahead",
        )
        for position, name in enumerate(names)
    )
