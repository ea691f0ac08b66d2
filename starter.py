"""The command line of Laurel: ``python starter.py --help`` lists what it can do."""

import io
import os
import sys
import traceback
from collections.abc import Sequence
from typing import NoReturn, TextIO

from cli.app import run
from cli.output import ExitCode


def main(arguments: Sequence[str]) -> NoReturn:
    """Run one command and end the process with its exit code.

    The end is abrupt on purpose. Python's own way out takes the Temporal client's threads apart,
    and in a few of a hundred short processes that crashes after all work was done
    (temporalio/sdk-python#300). So everything is written out here, and then the process is gone.
    """
    _speak_utf8()
    code: int = ExitCode.FAILED
    try:
        code = run(arguments)
    finally:
        if sys.exc_info()[0] is not None:
            traceback.print_exc()  # leaving below would swallow what Python says of a fault of ours
        are_flushed = [_is_flushed(stream) for stream in (sys.stdout, sys.stderr)]
        if not all(are_flushed):
            code = code or ExitCode.FAILED
        os._exit(code)


def _speak_utf8() -> None:
    """Print the same bytes whatever the machine's locale is; a program reads our JSON."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _is_flushed(stream: TextIO | None) -> bool:
    """Write out what is left; a reader that went away has all that it wanted."""
    try:
        if stream is not None:
            stream.flush()
    except BrokenPipeError:
        return True
    except OSError:
        return False
    return True


if __name__ == "__main__":
    main(sys.argv[1:])
