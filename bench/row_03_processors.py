"""Row 3: processor time of our own code for a journey, beside that of the skeleton's worker."""

from bench.figures import at_most, compared, told
from bench.running import Measured, Run
from bench.stack import SETUP
from bench.whole_system import throughput

TITLE = "Processor time of our own code, a journey"


async def measure(run: Run) -> Measured:
    """Read the accounts of worker and portal, of the same batches as row 2."""
    found = await run.once(throughput)
    ours, skeleton = found.ours, found.skeleton
    bones = skeleton.milliseconds("skeleton")
    return Measured(
        lines=(
            compared(
                "worker and portal",
                "ms",
                ours.milliseconds("worker", "portal"),
                bones,
                "worker of the skeleton",
                at_most(1.5, is_ratio=True),
                clock=False,
            ),
            compared(
                "worker alone", "ms", ours.milliseconds("worker"), bones, "the same", clock=False
            ),
            told("portal", "ms", ours.milliseconds("portal").middle),
            compared(
                "Temporal server",
                "ms",
                ours.milliseconds("server"),
                skeleton.milliseconds("server"),
                "of a skeleton",
                clock=False,
            ),
        ),
        setup=SETUP,
    )
