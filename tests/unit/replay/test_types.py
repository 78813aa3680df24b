"""Cases of a type in a replay: the flow that they are held to is their type's."""

from csmcore.analysis import replay_history
from csmcore.model import CaseType, FlowCut, FlowOverlay, FlowRow, SupportPolicy
from csmcore.rules import compile_policy
from tests.unit.replay.desk import rows

QUICK = CaseType(
    flow=FlowOverlay(
        remove=(FlowCut(action="request_info"),),
        add=(FlowRow(states=("new",), action="propose_solution", by=("agent",), to="resolved"),),
    )
)
PLAN = compile_policy(SupportPolicy(name="p", version="1", case_types={"quick": QUICK}))

HISTORY = (
    *("T1 02 09:00 New", "T1 02 10:00 Solved", "T1 02 11:00 Open", "T1 02 12:00 Waiting"),
    *("T1 03 09:00 Solved", "T1 04 09:00 Closed", "T1 05 09:00 Open"),
)


def refused(case_type: str) -> dict[str, int]:
    """The steps of the history that a type's flow would have refused."""
    head = f'constants = {{ case_type = "{case_type}" }}\n'
    return dict(replay_history(PLAN, rows(*HISTORY, head=head)).refused)


def test_a_types_own_rows_count() -> None:
    """What it adds is no finding, what it takes away is one; Closed is the same for all."""
    assert refused("quick") == {"open -> awaiting_info": 1, "closed -> open": 1}


def test_a_type_that_the_policy_does_not_know_is_none() -> None:
    """Its cases are held to the table as it is."""
    assert refused("slow") == {"new -> resolved": 1, "closed -> open": 1}
