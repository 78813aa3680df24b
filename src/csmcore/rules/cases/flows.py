"""The flow of each case type: the base table with the type's overlay, compiled once for a plan.

An overlay removes rows, then adds some, then asks for more. It never touches Closed and Cancelled; whatever it takes
away, every state that a case can reach can still end.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

import attrs

from csmcore.conditions import Predicate, compile_condition
from csmcore.errors import InvalidValue, shown
from csmcore.model import (
    ACTIONS,
    ADDABLE,
    BASE_TYPE,
    CASE_STATES,
    COMMANDS,
    OF_TYPE,
    TERMINAL_STATES,
    Action,
    CaseState,
    CaseType,
    FlowCut,
    FlowDemand,
    FlowRow,
)
from csmcore.rules.cases.transitions import OPENING, PARTIES, ROWS, TABLE, Guard, Party, Row

__all__ = ["BASE_FLOW", "BASE_FLOWS", "Flow", "Flows", "compile_flows", "flow_of"]

_Cells: TypeAlias = dict[tuple[CaseState, Action], dict[Party, Row]]

_DIVIDED: Final[tuple[CaseState, ...]] = tuple(state for state in CASE_STATES if state not in TERMINAL_STATES)
_OF_MAJOR_CASES: Final[tuple[Action, ...]] = ("propose_major_case", "accept_major_case", "reject_major_case")
_CERTAIN: Final[frozenset[Guard | None]] = frozenset({None, "no_open_blockers"})
"""The conditions of a row that somebody can always make true. A merger takes another case, too."""
_GUARDED: Final[Mapping[Action, Guard]] = MappingProxyType(
    {"propose_solution": "no_open_blockers", "close_case": "no_open_blockers"}
)
"""What is asked of the case where it is not its customer who acts, in added rows too."""
_COVERS: Final[Mapping[Party, tuple[Party, ...]]] = MappingProxyType(
    {"agent": ("assignee", "manager"), "internal": ("assignee", "manager", "agent")}
)
"""Whoever is one of these is the other too: a row for the other takes the place of theirs."""


@attrs.frozen(eq=False)
class Flow:
    """What may be done with the cases of one type, ready to be looked up; ``name`` is None for the base type.

    ``needed`` are those of the type's fields that must be filled only where a condition holds; ``kept`` those that no
    update may leave blank.
    """

    name: str | None
    type: CaseType
    opening: Row
    table: Mapping[CaseState, Mapping[Action, tuple[Row, ...]]]
    rows: Mapping[tuple[CaseState, Action], Mapping[Party, Row]]
    anywhere: Mapping[Action, tuple[Row, ...]]
    kept: tuple[str, ...] = ()
    needed: Mapping[str, Predicate] = MappingProxyType({})
    is_visible: Predicate | None = None

    def first_substate(self, state: CaseState) -> str | None:
        """The substate that is entered with a state."""
        divided = self.type.substates.get(state)
        return None if divided is None else divided.names[0]


Flows: TypeAlias = Mapping[str | None, Flow]
"""By the name of the case type; None is the base type."""


def compile_flows(types: Mapping[str, CaseType]) -> Flows:
    """The flow of each case type, and of cases without one.

    Raises InvalidValue, with its place, for what a type cannot change: rows that there are not, a state that no case
    could ever leave for an end, a field that an action asks for and nobody can fill, a condition on what no case has.
    """
    if not types:
        return BASE_FLOWS
    flows: dict[str | None, Flow] = {None: BASE_FLOW}
    for name, case_type in types.items():
        try:
            flows[name] = _compiled(name, case_type)
        except InvalidValue as error:
            raise error.under(f"$.case_types.{name}") from None
    return MappingProxyType(flows)


def flow_of(flows: Flows, case_type: str | None) -> Flow:
    """The flow of a case of that type; the base flow where its policy does not know the type."""
    return flows.get(case_type, BASE_FLOW)


def _compiled(name: str, case_type: CaseType) -> Flow:
    for problem in case_type.problems():
        raise problem
    cells: _Cells = {
        key: {party: row._replace(by=(party,)) for party, row in rows.items()} for key, rows in ROWS.items()
    }
    if not case_type.may_be_major:
        cells.update({(state, action): {} for state in _DIVIDED for action in _OF_MAJOR_CASES})
    overlay = case_type.flow
    for index, cut in enumerate(overlay.remove):
        _remove(cells, cut, f"$.flow.remove[{index}]")
    for row in overlay.add:
        _add(cells, row)
    for index, demand in enumerate(overlay.demand):
        _demand(cells, demand, f"$.flow.demand[{index}]")
    for field, at in _required(case_type):
        _demand(cells, FlowDemand(action=at, requires=(f"{OF_TYPE}{field}",)), f"$.fields.{field}.required_at")
    kept = tuple(f"{OF_TYPE}{field}" for field, its in case_type.fields.items() if "update_case" in its.required_at)
    _check_ends(cells, is_synced=case_type.is_synced)
    _check_filled(cells)
    return _flow(name, case_type, cells, kept)


def _required(case_type: CaseType) -> Iterator[tuple[str, Action]]:
    """The fields of a type that actions ask for by themselves; of openings and updates others tell."""
    for name, field in case_type.fields.items():
        for action in field.required_at:
            if action not in {"open_case", "update_case"}:
                yield name, action


# --- what an overlay does --------------------------------------------------------------------------------------------


def _places(
    cells: _Cells, change: FlowCut | FlowDemand, place: str
) -> Iterator[tuple[dict[Party, Row], tuple[Party, ...]]]:
    """The cells that a change is about, each with those of its parties that have a row there."""
    found = False
    for state in change.states or _DIVIDED:
        cell = cells.get((state, change.action), {})
        parties = tuple(party for party in change.by or tuple(cell) if party in cell)
        if parties:
            found = True
            yield cell, parties
    if not found:
        raise InvalidValue(place, f"no row there is of {change.action}", "name an action, states and parties that meet")


def _remove(cells: _Cells, cut: FlowCut, place: str) -> None:
    for cell, parties in _places(cells, cut, place):
        for party in parties:
            del cell[party]


def _add(cells: _Cells, row: FlowRow) -> None:
    always = ADDABLE[row.action].requires
    requires, holds = _asked(row.action, row.requires)
    for state in row.states:
        cell = cells[state, row.action]
        for party in row.by:
            guard = None if party == "customer" else _GUARDED.get(row.action)
            covered = tuple(each for each in _COVERS.get(party, ()) if each in cell)
            made = Row((party,), row.to, tuple(dict.fromkeys((*always, *requires))), guard, row.roles, holds)
            cell.update({each: made._replace(by=(each,)) for each in (party, *covered)})


def _demand(cells: _Cells, demand: FlowDemand, place: str) -> None:
    if demand.action == "open_case":
        return
    requires, holds = _asked(demand.action, demand.requires)
    for cell, parties in _places(cells, demand, place):
        for party in parties:
            row = cell[party]
            roles = row.roles & demand.roles if row.roles and demand.roles else row.roles | demand.roles
            if demand.roles and not roles:
                raise InvalidValue(f"{place}.roles", "nobody is left", "name one of the roles that the row has")
            cell[party] = row._replace(
                requires=tuple(dict.fromkeys((*row.requires, *requires))),
                holds=tuple(dict.fromkeys((*row.holds, *holds))),
                roles=roles,
            )


def _asked(action: Action, needs: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What the command must hold, and what the case must."""
    fields = attrs.fields_dict(COMMANDS[action]) if action in COMMANDS else {}
    return tuple(need for need in needs if need in fields), tuple(need for need in needs if need not in fields)


