"""`python -m console.docs` generates parts of docs/ from the code; `--check` only reports outdated pages."""

import argparse
import sys

from console.docs.pages import stale_pages

STALE = 1
"""The exit status of `--check` if a page is outdated."""


def main() -> int:
    """Write the outdated pages, or list them."""
    parser = argparse.ArgumentParser(prog="python -m console.docs", description="Make the generated parts of docs/.")
    parser.add_argument("--check", action="store_true", help="write nothing; end with 1 if a page is not up to date")
    only_check = parser.parse_args().check
    stale = list(stale_pages())
    for path, text in stale:
        if not only_check:
            path.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{path}: {'not up to date; run python -m console.docs' if only_check else 'written'}\n")
    return STALE if only_check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
