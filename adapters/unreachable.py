"""What a command says when a server that it needs is not there. Light: imports no library.

Unreachable
├── DatabaseUnreachable   the records database does not answer
├── DatabaseNotReady      it answers, and its tables are of another version
├── EngineUnreachable     the workflow engine does not answer
└── SweepNotEnded         nobody carried a sweep out in time
"""

from typing import ClassVar


class Unreachable(Exception):
    """A server is needed and not there. The sentence says which, and what to look at."""

    code: ClassVar[str] = "unreachable"
    sentence: ClassVar[str] = "A server cannot be reached."

    def __init__(self, **facts: object) -> None:
        super().__init__(self.sentence.format(**facts))


class DatabaseUnreachable(Unreachable):
    """The records database does not answer, or is none."""

    code = "database_unreachable"
    sentence = (
        "The records database at {address} cannot be used ({what}). Check LAUREL_DATABASE_URL and "
        "LAUREL_DATA_DIR, and that the database runs."
    )


class DatabaseNotReady(Unreachable):
    """The tables are older or newer than this version of Laurel."""

    code = "database_not_ready"
    sentence = (
        "The records database at {address} is not at this version of Laurel. `starter.py "
        "migrate` brings an older one up to date and keeps everything; a newer one needs the newer "
        "Laurel."
    )


class EngineUnreachable(Unreachable):
    """The workflow engine does not answer."""

    code = "engine_unreachable"
    sentence = (
        "The workflow engine cannot be reached. Check that it runs, and where TEMPORAL_ADDRESS or "
        "LAUREL_DATA_DIR says it is."
    )


class SweepNotEnded(Unreachable):
    """No worker carried out a sweep that was asked for, or what it needs was not there."""

    code = "sweep_not_ended"
    sentence = (
        "The sweep did not end within {minutes:.0f} minutes. Check that a worker runs, and that it "
        "reaches the records; the sweep of the schedule tries again by itself."
    )
