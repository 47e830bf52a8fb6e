"""The table of reason codes in docs/json.md, generated from the declarations."""

import importlib
import pkgutil

import models
import tasks
from models.core.reasons import Reason, all_reasons
from models.core.saying import ENGLISH, read_sentences


def declared_reasons() -> list[Reason]:
    """Every declared reason, by code. Imports each module that may declare one."""
    for room in (models, tasks):
        for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            if ".migrations" not in module.name:
                importlib.import_module(module.name)
    return list(all_reasons().values())


def code_table() -> str:
    """The codes with their figures and English sentences, as a Markdown table."""
    return "\n".join(("| code | figures | sentence |", "|---|---|---|", *map(_row, declared_reasons())))


def _row(reason: Reason) -> str:
    figures = ", ".join(f"`{name}` ({kind})" for name, kind in reason.figures.items())
    sentence = read_sentences()[reason.code][ENGLISH]
    for name, kind in reason.figures.items():
        sentence = sentence.replace(f"{{{name}:{kind}}}", f"*{name}*")
    return f"| `{reason.code}` | {figures} | {sentence.replace('|', chr(92) + '|')} |"
