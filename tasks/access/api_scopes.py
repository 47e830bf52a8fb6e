"""All scopes of API keys: those of the import kinds that programs may write, and the general ones."""

from models.people.api_scopes import ApiScope
from tasks.intake.columns import KindName
from tasks.intake.kinds import KINDS


def kinds_by_scope() -> dict[str, list[KindName]]:
    """The import kinds that the API accepts, by the scope needed to write them."""
    kinds: dict[str, list[KindName]] = {}
    for kind in KINDS.values():
        if kind.api_scope:
            kinds.setdefault(kind.api_scope, []).append(kind.name)
    return kinds


def all_scopes() -> list[str]:
    """Every scope, in display order."""
    return [*kinds_by_scope(), *ApiScope]
