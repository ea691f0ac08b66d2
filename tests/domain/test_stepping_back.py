"""Why an assessor declines or steps back."""

import pytest

from domain.stepping_back import SPOKEN, WhyNot, WhyNotMissing, stepping_back_because


@pytest.mark.parametrize("why", [each for each in WhyNot if each is not WhyNot.OTHER])
def test_a_kind_of_reason_is_enough_and_words_are_added(why: WhyNot) -> None:
    """Proves: the reason that is kept says the kind in words, then what was added."""
    assert stepping_back_because(why, "  ") == SPOKEN[why]
    assert stepping_back_because(why, " Since May. ") == f"{SPOKEN[why]} Since May."


@pytest.mark.parametrize(("why", "words"), [("", "words"), ("bored", ""), ("other", " \n")])
def test_no_reason_is_refused(why: str, words: str) -> None:
    """Proves: nobody leaves a round without a reason that can be read later."""
    with pytest.raises(WhyNotMissing):
        stepping_back_because(why, words)


def test_another_reason_is_kept_in_its_own_words() -> None:
    """Proves: "another reason" is not written down as one."""
    assert stepping_back_because("other", " The files are in Welsh. ") == "The files are in Welsh."
