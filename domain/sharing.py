"""What somebody shows of their credential: chosen by whoever holds it, and by nobody else.

A file of a credential names its holder, because that is what it is for. Whoever chooses to give
files to everybody therefore shows their name, and the choice says so.
"""

from enum import StrEnum

from pydantic import Field, model_validator

from domain.refusals import Conflict
from domain.values import Value


class Visibility(StrEnum):
    """Who finds the page on which a credential is checked."""

    PRIVATE = "private"
    """Nobody else: to everybody else there is no such page."""
    LINK = "link"
    """Whoever has its address, which nobody can guess."""
    LISTED = "listed"
    """Search engines too."""


class Sharing(Value):
    """The choices for one award; they stay when its credential is issued anew.

    By default the page can be checked by whoever has its address, and names nobody. ``version``
    counts the changes, so that a form from an older page changes nothing unseen.
    """

    visibility: Visibility = Visibility.LINK
    shows_name: bool = False
    shows_details: bool = False
    gives_files: bool = False
    version: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _names_whom_its_files_name(self) -> "Sharing":
        if self.gives_files and not self.shows_name:
            raise ValueError("files name their holder, so the page does too")
        return self

    @property
    def is_open(self) -> bool:
        """Whether anybody but the holder comes to the page."""
        return self.visibility is not Visibility.PRIVATE


UNCHOSEN = Sharing()
"""What holds until somebody chooses."""


def chosen(
    visibility: Visibility,
    *,
    shows_name: bool,
    shows_details: bool,
    gives_files: bool,
    version: int,
) -> Sharing:
    """Return the choices of a form; who gives the files away shows the name with them."""
    return Sharing(
        visibility=visibility,
        shows_name=shows_name or gives_files,
        shows_details=shows_details,
        gives_files=gives_files,
        version=version,
    )


class SharingChanged(Conflict):
    """Another window chose something else in between."""

    code = "sharing_changed"
    sentence = (
        "Your choices were changed in another window since this page was opened. Look at them as "
        "they are now, and choose again."
    )
