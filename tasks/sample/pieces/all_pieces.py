"""The customers at the head of each thousand: one for each thing that a process must do, or must not do.

They are the same in every sample, so that what a run says of them can be checked by hand: customer C0000001 has
the first piece, and so on; the second thousand repeats them at the other store.
"""

from collections.abc import Callable, Iterator

from tasks.sample.dice import Dice
from tasks.sample.people import SampleCustomer
from tasks.sample.pieces import accounts as account_pieces
from tasks.sample.pieces import appointments as appointment_pieces
from tasks.sample.pieces import cars as car_pieces
from tasks.sample.rows import Row
from tasks.sample.stores import STORES

A_THOUSAND = 1000
PIECES = (*appointment_pieces.PIECES, *car_pieces.PIECES, *account_pieces.PIECES)


def is_set_piece(number: int) -> bool:
    """Whether customer `number`, from 1, has a set piece."""
    return (number - 1) % A_THOUSAND < len(PIECES)


def set_piece(seed: int, number: int) -> Iterator[Row]:
    """All rows of set-piece customer `number`; the thousands take turns between the stores."""
    thousand, place = divmod(number - 1, A_THOUSAND)
    return PIECES[place](SampleCustomer(number, STORES[thousand % len(STORES)], Dice(seed, number)))


def customers_of(piece: Callable[[SampleCustomer], Iterator[Row]]) -> list[str]:
    """The keys of the customers of a set piece: one for each store."""
    first = PIECES.index(piece) + 1
    return [SampleCustomer(first + A_THOUSAND * place, store, Dice(0, 0)).key for place, store in enumerate(STORES)]
