"""The metadata with every table: the engine's modules are listed, subjects are discovered."""

from models.calls import surveys
from models.campaigns import tables as of_campaigns
from models.core.base import Base
from models.inbound import tables as of_inbound
from models.intake import files as of_intake
from models.kits.registry import load_subjects
from models.ledger import law_notices, providers, visits_and_letters
from models.ledger import tables as of_ledger
from models.people import access
from models.people import tables as of_people
from models.people.notifications import tables as of_staff

ENGINE = (
    access, law_notices, of_campaigns, of_inbound, of_intake, of_ledger, of_people, of_staff, providers, surveys,
    visits_and_letters,
)  # fmt: skip
"""Importing them is what makes their tables."""
load_subjects()

metadata = Base.metadata
