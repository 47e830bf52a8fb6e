"""What a browser is shown while the database is unavailable: a page that reloads by itself."""

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Scope

from console.shared.plain_pages import preferred_language, render_page
from console.shared.words import say

AGAIN_SECONDS = 10


def outage(scope: Scope) -> Response:
    """The response: a page for a person, a line for a program."""
    headers = Headers(scope=scope)
    language = preferred_language(headers.get("accept-language", ""))
    if "text/html" not in headers.get("accept", ""):
        answer: Response = PlainTextResponse(say("en", "frame.outage"), status_code=503)
    else:
        wanted = "" if scope["method"] == "GET" else "/"
        answer = render_page("outage.html", language, status=503, seconds=AGAIN_SECONDS, wanted=wanted)
        answer.headers["Refresh"] = f"{AGAIN_SECONDS}; url={wanted}" if wanted else str(AGAIN_SECONDS)
    answer.headers["Retry-After"] = str(AGAIN_SECONDS)
    return answer


async def tell_outage(request: Request, _: Exception) -> Response:
    """Exception handler for an outage that is found during a request."""
    return outage(request.scope)
