"""To whom a case type shows a case; those who do not work on it may be kept from it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import attrs

from csmcore.model import Case, CaseFacts, Role, made
from csmcore.rules.cases.flows import Flow
from csmcore.rules.cases.parties import OUTSIDE
from csmcore.rules.cases.revisions import case_record
from csmcore.rules.cases.transitions import OPENING, Party

__all__ = ["is_meant", "is_shown_to_customer", "newborn", "shows"]

_BLANK: Mapping[str, object] = MappingProxyType(
    {field.name: None if field.default is attrs.NOTHING else field.default for field in attrs.fields(Case)}
)


class _Respondent(NamedTuple):
    """Whoever answers for a customer, as far as it is known of all who do."""

    parties: tuple[Party, ...]
    roles: frozenset[Role]


_RESPONDENTS: Mapping[str, _Respondent] = MappingProxyType(
    {
        "contact": _Respondent(("customer",), frozenset({"customer"})),
        "consumer": _Respondent(("customer",), frozenset({"consumer"})),
        "requested_by": _Respondent(("customer", "internal"), frozenset()),
    }
)
"""By the field that names them, in the order in which they answer."""


def is_meant(words: frozenset[str], parties: tuple[Party, ...], roles: frozenset[Role]) -> bool:
    """Whether some words name somebody with these parties and roles; none name everybody."""
    return not words or not words.isdisjoint(parties) or not words.isdisjoint(roles)


def shows(flow: Flow, case: Case, parties: tuple[Party, ...], facts: CaseFacts) -> bool:
    """Whether the type's condition holds, which is asked of those alone who do not work on cases."""
    works = not OUTSIDE.issuperset(parties)
    return works or flow.is_visible is None or flow.is_visible(case_record(case, facts), None)


def is_shown_to_customer(flow: Flow, case: Case, facts: CaseFacts) -> bool:
    """Whether whoever answers for the customer of a case of this flow, a type's, may see it, and so may be told of it.

    Which roles they have beyond those of everybody like them is not known here: who sees the case by such a role alone
    is told nothing.
    """
    name = next((name for name in _RESPONDENTS if getattr(case, name) is not None), None)
    if name is None:
        return False
    parties, roles = _RESPONDENTS[name]
    return is_meant(flow.type.visible_to, parties, roles) and shows(flow, case, parties, facts)


def newborn(fields: Mapping[str, Any]) -> Case:
    """The case as its opening would have it, for conditions to look at."""
    return made(Case, {**_BLANK, **fields, "state": OPENING.to})
