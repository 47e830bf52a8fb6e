"""The tree of our errors. Each carries its data, and its text is a sentence for the user."""


class AftercareError(Exception):
    """Something a user or an operator can put right. `str(error)` is the sentence shown to them.

    The `aftercare` command prints it and ends with exit status 2. The API answers 422 unless a base class below says
    otherwise.
    """


class InvalidInput(AftercareError):
    """What was given cannot be used, such as a reference to something that does not exist. The API answers 422."""


class NotAllowed(AftercareError):
    """The user or the program has no permission for this. The API answers 403."""


class NotFound(AftercareError):
    """What the request is about does not exist, or is out of the user's reach. The API answers 404."""


class Conflict(AftercareError):
    """The request does not fit the present state, such as after someone else's change. The API answers 409."""


class Unavailable(AftercareError):
    """Something that is needed does not answer in time; a retry may help. The API answers 503."""
