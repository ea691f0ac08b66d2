"""The results as a picture: how far each figure is towards its goal, as bars beside one line."""

from html import escape
from typing import Final

from bench.figures import Line, Results, Verdict
from bench.table import shown

WIDTH: Final = 940
LEFT: Final = 400
ROW: Final = 22
TOP: Final = 64
GOAL_AT: Final = 0.5
"""Where the goal stands, as a share of the room for bars."""

TOLD: Final = 210
"""The room that a figure with its goal takes beside the longest bar."""

ROOM: Final = WIDTH - LEFT - TOLD
CUT: Final = 2.0
"""From this many times the goal on, a bar is cut off."""

COLOURS: Final = {Verdict.MET: "#2f7d4f", Verdict.MISSED: "#b3541e"}
OTHER: Final = "#8a8f98"
STYLE: Final = (
    "text{font:13px system-ui,sans-serif;fill:#1f2328}.n{font-weight:600}.s{fill:#59636e}"
    ".l{stroke:#59636e;stroke-dasharray:3 3}.b{fill:#fff}"
    "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.s{fill:#9198a1}.l{stroke:#9198a1}"
    ".b{fill:#0d1117}}"
)


def picture(results: Results) -> str:
    """Return an SVG with one bar for each figure that has a goal."""
    judged = [(row.number, line) for row in results.rows for line in row.lines if line.goal]
    height = TOP + ROW * len(judged) + 30
    goal = LEFT + ROOM * GOAL_AT
    at = max((row.at for row in results.rows), default=None)
    said = f"Measured {at:%Y-%m-%d}, {results.cores}." if at else ""
    bars = "".join(_bar(place, number, line) for place, (number, line) in enumerate(judged))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" role="img" aria-label="Cost against its goals">'
        f"<style>{STYLE}</style>"
        f'<rect class="b" width="{WIDTH}" height="{height}"/>'
        f'<text x="16" y="26" class="n">What it costs, beside what it may cost</text>'
        f'<text x="16" y="46" class="s">A bar left of the line has met its goal. {said}</text>'
        f"{bars}"
        f'<line class="l" x1="{goal}" x2="{goal}" y1="{TOP - 8}" y2="{height - 24}"/>'
        f'<text x="{goal}" y="{height - 8}" text-anchor="middle" class="s">goal</text>'
        "</svg>\n"
    )


def _bar(place: int, number: int, line: Line) -> str:
    y = TOP + place * ROW
    text = f'<text x="16" y="{y + 14}"><tspan class="n">{number}</tspan> {escape(line.name)}</text>'
    if line.goal is None or line.verdict is Verdict.ABSENT:
        return f'{text}<text x="{LEFT}" y="{y + 14}" class="s">not measured</text>'
    share = min(line.goal.share(line.judged), CUT)
    width = ROOM * GOAL_AT * share
    colour = COLOURS.get(line.verdict, OTHER)
    unit = "×" if line.goal.is_ratio else line.unit
    said = f"{shown(line.judged)} {unit} ({line.goal.text})".replace("  ", " ")
    if line.verdict not in COLOURS:
        said = f"{said}, {line.verdict}"
    cut = " …" if line.goal.share(line.judged) > CUT else ""
    return (
        f'{text}<rect x="{LEFT}" y="{y + 3}" width="{max(width, 1):.0f}" height="13" rx="2" '
        f'fill="{colour}"/>'
        f'<text x="{LEFT + width + 6:.0f}" y="{y + 14}" class="s">{escape(said)}{cut}</text>'
    )
