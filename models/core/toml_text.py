"""Writing data as TOML that can be edited and read back."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any


def write_toml(data: Mapping[str, object]) -> str:
    """The TOML text of plain data: strings, numbers, booleans, lists and tables. Nulls are left out."""
    return "\n".join(_table(data, ())).strip() + "\n"


def _table(data: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    """Values first, then nested tables, each under its own heading."""
    plain = {key: value for key, value in data.items() if value is not None and not _holds_tables(value)}
    yield from (f"{_key(key)} = {_value(value)}" for key, value in plain.items())
    for key, value in data.items():
        inside = (*path, key)
        heading = ".".join(_key(part) for part in inside)
        if isinstance(value, Mapping):
            yield from ("", f"[{heading}]", *_table(value, inside))
        elif _holds_tables(value):
            for item in value:
                yield from ("", f"[[{heading}]]", *_table(item, inside))


def _holds_tables(value: object) -> bool:
    if isinstance(value, Mapping):
        return True
    return isinstance(value, Sequence) and not isinstance(value, str) and any(isinstance(i, Mapping) for i in value)


def _key(key: str) -> str:
    bare = key.replace("-", "").replace("_", "")
    return key if bare.isalnum() and bare.isascii() else _text(key)


def _value(value: object) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(_value(item) for item in value)}]"
    return _text(value) if isinstance(value, str) else json.dumps(value)


def _text(text: str) -> str:
    """A string in JSON form, which TOML accepts, except for one character that JSON does not escape."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
