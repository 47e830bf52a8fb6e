"""How often programs and people at the door may ask, beside the lock after wrong passwords.

What is kept is this process's own: an installation has one console.
"""

import math
import time

from starlette.requests import Request

from console.shared.token_bucket import Allowance, Buckets

SIGN_INS = Allowance(at_once=60, per_second=0.5)
"""Of one address, behind which a whole store may sit in the morning. Each costs us a tenth of a second (argon2)."""
CALLS = Allowance(at_once=200, per_second=20)
"""Of one key: a batch holds a thousand rows, so that nobody needs more."""
STRANGERS = Allowance(at_once=30, per_second=0.5)
"""Calls without a good key, of one address."""


class Limits:
    """Who has asked how often."""

    def __init__(self, calls: Allowance = CALLS, strangers: Allowance = STRANGERS) -> None:
        self.sign_ins = Buckets(SIGN_INS)
        self.calls = Buckets(calls)
        self.strangers = Buckets(strangers)


def limits_of(request: Request) -> Limits:
    """Those of the application that answers."""
    found: Limits = request.app.state.limits
    return found


def address_of(request: Request) -> str:
    """Where a request comes from."""
    return request.client.host if request.client else ""


def present() -> float:
    """The moment by which the buckets fill: of a clock that nobody puts back, or stops for a rehearsal."""
    return time.monotonic()


def retry_after(seconds: float) -> dict[str, str]:
    """The header that says when to ask again."""
    return {"Retry-After": str(max(1, math.ceil(seconds)))}
