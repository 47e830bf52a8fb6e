"""All scopes that a key may have: those of the import kinds that programs may write, and those of everything else."""

from models.people.api_scopes import ApiScope
from tasks.intake.columns import KindName
from tasks.intake.kinds import KINDS


def kinds_by_scope() -> dict[str, list[KindName]]:
    """The kinds of facts that the API takes, by what a key needs to write them."""
    kinds: dict[str, list[KindName]] = {}
    for kind in KINDS.values():
        if kind.api_scope:
            kinds.setdefault(kind.api_scope, []).append(kind.name)
    return kinds


def all_scopes() -> list[str]:
    """Every scope, in the order in which they are offered."""
    return [*kinds_by_scope(), *ApiScope]
