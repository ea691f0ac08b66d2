"""What must be complete because nothing else would notice: steps, activities, failures, letters."""

import inspect
import pkgutil
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import AsyncExitStack
from importlib import import_module
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from temporalio import activity
from temporalio.testing import WorkflowEnvironment

from activities import steps
from activities.contracts import Entered, Entry, EntryCause, EntryRef
from activities.failures import OWNERS, Failure, failed
from activities.interfaces import JourneyRecords, OrderRecords
from activities.registration import (
    ActivityMissing,
    activities_of,
    declared_names,
    refuse_incomplete,
)
from adapters.assembly import database_of
from adapters.mail.letters import BUILT_IN
from adapters.records.journey_book import _APPLIERS
from domain.enrollment import Ending, EnrollmentClosed, Stage
from domain.notices import NoticeKind
from domain.refusals import Conflict, Invalid, NotAllowed, NotFound, Refusal
from settings import Settings
from tests.architecture.source import PACKAGES, ROOT
from worker import workers_of
from workflows.contracts import Request, Standing
from workflows.journey_messages import JourneyMessages
from workflows.names import ALL_QUEUES, JOURNEYS_QUEUE
from workflows.registration import WORKFLOWS

SNAKE_CASE = re.compile(r"[a-z]+(_[a-z0-9]+)*")
FAMILIES = (NotFound, Conflict, NotAllowed, Invalid)
SENTENCE_ENDS = (".", "?", "{sentence}", "{how}")
"""How a sentence ends; the last two stand for whole sentences of their own."""


def duplicates(words: Iterable[str]) -> list[str]:
    """Return what occurs more than once."""
    return sorted(word for word, times in Counter(words).items() if times > 1)


def all_refusals() -> list[type[Refusal]]:
    """Return every kind of refusal that the project declares, whoever imports it."""
    for package in PACKAGES:
        if (ROOT / package).is_dir():
            for found in pkgutil.walk_packages([str(ROOT / package)], f"{package}."):
                if not _is_a_program(found.name):
                    import_module(found.name)
    return sorted(set(_descendants(Refusal)), key=lambda kind: kind.__name__)


def _is_a_program(module: str) -> bool:
    """Importing a migration or an entry point would run it."""
    return ".migrations" in module or module.endswith(".__main__")


