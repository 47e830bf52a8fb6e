"""What can be wrong with a whole file or map: nothing goes in, and the sentence says what to change."""

from collections.abc import Collection, Iterable
from difflib import get_close_matches
from pathlib import Path

from models.core.errors import AftercareError, InvalidInput
from models.core.reasons import GivenReason
from models.core.saying import ENGLISH, write_names
from tasks.intake.columns import KindName


def closest(name: str, known: Collection[str]) -> str | None:
    """The known name that is most like another one, if any is."""
    by_fold = {candidate.casefold(): candidate for candidate in known}
    close = get_close_matches(name.casefold(), by_fold, n=1, cutoff=0.6)
    return by_fold[close[0]] if close else None


def did_you_mean(name: str, known: Collection[str]) -> str:
    """A question that names the closest known name, or nothing."""
    close = closest(name, known)
    return f" Did you mean '{close}'?" if close else ""


def listed(names: Iterable[str]) -> str:
    """Names in quotes, in their order; of very many the first ones."""
    return write_names(ENGLISH, names)


class UnknownKind(InvalidInput):
    """A kind of fact that cannot be imported."""

    def __init__(self, name: str, known: Collection[str]) -> None:
        self.name = name
        self.known = known
        super().__init__(
            f"'{name}' is not a kind of fact; expected one or more of {', '.join(known)}.{did_you_mean(name, known)}"
        )


class UnusableDrawer(AftercareError):
    """A module with import kinds that cannot be loaded: nothing starts without it."""

    def __init__(self, path: str, reason: Exception) -> None:
        self.path = path
        self.reason = reason
        super().__init__(f"{path} cannot be loaded: {type(reason).__name__}: {reason}")


class KindTwice(AftercareError):
    """Two kinds of one name."""

    def __init__(self, name: KindName, first: Path, second: Path) -> None:
        self.name = name
        self.first = first
        self.second = second
        super().__init__(f"{second}: there is a kind '{name}' already, in {first}; each kind has a name of its own.")


class NoSuchKindBefore(AftercareError):
    """A kind that is to come after one that there is not."""

    def __init__(self, name: KindName, path: Path, before: str) -> None:
        self.name = name
        self.path = path
        self.before = before
        super().__init__(f"{path}: '{name}' is to come after '{before}', and there is no such kind.")


class KindsInCircle(AftercareError):
    """Kinds that are to come after each other."""

    def __init__(self, names: Collection[str]) -> None:
        self.names = names
        super().__init__(f"The kinds {listed(names)} are to come after each other, so none of them can be the first.")


class UnusableFile(InvalidInput):
    """A file that cannot be read as a table."""

    def __init__(self, path: Path, reason: GivenReason) -> None:
        self.path = path
        self.reason = reason
        super().__init__(f"{path}: {reason}")


class UnusableMap(InvalidInput):
    """A map with mistakes, each with its path in the map."""

    def __init__(self, path: Path, problems: Collection[GivenReason]) -> None:
        self.path = path
        self.problems = problems
        super().__init__(f"{path}: {' '.join(map(str, problems))}")


class ColumnsNotInFile(InvalidInput):
    """The map speaks of columns that the file does not have."""

    def __init__(self, path: Path, wanted: dict[str, str], header: Collection[str]) -> None:
        self.path = path
        self.wanted = wanted
        self.names = list(wanted)
        self.header = header
        first = next(iter(wanted))
        named = ", ".join(f"'{name}' ({where})" for name, where in wanted.items())
        super().__init__(
            f"{path} has no column {named}; its columns are {listed(header)}.{did_you_mean(first, header)}"
        )


class AmbiguousColumn(InvalidInput):
    """The map speaks of a column whose name stands twice in the header."""

    def __init__(self, path: Path, name: str, positions: Collection[int]) -> None:
        self.path = path
        self.name = name
        self.positions = positions
        places = " and ".join(str(position) for position in positions)
        super().__init__(
            f"{path}: the header names '{name}' more than once, as columns {places}; "
            f"write '{name} (1)' for the first of them, '{name} (2)' for the second."
        )


class KindNeedsColumns(InvalidInput):
    """Neither the file nor the map gives what a kind cannot do without."""

    def __init__(self, path: Path, kind: KindName, missing: list[tuple[str, ...]], header: Collection[str]) -> None:
        self.path = path
        self.kind = kind
        self.kind_key = str(kind)
        self.missing = missing
        self.header = header
        wanted = " and ".join(" or ".join(f"'{name}'" for name in group) for group in missing)
        super().__init__(
            f"{path}: {kind} need {wanted}. The file's columns are {listed(header)}; "
            f'say in a map under [{kind}] where it comes from, such as {missing[0][0]} = "{_example(header)}", or '
            f'{missing[0][0]} = {{ columns = ["{_example(header)}", …], join = "-" }}.'
        )


def _example(header: Collection[str]) -> str:
    return next((name for name in header if name), "Column")


class UnknownStore(InvalidInput):
    """An import for a store that is not known."""

    def __init__(self, code: str | None, known: Collection[str]) -> None:
        self.code = code
        self.known = known
        which = f"The store '{code}' is not known" if code else "There are several stores, and the import names none"
        super().__init__(
            f"{which}; expected one of {listed(known)} as --store, as a column 'store', or as store = … under "
            f"[constants] in the map. A new store is imported as kind 'stores'."
        )


class DoubtfulFile(AftercareError):
    """A file of which so much is odd that somebody should look at it before it is loaded."""

    def __init__(self, path: Path, doubts: Collection[GivenReason], rejects: Path | None) -> None:
        self.path = path
        self.doubts = doubts
        self.rejects = rejects
        where = f" What was wrong with single rows is in {rejects}." if rejects else ""
        super().__init__(
            f"{path} was not loaded: {'; '.join(map(str, doubts))}.{where} Look at it with --check; load it all "
            f'the same with --accept, or for each file of its kind with accept = "the reason" under [file] in the map.'
        )
