"""Logs: one JSON object a line on stderr, which names no person.

What keeps personal data out is a rule, not care at each call:

* a field is written only if it is listed in ``FIELDS``; the name of any other is reported under
  ``dropped``, its value is not;
* the event is a fixed phrase. Of records that come through the standard library only the template
  is kept, never the arguments, so no SQL parameter, activity argument or payload gets out;
* of an exception the kinds (with their causes) and the places in the code are written. Its text
  is written only for kinds whose text is ours or the system's: refusals and ``OSError``;
* what looks like an e-mail address is masked, and every text is cut to a bound.

The engine's own native logs go the same way.
"""

import logging
import re
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TextIO

import structlog
from structlog.stdlib import BoundLogger, ProcessorFormatter
from structlog.typing import EventDict, WrappedLogger
from temporalio import activity, workflow
from temporalio.runtime import (
    LogForwardingConfig,
    LoggingConfig,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)

from domain.refusals import Refusal
from settings import LogLevel

ABOUT_THE_LINE = frozenset(
    ("event", "level", "timestamp", "logger", "dropped", "error", "error_text", "error_at")
)
ABOUT_THE_BUSINESS = frozenset(
    ("enrollment", "round", "order", "notice", "kind", "stage", "part", "offer", "code", "count")
)
ABOUT_THE_MACHINERY = frozenset(
    ("attempt", "bytes", "duration_ms", "pid", "port", "queue", "signal", "target", "version")
)
ABOUT_THE_WORKFLOW = frozenset(
    ("workflow_id", "workflow_type", "workflow_run_id", "run_id", "update_id", "update_name")
)
ABOUT_THE_ACTIVITY = frozenset(("activity_id", "activity_type", "task_queue"))
ABOUT_THE_ENGINE = ABOUT_THE_WORKFLOW | ABOUT_THE_ACTIVITY
FIELDS = ABOUT_THE_LINE | ABOUT_THE_BUSINESS | ABOUT_THE_MACHINERY | ABOUT_THE_ENGINE
"""Every field that a log line may carry. Opaque ids, numbers, members of closed sets: no names,
no addresses, no free text. Extend it with the same care as a public interface."""

LONGEST_TEXT = 200
"""Characters that any one text may have."""
MOST_FRAMES = 8
"""Places in the code that are kept of a traceback: the innermost ones."""
ADDRESS = re.compile(r"[^\s<>\"',;:=()]+@[^\s<>\"',;:=()]+")
ROOT = Path(__file__).resolve().parents[1]
OUR_LOGGERS = ("domain", "activities", "adapters", "office", "cli", "worker", "starter", "portal")
ENGINE_LOGGERS = ("temporalio", "workflows")
CORE_LOGGER = "temporalio.core"


def logger_named(name: str) -> BoundLogger:
    """Return the logger of a module; call it with ``__name__``."""
    logger: BoundLogger = structlog.stdlib.get_logger(name)
    return logger


@contextmanager
def about_journey(enrollment: str, round_number: int | None = None) -> Iterator[None]:
    """Put the enrollment, and the round if there is one, on every line written inside."""
    facts: dict[str, str | int] = {"enrollment": enrollment}
    if round_number is not None:
        facts["round"] = round_number
    with structlog.contextvars.bound_contextvars(**facts):
        yield


