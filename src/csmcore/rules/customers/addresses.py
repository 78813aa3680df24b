"""Addresses of whoever has some: accounts, contacts and consumers.

Exactly one is primary whenever there are any, after any order of edits: the first becomes it, another one takes its
place, and only the last of all may go while it is primary.
"""

from typing import TypeVar

import attrs

from csmcore.errors import shown
from csmcore.model import Account, Address, AddressId, Consumer, Contact, Reason, Refusal

__all__ = ["make_primary_address", "put_address", "remove_address"]

_Customer = TypeVar("_Customer", bound=Account | Contact | Consumer)

_PRIMARY = Reason("primary_address", "the primary address goes last; make another one primary first", ("addresses",))


def put_address(customer: _Customer, address: Address) -> _Customer:
    """The customer with this address, in place of the one with its id, else after the others.

    The first is primary, said or not. Later, one that says so becomes primary instead of the one before; one that does
    not leaves it as it is, so the primary stays primary when its street changes. Raises LimitExceeded.
    """
    others = [one for one in customer.addresses if one.id != address.id]
    is_primary = address.is_primary or not any(one.is_primary for one in others)
    placed = attrs.evolve(address, is_primary=is_primary)
    found = [placed if one.id == address.id else one for one in customer.addresses]
    if len(others) == len(found):
        found.append(placed)
    return attrs.evolve(customer, addresses=_led(found, address.id) if is_primary else tuple(found))


def make_primary_address(customer: _Customer, address: AddressId) -> _Customer | Refusal:
    """The customer with this address as the primary one, instead of the one before."""
    if all(one.id != address for one in customer.addresses):
        return _unknown(address)
    return attrs.evolve(customer, addresses=_led(customer.addresses, address))


def remove_address(customer: _Customer, address: AddressId) -> _Customer | Refusal:
    """The customer without this address. While there are others the primary one stays."""
    kept = tuple(one for one in customer.addresses if one.id != address)
    if len(kept) == len(customer.addresses):
        return _unknown(address)
    if kept and not any(one.is_primary for one in kept):
        return Refusal((_PRIMARY,))
    return attrs.evolve(customer, addresses=kept)


def _led(addresses: list[Address] | tuple[Address, ...], primary: AddressId) -> tuple[Address, ...]:
    return tuple(attrs.evolve(one, is_primary=one.id == primary) for one in addresses)


def _unknown(address: AddressId) -> Refusal:
    return Refusal((Reason("unknown_address", f"{shown(address)}: the customer has no such address", ("addresses",)),))
