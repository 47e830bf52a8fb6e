"""Masking of phone numbers and addresses in logs, lists and artifacts."""

import re

E_MAIL = re.compile(r"(?P<first>[\w.+-])[\w.+-]*@(?P<domain>[\w-]+(?:\.[\w-]+)+)")
PHONE = re.compile(r"(?<![\w.:-])(?P<head>\+?\d{1,4})[\d \-()]{3,14}(?P<tail>\d{2})(?![\w:-]|\.\d)")
FEWEST_DIGITS = 9  # shorter ones are counts, dates and ports
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
SHORTEST_SHOWN = 6


def mask(text: str) -> str:
    """Mask e-mail addresses and phone numbers in a text, leaving enough to tell two of them apart."""
    return PHONE.sub(_mask_phone, E_MAIL.sub(r"\g<first>***@\g<domain>", text))


def _mask_phone(found: re.Match[str]) -> str:
    number = found.group()
    if sum(character.isdigit() for character in number) < FEWEST_DIGITS or DATE.match(number):
        return number
    return f"{number[:3]}***{number[-2:]}"


def mask_contact(value: str) -> str:
    """Mask a contact point of any kind: a number, an address, a WeChat id."""
    masked = mask(value)
    if masked != value:
        return masked
    return f"{value[:2]}***{value[-2:]}" if len(value) >= SHORTEST_SHOWN else "***"


def mask_name(name: str) -> str:
    """Mask a person's name except for its first character."""
    return f"{name[:1]}***"
