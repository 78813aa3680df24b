"""The fields of a revision: what conditions may ask about, and of which type each is."""

from types import MappingProxyType

from csmcore.conditions import FieldKind, FieldType, Schema, field
from csmcore.errors import InvalidValue, shown
from csmcore.model.case import CASE_STATES, CHANNELS, MAJOR_CASE_STATES
from csmcore.model.events import EVENT_KINDS

__all__ = ["CASE_FIELDS", "REVISION_SCHEMA", "check_field"]

_TEXT = FieldType("text")
_INSTANT = FieldType("instant")
_FLAG = FieldType("boolean", nullable=False)
_LIST = FieldType("text", many=True)
_GRADE = FieldType("integer", values=(1, 2, 3))

_CASE = MappingProxyType(
    {
        "state": FieldType("text", values=CASE_STATES, nullable=False),
        "case_type": _TEXT,
        "substate": _TEXT,
        "channel": FieldType("text", values=CHANNELS, nullable=False),
        "short_description": _TEXT,
        "description": _TEXT,
        "category": _TEXT,
        "impact": _GRADE,
        "urgency": _GRADE,
        "priority": FieldType("integer", values=(1, 2, 3, 4, 5), nullable=False),
        **dict.fromkeys(("account", "contact", "consumer", "requested_by", "partner", "partner_contact"), _TEXT),
        **dict.fromkeys(
            (
                "product",
                "asset",
                "sold_product",
                "install_base_item",
                "contract",
                "entitlement",
                "parent",
                "follow_up_of",
                "merged_into",
                "alert",
            ),
            _TEXT,
        ),
        **dict.fromkeys(("assignment_group", "assigned_to", "opened_by", "closed_by"), _TEXT),
        **dict.fromkeys(("opened_at", "assigned_at", "first_response_at", "closed_at", "cancelled_at"), _INSTANT),
        "major_case_state": FieldType("text", values=MAJOR_CASE_STATES),
        "informed_users": _LIST,
        "reopen_count": FieldType("integer", nullable=False),
        "share_resolution_notes": _FLAG,
        "auto_close": _FLAG,
        "needs_attention": _FLAG,
    }
)

_WITH_HOURS = ("entitlement", "contract", "account", "location", "group")
"""What may have working hours of its own; location is the asset's, group the one that the case is assigned to."""

CASE_FIELDS: tuple[str, ...] = tuple(_CASE)
"""The fields of a case that stand in a revision under their own names."""

REVISION_SCHEMA = Schema(
    {
        **_CASE,
        "resolution.code": _TEXT,
        "resolved_at": _INSTANT,
        "is_blocked": FieldType("boolean"),
        "is_escalated": FieldType("boolean"),
        "entitlement.plan": _TEXT,
        "entitlement.sla_definitions": _LIST,
        "contract.sla_definitions": _LIST,
        "contract.runs_non_contractual": FieldType("boolean"),
        **{f"{noun}.{name}": _TEXT for noun in _WITH_HOURS for name in ("calendar", "timezone")},
        "extra.*": FieldType("any"),
        "event.kind": FieldType("text", values=EVENT_KINDS),
        "event.by": FieldType("text", values=("customer", "agent", "system")),
        "event.is_public": FieldType("boolean"),
    }
)
"""Every field that a revision can have. ``extra.*`` are fields of a host's own, of any type; ``is_blocked`` says that
the case is on hold for a reason of the desk's own."""


def check_field(name: str, kind: FieldKind, place: str) -> None:
    """Refuse a name that is no single field of a revision of that kind. Raises InvalidValue."""
    try:
        found = REVISION_SCHEMA.type_of(field(name).name)
    except InvalidValue as error:
        raise error.under(place) from None
    if found is None:
        raise InvalidValue(place, f"no revision has a field {shown(name)}", "write one, or your own as 'extra.<name>'")
    if found.many or found.kind not in {kind, "any"}:
        listed = "a list" if found.many else f"of kind {found.kind}"
        raise InvalidValue(place, f"{name} is {listed}", f"name a field of kind {kind}, or one of your own")