def configure_logging(level: LogLevel, stream: TextIO | None = None) -> None:
    """Route every log of this process, the engine's included, to ``stream`` (stderr)."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_formatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)  # libraries speak only when something is wrong
    for name in (*OUR_LOGGERS, *ENGINE_LOGGERS):
        logging.getLogger(name).setLevel(level.upper())
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    # What these append to the message is kept as fields instead.
    workflow.logger.workflow_info_on_message = False
    activity.logger.activity_info_on_message = False


def use_forwarding_runtime() -> None:
    """Make the engine's native part log through Python; before the first connection.

    On its own it prints to stderr, with the text of every failure that it handles.
    """
    forwarding = LogForwardingConfig(
        logging.getLogger(CORE_LOGGER),
        append_log_fields_to_message=False,
        prepend_target_on_message=False,
    )
    core = TelemetryFilter(core_level="WARN", other_level="ERROR")
    runtime = Runtime(telemetry=TelemetryConfig(logging=LoggingConfig(core, forwarding)))
    Runtime.set_default(runtime, error_if_already_set=False)


def _formatter() -> ProcessorFormatter:
    """Return what turns any record into one line of JSON."""
    return ProcessorFormatter(
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            keep_facts_of_foreign_record,
        ],
        processors=[
            structlog.stdlib.add_log_level,
            add_origin,
            ProcessorFormatter.remove_processors_meta,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            describe_error,
            keep_allowed_fields,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        use_get_message=False,
    )


def keep_facts_of_foreign_record(_: WrappedLogger, __: str, event_dict: EventDict) -> EventDict:
    """Take the listed fields that a standard library record carries as extras."""
    extras = vars(event_dict["_record"])
    core = getattr(extras.get("temporal_log"), "fields", {})
    for source in (core, extras.get("temporal_activity"), extras.get("temporal_workflow"), extras):
        event_dict.update(_listed(source))
    return event_dict


def add_origin(_: WrappedLogger, __: str, event_dict: EventDict) -> EventDict:
    """Say which logger wrote the line."""
    event_dict["logger"] = event_dict["_record"].name
    return event_dict


def describe_error(_: WrappedLogger, __: str, event_dict: EventDict) -> EventDict:
    """Replace an exception by its kinds, its places and, where that is safe, its text."""
    error = _exception_of(event_dict.pop("exc_info", None))
    event_dict.pop("stack_info", None)
    if error is None:
        return event_dict
    chain = list(_with_causes(error))
    event_dict["error"] = " < ".join(type(link).__name__ for link in chain)
    event_dict["error_at"] = _places(error.__traceback__)
    text = next((_safe_text(link) for link in chain if isinstance(link, Refusal | OSError)), None)
    if text is not None:
        event_dict["error_text"] = text
    return event_dict


def keep_allowed_fields(_: WrappedLogger, __: str, event_dict: EventDict) -> EventDict:
    """Drop every field that is not listed, and say which ones; bound and mask the rest."""
    kept: dict[str, object] = {
        name: _harmless(fact) for name, fact in event_dict.items() if name in FIELDS
    }
    kept["event"] = str(kept.get("event", "")).partition("\n")[0]
    dropped = sorted(name for name in event_dict if name not in FIELDS)
    if dropped:
        kept["dropped"] = dropped
    return kept


def _listed(source: object) -> dict[str, object]:
    """Return the listed fields of a mapping, but none about the line itself."""
    if not isinstance(source, Mapping):
        return {}
    return {name: fact for name, fact in source.items() if name in FIELDS - ABOUT_THE_LINE}


def _harmless(fact: object) -> object:
    """Return a number as it is, and anything else as bounded, masked text."""
    if fact is None or isinstance(fact, bool | int | float):
        return fact
    if isinstance(fact, list):
        return [_harmless(part) for part in fact]
    return ADDRESS.sub("[address]", str(fact))[:LONGEST_TEXT]


def _exception_of(given: object) -> BaseException | None:
    """Find the exception in the forms that logging calls accept."""
    if given is True:
        return sys.exception()
    if isinstance(given, tuple):
        return _exception_of(given[1])
    return given if isinstance(given, BaseException) else None


def _with_causes(error: BaseException) -> Iterable[BaseException]:
    """Yield the exception, then what caused it, and so on, each once."""
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        yield link
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)


def _places(trace: TracebackType | None) -> list[str]:
    """Return ``file:line function`` of the innermost frames, files as in the project."""
    frames = traceback.extract_tb(trace)[-MOST_FRAMES:]
    return [f"{_project_path(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]


def _project_path(filename: str) -> str:
    """Shorten a path to what says where to look: no machine's directories in a log."""
    path = Path(filename)
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else "/".join(path.parts[-2:])


def _safe_text(error: BaseException) -> str:
    """Return a refusal's sentence, or the system's words for an error without any file name."""
    return str(error.strerror or "") if isinstance(error, OSError) else str(error)
