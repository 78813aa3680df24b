"""What an import of customers is told, what it is asked to do, and what it says of every row."""

import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Generic, Literal, TypeAlias, TypeVar, get_args

import attrs

from csmcore.errors import InvalidValue, shown
from csmcore.model.account import Account
from csmcore.model.contact import Contact
from csmcore.model.fields import is_id, one_of, within
from csmcore.model.frozen_mapping import frozen
from csmcore.model.ids import AccountId, ContactId
from csmcore.model.reasons import Reason
from csmcore.model.rendering import html_table

__all__ = [
    "IMPORT_OUTCOMES",
    "ImportOutcome",
    "ImportRules",
    "ImportSummary",
    "Imported",
    "KnownAccounts",
    "KnownContacts",
    "OutcomeKind",
]

Imported = TypeVar("Imported", bound=Account | Contact)
OutcomeKind: TypeAlias = Literal["created", "changed", "adopted", "unchanged", "duplicate", "rejected"]
IMPORT_OUTCOMES: tuple[OutcomeKind, ...] = get_args(OutcomeKind)

_SOURCE = re.compile(r"[A-Za-z0-9_.-]{1,40}")
_TO_SAVE = frozenset({"created", "changed", "adopted"})
_MOST_WAITING = 10_000_000


def _is_source(_: object, field: "attrs.Attribute[Any]", value: str) -> None:
    if not _SOURCE.fullmatch(value):
        raise InvalidValue(field.name, f"{shown(value)} is no source", "use 1 to 40 letters, digits, '_', '.' and '-'")


def _is_marker(_: object, field: "attrs.Attribute[Any]", value: str | None) -> None:
    if value is not None and value != value.strip():
        raise InvalidValue(field.name, f"{shown(value)} has spaces at its ends", "cells are trimmed; write none")
    if value is not None:
        is_id(_, field, value)


def _are_names(_: object, field: "attrs.Attribute[Any]", columns: Mapping[str, str | None]) -> None:
    named = [name for name in columns.values() if name is not None]
    if len(set(named)) < len(named):
        raise InvalidValue(field.name, "two columns are one field", "leave out one of them, with None")


def _nobody(_: str, /) -> None:
    """Nothing has a key, or an id."""


@attrs.frozen(kw_only=True, hash=False)
class ImportRules:
    """How rows are read and matched.

    ``source`` names the system that the keys are of: what the key ``7`` makes is ``crm:7``. ``columns`` says which
    field a column is where it is not called so, or None where it is to be passed over. A cell that is ``erase`` makes
    its field blank; an empty one says nothing. ``identities`` are fields of which no two nouns have the same value
    (None: those that `csmcore.rules` states for the kind). Of a known noun that has the identity of a row with a new
    key, the row is reported as a duplicate; or the noun is adopted, and the key becomes its own. At most
    ``most_waiting`` rows wait for others. Raises InvalidValue.
    """

    source: str = attrs.field(validator=_is_source)
    columns: Mapping[str, str | None] = attrs.field(factory=dict, converter=frozen, validator=_are_names)
    erase: str | None = attrs.field(default=None, validator=_is_marker)
    identities: tuple[str, ...] | None = None
    on_match: Literal["report", "adopt"] = attrs.field(default="report", validator=one_of(("report", "adopt")))
    most_waiting: int = attrs.field(default=100_000, validator=within(0, _MOST_WAITING))


@attrs.frozen(kw_only=True)
class KnownAccounts:
    """Questions that an import of accounts asks of what the host has; each is asked about the row at hand.

    ``matching(field, value)`` gives those that have the value, names and e-mail addresses compared without case; it may
    give too many. ``key_of(id)`` is the key that an account has already; it is asked only where accounts are adopted.
    """

    by_key: Callable[[str], Account | None]
    by_id: Callable[[AccountId], Account | None]
    matching: Callable[[str, str], Iterable[Account]]
    key_of: Callable[[str], str | None] = _nobody


@attrs.frozen(kw_only=True)
class KnownContacts:
    """Questions that an import of contacts asks of what the host has: those of `KnownAccounts`, and for an account.

    ``account(text)`` is the one that a row means by its ``account``: as a rule, that with the external key.
    ``by_id`` is asked of the ids that new contacts would get; a host whose external keys may change answers it.
    """

    by_key: Callable[[str], Contact | None]
    account: Callable[[str], Account | None]
    matching: Callable[[str, str], Iterable[Contact]]
    key_of: Callable[[str], str | None] = _nobody
    by_id: Callable[[ContactId], Contact | None] = _nobody


@attrs.frozen(kw_only=True)
class ImportOutcome(Generic[Imported]):
    """What became of one row, the ``row``-th from 1.

    ``noun`` is what is to be known from now on, under ``key``; None where the row was not accepted, and then
    ``reasons`` has every reason. ``changed`` names the fields that became others. ``of_row`` and ``of_id`` are what a
    duplicate is one of.
    """

    row: int
    kind: OutcomeKind
    key: str | None = None
    noun: Imported | None = None
    changed: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    of_row: int | None = None
    of_id: str | None = None

    @property
    def is_to_save(self) -> bool:
        """Whether the host has something to write: the noun, and that its key is ``key``."""
        return self.kind in _TO_SAVE


@attrs.frozen(kw_only=True, hash=False)
class ImportSummary:
    """How many rows came to what, and how often each reason was given. A row may have several.

    >>> print(ImportSummary(outcomes={"created": 1_200, "rejected": 3}, reasons={"malformed_email": 3}))
    created           1,200
    rejected              3
      malformed_email     3
    rows              1,203
    """

    outcomes: Mapping[OutcomeKind, int] = attrs.field(default=MappingProxyType({}), converter=frozen)
    reasons: Mapping[str, int] = attrs.field(default=MappingProxyType({}), converter=frozen)

    @property
    def rows(self) -> int:
        """All rows."""
        return sum(self.outcomes.values())

    @property
    def is_settled(self) -> bool:
        """Whether there was nothing to save, as in a second run."""
        return not any(count for kind, count in self.outcomes.items() if kind in _TO_SAVE)

    def table(self) -> tuple[tuple[str, str], ...]:
        """Lines of the summary, each with its figure: outcomes, below them the reasons, at last all rows."""
        counts: dict[str, int] = {kind: self.outcomes.get(kind, 0) for kind in IMPORT_OUTCOMES}
        counts.update((f"  {code}", count) for code, count in sorted(self.reasons.items()))
        return (*((name, f"{count:,}") for name, count in counts.items() if count), ("rows", f"{self.rows:,}"))

    def __str__(self) -> str:
        """The table as text."""
        lines = self.table()
        left, right = (max(map(len, column)) for column in zip(*lines, strict=True))
        return "\n".join(f"{name:{left}} {figure:>{right}}" for name, figure in lines)

    def _repr_html_(self) -> str:
        return html_table(("outcome", "rows"), self.table())
