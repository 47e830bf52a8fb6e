"""Validation errors of form fields, in the viewer's language."""

from collections.abc import Mapping
from typing import NamedTuple

from console.shared.words import say
from models.core.frozen import CURRENCY
from models.core.validation import Place, ValidationProblem

LIMITED = ("greater_than_equal", "greater_than", "less_than_equal", "less_than", "string_too_long", "too_long")
"""Errors whose sentence names the limit that was exceeded."""
LIMITS = ("ge", "gt", "le", "lt", "max_length")
KINDS: Mapping[str, tuple[str, ...]] = {
    "checks.missing": (
        "missing", "too_short", "string_too_short", "string_type", "int_type", "enum", "literal_error", "dict_type",
        "tuple_type", "list_type", "model_type", "model_attributes_type", "union_tag_not_found",
    ),
    "checks.number": ("int_parsing", "int_parsing_size", "int_from_float", "float_type", "float_parsing"),
    "checks.amount": (
        "decimal_parsing", "decimal_type", "decimal_max_places", "decimal_max_digits", "decimal_whole_digits",
        "finite_number",
    ),
    "checks.time": ("time_parsing", "time_type"),
    "checks.yes_no": ("bool_parsing", "bool_type"),
    "checks.too_long": ("string_too_long", "too_long"),
    "checks.unknown": ("extra_forbidden",),
    "checks.unusable": ("union_tag_invalid", "string_unicode"),
    **{f"checks.{kind}": (kind,) for kind in ("greater_than_equal", "greater_than", "less_than_equal", "less_than")},
}  # fmt: skip
SENTENCES = {kind: sentence for sentence, kinds in KINDS.items() for kind in kinds}
"""The sentence for each type of pydantic error that a form can cause."""


class FormError(NamedTuple):
    """A validation error at a place of a form, in the viewer's language."""

    place: Place
    sentence: str


def reason_of(language: str, problem: ValidationProblem) -> str:
    """A validation error as a sentence."""
    kind, context = problem.code, problem.context
    if problem.reason is not None:
        return problem.reason.say(language)
    if kind == "string_pattern_mismatch":
        return say(language, "checks.currency" if context["pattern"] == CURRENCY else "checks.slug")
    sentence = SENTENCES.get(kind, "checks.unusable")
    limit = next((context[name] for name in LIMITS if name in context), "")
    return say(language, sentence, limit=limit) if kind in LIMITED else say(language, sentence)
