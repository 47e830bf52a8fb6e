"""Pages with generated parts. A part stands between two marks; whatever is between them is replaced."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from console.docs.import_kinds import columns_of_kinds, dates_that_can_be_meant, scopes_of_kinds
from console.docs.laws import law_parts
from console.docs.outcomes import outcome_table
from console.docs.reasons import code_table
from console.docs.steps import process_table, step_table, variable_table
from models.core.errors import AftercareError
from models.policies.shipped import shipped_processes

ROOT = Path(__file__).parents[2]
BEGIN = "<!-- made by python -m console.docs: {name} -->\n"
END = "<!-- end of {name} -->"


@dataclass(frozen=True)
class Made:
    """A generated part of a page, and the function that generates it."""

    page: str
    """Relative to the root of the repository."""
    render: Callable[[], str]
    """Its Markdown, without a final newline."""


MADE = {
    "processes": Made("README.md", process_table),
    "import kinds": Made("docs/importing.md", columns_of_kinds),
    "dates that can be meant": Made("docs/importing.md", dates_that_can_be_meant),
    "scopes of import kinds": Made("docs/api.md", scopes_of_kinds),
    "outcomes of calls": Made("docs/policies.md", outcome_table),
    "reason codes": Made("docs/json.md", code_table),
    "template variables": Made("docs/policies.md", variable_table),
    **{name: Made("docs/laws.md", part) for name, part in law_parts().items()},
    **{
        f"steps of {process}": Made("docs/policies.md", partial(step_table, process)) for process in shipped_processes()
    },
}
"""All generated parts, by the names in their marks."""


class NoMarks(AftercareError):
    """The page lacks the marks of a part."""

    def __init__(self, page: Path, name: str) -> None:
        self.page = page
        self.name = name
        begin, end = BEGIN.format(name=name).strip(), END.format(name=name)
        super().__init__(f"{page}: expected the lines '{begin}' and '{end}', once each and in this order.")


def stale_pages(root: Path = ROOT) -> Iterator[tuple[Path, str]]:
    """Outdated pages, with the text that they should have. Raises `NoMarks`."""
    for page in sorted({made.page for made in MADE.values()}):
        path = root / page
        text = path.read_text(encoding="utf-8")
        fresh = _made_anew(path, text, {name: made for name, made in MADE.items() if made.page == page})
        if fresh != text:
            yield path, fresh


def _made_anew(path: Path, text: str, parts: dict[str, Made]) -> str:
    for name, made in parts.items():
        begin, end = BEGIN.format(name=name), END.format(name=name)
        if text.count(begin) != 1 or text.count(end) != 1 or text.index(begin) > text.index(end):
            raise NoMarks(path, name)
        before, after = text.split(begin, maxsplit=1)[0], text.split(end)[1]
        text = f"{before}{begin}\n{made.render()}\n\n{end}{after}"
    return text
