"""Rate limits for programs and for sign-in, besides the lock after wrong passwords.

The state is in memory: an installation has one console process.
"""

import math
import time

from starlette.requests import Request

from console.shared.token_bucket import Allowance, Buckets

SIGN_INS = Allowance(at_once=60, per_second=0.5)
"""For each address. A whole store may share one in the morning. Each attempt costs a tenth of a second (argon2)."""
CALLS = Allowance(at_once=200, per_second=20)
"""For each key. A request may hold a thousand rows, so nobody needs more."""
STRANGERS = Allowance(at_once=30, per_second=0.5)
"""Requests without a valid key, for each address."""


class Limits:
    """The rate limits of one application."""

    def __init__(self, calls: Allowance = CALLS, strangers: Allowance = STRANGERS) -> None:
        self.sign_ins = Buckets(SIGN_INS)
        self.calls = Buckets(calls)
        self.strangers = Buckets(strangers)


def limits_of(request: Request) -> Limits:
    """The limits of the application that answers a request."""
    found: Limits = request.app.state.limits
    return found


def address_of(request: Request) -> str:
    """The address that a request comes from."""
    return request.client.host if request.client else ""


def present() -> float:
    """A monotonic clock for the buckets, which no rehearsal stops or moves."""
    return time.monotonic()


def retry_after(seconds: float) -> dict[str, str]:
    """The Retry-After header."""
    return {"Retry-After": str(max(1, math.ceil(seconds)))}
