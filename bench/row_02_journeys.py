"""Row 2: journeys a second through the whole system, beside a skeleton of the same messages."""

from bench.figures import at_least, compared, told
from bench.running import Measured, Run
from bench.stack import SETUP
from bench.whole_system import LANES, throughput

TITLE = "Journeys a second, whole system"


async def measure(run: Run) -> Measured:
    """Take journeys from the paid order to the award, until their last mail was accepted."""
    found = await run.once(throughput)
    ours, skeleton = found.ours, found.skeleton
    whole = ours.milliseconds("worker", "portal", "server", "driver")
    return Measured(
        lines=(
            compared(
                "journeys, order to award",
                "/s",
                ours.rate,
                skeleton.rate,
                "skeleton",
                at_least(0.7, is_ratio=True),
            ),
            told("mails accepted, a journey", "", found.mails),
            told("all processors, a journey", "ms", whole.middle),
            told("of these the one who presses", "ms", ours.milliseconds("driver").middle),
        ),
        setup=(*SETUP, f"{LANES} journeys at a time"),
    )
