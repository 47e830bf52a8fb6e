"""What a template about a kind of subject may say, and its variables made from the facts."""

from models.core.words import SubjectKind
from models.kits.contract import FactsRow, Variables
from models.kits.links import CONSENT_OFFER
from models.kits.registry import all_traits, traits_of
from models.messages.letters import COMMON, LINKS, write_common


def variables_of(kind: SubjectKind) -> dict[str, str]:
    """The variables that a template about a kind of subject may use, each with its meaning."""
    traits = traits_of(kind)
    links = {f"{LINKS}.{offer.purpose}": offer.meaning for offer in (*traits.links, CONSENT_OFFER)}
    return COMMON | dict(traits.variables) | links


def variables_of_any() -> set[str]:
    """The variables that some template or other may use."""
    return {name for kind in all_traits() for name in variables_of(kind)}


def write_variables(kind: SubjectKind, language: str, facts: FactsRow) -> Variables:
    """The values of `variables_of(kind)` but the links, in `language`, from the facts that its select gave."""
    return write_common(language, facts) | traits_of(kind).write(language, facts)
