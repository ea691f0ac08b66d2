"""Charts, drawn on the server: values in, places and sizes out; a template writes them as SVG.

Every chart stands beside a table with the same figures, so nothing is told by a picture alone.
"""

from collections.abc import Iterator, Sequence
from math import ceil
from typing import Final

from domain.values import Value

WIDTH: Final = 760.0
HALF: Final = 480.0
"""Width of a chart that stands beside another one."""

HEIGHT: Final = 260.0
LEFT: Final = 48.0
TOP: Final = 12.0
BOTTOM: Final = 34.0
ROW: Final = 46.0
NAMES: Final = 150.0
FIGURES: Final = 190.0
TICKS: Final = 4
NAME: Final = 56.0
"""Width that a name below the columns needs, so that none touches the next."""


class Series(Value):
    """Values of one sort; ``None`` where there is nothing to say. ``tone`` chooses its ink."""

    name: str
    tone: str
    values: tuple[float | None, ...]


class Bar(Value):
    """One bar, and what it says in words."""

    x: float
    y: float
    width: float
    height: float
    tone: str
    says: str


class Label(Value):
    """A word or figure at a place."""

    x: float
    y: float
    text: str


class Chart(Value):
    """A drawn chart; ``lines`` are the heights of its scale."""

    title: str
    width: float
    height: float
    bars: tuple[Bar, ...]
    names: tuple[Label, ...]
    figures: tuple[Label, ...]
    lines: tuple[float, ...] = ()
    keys: tuple[tuple[str, str], ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.bars


def columns(
    title: str,
    names: Sequence[str],
    series: Sequence[Series],
    *,
    width: float = WIDTH,
    is_share: bool = False,
) -> Chart:
    """Draw columns side by side for each name; shares from 0 to 1 are told in percent."""
    values = [value for each in series for value in each.values if value is not None]
    top = 1.0 if is_share else nice_top(max(values, default=0))
    slot = (width - LEFT) / max(len(names), 1)
    every = max(ceil(NAME / slot), 1)
    wide = slot * 0.8 / len(series)
    bars = [
        bar
        for number, each in enumerate(series)
        for bar in _columns_of(
            each, names, LEFT + slot * 0.1 + wide * number, slot, wide, top, is_share
        )
    ]
    return Chart(
        title=title,
        width=width,
        height=HEIGHT,
        bars=tuple(bars),
        names=tuple(
            Label(x=LEFT + slot * (place + 0.5), y=HEIGHT - 12, text=name)
            for place, name in enumerate(names)
            if place % every == 0
        ),
        figures=_scale(top, is_share),
        lines=tuple(_height_of(step / TICKS) for step in range(TICKS + 1)),
        keys=tuple((each.name, each.tone) for each in series),
    )


def _columns_of(
    series: Series,
    names: Sequence[str],
    first: float,
    slot: float,
    wide: float,
    top: float,
    is_share: bool,
) -> Iterator[Bar]:
    """Yield the columns of one series: the first at ``first``, the others a slot further each."""
    for place, (name, value) in enumerate(zip(names, series.values, strict=True)):
        # No share at all is no column; a share of nothing is a thin one.
        if value is None or (value == 0 and not is_share):
            continue
        height = max((HEIGHT - TOP - BOTTOM) * value / top, 2.0)
        yield Bar(
            x=first + slot * place,
            y=HEIGHT - BOTTOM - height,
            width=wide * 0.92,
            height=height,
            tone=series.tone,
            says=f"{name}, {series.name}: {_said(value, is_share)}",
        )


def _height_of(share: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - share)


def rows(title: str, names: Sequence[str], series: Sequence[Series], told: Sequence[str]) -> Chart:
    """Draw bars below each other, two for a name at most; ``told`` stands at the end of a row."""
    most = max((value for each in series for value in each.values if value), default=0) or 1
    bars = [
        bar
        for number, each in enumerate(series)
        for bar in _rows_of(each, number / len(series), len(series), names, told, most)
    ]
    return Chart(
        title=title,
        width=WIDTH,
        height=ROW * max(len(names), 1),
        bars=tuple(bars),
        names=_beside(names, NAMES - 10),
        figures=_beside(told, WIDTH - FIGURES + 10),
        keys=tuple((each.name, each.tone) for each in series),
    )


def _rows_of(
    series: Series,
    shift: float,
    beside: int,
    names: Sequence[str],
    told: Sequence[str],
    most: float,
) -> Iterator[Bar]:
    for place, (name, value) in enumerate(zip(names, series.values, strict=True)):
        if value is not None:
            yield Bar(
                x=NAMES,
                y=ROW * (place + 0.15) + ROW * 0.7 * shift,
                width=max((WIDTH - NAMES - FIGURES) * value / most, 1.0),
                height=ROW * 0.7 / beside * 0.88,
                tone=series.tone,
                says=f"{name}, {series.name}: {told[place]}",
            )


def _beside(texts: Sequence[str], x: float) -> tuple[Label, ...]:
    return tuple(
        Label(x=x, y=ROW * (place + 0.5) + 4, text=text) for place, text in enumerate(texts)
    )


def nice_top(most: float) -> float:
    """Return the top of a scale: a round number, no less than ``most``, that parts in four."""
    step = 1
    while step * TICKS < most:
        power = 10 ** (len(str(step)) - 1)
        step = {1: 2, 2: 5, 5: 10}[step // power] * power
    return float(step * TICKS)


def share_said(share: float | None) -> str:
    """Return a share as people read it: ``87 %``; a dash where there is none."""
    return "–" if share is None else f"{share * 100:.0f} %"


def time_said(seconds: float) -> str:
    """Return a length of time by its largest unit: ``3.4 days``, ``5 hours``, ``12 minutes``."""
    if seconds >= 36 * 3600:
        return f"{seconds / 86400:.1f} days"
    if seconds >= 5400:
        return f"{seconds / 3600:.1f} hours"
    return f"{seconds / 60:.0f} minutes"


def _said(value: float, is_share: bool) -> str:
    return share_said(value) if is_share else f"{value:,.0f}"


def _scale(top: float, is_share: bool) -> tuple[Label, ...]:
    return tuple(
        Label(
            x=LEFT - 8,
            y=_height_of(step / TICKS) + 4,
            text=_said(top * step / TICKS, is_share),
        )
        for step in range(TICKS + 1)
    )
