"""The lifecycle as a diagram and a table, drawn from the table that the rules read: the base one, or a case type's."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from csmcore.conditions import sentence
from csmcore.model import OF_TYPE, TERMINAL_STATES, CaseState, ExtraField, Substates
from csmcore.rules.cases.flows import BASE_FLOW, Flow
from csmcore.rules.cases.transitions import Guard, Row

__all__ = ["field_table", "lifecycle_diagram", "lifecycle_table", "overlay_table"]

_CONDITIONS: Mapping[Guard | None, str] = MappingProxyType(
    {
        None: "",
        "within_reopen_window": "within the reopen window",
        "outside_reopen_window": "after the reopen window",
        "auto_close": "set to close by itself",
        "reminder_due": "when a reminder is due",
        "survey_open": "while the survey is not answered",
        "no_open_blockers": "unless the policy forbids it while something blocks",
        "is_major_case": "of a major case",
        "is_proposed_major_case": "while it is proposed as a major case",
    }
)


def lifecycle_diagram(flow: Flow = BASE_FLOW) -> str:
    """The states with their substates, and what leads from one to another, as a Mermaid state diagram."""
    arrows = [f"    [*] --> {flow.opening.to}: open case", *(f"    {arrow}" for arrow in _arrows(flow))]
    ends = [f"    {state} --> [*]" for state in flow.table if state in TERMINAL_STATES]
    inner = [f"    {line}" for state, divided in flow.type.substates.items() for line in _inside(state, divided)]
    return "\n".join(["stateDiagram-v2", *inner, *arrows, *ends]) + "\n"


def lifecycle_table(flow: Flow = BASE_FLOW) -> str:
    """Every action that some state allows, as a table in Markdown."""
    return _table(_HEAD, [_cells("", "open_case", flow.opening), *(_cells(*row) for row in _rows(flow))])


def overlay_table(flow: Flow) -> str:
    """The rows in which a case type differs from the base table, as a table in Markdown."""
    base, own = (_by_party(each) for each in (BASE_FLOW, flow))
    lost = [(key, row) for key, row in base.items() if key not in own]
    other = [(key, row) for key, row in own.items() if base.get(key) != row]
    rows = [("removed", *key[:2], row) for key, row in lost]
    rows += [("changed" if key in base else "added", *key[:2], row) for key, row in other]
    merged: dict[tuple[str, str, str, Row], tuple[str, ...]] = {}
    for how, state, action, row in rows:
        alike = (how, state, action, row._replace(by=()))
        merged[alike] = merged.get(alike, ()) + row.by
    lines = [(how, *_cells(state, action, row._replace(by=by))) for (how, state, action, row), by in merged.items()]  # type: ignore[arg-type]
    if flow.opening != BASE_FLOW.opening:
        lines.insert(0, ("changed", *_cells("", "open_case", flow.opening)))
    return _table(("", *_HEAD), lines)


def field_table(flow: Flow) -> str:
    """The own fields of a case type, as a table in Markdown."""
    return _table(_FIELD_HEAD, [_field_cells(name, field) for name, field in flow.type.fields.items()])


_HEAD = ("state", "action", "who may", "leads to", "must hold", "only if")
_FIELD_HEAD = ("field", "label", "kind", "required at", "required when", "customers")


def _field_cells(name: str, field: ExtraField) -> tuple[str, ...]:
    kind = f"{field.kind}: {', '.join(field.choices)}" if field.choices else field.kind
    when = "" if field.required_when is None else sentence(field.required_when)
    rights = [word for word, may in (("see", field.customer_may_see), ("set", field.customer_may_set)) if may]
    return (f"`{OF_TYPE}{name}`", field.label, kind, ", ".join(field.required_at), when, ", ".join(rights))


def _inside(state: CaseState, divided: Substates) -> Iterator[str]:
    yield f"state {state} {{"
    yield f"    [*] --> {divided.names[0]}"
    yield from (f"    {name}" for name in divided.names[1:])
    yield from (f"    {name} --> {other}" for name, others in divided.moves.items() for other in others)
    yield "}"


def _rows(flow: Flow) -> Iterator[tuple[str, str, Row]]:
    table = flow.table
    return ((state, action, row) for state, cells in table.items() for action, rows in cells.items() for row in rows)


def _by_party(flow: Flow) -> Mapping[tuple[str, str, str], Row]:
    return {(state, action, party): row._replace(by=(party,)) for state, action, row in _rows(flow) for party in row.by}


def _arrows(flow: Flow) -> Iterator[str]:
    """One arrow for each action that changes the state, with all who may do it in the same way."""
    arrows: dict[tuple[str, str, str, Guard | None], tuple[str, ...]] = {}
    for state, action, row in _rows(flow):
        if row.to is not None:
            arrow = (state, row.to, action, row.only_if)
            arrows[arrow] = arrows.get(arrow, ()) + row.by
    for (state, to, action, guard), by in arrows.items():
        condition = f", {_CONDITIONS[guard]}" if guard else ""
        yield f"{state} --> {to}: {action.replace('_', ' ')} ({' or '.join(by)}{condition})"


def _cells(state: str, action: str, row: Row) -> tuple[str, ...]:
    roles = f" with the role {' or '.join(sorted(row.roles))}" if row.roles else ""
    held = ", ".join((*row.requires, *row.holds))
    return (state, action, ", ".join(row.by) + roles, row.to or "", held, _CONDITIONS[row.only_if])


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = (head, ("---",) * len(head), *rows)
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