def _descendants(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    for child in kind.__subclasses__():
        if child.__module__.partition(".")[0] in PACKAGES:
            yield child
        yield from _descendants(child)


def name_of(function: object) -> str:
    """Return the name under which the engine knows an activity."""
    definition = activity._Definition.must_from_callable(function)  # type: ignore[arg-type]
    return str(definition.name)


def test_every_step_is_written_by_somebody() -> None:
    """Proves: no journey can decide what the records do not know how to write, and no step was
    declared and then forgotten in the union.
    """
    declared = {
        kind
        for _, kind in inspect.getmembers(steps, inspect.isclass)
        if kind.__module__ == steps.__name__
    }
    assert set(get_args(get_args(steps.Step)[0])) == declared
    assert set(_APPLIERS) == declared


def _tag(step: type) -> str:
    """Return the word by which a step is recognised when it is read back."""
    (tag,) = get_args(get_type_hints(step)["step"])
    return str(tag)


def test_every_step_has_a_name_and_a_writer_of_its_own() -> None:
    """Proves: an entry that is read back becomes the steps that it was written from."""
    assert duplicates(_tag(kind) for kind in _APPLIERS) == []
    assert duplicates(f"{w.__module__}.{w.__name__}" for w in _APPLIERS.values()) == []


async def test_the_workers_serve_everything_that_is_declared(
    temporal: WorkflowEnvironment, tmp_path: Path
) -> None:
    """Proves: the workers that production starts serve every queue, every activity of an interface
    on one queue alone, and every workflow beside the records that it writes.
    """
    settings = Settings(data_dir=tmp_path, database_url=f"sqlite+aiosqlite:///{tmp_path}/r.db")
    database = database_of(settings)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        workers = {
            worker.task_queue: worker.config()
            for worker in workers_of(temporal.client, settings, database, stack)
        }
    served = [name_of(each) for worker in workers.values() for each in worker["activities"]]
    assert set(workers) == set(ALL_QUEUES)
    assert sorted(served) == sorted(declared_names())
    assert set(workers[JOURNEYS_QUEUE]["workflows"]) == set(WORKFLOWS)


class ForgetfulRecords(OrderRecords):
    """An implementation whose author forgot the decorators."""

    async def acknowledge_order(self, order: object) -> object:  # type: ignore[override]
        """Do nothing."""

    async def order_standing(self, order: object) -> object:  # type: ignore[override]
        """Do nothing."""

    async def settlement_overdue(self, order: object) -> object:  # type: ignore[override]
        """Do nothing."""

    async def start_lines(self, lines: object) -> object:  # type: ignore[override]
        """Do nothing."""


class DecoratedRecords(JourneyRecords):
    """An implementation as it should be."""

    @activity.defn(name="enter")
    async def enter(self, entry: Entry) -> Entered:
        """Do nothing."""
        del entry
        return Entered()

    @activity.defn(name="cause_of_entry")
    async def cause_of_entry(self, entry: EntryRef) -> EntryCause:
        """Do nothing."""
        del entry
        return EntryCause()


def test_an_undecorated_override_is_refused_at_start_up() -> None:
    """Proves: a worker refuses to start when the engine would not know one of its activities, and
    names exactly those; a decorated override is not complained about.
    """
    assert activities_of(ForgetfulRecords()) == []
    with pytest.raises(ActivityMissing) as refused:
        refuse_incomplete((ForgetfulRecords(), DecoratedRecords()))
    missing = set(str(refused.value).split(", "))
    assert {"acknowledge_order", "order_standing", "settlement_overdue", "start_lines"} <= missing
    assert missing == declared_names() - {"enter", "cause_of_entry"}


@pytest.mark.parametrize("failure", Failure)
def test_every_failure_is_somebodys_problem(failure: Failure) -> None:
    """Proves: the table of failures is closed: each has an owner, and crosses the engine by its
    own name, to be tried again.
    """
    assert failure in OWNERS
    crossing = failed(failure)
    assert crossing.type == failure.value
    assert crossing.non_retryable is False


@pytest.mark.parametrize("kind", NoticeKind)
@pytest.mark.parametrize("form", ["txt", "html"])
def test_every_notice_has_its_templates(kind: NoticeKind, form: str) -> None:
    """Proves: no notice can be intended that nobody can write."""
    assert (BUILT_IN / f"{kind}.{form}").is_file()


def test_no_template_is_without_a_notice() -> None:
    """Proves: a template that was left over, or is misspelt, is seen."""
    written = {file.stem for file in BUILT_IN.iterdir() if not file.name.startswith("_")}
    assert written == {kind.value for kind in NoticeKind}


def test_every_refusal_is_known_by_one_code_and_one_name() -> None:
    """Proves: callers can tell refusals apart: by a snake-case code that is no other's, and across
    the engine by a class name that is no other's.
    """
    refusals = all_refusals()
    assert len(refusals) > len(FAMILIES)
    assert [kind.code for kind in refusals if not SNAKE_CASE.fullmatch(kind.code)] == []
    assert duplicates(kind.code for kind in refusals) == []
    assert duplicates(kind.__name__ for kind in refusals) == []


def test_every_refusal_belongs_to_a_family_and_ends_its_sentence() -> None:
    """Proves: every surface knows how to answer a refusal, and none is left without words."""
    concrete = [kind for kind in all_refusals() if kind not in FAMILIES]
    assert [kind for kind in concrete if not issubclass(kind, FAMILIES)] == []
    unspoken = [kind for kind in concrete if kind.sentence == Refusal.sentence and _is_leaf(kind)]
    assert unspoken == []
    assert [kind for kind in concrete if not kind.sentence.strip().endswith(SENTENCE_ENDS)] == []


def _is_leaf(kind: type[Refusal]) -> bool:
    return not kind.__subclasses__()


def test_every_refusal_crosses_the_engine_as_itself() -> None:
    """Proves: what a journey refuses is, at its caller, the same kind with the same sentence."""
    for kind in all_refusals():
        found = Refusal.kind_named(kind.__name__)
        assert found is kind
        assert str(found.received("a sentence")) == "a sentence"


def test_every_request_is_checked_at_the_door() -> None:
    """Proves: each message that may be refused has an update, whose validator asks the guards; so
    a refusal leaves no event in a history. Shown with a journey that has ended.
    """
    handlers = {
        list(inspect.signature(member).parameters.values())[1].annotation: member
        for _, member in inspect.getmembers(JourneyMessages)
        if hasattr(member, "_defn")
    }
    assert set(handlers) == set(get_args(Request))
    ended = JourneyMessages()
    ended._standing = Standing(enrollment_id="e", stage=Stage.ENDED, ending=Ending.LAPSED)
    for request, handler in handlers.items():
        with pytest.raises(EnrollmentClosed):
            handler._defn.validator(ended, request.model_construct())
