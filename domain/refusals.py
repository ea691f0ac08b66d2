"""Business refusals: what Laurel says no to, with a stable code and a sentence.

A refusal records nothing and loses nothing. Its sentence says what is wrong and what to do next,
and carries no personal data, because a refused update may stand in a workflow's history.

    Refusal
    ├── NotFound      what was named does not exist
    ├── Conflict      it exists, but somebody or something was faster, or it is in another state
    ├── NotAllowed    this party may not do that
    └── Invalid       what was sent cannot be accepted as it is

Concrete refusals live beside the rule that they guard, as subclasses with a ``code`` of their own.
"""

from typing import ClassVar, Self


class Refusal(Exception):
    """A business rule said no. ``code`` is stable; the sentence may be reworded."""

    code: ClassVar[str] = "refused"
    sentence: ClassVar[str] = "This is not possible."
    may_pass: ClassVar[bool] = False
    """Whether facts outside of the journey decided, so that an equal request may succeed later."""
    points: tuple[object, ...] = ()
    """What has to be put right, one by one, where the sentence only counts it."""
    _by_name: ClassVar[dict[str, type["Refusal"]]] = {}

    def __init__(self, **facts: object) -> None:
        super().__init__(self.sentence.format(**facts))

    def __init_subclass__(cls) -> None:
        """Keep every kind by its class name, so that one that crossed the engine is known again."""
        super().__init_subclass__()
        Refusal._by_name[cls.__name__] = cls

    @classmethod
    def kind_named(cls, name: str) -> "type[Refusal] | None":
        """Return the refusal class called ``name``, if there is one."""
        return Refusal._by_name.get(name)

    @classmethod
    def received(cls, sentence: str) -> Self:
        """Rebuild a refusal of this kind from the sentence that crossed the engine."""
        refusal = cls.__new__(cls)
        Exception.__init__(refusal, sentence)
        return refusal


class NotFound(Refusal):
    """What was named does not exist."""

    code = "not_found"


class Conflict(Refusal):
    """It exists, but it is in another state, or somebody was faster."""

    code = "conflict"


class NotAllowed(Refusal):
    """This party may not do that."""

    code = "not_allowed"


class Invalid(Refusal):
    """What was sent cannot be accepted as it is."""

    code = "invalid"
