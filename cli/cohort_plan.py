"""Who of the sample cohort goes how far: one course for each practitioner, in acts.

The acts come in this order because places are few: whoever has to come to an end does so while
assessors are free; then those who stay with an assessor take all places; the last ones find none.
"""

from typing import Final

from cli import cohort_courses as courses
from cli.cohort_courses import Course

FRESH: Final = 1
OFFERED: Final = 2
"""The practitioners to whom the first two sign-in links belong, or lead."""

FOR_THE_LINKS: Final[dict[int, Course]] = {
    FRESH: courses.fresh,
    OFFERED: courses.offered,
    3: courses.partly_marked,
}
"""What somebody finds who follows a sign-in link; so it comes first."""

_WITHOUT_ASSESSOR: Final[dict[int, Course]] = {
    32: courses.out_of_rounds,
    33: courses.awarded_in_two_rounds,
    34: courses.awarded_in_two_rounds,
    19: courses.closed,
    40: courses.lapsed,
    7: courses.silent,
    4: courses.unverified,
    5: courses.unverified,
    6: courses.unreachable,
    8: courses.fresh,
    9: courses.begun,
    10: courses.drafted,
    11: courses.one_part_in,
    12: courses.two_parts_in,
    13: courses.all_drafted,
    14: courses.bounced,
    15: courses.bought_twice,
    29: courses.revising,
    30: courses.revised,
    31: courses.revising_two_parts,
    35: courses.awarded,
    36: courses.issued_anew,
    37: courses.taken_back,
    38: courses.withdrawn,
    39: courses.refunded,
}
"""Those who are with no assessor in the end; the longest courses first, to be done together."""

_WITH_ASSESSOR: Final[dict[int, Course]] = {
    18: courses.offered_on,
    20: courses.accepted,
    21: courses.partly_marked,
    22: courses.all_marked,
    23: courses.overdue,
    24: courses.approving,
    25: courses.approving_not_yet,
    28: courses.in_second_round,
}
"""Those who stay with one."""

_LAST_PLACES: Final[dict[int, Course]] = {16: courses.offered, 17: courses.offered}
"""With these, every place of the general library is taken."""

_NO_PLACE: Final[dict[int, Course]] = {26: courses.queued, 27: courses.queued}

ACTS: Final = (_WITHOUT_ASSESSOR, _WITH_ASSESSOR, _LAST_PLACES, _NO_PLACE)
"""All others, act by act."""
