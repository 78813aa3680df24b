"""Addresses, and where else a customer is to be found."""

import re
from typing import Any, Literal, TypeAlias, get_args

import attrs

from csmcore.errors import InvalidValue, LimitExceeded, shown
from csmcore.model.fields import is_id, is_text, is_written, one_of
from csmcore.model.ids import AddressId

__all__ = ["ADDRESS_KINDS", "Address", "AddressKind", "SocialProfile", "one_primary"]

AddressKind: TypeAlias = Literal["billing", "shipping", "mailing", "home", "work", "other"]
ADDRESS_KINDS: tuple[AddressKind, ...] = get_args(AddressKind)

_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
_MOST = 1_000


def _is_country(_: object, field: "attrs.Attribute[Any]", value: str) -> None:
    if value and not _COUNTRY.fullmatch(value):
        raise InvalidValue(field.name, f"{shown(value)} is no country", "write two capitals, as ISO 3166 does: DE")


@attrs.frozen(kw_only=True)
class Address:
    """One address of a customer; ``id`` tells it from their others. ``country`` is ISO 3166's two letters, or blank.

    Raises InvalidValue.
    """

    id: AddressId = attrs.field(validator=is_id)
    kind: AddressKind = attrs.field(default="mailing", validator=one_of(ADDRESS_KINDS))
    street: str = attrs.field(default="", validator=is_text)
    city: str = attrs.field(default="", validator=is_text)
    region: str = attrs.field(default="", validator=is_text)
    postal_code: str = attrs.field(default="", validator=is_text)
    country: str = attrs.field(default="", validator=_is_country)
    is_primary: bool = False


@attrs.frozen(kw_only=True)
class SocialProfile:
    """A customer's name on a network. Raises InvalidValue."""

    network: str = attrs.field(validator=is_written)
    handle: str = attrs.field(validator=is_written)


def one_primary(_: object, field: "attrs.Attribute[Any]", addresses: tuple[Address, ...]) -> None:
    """Where there are addresses exactly one is primary, and no two have one id."""
    if len(addresses) > _MOST:
        raise LimitExceeded(field.name, "addresses", _MOST)
    ids = [address.id for address in addresses]
    if len(set(ids)) < len(ids):
        raise InvalidValue(field.name, "two addresses have one id", "give each its own")
    primary = sum(address.is_primary for address in addresses)
    if addresses and primary != 1:
        found = "no address is primary" if primary == 0 else f"{primary} addresses are primary"
        raise InvalidValue(field.name, found, "make exactly one of them primary")
