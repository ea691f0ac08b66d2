"""The worker as the harness runs it: the product's own, in a process that can be killed by order.

``python -m tests.chaos.worker_program --orders D [--defect X] --ready-file F``. Everything that is
special to it is put on here, round the product; no switch of it stands in the product.
"""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from temporalio.client import Client

import worker
from adapters.temporal import connect
from settings import Settings
from tests.chaos.boundaries import Boundaries, KillOrders, watch_effects
from tests.chaos.clocks import JumpingClock, draw_days_together
from tests.chaos.defects import Defect

AN_HOUR = timedelta(hours=1)


def main(arguments: Sequence[str]) -> int:
    """Run the worker from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=Path, required=True)
    parser.add_argument("--defect", type=Defect)
    given, rest = parser.parse_known_args(arguments)
    orders, clock = KillOrders(given.orders), JumpingClock()
    clock.install()
    watch_effects(orders)
    draw_days_together()
    if given.defect is not None:
        given.defect.put_in()

    async def connected(settings: Settings) -> Client:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGUSR1, clock.jump, AN_HOUR)
        made = (await connect(settings)).config()
        made["interceptors"] = [Boundaries(orders)]
        return Client(**made)

    with patch.object(worker, "connect", connected):
        return worker.main(rest)


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    # As the product's own worker ends, and for its reason.
    os._exit(code)
