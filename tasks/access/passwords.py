"""Passwords, as Argon2id hashes."""

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from models.core.errors import InvalidInput

SHORTEST = 12
LONGEST = 200
"""The maximum length, because hashing time grows with it."""
MADE_OF = "abcdefghijkmnpqrstuvwxyz23456789"
"""No characters that are easily confused."""

_hasher = PasswordHasher()


class WeakPassword(InvalidInput):
    """A password that is too short or too long."""

    def __init__(self) -> None:
        super().__init__(f"A password has {SHORTEST} to {LONGEST} characters.")


def make_password() -> str:
    """A random password of four groups of five: 99 bits."""
    return "-".join("".join(secrets.choice(MADE_OF) for _ in range(5)) for _ in range(4))


def hash_password(password: str) -> str:
    """The hash to keep. Raises `WeakPassword`."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise WeakPassword
    return _hasher.hash(password)


def is_password(password: str, password_hash: str | None) -> bool:
    """Verify a password. Without a hash the answer is no, after the same time, so that logins cannot be probed."""
    try:
        return _hasher.verify(password_hash or _hash_of_nobody(), password[:LONGEST]) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _hash_of_nobody() -> str:
    """A hash that no password matches. It is made on first use, because that takes as long as a sign-in."""
    return _hasher.hash(secrets.token_hex())
