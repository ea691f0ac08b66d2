"""Answers on their way into a draft, and addresses as strangers may see them."""

import pytest

from domain.address_changes import concealed
from domain.answers import AnswerProblem, AnswersNotKept, cleaned_answers
from domain.submission import MOST_CHARACTERS


def test_answers_are_kept_as_the_rule_of_texts_says() -> None:
    """Proves: line ends and letters come in one spelling; pasted typography stays."""
    pasted = "Ros\u0301a\u2019s\u00a0plan\r\n\u2022 first\u2028second"
    cleaned = cleaned_answers({"question/1": pasted, "question/2": ""})
    assert cleaned == {
        "question/1": "Ro\u015ba\u2019s\u00a0plan\n\u2022 first\nsecond",
        "question/2": "",
    }


def test_every_bad_answer_is_named_with_its_reason() -> None:
    """Proves: one refusal lists each field that has to change, and none that is good."""
    answers = {
        "question/1": "good",
        "question/2": "line\nhid\u202eden",
        "question/3": "x" * (MOST_CHARACTERS + 1),
    }
    with pytest.raises(AnswersNotKept) as refused:
        cleaned_answers(answers)
    problems = [each for each in refused.value.points if isinstance(each, AnswerProblem)]
    assert [(each.item, each.code) for each in problems] == [
        ("question/2", "control_characters"),
        ("question/3", "text_too_long"),
    ]
    assert "Line 2" in problems[0].sentence
    assert "2 of the answers" in str(refused.value)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("maria@elm.example.org", "m…@elm.example.org"),
        ("m@elm.example.org", "m…@elm.example.org"),
    ],
)
def test_an_address_is_concealed(address: str, shown: str) -> None:
    """Proves: its owner knows it again; the length of the name before the @ does not show."""
    assert concealed(address) == shown