# --- what no overlay may do ------------------------------------------------------------------------------------------


def _check_ends(cells: _Cells, *, is_synced: bool) -> None:
    """Refuse a flow with a state that a case may come into, and that nobody can surely lead it out of to an end.

    It comes into Open by reopening or by another type, and wherever its parent is, if it follows that.
    """
    arrows = {
        (state, row.to, row.only_if in _CERTAIN and action != "merge_case")
        for (state, action), cell in cells.items()
        if state in _DIVIDED
        for row in cell.values()
        if row.to is not None
    }
    ends: set[CaseState] = set(TERMINAL_STATES)
    while more := {state for state, to, is_sure in arrows if is_sure and to in ends} - ends:
        ends |= more
    reached: set[CaseState] = {"new", "open", *(("awaiting_info", "resolved") if is_synced else ())}
    while more := {to for state, to, _ in arrows if state in reached} - reached:
        reached |= more
    stuck = [state for state in _DIVIDED if state in reached - ends]
    if stuck:
        raise InvalidValue("$.flow", f"a case that is {' or '.join(stuck)} could never end", "leave it a way to an end")


def _check_filled(cells: _Cells) -> None:
    """Refuse a flow that asks for a field where nobody can fill it."""
    for (state, action), cell in cells.items():
        held = next((row.holds for row in cell.values() if row.holds), ())
        if held and not cells[state, "update_case"]:
            problem = f"{action} asks for {shown(held[0])} in {state}, where nobody may update the case"
            raise InvalidValue("$.flow", problem, "leave somebody the update, or ask for less")


# --- the flow --------------------------------------------------------------------------------------------------------


def _flow(name: str | None, case_type: CaseType, cells: _Cells, kept: tuple[str, ...]) -> Flow:
    table = {
        state: MappingProxyType({action: _together(cells[state, action]) for action in TABLE[state]})
        for state in CASE_STATES
    }
    asked = [need for demand in case_type.flow.demand if demand.action == "open_case" for need in demand.requires]
    asked += [f"{OF_TYPE}{field}" for field, its in case_type.fields.items() if "open_case" in its.required_at]
    conditions = {f"{OF_TYPE}{field}": its.required_when for field, its in case_type.fields.items()}
    needed = {name: compile_condition(when) for name, when in conditions.items() if when is not None}
    return Flow(
        name,
        case_type,
        OPENING._replace(holds=tuple(dict.fromkeys(asked))),
        MappingProxyType(table),
        MappingProxyType({key: MappingProxyType(cell) for key, cell in cells.items()}),
        _anywhere(table),
        kept,
        MappingProxyType(needed),
        None if case_type.visible_if is None else compile_condition(case_type.visible_if),
    )


def _together(cell: Mapping[Party, Row]) -> tuple[Row, ...]:
    """The rows of a cell, one for all parties who act alike."""
    alike: dict[Row, tuple[Party, ...]] = {}
    for party in PARTIES:
        if party in cell:
            row = cell[party]._replace(by=())
            alike[row] = (*alike.get(row, ()), party)
    return tuple(row._replace(by=by) for row, by in alike.items())


def _anywhere(table: Mapping[CaseState, Mapping[Action, tuple[Row, ...]]]) -> Mapping[Action, tuple[Row, ...]]:
    """Each action's rows in all states."""
    return MappingProxyType(
        {
            action: tuple(dict.fromkeys(row for cells in table.values() for row in cells.get(action, ())))
            for action in ACTIONS
        }
    )


BASE_FLOW: Final = Flow(None, BASE_TYPE, OPENING, TABLE, ROWS, _anywhere(TABLE))
"""The flow of cases without a type: the table as it is."""

BASE_FLOWS: Final[Flows] = MappingProxyType({None: BASE_FLOW})
