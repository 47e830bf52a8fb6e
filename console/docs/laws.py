"""The law packs in docs/laws.md, generated from their data."""

from functools import partial

from models.core.saying import ENGLISH
from models.stores.laws.pack import Basis, Pack, all_packs, pack_of

BASES = {Basis.LAW: "", Basis.GUIDANCE: "guidance: ", Basis.HOUSE: "of the house: "}


def law_table(name: str) -> str:
    """The rules of a pack with their sources, and what it does not cover, as Markdown."""
    pack = pack_of(name)
    return "\n".join((*_rules(pack), "", "It does not cover:", "", *(f"- {one[ENGLISH]}" for one in pack.not_covered)))


def _rules(pack: Pack) -> list[str]:
    rows = (
        f"| `{rule.code}` | {rule.says[ENGLISH]} | {BASES[rule.basis]}{rule.source} |".replace("\n", " ")
        for rule in pack.rules
    )
    return [f"Compared with its sources on {pack.checked_on}.", "", "| rule | says | source |", "|---|---|---|", *rows]


def law_parts() -> dict[str, partial[str]]:
    """The generated part of each pack, by the name in its marks."""
    return {f"law pack {name}": partial(law_table, name) for name in all_packs()}
