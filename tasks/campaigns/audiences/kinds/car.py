"""What conditions ask of the cars that the customer owns."""

from models.campaigns.conditions.car import HasCar
from tasks.campaigns.audiences.asked import Asked
from tasks.campaigns.audiences.bounds import Yes
from tasks.campaigns.audiences.owners import owners


def _has_car(condition: HasCar, asked: Asked) -> Yes:
    return asked.among(condition, lambda: owners(condition, asked.now))


HOLDS = {HasCar: _has_car}
