"""Refusals of a whole order, each naming what has to be corrected."""

from typing import Self

from pydantic import ValidationError

from domain.line_problems import LineProblem
from domain.refusals import Invalid


class OrderNotValid(Invalid):
    """Fields of the order cannot be taken; nothing was recorded."""

    code = "order_not_valid"
    sentence = "Nothing was recorded. Correct: {fields}."

    @classmethod
    def of(cls, invalid: ValidationError) -> Self:
        """Return the refusal that names each field, without repeating what was typed."""
        fields = [
            f"{'.'.join(str(step) for step in error['loc'])} ({error['msg']})"
            for error in invalid.errors(include_input=False, include_url=False)
        ]
        return cls(fields="; ".join(fields))


class OrderFormNotValid(Invalid):
    """The learners' file has lines that cannot be taken; nothing of it was."""

    code = "order_form_not_valid"
    sentence = "Nothing was recorded: {count} problems in the file. Correct all of these lines."

    def __init__(self, problems: tuple[LineProblem, ...]) -> None:
        self.points = problems
        super().__init__(count=len(problems))
