"""What is answered where there is no page: a plain page for a person, a line for a program.

NiceGUI's own answer is in English, and keeps the page that it makes for it in memory.
"""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from console.shared.plain_pages import preferred_language, render_page
from tasks.access.sessions import SignedIn


async def tell_not_found(request: Request, error: Exception) -> Response:
    """Exception handler for an address that nothing answers."""
    if request.method != "GET" or "text/html" not in request.headers.get("accept", ""):
        detail = error.detail if isinstance(error, HTTPException) else "Not Found"
        return JSONResponse({"detail": detail}, status_code=404)
    user: SignedIn | None = request.scope.get("state", {}).get("signed_in")
    language = user.language if user else preferred_language(request.headers.get("accept-language", ""))
    return render_page("not_found.html", language, status=404)
