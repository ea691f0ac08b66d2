"""Being let in by mail: a fresh link for practitioners and assessors, a short-lived code for staff.

An answer never tells whether an address is known: whoever asks learns that from their inbox alone.
"""

from datetime import timedelta
from typing import Final

from domain.notices import NoticeKind
from domain.refusals import NotAllowed

CODE_LASTS: Final = timedelta(minutes=10)
"""How long a code is good; a mail arrives within seconds."""

LINK_LASTS: Final = timedelta(days=2)
"""How long a link that somebody asked for is good; opening it does not use it up (trap 19)."""

MOST_ATTEMPTS: Final = 5
"""Wrong codes after which a code is dead; of a hundred million, that leaves no chance."""

CODE_DIGITS: Final = 8

SIGN_IN_KINDS: Final = frozenset({NoticeKind.SIGN_IN_LINK, NoticeKind.SIGN_IN_CODE})
"""Notices about a sign-in: their subject is neither an enrollment nor an order."""


class CodeNotGood(NotAllowed):
    """The code is wrong, used or too old; which of it is nobody's business."""

    code = "code_not_good"
    sentence = (
        "This code does not let you in. Use the code of the latest mail within ten minutes, once; "
        "or ask for a new one."
    )


class LinkTooOld(NotAllowed):
    """A link that was asked for has served its time."""

    code = "link_too_old"
    sentence = "This link was good for two days and they are over. Ask for a fresh one."


class TooOften(NotAllowed):
    """Somebody, or some machine, tries more often than a person would."""

    code = "too_often"
    sentence = "This was tried too often. Wait {minutes} minutes and try again."
