"""How a journey ended, in words for its practitioner, and what may come next."""

from typing import Final

from adapters.records.practice_values import PracticeHome
from domain.enrollment import Ending
from portal.practitioner.steps import NextStep, Standing

WORDS: Final[dict[Ending, tuple[str, str]]] = {
    Ending.AWARDED: (
        "Congratulations! The micro-credential is yours",
        "You have shown everything that “{title}” asks for. We wrote to you about it, too.",
    ),
    Ending.WITHDRAWN: (
        "You withdrew",
        "Nothing more is asked of you, and nothing more is assessed. If that was a mistake, write "
        "to us soon.",
    ),
    Ending.REFUNDED: (
        "This order was refunded",
        "With the refund the access to this micro-credential ended. If you did not expect that, "
        "ask whoever ordered it for you, or write to us.",
    ),
    Ending.LAPSED: (
        "The time for this journey ran out",
        "Not everything was submitted in time. What you wrote is kept. To go on, order the "
        "micro-credential again, or write to us if something kept you from it.",
    ),
    Ending.CLOSED: (
        "This journey is closed",
        "Not everything was met in the rounds that there were. The feedback stays here for you; "
        "you may order the micro-credential again and begin anew.",
    ),
}
"""The title and the sentence of each ending; a test holds it complete."""

_WITH_RESULT: Final = frozenset({Ending.AWARDED, Ending.CLOSED})
"""Endings after which the result is what matters next."""


def ended(home: PracticeHome, ending: Ending) -> Standing:
    """Return what to say of a journey that ended."""
    result = NextStep(label="See what was met", address=f"/my/{home.enrollment_id}/result")
    again = NextStep(label="Look at the catalogue", address="/catalog")
    read = (result,) if home.decided_rounds else ()
    title, sentence = WORDS[ending]
    return Standing(
        title=title,
        sentences=(sentence.replace("{title}", home.title),),
        step=result if ending in _WITH_RESULT else again,
        also=(*_of_award(home, ending), again) if ending in _WITH_RESULT else read,
        tone="good" if ending is Ending.AWARDED else "next",
    )


def _of_award(home: PracticeHome, ending: Ending) -> tuple[NextStep, ...]:
    """Return what an award is good for, besides its result."""
    if ending is not Ending.AWARDED:
        return ()
    for_state = f"/my/{home.enrollment_id}/state-record"
    return (
        NextStep(label="Your transcript", address="/my/transcript"),
        NextStep(label="For your state's records", address=for_state),
    )
