"""Logs: one event a line, personal data under marked keys only, exceptions without their words.

The text of an exception may quote anything, a visitor's name as well as a password, so
a traceback is written as frames and types and nothing else. Libraries' own messages are
reduced to their templates for the same reason.
"""

import asyncio
import logging
import sys
from collections.abc import Callable, Iterator
from typing import Any, Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_MAX_FRAMES = 30


def configure_logs(
    *, form: Literal["auto", "json", "console"], level: str, stream: TextIO | None = None
) -> Callable[[], None]:
    """Send structlog and the libraries' logging to one stream, standard error unless told.

    Returns:
        What puts everything back as it was.
    """
    out = stream if stream is not None else sys.stderr
    as_json = form == "json" or (form == "auto" and not out.isatty())
    renderer: Processor = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(colors=out.isatty(), exception_formatter=structlog.dev.plain_traceback)
    )
    least = getattr(logging, level.upper())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            _bare_exception,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.PrintLoggerFactory(out),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    before, level_before = root.handlers[:], root.level
    root.handlers = [_FromLibraries()]
    root.setLevel(max(least, logging.WARNING))

    def restore() -> None:
        root.handlers = before
        root.setLevel(level_before)
        structlog.reset_defaults()

    return restore


def log_loop_errors(loop: asyncio.AbstractEventLoop, count: Callable[[str], None]) -> None:
    """Let errors that nobody awaited end in the log and in a count, without their words."""
    log = structlog.stdlib.get_logger(__name__)

    def handle(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        count("loop")
        error = context.get("exception")
        log.error("loop_error", exc_info=error if isinstance(error, BaseException) else None)

    loop.set_exception_handler(handle)


def frames(error: BaseException) -> str:
    """Where an exception came from, innermost last: places and types, no words."""
    return "\n".join(_lines(error))


def _lines(error: BaseException) -> Iterator[str]:
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        yield from _lines(cause)
        yield "which led to"
    trace, count = error.__traceback__, 0
    while trace is not None and count < _MAX_FRAMES:
        code = trace.tb_frame.f_code
        yield f"{code.co_filename}:{trace.tb_lineno} {code.co_qualname}"
        trace, count = trace.tb_next, count + 1
    yield type(error).__qualname__
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _lines(inner)


def _bare_exception(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    told = event.pop("exc_info", None)
    error = sys.exc_info()[1] if told is True else told[1] if isinstance(told, tuple) else told
    if isinstance(error, BaseException):
        event["exception"] = frames(error)
    return event


class _FromLibraries(logging.Handler):
    """Passes on what libraries log: who, how grave, and the message's template only."""

    def emit(self, record: logging.LogRecord) -> None:
        log = structlog.stdlib.get_logger(record.name)
        log.log(
            max(record.levelno, logging.WARNING),
            "library_message",
            logger=record.name,
            template=record.msg if isinstance(record.msg, str) and record.args else type(record.msg).__name__,
            exc_info=record.exc_info or None,
        )
