"""Which links there are: every kit's, and the customer's own choices."""

from datetime import datetime, timedelta
from functools import cache

from models.core.words import LinkPurpose, SubjectKind
from models.kits.contract import LinkOffer
from models.kits.registry import BrokenKit, all_traits, traits_of
from models.messages.links import Link

CONSENT = LinkPurpose("consent")
"""How the customer is contacted: in letters about whatever subject."""
CONSENT_OFFER = LinkOffer(CONSENT, "c", "the page where the customer chooses how to be contacted", timedelta(days=365))


@cache
def offers() -> dict[str, tuple[LinkOffer, SubjectKind | None]]:
    """By the letter that a token begins with: the link, and the kind of subject; None: the customer's own choices.

    Raises `BrokenKit` where two kits use one letter.
    """
    found: dict[str, tuple[LinkOffer, SubjectKind | None]] = {CONSENT_OFFER.letter: (CONSENT_OFFER, None)}
    for traits in all_traits().values():
        for offer in traits.links:
            if offer.letter in found:
                raise BrokenKit(f"subject '{traits.kind}'", f"the letter '{offer.letter}' of a link is taken")
            found[offer.letter] = (offer, traits.kind)
    return found


def make_link(
    purpose: LinkPurpose,
    kind: SubjectKind,
    subject_id: int,
    customer_id: int,
    now: datetime,
    starts_at: datetime | None = None,
) -> Link:
    """The link for one purpose in a letter about one subject, issued at `now`.

    `starts_at` is the subject's own start, until which some links last.
    """
    if purpose == CONSENT:
        return consent_link(customer_id, now)
    offer = next(offer for offer in traits_of(kind).links if offer.purpose == purpose)
    until = (starts_at or now) if offer.lasts is None else now + offer.lasts
    return Link(purpose, offer.letter, kind, subject_id, customer_id, until)


def consent_link(customer_id: int, now: datetime) -> Link:
    """The link to a customer's own choices."""
    until = now + (CONSENT_OFFER.lasts or timedelta(0))
    return Link(CONSENT, CONSENT_OFFER.letter, None, customer_id, customer_id, until)
