"""What a case type changes in the flow of its cases: rows that it adds or takes away, and what it asks besides.

The flow itself is a table of `csmcore.rules`. An overlay never touches Closed and Cancelled: no type leaves them
otherwise than any case does.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, get_args

import attrs

from csmcore.errors import InvalidValue, shown
from csmcore.model.actor import Role, known_roles
from csmcore.model.case import CASE_STATES, TERMINAL_STATES, CaseState
from csmcore.model.case_actions import Action
from csmcore.model.case_parties import PARTIES, Party
from csmcore.model.commands import COMMANDS
from csmcore.model.fields import one_of
from csmcore.model.update_case import UPDATABLE_FIELDS

__all__ = ["ADDABLE", "FORM_FIELDS", "OF_TYPE", "Addable", "FlowCut", "FlowDemand", "FlowOverlay", "FlowRow"]

OF_TYPE = "extra."
"""What the names of a type's own fields begin with."""

FORM_FIELDS: frozenset[str] = frozenset({*UPDATABLE_FIELDS, "assigned_to", "assignment_group"}) - {
    *("extra", "case_type", "substate")
}
"""The fields of every case that an action may ask for."""


class Addable(NamedTuple):
    """Where a row of an action may be added, where it must lead, whose it may be, and what its command always holds."""

    states: tuple[CaseState, ...]
    to: CaseState | None
    by: tuple[Party, ...]
    requires: tuple[str, ...] = ()


_LIVE: tuple[CaseState, ...] = ("new", "open", "awaiting_info")
_WORKED: tuple[CaseState, ...] = (*_LIVE, "resolved")
_AGENTS: tuple[Party, ...] = ("assignee", "manager", "agent", "internal")
_STAFF: tuple[Party, ...] = (*_AGENTS, "system", "integration")

ADDABLE: Mapping[Action, Addable] = MappingProxyType(
    {
        "assign_to_me": Addable(("new", "awaiting_info"), "open", ("manager", "agent")),
        "accept_case": Addable(("new", "awaiting_info"), "open", ("assignee",)),
        "request_info": Addable(("new", "open"), "awaiting_info", _STAFF, ("comment",)),
        "resume_work": Addable(("new", "awaiting_info"), "open", PARTIES),
        "add_comment": Addable(("awaiting_info",), "open", PARTIES, ("text",)),
        "update_case": Addable(_WORKED, None, PARTIES, ("changes",)),
        "propose_solution": Addable(_LIVE, "resolved", _STAFF, ("code", "notes")),
        "accept_solution": Addable(("resolved",), "closed", PARTIES),
        "reject_solution": Addable(("resolved",), "open", PARTIES, ("reason",)),
        "close_case": Addable(_WORKED, "closed", PARTIES),
        "cancel_case": Addable(_WORKED, "cancelled", PARTIES, ("reason",)),
    }
)
"""What an overlay may add. A solution is only left by accepting or rejecting it, by closing or by cancelling."""


def _live_states(_: object, field: "attrs.Attribute[Any]", states: tuple[CaseState, ...]) -> None:
    """States that a type has a say in."""
    _each_of(field.name, states, CASE_STATES)
    for index, state in enumerate(states):
        if state in TERMINAL_STATES:
            problem = f"{state} is an end, which a type leaves as it is"
            raise InvalidValue(f"{field.name}[{index}]", problem, f"write {', '.join(_WORKED)}")


def _known_parties(_: object, field: "attrs.Attribute[Any]", parties: tuple[Party, ...]) -> None:
    _each_of(field.name, parties, PARTIES)


def _each_of(name: str, words: tuple[str, ...], known: tuple[str, ...]) -> None:
    for index, word in enumerate(words):
        if word not in known or word in words[:index]:
            problem = "is listed twice" if word in known else f"is not one of {', '.join(known)}"
            raise InvalidValue(f"{name}[{index}]", f"{shown(word)} {problem}", "list each of them once")


def _needs(noun: "FlowRow | FlowDemand", _: "attrs.Attribute[Any]", requires: tuple[str, ...]) -> None:
    """Fields of the action's command, of the case's form, or of the type's own."""
    action = noun.action
    fields = attrs.fields_dict(COMMANDS[action]) if action in COMMANDS and action != "open_case" else {}
    for index, need in enumerate(requires):
        is_held = need in FORM_FIELDS or need.startswith(OF_TYPE)
        if action == "update_case" or not (need in fields or is_held):
            problem = f"{action} cannot ask for {shown(need)}"
            hint = "name a field of its command, of the form, or one of the type's own as 'extra.<name>'"
            raise InvalidValue(f"requires[{index}]", problem, hint)


