"""How a journey ended, in words for its practitioner, and what may come next."""

from typing import assert_never

from adapters.records.practice_values import PracticeHome
from domain.enrollment import Ending
from portal.practitioner.steps import NextStep, Standing


def ended(home: PracticeHome, ending: Ending) -> Standing:
    """Return what to say of a journey that ended."""
    result = NextStep(label="See what was met", address=f"/my/{home.enrollment_id}/result")
    again = NextStep(label="Look at the catalogue", address="/catalog")
    read = (result,) if home.decided_rounds else ()
    match ending:
        case Ending.AWARDED:
            return Standing(
                title="Congratulations! The micro-credential is yours",
                sentences=(
                    f"You have shown everything that “{home.title}” asks for. We wrote to you "
                    "about it, too.",
                ),
                step=result,
                also=(again,),
                tone="good",
            )
        case Ending.WITHDRAWN:
            return Standing(
                title="You withdrew",
                sentences=(
                    "Nothing more is asked of you, and nothing more is assessed. If that was a "
                    "mistake, write to us soon.",
                ),
                step=again,
                also=read,
            )
        case Ending.REFUNDED:
            return Standing(
                title="This order was refunded",
                sentences=(
                    "With the refund the access to this micro-credential ended. If you did not "
                    "expect that, ask whoever ordered it for you, or write to us.",
                ),
                step=again,
                also=read,
            )
        case Ending.LAPSED:
            return Standing(
                title="The time for this journey ran out",
                sentences=(
                    "Not everything was submitted in time. What you wrote is kept. To go on, order "
                    "the micro-credential again, or write to us if something kept you from it.",
                ),
                step=again,
                also=read,
            )
        case Ending.CLOSED:
            return Standing(
                title="This journey is closed",
                sentences=(
                    "Not everything was met in the rounds that there were. The feedback stays here "
                    "for you; you may order the micro-credential again and begin anew.",
                ),
                step=result,
                also=(again,),
            )
        case _ as unreachable:
            assert_never(unreachable)
