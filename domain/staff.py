"""Operations' own people: who may be added, and who may not be switched off."""

from typing import Final

from domain.catalog import is_plain
from domain.refusals import Conflict, Invalid, NotAllowed, NotFound

LONGEST_NAME: Final = 100


class StaffNameNotValid(Invalid):
    """Whoever acts is named beside the act."""

    code = "staff_name_not_valid"
    sentence = "Write the name in 1 to 100 plain letters, as colleagues know it."


class UnknownStaff(NotFound):
    """Nobody of operations has this id or address."""

    code = "unknown_staff"
    sentence = "Nobody of operations is known as this. Look at the list of operations' people."


class LastOfStaff(Conflict):
    """Somebody must be able to let the others in."""

    code = "last_of_staff"
    sentence = "This is the last of operations who can sign in. Add or switch on somebody first."


class OwnAccess(NotAllowed):
    """A slip would sign somebody out of the very page that could mend it."""

    code = "own_access"
    sentence = "Nobody switches themselves off. Ask a colleague to do it."


class UnknownSession(NotFound):
    """There is no such session, or it has ended."""

    code = "unknown_session"
    sentence = "This session has ended already. Look at the list of sessions again."


def staff_name(text: str) -> str:
    """Return the name as it is kept, or refuse: ``StaffNameNotValid``."""
    name = " ".join(text.split())
    if not 1 <= len(name) <= LONGEST_NAME or not is_plain(name):
        raise StaffNameNotValid
    return name
