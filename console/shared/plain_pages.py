"""Plain HTML pages without JavaScript: sign-in, and the customers' pages."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from console.shared.words import say

LOOKS = Path(__file__).parent / "looks"


@cache
def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(LOOKS), autoescape=True, undefined=StrictUndefined, trim_blocks=True)


def render_page(template: str, language: str, *, status: int = 200, **values: object) -> HTMLResponse:
    """Render a template of `looks/`. `say(key)` gives the wording; everything else is escaped."""

    def in_language(key: str, **named: object) -> str:
        return say(language, key, **named)

    text = _environment().get_template(template).render(say=in_language, language=language, **values)
    return HTMLResponse(text, status_code=status, headers={"Cache-Control": "no-store"})


def preferred_language(accept: str) -> str:
    """The language that a browser asks for: English if it prefers it to Chinese, else Chinese."""
    named = [part.split(";")[0].strip().lower() for part in accept.split(",")]
    first = next((name for name in named if name.startswith(("zh", "en"))), "zh")
    return "en" if first.startswith("en") else "zh-CN"
