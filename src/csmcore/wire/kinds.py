"""Nouns that stand where several kinds may: their documents say which, under one key."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, Generic, TypeAlias, TypeVar, get_args

import attrs

from csmcore.errors import InvalidValue, shown
from csmcore.model import (
    COMMANDS,
    Account,
    AccountRelationship,
    AccountRelationshipType,
    Activity,
    AgreementBook,
    Asset,
    BookEntry,
    Command,
    Comment,
    ConfigurationItem,
    Consumer,
    Contact,
    ContactRelationship,
    ContractRelationship,
    Entitlement,
    Group,
    Household,
    InstallBaseItem,
    Location,
    ModelCategory,
    Product,
    ProductModel,
    ResponsibilityDefinition,
    Rota,
    ServiceContract,
    Skill,
    SoldProduct,
    SpecialHandlingNote,
    TeamMember,
    User,
    WorkNote,
)
from csmcore.wire.scalars import nearest, read_mapping

__all__ = ["ACTIVITY", "COMMAND", "ENTRY", "Entry", "OneOf", "section_of", "tag_of", "untagged"]

_Noun = TypeVar("_Noun")
_Noun_co = TypeVar("_Noun_co", covariant=True)

Entry: TypeAlias = BookEntry


@attrs.frozen
class OneOf(Generic[_Noun_co]):
    """Several kinds of noun by the word that their documents have under ``key``."""

    key: str
    kinds: Mapping[Any, type[Any]]


ACTIVITY: Final[OneOf[Activity]] = OneOf("kind", MappingProxyType({"comment": Comment, "work_note": WorkNote}))
"""What is said on a case: ``{"kind": "comment", ...}``."""

COMMAND: Final[OneOf[Command]] = OneOf("action", COMMANDS)
"""What may be asked: ``{"action": "propose_solution", ...}``."""

ENTRY: Final[OneOf[Entry]] = OneOf(
    "kind",
    MappingProxyType(
        {
            "account": Account,
            "contact": Contact,
            "consumer": Consumer,
            "household": Household,
            "offered_product": Product,
            "model_category": ModelCategory,
            "product": ProductModel,
            "location": Location,
            "configuration_item": ConfigurationItem,
            "asset": Asset,
            "sold_product": SoldProduct,
            "install_base_item": InstallBaseItem,
            "contract": ServiceContract,
            "contract_relationship": ContractRelationship,
            "entitlement": Entitlement,
            "skill": Skill,
            "group": Group,
            "user": User,
            "rota": Rota,
            "responsibility": ResponsibilityDefinition,
            "team_member": TeamMember,
            "relationship_type": AccountRelationshipType,
            "account_relationship": AccountRelationship,
            "contact_relationship": ContactRelationship,
            "handling_note": SpecialHandlingNote,
        }
    ),
)
"""One entry of the agreements: ``{"kind": "account", ...}``."""

_TAGS: Final[Mapping[type, tuple[str, str]]] = MappingProxyType(
    {kind: (one_of.key, word) for one_of in (ACTIVITY, COMMAND, ENTRY) for word, kind in one_of.kinds.items()}
)


_SECTIONS: Final[Mapping[type, str]] = MappingProxyType(
    {get_args(field.type)[1]: field.name for field in attrs.fields(AgreementBook)}
)


def section_of(kind: type) -> str:
    """The section of a book of agreements that has the entries of a kind."""
    return _SECTIONS[kind]


def tag_of(noun: object) -> dict[str, str]:
    """What the document of a noun says of its kind: one key, or nothing."""
    return dict([_TAGS[type(noun)]] if type(noun) in _TAGS else [])


def untagged(kind: type[_Noun] | OneOf[_Noun], document: object) -> tuple[type[_Noun], object]:
    """The kind of noun that a document is to be read as, and what it says besides. Raises InvalidValue."""
    if isinstance(kind, OneOf):
        given = dict(read_mapping(document))
        words = tuple(kind.kinds)
        if kind.key not in given:
            raise InvalidValue(f"$.{kind.key}", "it is missing", nearest(None, words))
        word = given.pop(kind.key)
        if type(word) is not str or word not in words:
            raise InvalidValue(f"$.{kind.key}", f"{shown(word)} is not known", nearest(word, words))
        return kind.kinds[word], given
    if kind in _TAGS and type(document) is dict:
        key, word = _TAGS[kind]
        if document.get(key, word) != word:
            raise InvalidValue(f"$.{key}", f"{shown(document[key])} is not {shown(word)}", "read it as what it is")
        return kind, {name: value for name, value in document.items() if name != key}
    return kind, document
