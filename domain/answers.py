"""Answers on their way into a draft: what they are based on, and which text can be kept."""

from collections.abc import Mapping

from pydantic import Field

from domain.refusals import Invalid
from domain.submission import MOST_CHARACTERS
from domain.values import Value
from domain.words import ControlCharacters, TextTooLong, clean_text


class Seen(Value):
    """Which draft a page showed: what a write from it is based on (traps 9 and 10).

    Versions begin anew in each round, so the round belongs to it.
    """

    part: int = Field(ge=1, le=3)
    round: int = Field(ge=1)
    version: int = Field(ge=0)


class AnswerProblem(Value):
    """Why one answer cannot be kept as it is. ``sentence`` stands beside the field of ``item``."""

    item: str
    code: str
    sentence: str


class AnswersNotKept(Invalid):
    """Some answers cannot be kept as they are; none of the write was taken."""

    code = "answers_not_kept"
    sentence = (
        "{count} of the answers cannot be kept as they are. What to change stands beside each of "
        "them; your text is still here."
    )

    def __init__(self, problems: tuple[AnswerProblem, ...]) -> None:
        self.points = problems
        super().__init__(count=len(problems))


def cleaned_answers(answers: Mapping[str, str]) -> dict[str, str]:
    """Return answers as they are kept. Raises ``AnswersNotKept``, which names every bad one."""
    cleaned: dict[str, str] = {}
    problems: list[AnswerProblem] = []
    for item, text in answers.items():
        try:
            cleaned[item] = clean_text(text, MOST_CHARACTERS)
        except (ControlCharacters, TextTooLong) as refusal:
            problem = AnswerProblem(item=item, code=refusal.code, sentence=str(refusal))
            problems.append(problem)
    if problems:
        raise AnswersNotKept(tuple(problems))
    return cleaned
