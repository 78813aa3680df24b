"""Replays of small histories, worked by hand, and what is found in bad ones."""

import json
from datetime import datetime, timedelta

import attrs
import pytest

from csmcore.analysis import ReplayReport, outcome, replay_history
from csmcore.errors import InvalidValue
from csmcore.model import AccountId, AgreementBook, CaseId, DefinitionId, Finding, HistoryRow, Layout, Reason
from csmcore.rules import compile_policy, explain
from csmcore.wire import load_agreements, load_policy
from tests.unit.replay.desk import PLAN, POLICY, at, mapping, read, replayed, rows

STORY = (
    "T1 02 08:00 New 3 -",  # before the office opens
    "T1 02 10:00 Open 3 ann",  # response: one hour of open time
    "T1 02 16:00 Waiting 3 ann",  # seven hours used, one more left of the day
    "T1 03 10:00 Open 3 ann",  # two open hours paused
    "T1 04 09:00 Solved 3 ann",  # 7 + 7 = 14 hours of 16
    "T1 04 11:00 Open 3 ann",  # reopened: a new cycle
    "T1 27 16:00 Solved 3 ann",  # long over
)


def figures(case_id: str, *lines: str, as_of: datetime | None = None) -> list[tuple[str, int, str, int]]:
    """The clocks of a case: promise, cycle, outcome, open minutes."""
    case = replayed(*lines, as_of=as_of).case(CaseId(case_id))
    assert case is not None
    return [
        (clock.definition, clock.cycle, outcome(clock), int(clock.elapsed.total_seconds()) // 60)
        for clock in case.readings
    ]


def test_a_story_of_pauses_and_reopening() -> None:
    """Each figure is one that a person with a clock and a calendar finds."""
    assert figures("T1", *STORY) == [
        ("response", 1, "kept", 60),
        ("resolution", 1, "kept", 14 * 60),
        ("resolution", 2, "breached", (6 + 16 * 8 + 7) * 60),
    ]


def test_a_kept_case_can_be_explained() -> None:
    """Its clocks and its revisions are there, and the stretches of time name the lines of the file."""
    case = replayed(*STORY).case(CaseId("T1"))
    assert case is not None
    assert [revision.event_id for revision in case.revisions] == [f"line {line}" for line in range(2, 9)]
    explanation = explain(PLAN, case.state.clocks[1], at(31, "12:00"))
    (paused,) = [segment for segment in explanation.segments if segment.kind == "paused"]
    assert (paused.event_id, paused.business.total_seconds()) == ("line 4", 2 * 3600)


def test_nothing_after_the_instant_is_seen() -> None:
    """As of an instant the rest has not happened; a breach due exactly then has."""
    assert figures("T1", *STORY, as_of=at(2, "12:00"))[1] == ("resolution", 1, "running", 4 * 60)
    assert figures("T1", "T1 02 09:00 New 1 -", as_of=at(2, "15:59"))[1][2] == "running"
    assert figures("T1", "T1 02 09:00 New 1 -", as_of=at(2, "16:00"))[1][2] == "breached"
    assert replayed(*STORY, as_of=at(1, "12:00")).cases == ()


def test_a_report_says_what_it_was_computed_with() -> None:
    """The policy, the zones, the last instant of the history."""
    report = replayed(*STORY)
    assert report.policy == PLAN.policy.ref
    assert report.time_zone_database
    assert (report.as_of, report.rows) == (at(27, "15:00"), 7)


def test_the_document_of_a_report() -> None:
    """Its keys are those that are documented, in that order; seconds are whole, instants in UTC."""
    document = replayed(*STORY[:4], "T2 03 11:00 Open 1 -").to_mapping()
    assert list(document) == ["policy", "cases", "promises", "findings"]
    assert json.loads(json.dumps(document)) == document
    first, second = document["cases"]
    assert first == {
        "id": "T1",
        "entitlement": None,
        "clocks": [
            {
                "definition": "response",
                "cycles": [
                    {
                        "cycle": 1,
                        "stage": "completed",
                        "started_at": "2026-03-02T07:00:00Z",
                        "due_at": "2026-03-02T10:00:00Z",
                        "stopped_at": "2026-03-02T09:00:00Z",
                        "elapsed_seconds": 3600,
                        "has_breached": False,
                        "breached_at": None,
                    }
                ],
            },
            {
                "definition": "resolution",
                "cycles": [
                    {
                        "cycle": 1,
                        "stage": "in_progress",
                        "started_at": "2026-03-02T07:00:00Z",
                        "due_at": "2026-03-04T10:00:00Z",
                        "stopped_at": None,
                        "elapsed_seconds": 8 * 3600,
                        "has_breached": False,
                        "breached_at": None,
                    }
                ],
            },
        ],
    }
    assert [clock["definition"] for clock in second["clocks"]] == ["resolution"]
    assert document["findings"] == [{"code": "opens_as", "text": "opens as open", "line": 6, "case": "T2"}]


def test_a_report_shows_itself_in_a_notebook() -> None:
    """As a table, and nothing in it is taken for markup."""
    plan = compile_policy(load_policy(POLICY.replace('version = "1"', 'version = "<b>"')))
    html = replay_history(plan, rows(*STORY, "T2 03 11:00 Open 1"))._repr_html_()
    kept = "<td>resolution</td><td>3</td><td>1</td><td>1</td><td>0</td><td>0</td><td>0</td><td>50</td>"
    assert f"{kept}<td>14:00</td><td>141:00</td><td>141:00</td>" in html
    assert "opens_as: 1" in html
    assert "&lt;b&gt;" in html
    assert "<b>" not in html


# --- order -----------------------------------------------------------------------------------------------------------


def test_an_instant_before_the_last_is_raised_to_it() -> None:
    """And found, with what it was."""
    report = replayed("T1 02 10:00 New 3 -", "T1 02 09:00 Open 3 ann")
    assert [(finding.code, finding.line) for finding in report.findings] == [("raised_instant", 3)]
    assert report.findings[0].text == "2026-03-02 08:00:00Z is before 2026-03-02 09:00:00Z, and is raised to it"
    assert report.cases[0].readings[0].elapsed.total_seconds() == 0


def ordered(layout: Layout, *lines: str) -> tuple[list[str | None], dict[str, int]]:
    """What comes of rows that say their order: the states in the order replayed, and the findings."""
    head = "order = 'n'"
    content = "\n".join(["ticket,when,status,prio,agent,n", *lines, ""]).encode()
    report = replay_history(PLAN, read(content, mapping(head)), layout=layout, keep={CaseId("T1")})
    revisions = report.cases[0].revisions
    return [str(revision.fields.get("state")) for revision in revisions], dict(report.counts)


def test_grouped_rows_happen_in_their_order() -> None:
    """Whatever their place in the file; a row without an order follows the one before it."""
    states, counts = ordered(
        "grouped",
        "T1,02.03.2026 11:00,Solved,3,-,3",
        "T1,02.03.2026 12:00,Closed,3,-,",
        "T1,02.03.2026 09:00,New,3,-,1",
        "T1,02.03.2026 10:00,Open,3,-,2",
    )
    assert states == ["new", "open", "resolved", "closed"]
    assert counts == {"unreadable_cell": 1}


def test_rows_by_time_happen_as_they_come() -> None:
    """One whose order says otherwise is found."""
    states, counts = ordered(
        "by_time", "T1,02.03.2026 09:00,New,3,-,2", "T1,02.03.2026 10:00,Open,3,-,1", "T1,02.03.2026 11:00,Open,3,-,9"
    )
    assert states == ["new", "open", "open"]
    assert counts == {"out_of_order": 1}


def test_cases_that_take_turns_are_not_grouped() -> None:
    """In a grouped history that is an error, by time it is what there is."""
    lines = ("T1 02 09:00 New 3 -", "T2 02 09:00 New 3 -", "T1 02 10:00 Open 3 -")
    with pytest.raises(InvalidValue, match=r"line 4: case 'T1' comes again.*by_time"):
        replay_history(PLAN, rows(*lines), layout="grouped")
    assert [case.id for case in replay_history(PLAN, rows(*lines), layout="by_time").cases] == ["T1", "T2"]


def test_both_layouts_give_the_same_report() -> None:
    """Law: rows grouped by case and the same rows by time tell the same."""
    other = ("T2 02 09:30 New 1 -", "T2 03 09:30 Open 1 bob", "T2 05 09:30 Closed 1 bob")
    grouped = replay_history(PLAN, rows(*STORY, *other), layout="grouped")
    turns = [line for pair in zip(STORY, (*other, "", "", "", ""), strict=True) for line in pair if line]
    by_time = replay_history(PLAN, rows(*turns), layout="by_time")
    assert [case.readings for case in grouped.cases] == [case.readings for case in by_time.cases]
    assert grouped.promises == by_time.promises


# --- the record is the truth -----------------------------------------------------------------------------------------


def test_refused_steps_are_counted_by_kind() -> None:
    """Clocks follow the record all the same; a step to the same state is none."""
    report = replayed(
        *("T1 02 09:00 New 3 -", "T1 02 10:00 Solved 3 -", "T1 02 10:30 Solved 3 -", "T1 02 11:00 Waiting 3 -"),
        *("T2 02 09:00 New 3 -", "T2 02 10:00 Solved 3 -", "T2 02 11:00 Closed 3 -", "T2 02 12:00 Open 3 -"),
    )
    assert report.refused == {"new -> resolved": 2, "resolved -> awaiting_info": 1, "closed -> open": 1}
    assert report.counts == {"refused_step": 4}


@pytest.mark.parametrize(("days", "refused"), [(0, 1), (1, 1), (2, 0)])
def test_a_closed_case_opens_again_in_the_policys_window(days: int, refused: int) -> None:
    """The lifecycle would refuse it outside."""
    plan = compile_policy(load_policy(f"reopen_window_days = {days}\n{POLICY}"))
    lines = ("T1 02 09:00 New 3 -", "T1 02 10:00 Closed 3 -", "T1 03 11:00 Open 3 -")
    assert sum(replay_history(plan, rows(*lines)).refused.values()) == refused


def test_a_state_that_is_emptied_is_found() -> None:
    """An empty cell empties its field: an export that fills in only what changed does not pass unseen."""
    report = replayed("T1 02 09:00 New 3 -", "T1 02 10:00 Open 3 -")
    assert report.counts == {}
    lines = b"ticket,when,status,prio,agent\nT1,02.03.2026 09:00,New,3,\nT1,02.03.2026 10:00,,,ann\n"
    sparse = replay_history(PLAN, read(lines))
    assert [(finding.code, finding.line) for finding in sparse.findings] == [("emptied_state", 3)]


def test_a_report_prints_as_a_table() -> None:
    """Its text has a line for each promise and priority, and the findings by kind."""
    lines = str(replayed("T1 02 09:00 New 3 -", "T1 02 10:00 Solved 3 -")).splitlines()
    assert lines[0] == "policy desk 1: 1 cases, 2 rows"
    assert lines[1].split()[:4] == ["promise", "priority", "kept", "breached"]
    assert [line.split()[0] for line in lines[2:]] == ["response", "resolution", "refused_step:"]


def test_a_state_that_was_never_said_is_no_step() -> None:
    """An unknown value leaves the state as it was, even if it was none."""
    report = replayed("T1 02 09:00 Nwe 3 -", "T1 02 10:00 Open 3 -", "T1 02 11:00 Nwe 3 -", "T1 02 12:00 Solved 3 -")
    assert report.counts == {"unknown_value": 2}
    assert report.cases[0].readings[0].stage == "completed"


def grades(*cells: str) -> list[HistoryRow | Finding]:
    """Rows with impact, urgency and priority."""
    fields = "[fields]\nimpact = 'i'\nurgency = 'u'\npriority = 'p'\npriority_override = 'o'"
    lines = [f"T{number},02.03.2026 09:00,{cell}" for number, cell in enumerate(cells)]
    return read("\n".join(["ticket,when,i,u,p,o", *lines, ""]).encode(), mapping(fields=fields))


def test_priorities_are_held_against_the_matrix() -> None:
    """Where the record has none the matrix gives it, and one that someone set is not held against it."""
    report = replay_history(PLAN, grades("1,1,1,", "1,1,4,", "1,1,,", "1,,4,", "1,1,4,because"))
    assert [(finding.code, finding.text, finding.line) for finding in report.findings] == [
        ("priority_differs", "priority 4, where the matrix has 1", 3)
    ]
    assert report.graded == 3
    assert [case.priority for case in report.cases] == [1, 4, 1, 4, 4]


def test_the_matrixs_priority_follows_urgency_and_chooses_goals() -> None:
    """Where no row tells a priority, each row has the matrix's: clocks see it from the first row on."""
    fields = "[fields]\nstate = 's'\nimpact = 'i'\nurgency = 'u'"
    lines = ["ticket,when,s,i,u", "T1,02.03.2026 09:00,new,1,1", "T1,02.03.2026 10:00,open,1,3", ""]
    report = replay_history(PLAN, read("\n".join(lines).encode(), mapping(fields=fields)))
    assert report.findings == ()
    assert report.cases[0].priority == 3
    assert {clock.definition: clock.goal for clock in report.cases[0].readings}[
        DefinitionId("resolution")
    ] == timedelta(hours=16)
    first = replay_history(PLAN, read("\n".join([*lines[:2], ""]).encode(), mapping(fields=fields))).cases[0]
    goals = {clock.definition: clock.goal for clock in first.readings}
    assert goals[DefinitionId("resolution")] == timedelta(hours=8)


def test_strict_makes_the_first_finding_an_error() -> None:
    """With its line; what reading found counts too."""
    with pytest.raises(InvalidValue, match=r"line 3: new -> resolved \(refused_step\)"):
        replay_history(PLAN, rows("T1 02 09:00 New 3 -", "T1 02 10:00 Solved 3 -"), strict=True)
    for layout in ("grouped", "by_time"):
        with pytest.raises(InvalidValue, match=r"line 2: state: 'Nwe'.*\(unknown_value\)"):
            replay_history(PLAN, rows("T1 02 09:00 Nwe 3 -"), strict=True, layout=layout)
    assert replay_history(PLAN, rows(*STORY), strict=True).findings == ()


# --- agreements ------------------------------------------------------------------------------------------------------

GOLD = """
format = 1
[accounts.acme]
name = "Acme"
calendar = "office"
parent = "holding"
[accounts.holding]
name = "Holding"
[accounts.other]
name = "Other"
[contacts.jo]
account = "acme"
name = "Jo"
[consumers.kay]
name = "Kay"
[products.press]
name = "Press"
[assets.press-1]
product_model = "press"
account = "acme"
[contracts.c1]
number = "CT1"
account = "acme"
state = "active"
sla_definitions = ["gold"]
covered_assets = [{ asset = "press-1" }]
runs_non_contractual = false
[entitlements.e1]
number = "E1"
account = "acme"
contract = "c1"
plan = "gold"
[entitlements.e2]
number = "E2"
product = "press"
plan = "press"
[entitlements.e3]
number = "E3"
consumer = "kay"
[entitlements.e4]
number = "E4"
account = "other"
"""
CONTRACTUAL = """
[definitions.gold]
contractual = true
start = { field = "state", op = "in", value = ["new", "open"] }
stop = { field = "state", op = "eq", value = "resolved" }
goals = [{ duration = "4h" }]
"""
BOOK: AgreementBook = load_agreements(GOLD)
AGREED = compile_policy(load_policy(POLICY + CONTRACTUAL))
NAMES = ("state", "account", "contact", "consumer", "product", "asset", "contract", "entitlement")


def agreed(*lines: str, agreements: AgreementBook | None = BOOK) -> ReplayReport:
    """What comes of rows with a customer: contact, consumer, asset and so on, as `name=value`."""
    fields = "[fields]\n" + "".join(f"{name} = '{name}'\n" for name in NAMES)
    made = []
    for line in lines:
        ticket, day, *given = line.split()
        values = dict(pair.split("=") for pair in given)
        made.append(",".join([ticket, f"{day}.03.2026 09:00", *(values.get(name, "") for name in NAMES)]))
    content = "\n".join([",".join(["ticket", "when", *NAMES]), *made, ""]).encode()
    return replay_history(AGREED, read(content, mapping(fields=fields)), agreements=agreements, keep={CaseId("T1")})


def test_without_agreements_nobody_is_entitled() -> None:
    """The promises that need no contract apply, whatever contract the record names."""
    report = agreed("T1 02 state=new contact=jo contract=c1", agreements=None)
    assert report.cases[0].reason == Reason("no_agreements", "not entitled: no agreements given", ("entitlement",))
    assert (report.cases[0].entitlement, report.cases[0].derivation) == (None, None)
    assert [clock.definition for clock in report.cases[0].readings] == ["response", "resolution"]
    assert report.findings == ()


def test_the_entitlement_is_derived_row_by_row() -> None:
    """A contact brings their account, an asset its product; a row that changes what was asked is asked anew."""
    report = agreed(
        *("T1 02 state=new contact=jo asset=press-1", "T1 03 state=open contact=jo asset=press-1"),
        *("T1 04 state=open contact=jo", "T1 05 state=open consumer=kay"),
    )
    case = report.cases[0]
    first, second, third, last = (revision.fields for revision in case.revisions)
    assert [fields.get("entitlement.plan") for fields in (first, second, third, last)] == ["gold", "gold", None, None]
    assert (first["account"], first["product"], first["contract"]) == ("acme", "press", "c1")
    assert (first["account.calendar"], third.get("contract")) == ("office", None)
    assert (case.entitlement, case.reason.code) == ("e3", "entitled")
    assert (case.readings[0].definition, case.readings[0].stage) == ("gold", "cancelled")


def test_a_contract_lets_its_promises_run() -> None:
    """And where it runs no others, the rest never applies."""
    report = agreed("T1 02 state=new contact=jo asset=press-1", "T2 02 state=new account=other")
    assert [[clock.definition for clock in case.readings] for case in report.cases] == [
        ["gold"],
        ["response", "resolution"],
    ]


def test_what_the_record_names_was_set_by_hand() -> None:
    """A contract or entitlement in a row stays, whosever it is; unknown ones are found."""
    report = agreed(
        "T1 02 state=new contact=jo entitlement=e4", "T2 02 state=new contact=jo contract=c9 entitlement=e9"
    )
    assert [case.entitlement for case in report.cases] == ["e4", "e9"]
    assert report.cases[0].reason.code == "entitled_by_hand"
    assert [finding.text for finding in report.findings] == [
        "the agreements have no contract 'c9'",
        "the agreements have no entitlement 'e9'",
    ]


def test_customers_that_nobody_knows_are_found() -> None:
    """Once for each case, and so is a case that names none."""
    report = agreed(
        *("T1 02 state=new contact=jim", "T1 03 state=open contact=jim asset=x", "T1 04 state=open contact=jim"),
        *("T2 02 state=new", "T3 02 state=new account=nobody"),
    )
    assert [(finding.case, finding.code) for finding in report.findings] == [
        ("T1", "unknown_customer"),
        ("T1", "unknown_agreement"),
        ("T2", "no_customer"),
        ("T3", "unknown_customer"),
    ]
    assert {case.entitlement for case in report.cases} == {None}


def test_accounts_in_a_circle_end_somewhere() -> None:
    """A book from elsewhere may have them."""
    holding = attrs.evolve(BOOK.accounts[AccountId("holding")], parent=AccountId("acme"))
    book = attrs.evolve(BOOK, accounts={**BOOK.accounts, holding.id: holding})
    assert agreed("T1 02 state=new account=acme asset=press-1", agreements=book).cases[0].entitlement == "e1"
