"""The root of our errors: each carries its data and reads as a sentence to the user."""


class AftercareError(Exception):
    """Something a user or an operator can put right. `str(error)` is the sentence shown to them.

    The `aftercare` command prints it and ends with exit status 2.
    """
