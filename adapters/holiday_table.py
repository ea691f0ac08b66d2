"""The table of public holidays in the United States, from the ``holidays`` library, as a calendar.

The library is data that changes with its releases: a new one that moves a date is a new version of
the calendar. A test keeps a fingerprint of the table, so that such a release cannot slip in.
"""

from collections.abc import Mapping
from datetime import date, time
from functools import lru_cache
from typing import Final

import holidays

from domain.calendar import ProgrammeCalendar

FEDERAL: Final = "us-federal"
"""The name of the calendar with the federal holidays alone."""

YEARS: Final = (2020, 2045)
"""Years in the table unless told otherwise: enough for any journey with its graces."""


def us_calendar(
    *,
    version: int,
    years: tuple[int, int] = YEARS,
    zone: str = "America/Chicago",
    closes: time = time(17),
    closures: Mapping[date, str] | None = None,
    subdivision: str | None = None,
) -> ProgrammeCalendar:
    """Return the calendar of ``years`` with public holidays, as observed, and own ``closures``.

    ``subdivision`` is a two-letter code such as ``MO``; the calendar then has the holidays which
    that state keeps, and is named for it (``us-mo``). An unknown one is a ``ValueError``.
    """
    return ProgrammeCalendar(
        name=f"us-{subdivision.lower()}" if subdivision else FEDERAL,
        version=version,
        covers=years,
        zone=zone,
        closes=closes,
        holidays=dict(_table(*years, subdivision)),
        closures=dict(closures or {}),
    )


@lru_cache(maxsize=16)
def _table(first: int, last: int, subdivision: str | None) -> tuple[tuple[date, str], ...]:
    # The language is named, or else the table would follow the machine's locale.
    try:
        table = holidays.country_holidays(
            "US",
            subdiv=subdivision,
            years=range(first, last + 1),
            observed=True,
            language="en_US",
        )
    except NotImplementedError as reason:  # how the library says: no such subdivision
        raise ValueError(f"no holidays of {subdivision!r}; use a code such as MO") from reason
    # A holiday of the first year may be observed in the year before, which is not covered.
    return tuple(sorted((day, name) for day, name in table.items() if first <= day.year <= last))