@attrs.frozen(kw_only=True)
class FlowRow:
    """Who may do something in these states too, where it leads, and what the command or the case must hold.

    It takes the place of the row that they have there. ``roles``: they must have one of these besides; nobody need, if
    there is none. What may be added is `ADDABLE`. Raises InvalidValue.
    """

    states: tuple[CaseState, ...] = attrs.field(validator=_live_states)
    action: Action = attrs.field(validator=one_of(get_args(Action)))
    by: tuple[Party, ...] = attrs.field(validator=_known_parties)
    to: CaseState | None = None
    requires: tuple[str, ...] = attrs.field(default=(), validator=_needs)
    roles: frozenset[Role] = attrs.field(default=frozenset[Role](), validator=known_roles)

    def __attrs_post_init__(self) -> None:
        """Refuse what no flow can have."""
        known = ADDABLE.get(self.action)
        if known is None:
            raise InvalidValue("action", f"no type adds {self.action}", f"known are {', '.join(ADDABLE)}")
        for name, given, allowed in (("states", self.states, known.states), ("by", self.by, known.by)):
            if not given:
                raise InvalidValue(name, "there is none", "name at least one")
            for index, word in enumerate(given):
                if word not in allowed:
                    problem = f"no type has {self.action} {'in' if name == 'states' else 'by'} {word}"
                    raise InvalidValue(f"{name}[{index}]", problem, f"known are {', '.join(allowed)}")
        if self.to != known.to:
            problem = f"{self.action} leads {f'to {known.to}' if known.to else 'nowhere'}"
            raise InvalidValue("to", problem, f"write '{known.to}'" if known.to else "leave it out")


@attrs.frozen(kw_only=True)
class FlowCut:
    """Whose rows are taken away: of an action, in these states, of these parties; everywhere and all, if it names none.

    Raises InvalidValue.
    """

    action: Action = attrs.field(validator=one_of(get_args(Action)))
    states: tuple[CaseState, ...] = attrs.field(default=(), validator=_live_states)
    by: tuple[Party, ...] = attrs.field(default=(), validator=_known_parties)


@attrs.frozen(kw_only=True)
class FlowDemand:
    """What rows ask for besides: of an action, in these states, of these parties; everywhere and all, if it names none.

    ``requires`` are fields that the command must hold, else the case itself: of its form (``category``), or of the
    type's own (``extra.serial``). ``roles``: whoever acts must have one of them. Raises InvalidValue.
    """

    action: Action = attrs.field(validator=one_of(get_args(Action)))
    states: tuple[CaseState, ...] = attrs.field(default=(), validator=_live_states)
    by: tuple[Party, ...] = attrs.field(default=(), validator=_known_parties)
    requires: tuple[str, ...] = attrs.field(default=(), validator=_needs)
    roles: frozenset[Role] = attrs.field(default=frozenset[Role](), validator=known_roles)

    def __attrs_post_init__(self) -> None:
        """Refuse one that asks for nothing, and places that an opening does not have."""
        if not (self.requires or self.roles):
            raise InvalidValue("requires", "nothing is asked for", "write `requires` or `roles`")
        if self.action == "open_case" and (self.states or self.by or self.roles):
            raise InvalidValue("action", "a case is opened from no state", "write `requires` alone, and `opened_by`")


@attrs.frozen(kw_only=True)
class FlowOverlay:
    """The changes that a case type makes to the flow, in this order: what it removes, what it adds, what it demands."""

    remove: tuple[FlowCut, ...] = ()
    add: tuple[FlowRow, ...] = ()
    demand: tuple[FlowDemand, ...] = ()

    def own_fields(self) -> Iterator[tuple[str, str]]:
        """The fields of the type's own that its rows ask for, each with its place."""
        asking: tuple[tuple[str, tuple[FlowRow | FlowDemand, ...]], ...] = (("add", self.add), ("demand", self.demand))
        for name, rows in asking:
            for index, row in enumerate(rows):
                for place, need in enumerate(row.requires):
                    if need.startswith(OF_TYPE):
                        yield f"{name}[{index}].requires[{place}]", need.removeprefix(OF_TYPE)
