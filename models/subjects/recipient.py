"""Recipients: the customers in the audience of a campaign (R13)."""

from datetime import timedelta

from models.campaigns.tables import CampaignRecipient
from models.core.reasons import declare
from models.core.words import RECIPIENT, Condition, LinkPurpose
from models.kits.contract import FactsRow, LinkOffer, SubjectTraits, Variables
from models.messages.letters import write_vehicle

MESSAGE_SENT = Condition("message-sent")
"""The campaign's own message went out."""
NOT_ANSWERED = Condition("not-answered")

INVITATION = LinkPurpose("invitation")
INVITATION_LASTS = timedelta(days=60)


def _write(language: str, facts: FactsRow) -> Variables:
    return {"campaign": facts["campaign"], "vehicle": write_vehicle(language, facts)}


TRAITS = SubjectTraits(
    kind=RECIPIENT,
    table=CampaignRecipient,
    conditions=(MESSAGE_SENT, NOT_ANSWERED),
    absent=declare("in-no-campaign"),
    variables={"campaign": "the campaign's name", "vehicle": "the car"},
    write=_write,
    links=(
        LinkOffer(
            INVITATION,
            "i",
            "the page where the customer asks for a visit, or says that it does not interest them",
            INVITATION_LASTS,
        ),
    ),
)
