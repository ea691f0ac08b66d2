"""One target under the fuzzer: ``python -m tests.hostile.fuzzing NAME SECONDS RUNS DIRECTORY``.

atheris changes the bytes of kept inputs and keeps what reaches new branches of our code. It counts
branches from the import on, so nothing of ours may be imported before. A process is one target's:
an error, a crash of a library and a limit that was passed all end it.
"""

import shutil
import sys
from functools import partial
from pathlib import Path
from typing import Final

import atheris  # type: ignore[import-untyped]  # it ships no types

INSTRUMENTED: Final = ["domain", "adapters", "portal"]
MOST_MEMORY_MIB: Final = 3000
SLOWEST_SECONDS: Final = 60
"""The fuzzer's own last bounds, for what never comes back to be measured. It sets the one alarm
that a process has, so ours is not set beside it.
"""


def main(name: str, seconds: str, runs: str, directory: str) -> None:
    """Run one target until it breaks, or for as long as is asked for."""
    with atheris.instrument_imports(include=INSTRUMENTED):
        from tests.hostile.target import check, kept, target_named

        target = target_named(name)
    begins, found = Path(directory) / "begins", Path(directory) / "found"
    shutil.rmtree(begins, ignore_errors=True)
    for each in (begins, found):
        each.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate((*target.seeds, *(each.read_bytes() for each in kept(name)))):
        (begins / f"{number:03}").write_bytes(seed)
    words = Path(directory) / "words"
    words.write_text("".join(f'"{_escaped(word)}"\n' for word in (*target.words, b"\0")))
    arguments = (
        *(f"-max_total_time={seconds}", f"-runs={runs}", f"-max_len={target.longest}", "-seed=1"),
        *(
            "-print_final_stats=1",
            f"-rss_limit_mb={MOST_MEMORY_MIB}",
            f"-timeout={SLOWEST_SECONDS}",
        ),
        *(f"-artifact_prefix={directory}/", f"-dict={words}", str(found), str(begins)),
    )
    atheris.Setup([sys.argv[0], *arguments], partial(check, target, breaks_off=False))
    atheris.Fuzz()


def _escaped(word: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word)


if __name__ == "__main__":
    main(*sys.argv[1:])
