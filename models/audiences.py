"""An audience as data: a tree of conditions on a customer, joined by all, any and not. It holds no text of a query."""

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from models.errors import AftercareError
from models.policy import Frozen


class AllOf(Frozen):
    """Every one of its parts holds; of none, everybody."""

    kind: Literal["all"] = "all"
    of: tuple["AudienceRule", ...] = ()


class AnyOf(Frozen):
    """At least one of its parts holds."""

    kind: Literal["any"] = "any"
    of: Annotated[tuple["AudienceRule", ...], Field(min_length=1)]


class Not(Frozen):
    """Its part does not hold."""

    kind: Literal["not"] = "not"
    of: "AudienceRule"


class OnList(Frozen):
    """The customer is on a list that came as a file."""

    kind: Literal["list"] = "list"
    list: int


AudienceRule = Annotated[AllOf | AnyOf | Not | OnList, Field(discriminator="kind")]
RULES: TypeAdapter[AudienceRule] = TypeAdapter(AudienceRule)


class BadAudience(AftercareError):
    """An audience that is refused, with every place and reason."""

    def __init__(self, error: ValidationError) -> None:
        self.error = error
        lines = (
            f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg'].removeprefix('Value error, ')}."
            for problem in error.errors(include_input=False)
        )
        super().__init__("The audience is refused. " + " ".join(lines))


def read_audience(data: dict[str, Any]) -> AudienceRule:
    """The rule that `data` describes. Raises `BadAudience`."""
    try:
        return RULES.validate_python(data)
    except ValidationError as error:
        raise BadAudience(error) from error
