"""What is said when a workflow was changed so that open journeys cannot go on, or go on otherwise.

Who meets one of these has usually just changed a workflow, and has not read the document on
releases: so the rule is said here, and where it is written.
"""

from collections.abc import Iterable
from difflib import unified_diff
from itertools import zip_longest

from temporalio.workflow import NondeterminismError

from tests.replay.commands import kept_fingerprint
from tests.replay.transcript import Transcript, kept_history, replay, transcript_file
from workflows.registration import WORKFLOWS

SHOWN = 8
"""Lines of each side that are shown from where the two part."""

RULE = """
A journey is open for more than a year, and each worker that takes it up does again, command by
command, what is recorded of it. So what it asks for may change for later journeys alone:
  - by an input that journeys pin when they start (as `issues_credential` of `JourneyInput`), or
  - by `if workflow.patched("what-changed"): the new way; else: the old one`.
Then record a new history (`python -m tests.replay.record NAME`) and write its turns down
(`python -m tests.replay.record --fingerprints`). Histories that are kept stay as they are.
The rule, and when a guard may go again: docs/releasing.md, "Changing what a workflow asks for".
"""


class UnguardedChange(AssertionError):
    """A workflow does not do again what open journeys did."""


class OtherContent(AssertionError):
    """A workflow gives the same commands, with another content."""


class NotWrittenDown(AssertionError):
    """A workflow does what no fingerprint holds yet, and everything that they hold."""


async def refuse_another_course(name: str, workflows: tuple[type, ...] = WORKFLOWS) -> None:
    """Replay a history; raises ``UnguardedChange``, or ``OtherContent`` beside its transcript."""
    transcript = Transcript()
    try:
        await replay(kept_history(name), transcript, workflows)
    except NondeterminismError as failure:
        raise UnguardedChange(
            f"The history `{name}` does not replay. Recorded (-) and asked for now (+), from where "
            f"they part:\n{_parting(name, transcript)}\nThe engine says: {failure}\n{RULE}"
        ) from failure
    differences = difference(name, transcript)
    if differences:
        shown = "\n".join(differences[2:])
        raise OtherContent(
            f"In the history `{name}` the same commands carry something else than recorded:\n"
            f"{shown}\nIf open journeys shall go on like this, write it down with `python -m "
            f"tests.replay.record --transcripts` and read the difference. If not:\n{RULE}"
        )


def refuse_another_fingerprint(turns: dict[str, set[str]]) -> None:
    """Compare turns with those that are kept; raises ``UnguardedChange`` or ``NotWrittenDown``."""
    refuse_turns_taken_back(turns)
    for workflow, now in turns.items():
        come = _listed("+", now - kept_fingerprint(workflow))
        if come:
            raise NotWrittenDown(
                f"{workflow} does what its fingerprint does not hold, and all that it holds:\n"
                f"{come}If only later ones do it, write it down with `python -m "
                f"tests.replay.record --fingerprints`. Otherwise:\n{RULE}"
            )


def refuse_turns_taken_back(turns: dict[str, set[str]]) -> None:
    """Raise ``UnguardedChange`` when any workflow lost a turn, whatever it or another one gained.

    All are looked at before anything else is said of one: what is new in the first would hide what
    is gone from the next.
    """
    for workflow, now in turns.items():
        kept = kept_fingerprint(workflow)
        gone, come = _listed("-", kept - now), _listed("+", now - kept)
        if gone:
            raise UnguardedChange(
                f"{workflow} does not do what open ones did, when it is told the same:\n"
                f"{gone}{come}{RULE}"
            )


def difference(name: str, transcript: Transcript) -> list[str]:
    """Return how a transcript differs from the one that is kept, up to where it ends."""
    kept = transcript_file(name).read_text().splitlines()
    return list(unified_diff(kept, transcript.text.splitlines(), lineterm="", n=1))


def _parting(name: str, transcript: Transcript) -> str:
    """Return how both go on from the first message or command in which they differ."""
    kept, now = transcript_file(name).read_text().splitlines(), transcript.lines
    pairs = enumerate(zip_longest(kept, now))
    at = next((number for number, (one, other) in pairs if one != other), len(now))
    while at > 0 and (at >= len(kept) or not kept[at].startswith((">", "<", "at "))):
        at -= 1
    shown = [f"- {line}" for line in kept[at : at + SHOWN]]
    return "\n".join([*shown, *(f"+ {line}" for line in now[at : at + SHOWN])])


def _listed(sign: str, turns: Iterable[str]) -> str:
    return "".join(f"  {sign} {turn}\n" for turn in sorted(turns))
