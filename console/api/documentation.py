"""The API's description as one plain page without external resources."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from starlette.responses import HTMLResponse

from console.shared.plain_pages import render_page

Document = Mapping[str, Any]


def render(document: Document) -> HTMLResponse:
    """Render the page."""
    return render_page("api.html", "en", document=document, calls=list(_calls(document)), models=_models(document))


def _calls(document: Document) -> Iterator[dict[str, object]]:
    for path, methods in document["paths"].items():
        for method, call in methods.items():
            yield {
                "method": method.upper(),
                "path": path,
                "id": call["operationId"],
                "summary": call["summary"],
                "description": call.get("description", "").replace("`", ""),
                "parameters": [_parameter(one) for one in call.get("parameters", [])],
                "body": _word(_schema(call["requestBody"])) if "requestBody" in call else None,
                "answers": [
                    (status, answer["description"], _word(_schema(answer)))
                    for status, answer in sorted(call["responses"].items())
                ],
            }


def _parameter(parameter: Document) -> tuple[str, str, str, str]:
    need = "required" if parameter.get("required") else ""
    return (
        parameter["name"],
        f"{parameter['in']} {need}".strip(),
        _word(parameter["schema"]),
        parameter.get("description", ""),
    )


def _schema(carrier: Document) -> Document:
    return next((one.get("schema", {}) for one in carrier.get("content", {}).values()), {})


def _models(document: Document) -> list[tuple[str, str, list[tuple[str, str, str]]]]:
    """Each model: its name, its meaning, and its fields with types and meanings."""
    return [
        (
            name,
            schema.get("description", ""),
            [(field, _word(one), _meaning(one)) for field, one in schema.get("properties", {}).items()],
        )
        for name, schema in sorted(document["components"]["schemas"].items())
        if "properties" in schema
    ]


def _meaning(schema: Document) -> str:
    examples = schema.get("examples")
    example = f" Such as {json.dumps(examples[0], ensure_ascii=False)}." if examples else ""
    return f"{schema.get('description', '')}{example}".strip()


def _word(schema: Document) -> str:
    """A type in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_word(one) for one in schema["anyOf"]))
    if "enum" in schema:
        return ", ".join(str(one) for one in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_word(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or "")
