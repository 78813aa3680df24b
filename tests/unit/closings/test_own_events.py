"""A case that closes by itself under csmcore, judged by the events that it left."""

from datetime import timedelta
from io import BytesIO

from csmcore.analysis import judge_closings
from csmcore.model import (
    Account,
    AccountId,
    Actor,
    AddComment,
    AssignToMe,
    AutoClose,
    CaseFacts,
    CaseId,
    CasePolicy,
    Contact,
    ContactId,
    Decision,
    Event,
    OpenCase,
    ProposeSolution,
    SupportPolicy,
    accepted,
)
from csmcore.rules import compile_policy, decide_apply, decide_open, decide_tick
from csmcore.wire import read_history, to_json
from tests.unit.closings.test_judging import DAY, HOUR, START

RULE = AutoClose(after_days=5, reminders=(2,))
PLAN = compile_policy(SupportPolicy(name="p", version="1", cases=CasePolicy(auto_close=RULE)))
ACME = AccountId("acme")
EVE = Actor(kind="contact", id="eve", account=ACME)
ANN = Actor(kind="internal", id="ann", roles=frozenset({"agent"}))
FACTS = CaseFacts(account=Account(id=ACME, name="Acme"), contact=Contact(id=ContactId("eve"), account=ACME, name="Eve"))


def lived() -> list[Event]:
    """A case that is solved, commented on by its customer a day later, reminded of, and closed when it is due."""
    command = OpenCase(short_description="x", contact=ContactId("eve"))
    last = accepted(decide_open(command, EVE, FACTS, PLAN, START, CaseId("c"), "C"))
    events = list(last.events)
    done = (
        (AssignToMe(), ANN, HOUR),
        (ProposeSolution(code="a", notes="b"), ANN, DAY),
        (AddComment("Hm."), EVE, 2 * DAY),
    )
    for each, actor, after in done:
        last = accepted(decide_apply(last.case, last.sla, each, actor, FACTS, PLAN, START + after))
        events += last.events
    for hours in range(2 * 24, 8 * 24):
        ticked: Decision | None = decide_tick(last.case, last.sla, PLAN, START + timedelta(hours=hours), FACTS)
        last, events = (last, events) if ticked is None else (ticked, [*events, *ticked.events])
    return events


def test_what_closed_by_itself_is_on_time() -> None:
    """To the microsecond: its days began again with the comment, and not with the reminder."""
    lines = "".join(to_json(event) + "\n" for event in lived()).encode()
    report = judge_closings(read_history(BytesIO(lines)), RULE)
    [closing] = report.closings
    assert (closing.outcome, closing.counts_from, closing.closed_at) == ("on_time", START + 2 * DAY, START + 7 * DAY)
    assert (closing.closed_by, closing.restarts, closing.codes) == ("system", 1, frozenset({"restarted"}))
    counted = {
        how: judge_closings(read_history(BytesIO(lines)), RULE, counts_from=how) for how in ("resolution", "change")
    }
    assert {how: report.closings[0].outcome for how, report in counted.items()} == {
        "resolution": "late",
        "change": "early",
    }
