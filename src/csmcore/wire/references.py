"""Ids in agreements that lead nowhere: a contact of an unknown account, a promise that the policy does not make."""

from collections.abc import Callable, Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias, get_args

import attrs

from csmcore.errors import InvalidValue, shown
from csmcore.model import (
    AccountId,
    AgreementBook,
    AssetId,
    ConsumerId,
    ContactId,
    ContractId,
    DefinitionId,
    EntitlementId,
    LocationId,
    ProductModelId,
    SupportPolicy,
)
from csmcore.wire.scalars import nearest

__all__ = ["PlaceOf", "loose_ends"]

PlaceOf: TypeAlias = Callable[[str, str], str]
"""Where a document has the entry of a section with an id."""

_SECTIONS: Final[Mapping[Any, str]] = MappingProxyType(
    {
        AccountId: "accounts",
        ContactId: "contacts",
        ConsumerId: "consumers",
        ProductModelId: "products",
        AssetId: "assets",
        ContractId: "contracts",
        EntitlementId: "entitlements",
        DefinitionId: "definitions",
        LocationId: "locations",
    }
)
"""What the ids of a type are the ids of. Ids of other types are of things that agreements do not list."""

_OF_POLICY: Final = frozenset({"calendars", "definitions"})


def loose_ends(book: AgreementBook, policy: SupportPolicy | None, place_of: PlaceOf) -> Iterator[InvalidValue]:
    """Every id that names nothing in the book or, where one is given, in the policy; and accounts above themselves."""
    sections = tuple(field.name for field in attrs.fields(AgreementBook))
    known: dict[str, Collection[str]] = {section: getattr(book, section) for section in sections}
    if policy is not None:
        known |= {"calendars": policy.calendars, "definitions": {definition.id: 0 for definition in policy.definitions}}
    for section in sections:
        for identity, entry in getattr(book, section).items():
            for path, target, name in _references(entry):
                if name not in known.get(target, (name,)):
                    yield _loose_end(path, target, name, known[target]).under(place_of(section, identity))
    yield from _circles(book, place_of)


def _references(noun: Any, path: str = "$") -> Iterator[tuple[str, str, str]]:
    """The ids that a noun holds: where, of what, and which."""
    for field in attrs.fields(type(noun)):
        value = getattr(noun, field.name)
        target = "calendars" if field.name == "calendar" else _section_of(field.type)
        listed = isinstance(value, tuple)
        for index, item in enumerate(value if listed else (value,) if target and value else ()):
            place = f"{path}.{field.name}" + (f"[{index}]" if listed else "")
            if target:
                yield place, target, item
            else:
                yield from _references(item, place)


def _section_of(kind: Any) -> str | None:
    return next((_SECTIONS[part] for part in (kind, *get_args(kind)) if part in _SECTIONS), None)


def _loose_end(path: str, target: str, name: str, known: Collection[str]) -> InvalidValue:
    noun = target.removesuffix("s")
    if target in _OF_POLICY:
        hint = nearest(name, tuple(known)) if known else f"declare it under `{target}` of the policy"
        return InvalidValue(path, f"the policy has no {noun} {shown(name)}", hint)
    return InvalidValue(path, f"no {noun} {shown(name)}", f"add the {noun}, or correct the id")


def _circles(book: AgreementBook, place_of: PlaceOf) -> Iterator[InvalidValue]:
    """Accounts that are above themselves: each circle once."""
    cleared: set[str] = set()
    for identity in book.accounts:
        line: list[str] = []
        account = book.accounts.get(identity)
        while account is not None and account.id not in cleared:
            cleared.add(account.id)
            line.append(account.id)
            account = book.accounts.get(account.parent) if account.parent else None
        if account is not None and account.id in line:
            problem = f"account {shown(account.id)} is above itself"
            yield InvalidValue("$.parent", problem, "let one account of the circle have no parent").under(
                place_of("accounts", account.id)
            )
