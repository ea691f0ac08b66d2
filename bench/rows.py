"""The rows, and which of them share what they measure on."""

from collections.abc import Sequence
from typing import Final

from bench import (
    row_01_counts,
    row_02_journeys,
    row_03_processors,
    row_04_answers,
    row_05_access,
    row_06_lists,
    row_07_places,
    row_08_mail,
    row_09_fairness,
    row_10_upload,
    row_11_replay,
    row_12_open_journeys,
    row_13_commands,
)
from bench.running import Measure

_MODULES: Final = (
    *(row_01_counts, row_02_journeys, row_03_processors, row_04_answers, row_05_access),
    *(row_06_lists, row_07_places, row_08_mail, row_09_fairness, row_10_upload),
    *(row_11_replay, row_12_open_journeys, row_13_commands),
)

TITLES: Final[dict[int, str]] = {n: each.TITLE for n, each in enumerate(_MODULES, 1)}
MEASURES: Final[dict[int, Measure]] = {n: each.measure for n, each in enumerate(_MODULES, 1)}

TOGETHER: Final = ((1,), (2, 3, 4, 5), (6,), (7,), (8,), (9,), (10,), (11,), (12,), (13,))
"""Rows that run in one process, one after the other, because they share a system."""


def groups_of(wanted: Sequence[int]) -> list[tuple[int, ...]]:
    """Return the wanted rows, those together that share a process."""
    chosen = (tuple(row for row in group if row in wanted) for group in TOGETHER)
    return [group for group in chosen if group]
