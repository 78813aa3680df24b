"""The page is drawn from the presets: ``python -m tests.unit.case_types.test_page`` redraws it."""

import re
from pathlib import Path

import pytest

from csmcore.rules import Flow, field_table, lifecycle_diagram, lifecycle_table, overlay_table
from csmcore.rules.cases.flows import BASE_FLOW
from tests.unit.case_types.desk import equipment, telecom

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "case-types.md"
FLOWS = {flow.name: flow for plan in (telecom(), equipment()) for flow in plan.flows.values() if flow.name}


def section(flow: Flow) -> str:
    """What the page shows of a type."""
    diagram = f"```mermaid\n{lifecycle_diagram(flow)}```\n"
    return f"{field_table(flow)}\n{overlay_table(flow)}\n{diagram}"


def drawn(page: str) -> str:
    """The page with what stands below each type's heading drawn anew, up to the next heading."""
    for name, flow in FLOWS.items():
        head = rf"(?<=<!-- drawn: {name} -->\n\n).*?(?=\n<!-- end -->)"
        page = re.sub(head, lambda _, flow=flow: section(flow), page, count=1, flags=re.DOTALL)  # type: ignore[misc]
    return page


def test_the_page_shows_what_the_code_does() -> None:
    """Every type of the two examples, as it is."""
    page = PAGE.read_text(encoding="utf-8")
    assert re.findall(r"<!-- drawn: (\w+) -->", page) == list(FLOWS)
    assert drawn(page) == page
    assert all(section(flow) in page for flow in FLOWS.values())


@pytest.mark.parametrize("flow", FLOWS.values(), ids=FLOWS)
def test_a_diagram_has_every_change_of_state_and_every_substate(flow: Flow) -> None:
    """One arrow for each row that leads elsewhere with its condition, and one for each move."""
    lines = [line.strip() for line in lifecycle_diagram(flow).splitlines()]
    arrows = {line.partition(" (")[0] for line in lines if " --> " in line and ":" in line}
    assert arrows == {"[*] --> new: open case"} | {
        f"{state} --> {row.to}: {action.replace('_', ' ')}"
        for state, cells in flow.table.items()
        for action, rows in cells.items()
        for row in rows
        if row.to is not None
    }
    for state, divided in flow.type.substates.items():
        assert f"state {state} {{" in lines
        assert f"[*] --> {divided.names[0]}" in lines
        assert all(name in lines for name in divided.names[1:])
        assert all(f"{name} --> {other}" in lines for name, others in divided.moves.items() for other in others)


@pytest.mark.parametrize("flow", FLOWS.values(), ids=FLOWS)
def test_a_table_has_every_row(flow: Flow) -> None:
    """One line for each; those of an overlay are those in which the type differs."""
    assert len(lifecycle_table(flow).splitlines()) == 3 + sum(
        len(rows) for cells in flow.table.values() for rows in cells.values()
    )
    lines = overlay_table(flow).splitlines()[2:]
    assert lines
    assert {line.split(" | ")[0].removeprefix("| ") for line in lines} <= {"added", "changed", "removed"}


def test_the_base_flow_differs_in_nothing() -> None:
    """And has no fields of its own."""
    assert len(overlay_table(BASE_FLOW).splitlines()) == 2
    assert len(field_table(BASE_FLOW).splitlines()) == 2


def test_lines_say_what_was_changed() -> None:
    """Who it is for, with which role, and what must be held."""
    fault, claim = overlay_table(FLOWS["fault"]).splitlines(), overlay_table(FLOWS["warranty_claim"]).splitlines()
    guard = "unless the policy forbids it while something blocks"
    assert f"| removed | new | close_case | agent | closed | code, notes | {guard} |" in fault
    held = "code, notes, extra.access, extra.attenuation_db, extra.root_cause"
    assert f"| added | new | propose_solution | system, integration | resolved | {held} | {guard} |" in fault
    assert any("agent with the role admin or manager" in line for line in claim)
    fields = field_table(FLOWS["fault"]).splitlines()
    assert "| `extra.service_id` | Service | text | open_case, update_case |  | see, set |" in fields
    assert any("choice: fibre, copper, cable, mobile" in line for line in fields)


if __name__ == "__main__":
    PAGE.write_text(drawn(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
