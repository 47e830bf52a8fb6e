"""Campaigns as a table: their states, and what they wait for."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from console.cli.session import print_table
from console.shared.moments import local
from console.shared.spoken import spoken
from tasks.campaigns.listing import CampaignRow

COLUMNS = ("id", "name", "store", "state", "since", "author", "begins", "waits for")


def print_campaigns(rows: Iterable[CampaignRow], zone: ZoneInfo) -> None:
    """Print the table. Times are those of the zone, which the heading names."""
    print_table(f"Campaigns, by the clock of {zone.key}", COLUMNS, [_row(row, zone.key) for row in rows], lines=False)


def _row(row: CampaignRow, zone: str) -> tuple[str, ...]:
    return (
        str(row.id),
        row.name,
        row.store or "all",
        f"{row.state}{', paused' if row.paused_at else ''}",
        local(row.state_at, zone),
        row.author,
        local(row.launches_at, zone),
        spoken(row.held_reason or row.notice),
    )
