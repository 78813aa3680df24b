"""Who acts: a person on the customer's side, someone inside, the system, or another system."""

from collections.abc import Iterable
from typing import Any, Literal, TypeAlias, get_args

import attrs

from csmcore.errors import InvalidValue
from csmcore.model.fields import is_id, one_of, optional
from csmcore.model.ids import AccountId

__all__ = ["SYSTEM", "Actor", "ActorKind", "Role", "known_roles"]

ActorKind: TypeAlias = Literal["contact", "consumer", "internal", "system", "integration"]
Role: TypeAlias = Literal[
    "agent",
    "manager",
    "admin",
    "deescalation_requester",
    "major_issue_manager",
    "contributor",
    "stakeholder",
    "proxy_contact",
    "partner",
    "partner_admin",
    "customer",
    "customer_case_manager",
    "customer_admin",
    "consumer",
]

_INSIDE: frozenset[str] = frozenset({"agent", "manager", "admin"})


def known_roles(_: object, field: "attrs.Attribute[Any]", roles: frozenset[Role]) -> None:
    """Roles that there are."""
    unknown = sorted(roles - set(get_args(Role)))
    if unknown:
        raise InvalidValue(field.name, f"unknown {', '.join(unknown)}", f"known are {', '.join(get_args(Role))}")


def _as_set(roles: Iterable[Role]) -> frozenset[Role]:
    return frozenset(roles)


@attrs.frozen(kw_only=True)
class Actor:
    """Whoever acts or asks; the host has authenticated them. ``account`` is a contact's own account."""

    kind: ActorKind = attrs.field(validator=one_of(get_args(ActorKind)))
    id: str = attrs.field(validator=is_id)
    roles: frozenset[Role] = attrs.field(default=frozenset[Role](), converter=_as_set)
    account: AccountId | None = attrs.field(default=None, validator=optional(is_id))

    @roles.validator
    def _fit_the_kind(self, field: "attrs.Attribute[Any]", roles: frozenset[Role]) -> None:
        known_roles(self, field, roles)
        if roles & _INSIDE and self.kind != "internal":
            raise InvalidValue("roles", f"a {self.kind} is no agent, manager or admin", "make the actor `internal`")


SYSTEM = Actor(kind="system", id="system")
"""Acts when time does: auto-close, reminders, breaches."""
