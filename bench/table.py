"""The results as one table that fits a terminal, and as one for documents."""

from collections.abc import Iterator, Sequence
from textwrap import wrap

from bench.figures import Line, Results, RowResult, Verdict

WIDTH = 100
NAME = 39
DOCUMENT = 108


def shown(figure: float) -> str:
    """Return a figure with three digits that count."""
    if abs(figure) >= 100 or figure == int(figure):
        return f"{figure:,.0f}"
    return f"{figure:.3g}" if abs(figure) < 10 else f"{figure:.1f}"


def ceiling_of(line: Line) -> str:
    """Return the ceiling of a line."""
    return "" if line.ceiling is None else shown(line.ceiling)


def ratio_of(line: Line) -> str:
    """Return the ratio of a line to its ceiling."""
    return "" if line.ratio is None else f"{shown(line.ratio)} ×"


def spread_of(line: Line) -> str:
    """Return how far both sides spread."""
    sides = [line.spread] if line.ceiling is None else [line.spread, line.ceiling_spread]
    return " / ".join(f"{side:.0%}" for side in sides) if any(sides) else ""


def table(results: Results) -> str:
    """Return all rows as text, no line wider than ``WIDTH``."""
    head = _cells("", "", "ours", "ceiling", "ratio", "goal", "spread", "")
    lines = [line for row in results.rows for line in _rows(row)]
    return "\n".join([head, *lines, "", *_conditions(results)]) + "\n"


def _rows(row: RowResult) -> Iterator[str]:
    yield f"{row.number:>2}  {row.title}{'  (quick: quote nothing)' if row.is_quick else ''}"[
        :WIDTH
    ]
    for line in row.lines:
        first, *more = wrap(line.name, NAME - 2) or [""]
        yield _cells(
            first,
            line.unit,
            shown(line.ours),
            ceiling_of(line),
            ratio_of(line),
            line.goal.text if line.goal else "",
            spread_of(line),
            line.verdict,
        )
        yield from (f"      {each}" for each in more)
        if line.remark:
            yield from (f"        {each}" for each in wrap(line.remark, WIDTH - 8))
    if row.failure:
        yield from (f"      {each}" for each in wrap(row.failure, WIDTH - 6))


def _cells(name: str, unit: str, *cells: str) -> str:
    ours, ceiling, ratio, goal, spread, verdict = cells
    measured = f"{ours} {unit}".strip() if verdict != Verdict.ABSENT else ""
    line = (
        f"    {name:<{NAME - 2}} {measured:>11} {ceiling:>7} {ratio:>7} {goal:>9} "
        f"{spread:>9} {verdict}"
    )
    return line[:WIDTH].rstrip()


def _conditions(results: Results) -> Iterator[str]:
    for said in _machines(results):
        yield from wrap(said, WIDTH)
    for row in results.rows:
        took = f"{row.took:.0f} s, load {row.load:.1f} before, others {row.others:.0%}"
        yield f"{row.number:>2}  {row.at:%Y-%m-%d %H:%M} UTC, {took}"
    for setup, numbers in _setups(results).items():
        which = ", ".join(map(str, numbers))
        yield from wrap(
            f"{which}: {setup}.", WIDTH, initial_indent="  ", subsequent_indent="      "
        )


def _machines(results: Results) -> Iterator[str]:
    """Return on what the rows were measured; with their numbers, where it was not the same."""
    rows_on: dict[str, list[int]] = {}
    for row in results.rows:
        machine = row.machine
        versions = ", ".join(f"{name} {each}" for name, each in machine.versions.items())
        where = f"{machine.cores} cores ({machine.processor}), {machine.memory_gib:g} GiB"
        commit = f"; commit {machine.commit}" if machine.commit else ""
        said = f"{where}, {machine.system}; {versions}{commit}."
        rows_on.setdefault(said, []).append(row.number)
    for said, numbers in rows_on.items():
        yield said if len(rows_on) == 1 else f"{_rows_named(numbers)}: {said}"


def _rows_named(numbers: Sequence[int]) -> str:
    return f"Row{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers))}"


def _setups(results: Results) -> dict[str, list[int]]:
    """Return how the things stood, with the rows that it is true of."""
    found: dict[str, list[int]] = {}
    for row in results.rows:
        for each in row.setup:
            found.setdefault(each, []).append(row.number)
    by_rows: dict[tuple[int, ...], list[str]] = {}
    for said, numbers in found.items():
        by_rows.setdefault(tuple(numbers), []).append(said)
    return {"; ".join(said): list(numbers) for numbers, said in by_rows.items()}


def markdown(results: Results) -> str:
    """Return the rows as a table for a document, no line longer than it may be there."""
    lines = [
        "| | quantity | ours | ceiling | ratio | goal | verdict |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in results.rows:
        lines.append(f"| **{row.number}** | **{row.title}** | | | | | |")
        for line in row.lines:
            goal = line.goal.text if line.goal else ""
            is_there = line.verdict is not Verdict.ABSENT
            ours = f"{shown(line.ours)} {line.unit}".strip() if is_there else ""
            cells = (line.name, ours, ceiling_of(line), ratio_of(line), goal, line.verdict)
            lines.append(f"| | {' | '.join(cells)} |")
    return "\n".join(lines)


def conditions(results: Results) -> str:
    """Return under which conditions it was measured, as a list for a document."""
    items = [*_machines(results), *_rows_taken(results)]
    for setup, numbers in _setups(results).items():
        items.append(f"{_rows_named(numbers)}: {setup}.")
    return "\n".join(
        line
        for item in items
        for line in wrap(item, DOCUMENT, initial_indent="- ", subsequent_indent="  ")
    )


def _rows_taken(results: Results) -> Iterator[str]:
    if results.rows:
        first, last = (pick(row.at for row in results.rows) for pick in (min, max))
        loads = [row.load for row in results.rows]
        others = max(row.others for row in results.rows)
        until = f"{last:%H:%M}" if first.date() == last.date() else f"{last:%Y-%m-%d %H:%M}"
        yield (
            f"Measured from {first:%Y-%m-%d %H:%M} to {until} UTC; load before the rows "
            f"{min(loads):.1f} to {max(loads):.1f}; others took at most {others:.0%} of the "
            "processors."
        )
