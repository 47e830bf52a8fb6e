"""Log lines: for people in a terminal, JSON for programs; never with a customer's number or address in them."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

E_MAIL = re.compile(r"(?P<first>[\w.+-])[\w.+-]*@(?P<domain>[\w-]+(?:\.[\w-]+)+)")
PHONE = re.compile(r"(?<![\w.:-])(?P<head>\+?\d{1,4})[\d \-()]{3,14}(?P<tail>\d{2})(?![\w:-]|\.\d)")
FEWEST_DIGITS = 9  # shorter ones are counts, dates and ports
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def mask(text: str) -> str:
    """The text with e-mail addresses and phone numbers made unreadable, still good for telling two of them apart."""
    return PHONE.sub(_mask_phone, E_MAIL.sub(r"\g<first>***@\g<domain>", text))


def _mask_phone(found: re.Match[str]) -> str:
    number = found.group()
    if sum(character.isdigit() for character in number) < FEWEST_DIGITS or DATE.match(number):
        return number
    return f"{number[:3]}***{number[-2:]}"


def mask_values(_logger: object, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Mask every text in a log line, however deep it lies."""
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
    """Log to standard error: lines where it is a terminal, else one JSON object a line."""
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
