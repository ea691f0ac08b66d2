"""A form that met a refusal: shown again with what was typed, the refusal beside its field."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from pydantic import Field

from domain.grounds import ReasonMissing, ReasonNotPlain
from domain.refusals import Refusal
from domain.values import Value
from portal.failures import status_of

_ABOUT_REASON: Final = frozenset({ReasonMissing.code, ReasonNotPlain.code})


class Tried(Value):
    """Which form of a page was sent, what was typed into it, and what it met.

    ``form`` is empty while none was: the page is then as it is opened.
    """

    form: str = ""
    given: dict[str, str] = Field(default_factory=dict)
    field: str = ""
    """The field that is to be put right, where a form has several."""
    code: str = ""
    sentence: str = ""
    status: HTTPStatus = HTTPStatus.OK

    @property
    def is_about_reason(self) -> bool:
        """Whether the reason itself cannot be taken."""
        return self.code in _ABOUT_REASON

    def text(self, form: str, name: str, otherwise: object = "") -> str:
        """Return what a field shows: what was typed into this very form, or what there is."""
        return self.given.get(name, "") if self.form == form else str(otherwise)

    def wrong(self, form: str) -> str:
        """Return what is wrong with a form, apart from its reason."""
        return self.sentence if self.form == form and not self.is_about_reason else ""

    def wrong_field(self, form: str, field: str) -> str:
        """Return what is wrong with one field of a form."""
        return self.wrong(form) if self.field == field else ""

    def wrong_reason(self, form: str) -> str:
        """Return what is wrong with the reason in a form."""
        return self.sentence if self.form == form and self.is_about_reason else ""


UNTRIED: Final = Tried()


def tried(form: str, given: Mapping[str, str], refusal: Refusal, field: str = "") -> Tried:
    """Return a form as it was refused."""
    return Tried(
        form=form,
        given=dict(given),
        field=field,
        code=refusal.code,
        sentence=str(refusal),
        status=status_of(refusal),
    )
