"""Row 1: what a journey costs in counts, which are the same on every machine."""

from bench.counting import JourneyCounts, counted_house
from bench.figures import Line, counted, told
from bench.running import Measured, Run

TITLE = "Counts of a happy journey, order to award, all notices"

MOST_EVENTS, MOST_TRANSITIONS, MOST_VISIBILITY = 65, 20, 2
MOST_EVENTS_A_ROUND, MOST_TRANSITIONS_A_ROUND = 28, 10


async def measure(run: Run) -> Measured:
    """Play one journey and one further round, and count."""
    async with counted_house(run.folder("counts")) as house:
        found = await house.happy_journey()
        further = await house.further_round()
    happy = found.happy
    return Measured(
        lines=(
            counted("events", "", happy.events, MOST_EVENTS),
            counted("state transitions", "", happy.transitions, MOST_TRANSITIONS),
            counted("visibility writes", "", happy.visibility_writes, MOST_VISIBILITY),
            counted("a further round: events", "", further.events, MOST_EVENTS_A_ROUND),
            counted(
                "a further round: state transitions",
                "",
                further.transitions,
                MOST_TRANSITIONS_A_ROUND,
            ),
            *_whole(found),
        ),
        setup=(
            "records on SQLite; the order's intake, files, mails and the credential included",
            "the practitioner was verified before, so there is no stage of verification",
        ),
    )


def _whole(found: JourneyCounts) -> tuple[Line, ...]:
    whole = found.whole
    acts = ", ".join(f"{name} {count}" for name, count in found.statements.items())
    return (
        told("calls to the server, whole", "", whole.calls.total(), _listed(whole.calls)),
        told("commits of the server, whole", "", whole.commits.total(), _listed(whole.commits)),
        told("visibility writes of all its executions", "", whole.visibility.total()),
        told("SQL statements, whole", "", sum(found.statements.values()), acts),
        told("SQL transactions, whole", "", sum(found.commits.values())),
    )


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
