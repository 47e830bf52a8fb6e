"""What conditions ask of the cars that the customer owns."""

from models.campaigns.conditions.car import HasCar
from tasks.campaigns.audiences.bounds import Yes
from tasks.campaigns.audiences.owners import owners
from tasks.campaigns.audiences.query import AudienceQuery


def _has_car(condition: HasCar, query: AudienceQuery) -> Yes:
    return query.among(condition, lambda: owners(condition, query.now))


HOLDS = {HasCar: _has_car}
