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
    ConfigurationItemId,
    Consumer,
    ConsumerId,
    Contact,
    ContactId,
    ContractId,
    DefinitionId,
    EntitlementId,
    GroupId,
    HouseholdId,
    InstallBaseItemId,
    LocationId,
    ModelCategoryId,
    ProductId,
    ProductModelId,
    RelationshipTypeId,
    ResponsibilityId,
    SkillId,
    SoldProductId,
    SupportPolicy,
    UserId,
)
from csmcore.wire.kinds import ENTRY, section_of
from csmcore.wire.problems import at_key
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
        HouseholdId: "households",
        ProductId: "offered_products",
        ModelCategoryId: "model_categories",
        ConfigurationItemId: "configuration_items",
        SoldProductId: "sold_products",
        InstallBaseItemId: "install_base_items",
        ResponsibilityId: "responsibilities",
        RelationshipTypeId: "relationship_types",
        GroupId: "groups",
        SkillId: "skills",
        UserId: "users",
    }
)
"""What the ids of a type are the ids of. Ids of other types are of things that agreements do not list."""

_WORDS: Final = MappingProxyType({section_of(kind): word for word, kind in ENTRY.kinds.items()})
_PEOPLE: Final = ("groups", "users", "skills")
_OF_POLICY: Final = frozenset({"calendars", "definitions"})
_WITH_LOGINS: Final = (Contact, Consumer)  # the users that they name are logins, not the vendor's own people


def loose_ends(book: AgreementBook, policy: SupportPolicy | None, place_of: PlaceOf) -> Iterator[InvalidValue]:
    """Every id that names nothing in the book or, where one is given, in the policy; and what is above itself.

    A book need not say who works for the vendor: users are looked up only if it has any, and so are the users, groups
    and skills that the policy names.
    """
    sections = tuple(field.name for field in attrs.fields(AgreementBook))
    known: dict[str, Collection[str]] = {section: getattr(book, section) for section in sections}
    if not book.users:
        del known["users"]
    if policy is not None:
        known |= {"calendars": policy.calendars, "definitions": {definition.id: 0 for definition in policy.definitions}}
    for section in sections:
        for identity, entry in getattr(book, section).items():
            for path, target, name in _references(entry):
                if name not in known.get(target, (name,)):
                    yield _loose_end(path, target, name, known[target]).under(place_of(section, identity))
    if policy is not None:
        yield from _unknown_people(book, policy)
    for section in sections:
        for path, identity in _circles(getattr(book, section)):
            problem = f"{_WORDS[section].replace('_', ' ')} {shown(identity)} is above itself"
            hint = "let one of the circle have none"
            yield InvalidValue(path, problem, hint).under(place_of(section, identity))


def _unknown_people(book: AgreementBook, policy: SupportPolicy) -> Iterator[InvalidValue]:
    """Users, groups and skills that the policy names and the book does not have, where it has any."""
    known: dict[str, Collection[str]] = {name: getattr(book, name) for name in _PEOPLE if getattr(book, name)}
    templates = policy.escalation.templates.items()
    placed: list[tuple[str, object]] = [
        (f"$.escalation.templates{at_key(name)[1:]}", template) for name, template in templates
    ]
    placed += [(f"$.reactions[{index}]", reaction) for index, reaction in enumerate(policy.reactions)]
    placed.append(("$.assignment", policy.assignment))
    for place, noun in placed:
        for path, target, name in _references(noun, place):
            if target in known and name not in known[target]:
                noun_word = _WORDS[target].replace("_", " ")
                problem = f"no {noun_word} {shown(name)}, which the policy names there"
                yield InvalidValue(path, problem, nearest(name, tuple(known[target])))


def _references(noun: Any, path: str = "$") -> Iterator[tuple[str, str, str]]:
    """The ids that a noun holds: where, of what, and which."""
    for field in attrs.fields(type(noun)):
        value = getattr(noun, field.name)
        target = "calendars" if field.name == "calendar" else _target_of(field.type)
        if target == "users" and isinstance(noun, _WITH_LOGINS):
            continue
        listed = isinstance(value, tuple)
        for index, item in enumerate(value if listed else (value,) if target and value else ()):
            place = f"{path}.{field.name}" + (f"[{index}]" if listed else "")
            if target:
                yield place, target, item
            elif attrs.has(type(item)):
                yield from _references(item, place)


def _target_of(kind: Any) -> str | None:
    return next((_SECTIONS[part] for part in (kind, *get_args(kind)) if part in _SECTIONS), None)


def _loose_end(path: str, target: str, name: str, known: Collection[str]) -> InvalidValue:
    if target in _OF_POLICY:
        hint = nearest(name, tuple(known)) if known else f"declare it under `{target}` of the policy"
        return InvalidValue(path, f"the policy has no {target.removesuffix('s')} {shown(name)}", hint)
    noun = _WORDS[target].replace("_", " ")
    return InvalidValue(path, f"no {noun} {shown(name)}", f"add the {noun}, or correct the id")


_ABOVE: Final = ("parent", "replaces", "renewed_from", "components", "merged_into")
"""What leads from a noun to others of its kind, and never back to it."""


def _circles(section: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Where a noun leads back to itself, and its id: each circle once."""
    names = [name for name in _ABOVE if section and hasattr(next(iter(section.values())), name)]
    for name in names:
        done: set[str] = set()
        for identity in section:
            line: dict[str, Iterator[str]] = {} if identity in done else {identity: _next(section[identity], name)}
            while line:
                last = next(reversed(line))
                found = next(line[last], None)
                if found is None:
                    done.add(last)
                    del line[last]
                elif found in line:
                    yield f"$.{name}", found
                elif found in section and found not in done:
                    line[found] = _next(section[found], name)


def _next(noun: Any, name: str) -> Iterator[str]:
    value = getattr(noun, name)
    if isinstance(value, tuple):
        return (component.product_model for component in value)
    return iter(() if value is None else (value,))
