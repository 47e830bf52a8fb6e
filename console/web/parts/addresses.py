"""The address of the page that is open: what was chosen on it stands there, so that Back and a copied link show it."""

import json
from urllib.parse import urlencode

from nicegui import ui


def remember_in_address(path: str, **chosen: str | None) -> None:
    """Write what was chosen into the address, without reading the page anew."""
    query = urlencode({name: value for name, value in chosen.items() if value})
    ui.run_javascript(f"history.replaceState(history.state, '', {json.dumps(path + (f'?{query}' if query else ''))})")
