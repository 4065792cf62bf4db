"""How golive's processes log: one line an event on stderr, as JSON for machines or as text for people, never a body."""

import logging
import os
import sys
import warnings
from collections.abc import Mapping

import structlog
from structlog.typing import Processor

# they log what they were sent: identifiers, data sets, whole addresses
_SILENT = ("pydicom", "pynetdicom", "hl7")
_QUIET = ("httpx", "httpcore", "uvicorn.access", "alembic", "multipart", "websockets")


def log_to_stderr(program: str, environ: Mapping[str, str] = os.environ) -> None:
    """Send what structlog and the standard library log to stderr, named by its program.

    GOLIVE_LOG is "json" or "console" (without it: console on a terminal, else JSON), GOLIVE_LOG_LEVEL the least
    important level shown. Tracebacks never show the values of variables.
    """
    form = environ.get("GOLIVE_LOG", "").strip().lower()
    as_json = form == "json" or (form != "console" and not sys.stderr.isatty())
    level = getattr(logging, environ.get("GOLIVE_LOG_LEVEL", "info").strip().upper(), logging.INFO)
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=_ending(program, as_json))
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        warnings.filterwarnings("ignore", module=name)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _ending(program: str, as_json: bool) -> list[Processor]:
    def named(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        event["program"] = program
        return event

    cleaned: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, named]
    if as_json:
        return [*cleaned, structlog.processors.format_exc_info, structlog.processors.JSONRenderer(default=str)]
    plain = structlog.dev.plain_traceback  # the rich one prints local variables
    return [*cleaned, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)]
