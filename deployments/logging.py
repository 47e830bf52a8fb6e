"""Log lines: readable in a terminal, JSON otherwise; customers' numbers and addresses are always masked."""

import logging
import sys
from collections.abc import Mapping, MutableMapping

import structlog

from models.core.masking import mask


def mask_values(_logger: object, _method: str, event: MutableMapping[str, object]) -> Mapping[str, object]:
    """Mask every text in a log entry, at any depth."""
    return {key: value if key == "timestamp" else _mask_any(value) for key, value in event.items()}


def _mask_any(value: object) -> object:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, Mapping):
        return {key: _mask_any(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_mask_any(item) for item in value]
    if isinstance(value, BaseException):
        return mask(f"{type(value).__name__}: {value}")
    return value


def set_up_logging() -> None:
    """Log to standard error: lines in a terminal, else one JSON object per line."""
    to_people = sys.stderr.isatty()
    ending: list[structlog.types.Processor] = (
        [structlog.dev.ConsoleRenderer()] if to_people else [structlog.processors.JSONRenderer(ensure_ascii=False)]
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%H:%M:%S" if to_people else "iso", utc=not to_people),
            structlog.processors.format_exc_info,
            mask_values,
            *ending,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
