"""A workflow that meets a deadline whose reminders lie behind it, as after a long outage."""

from temporalio import workflow

from domain.enrollment import Due
from domain.values import Contract, Instant
from workflows.deadline import Deadline, Passed, Reminded


class Told(Contract):
    """Everything that a deadline said until its time was up."""

    reminders: tuple[Instant, ...]
    times_reminded: int


@workflow.defn
class Late:
    """Waits for a due time at which nothing else ever happens."""

    @workflow.run
    async def run(self, due: Due) -> Told:
        """Return what the deadline said."""
        deadline = Deadline(due)
        reminders: list[Instant] = []
        times = 0
        while True:
            match await deadline.wait(lambda: False):
                case Reminded(reminders=now_due):
                    times += 1
                    reminders += [each.at for each in now_due]
                case Passed() | None:
                    return Told(reminders=tuple(reminders), times_reminded=times)
