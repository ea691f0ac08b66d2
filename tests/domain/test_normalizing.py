"""Normalising text is linear: no row of accents keeps a processor busy."""

import re
import sys
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.normalizing import MOST_MARKS, Form, normalized
from tests.architecture.source import ROOT

FORMS: tuple[Form, ...] = ("NFC", "NFKC", "NFKD")
MARKS = ("\u0315\u0316", "\u0344", "\u0f73", "\uff9e\u0316", "\u0fb7\u0f73\u3099")
_ANY_TEXT = st.text(st.sampled_from("aé名ﬀ" + "".join(MARKS) + "\u034f"), max_size=200)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("marks", MARKS)
def test_a_long_row_of_marks_costs_no_more_than_its_length(form: Form, marks: str) -> None:
    """Proves: a million accents on one letter are normalised in a moment, not in half an hour."""
    text = "a" + marks * (1_000_000 // len(marks))
    begun = time.process_time()
    normalized(form, text)
    assert time.process_time() - begun < 10


@pytest.mark.parametrize("form", FORMS)
@given(text=_ANY_TEXT)
def test_what_is_normal_stays_as_it_is(form: Form, text: str) -> None:
    """Proves: a text that was kept is kept again unchanged, and is in its normal form."""
    once = normalized(form, text)
    assert normalized(form, once) == once
    assert unicodedata.is_normalized(form, once)


@pytest.mark.parametrize("form", FORMS)
@given(text=st.text(max_size=100))
def test_what_people_write_is_normalised_as_usual(form: Form, text: str) -> None:
    """Proves: only a row of marks that no language has is treated differently."""
    decomposed = unicodedata.normalize("NFKD", text)
    longest = max(map(len, re.findall("[\u0300-\u036f]+", decomposed)), default=0)
    if longest <= MOST_MARKS:
        assert normalized(form, text) == unicodedata.normalize(form, text)


@pytest.mark.parametrize("form", FORMS)
def test_every_mark_is_known(form: Form) -> None:
    """Proves: a newer Python with newer marks is noticed here, not by somebody who tries them."""
    for code in range(0x80, sys.maxunicode + 1):
        first = unicodedata.normalize("NFKD", chr(code))[0]
        if unicodedata.combining(first):
            row = normalized(form, "a" + chr(code) * (2 * MOST_MARKS))
            assert "\u034f" in row


def test_nobody_normalises_past_it() -> None:
    """Proves: no other module calls the quadratic function on a text of unknown length."""
    callers = {
        str(path.relative_to(ROOT))
        for layer in ("domain", "activities", "adapters", "office", "portal", "workflows")
        for path in (ROOT / layer).rglob("*.py")
        if "unicodedata.normalize(" in path.read_text(encoding="utf-8")
    }
    assert callers == {"domain/normalizing.py", "domain/addresses.py"}  # there: single characters
