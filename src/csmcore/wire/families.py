"""Which accounts are below which: one walk over all of them answers for any two."""

from collections.abc import Mapping
from typing import Final

from csmcore.model import Account, AccountId

__all__ = ["Families"]


class Families:
    """Accounts, none of which is above itself, in an order in which all that are below one follow it at once."""

    def __init__(self, accounts: Mapping[AccountId, Account]) -> None:
        """Walk down from every root."""
        below: dict[AccountId | None, list[AccountId]] = {}
        for account in accounts.values():
            below.setdefault(account.parent, []).append(account.id)
        order, waiting = [], below.get(None, [])
        while waiting:
            order.append(waiting.pop())
            waiting += below.get(order[-1], ())
        sizes: dict[AccountId | None, int] = dict.fromkeys(order, 1)
        for one in reversed(order):
            parent = accounts[one].parent
            sizes[parent] = sizes.get(parent, 0) + sizes[one]
        self._places: Final = {one: range(place, place + sizes[one]) for place, one in enumerate(order)}

    def is_within(self, one: AccountId, above: AccountId) -> bool:
        """Whether an account is the other, or below it."""
        return self._places[one].start in self._places[above]

    def are_apart(self, one: AccountId, other: AccountId) -> bool:
        """Whether two accounts differ, and neither is above the other."""
        return not (self.is_within(one, other) or self.is_within(other, one))
