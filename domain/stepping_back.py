"""Why an assessor declines an offered round, or steps back from an accepted one.

Kept as the reason of the act, in the assessor's name, for operations to read.
"""

from enum import StrEnum

from domain.refusals import Invalid


class WhyNot(StrEnum):
    """The kinds of reasons; ``OTHER`` needs words."""

    AWAY = "away"
    TOO_MUCH = "too_much"
    CONFLICT = "conflict"
    NOT_MY_SUBJECT = "not_my_subject"
    OTHER = "other"


SPOKEN = {
    WhyNot.AWAY: "I am away, or will be before it is due.",
    WhyNot.TOO_MUCH: "I have too much on my desk.",
    WhyNot.CONFLICT: "Conflict of interest: I believe that I know whose work this is.",
    WhyNot.NOT_MY_SUBJECT: "It is outside of what I can judge.",
    WhyNot.OTHER: "Another reason.",
}
"""How an assessor says each kind."""


class WhyNotMissing(Invalid):
    """No kind of reason was chosen, or another reason was not told."""

    code = "why_not_missing"
    sentence = (
        "Choose why you cannot assess this round. If none of the reasons fits, choose “another "
        "reason” and say it in a few words."
    )


def stepping_back_because(kind: str, words: str) -> str:
    """Return the reason as it is kept: the kind in words, then what was added.

    Raises ``WhyNotMissing``.
    """
    words = words.strip()
    if kind not in set(WhyNot):
        raise WhyNotMissing
    why = WhyNot(kind)
    if why is WhyNot.OTHER:
        if not words:
            raise WhyNotMissing
        return words
    return f"{SPOKEN[why]} {words}".strip()
