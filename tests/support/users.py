"""Users of the console, signed in."""

from sqlalchemy import select

from models.core.words import Role
from models.people.tables import Store
from tasks.access.sessions import SignedIn
from tests.support.world import World


def signed_in(world: World, role: Role, staff: str | None = None, store_id: int | None = 0) -> SignedIn:
    """Someone of the world's own store, of another, or of all (None), who works under a staff code."""
    store_id = world.store_id if store_id == 0 else store_id
    return SignedIn(
        user_id=1,
        login=staff.lower() if staff else "chief",
        name=staff or "Chief",
        role=role,
        store_id=store_id,
        store=world.connection.scalar(select(Store.code).where(Store.id == store_id)),
        staff=staff,
        language="en",
        must_change_password=False,
        token_digest="",
    )
