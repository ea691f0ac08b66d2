"""The order form on paper: a tagged PDF with the catalogue's prices, made once for each edition."""

import threading
from functools import lru_cache
from pathlib import Path
from typing import Final

import typst

from domain.values import Value

_SOURCE: Final = (Path(__file__).parent / "order_form.typ").read_bytes()
_KEPT: Final = 4
_ONE_AT_A_TIME: Final = threading.Lock()


class OfferOnPaper(Value):
    """One line of the price list. ``number`` is what learners' lines on paper refer to."""

    number: str
    title: str
    library: str
    hours: str
    price: str
    member_price: str


class FormOnPaper(Value):
    """All that stands on the form, in words."""

    programme: str
    day: str
    """On which day these prices were printed."""
    send_to: str
    page: str
    """Address of the page that does the same."""
    access_days: str
    months: str
    offers: tuple[OfferOnPaper, ...]
    blank_lines: int = 15


def order_form_pdf(form: FormOnPaper) -> bytes:
    """Return the form as a PDF; the same form again is not made again. Blocks for a moment."""
    with _ONE_AT_A_TIME:
        return _made(form)


@lru_cache(maxsize=_KEPT)
def _made(form: FormOnPaper) -> bytes:
    try:
        return _compiled(form, is_accessible=True)
    except typst.TypstError:
        # A letter that no font has, in a title perhaps, is not allowed in an accessible PDF; a
        # form with a gap in it is better than none.
        return _compiled(form, is_accessible=False)


def _compiled(form: FormOnPaper, *, is_accessible: bool) -> bytes:
    return typst.compile(
        _SOURCE,
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"given": form.model_dump_json()},
        pdf_standards="ua-1" if is_accessible else None,
    )
