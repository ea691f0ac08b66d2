"""The skeleton's worker as a process: ``python -m bench.skeleton_worker --ready-file F``."""

import argparse
import asyncio
import os
import signal
import sys
from contextlib import AsyncExitStack
from pathlib import Path

from adapters.temporal import connect
from bench.skeleton import skeleton_workers
from settings import load_settings


async def serve(ready_file: Path) -> None:
    """Work until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    client = await connect(load_settings())
    async with AsyncExitStack() as stack:
        for worker in skeleton_workers(client):
            await stack.enter_async_context(worker)
        await asyncio.to_thread(ready_file.write_text, f"{os.getpid()}\n")
        await stop.wait()
    await asyncio.sleep(0.3)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ready-file", type=Path, required=True)
    asyncio.run(serve(parser.parse_args().ready_file))
    sys.stdout.flush()
    sys.stderr.flush()
    # Interpreter finalisation now and then crashes in the SDK's native threads: leave without it.
    os._exit(0)
