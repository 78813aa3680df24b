"""Boston's service requests: a date that was promised, and whether it was kept, by a rule that counts the second."""

import csv
from collections import Counter
from datetime import datetime

import pytest

from csmcore.calendars import WallClock
from csmcore.conditions import field
from csmcore.model import DefinitionId, EventId, Goal, OnTime, Revision, SlaDefinition, SupportPolicy
from csmcore.rules import Plan, compile_policy, evaluate
from tests.real_data import data_folder
from tests.tally import Tally

FILE = "boston311/boston311-100.csv"
CLOCK = WallClock("America/New_York")
JUDGED = 77


def plan(on_time: OnTime) -> Plan:
    """The promise: by the target date, around the clock."""
    promise = SlaDefinition(
        id=DefinitionId("target"),
        goals=(Goal(due_field="extra.target"),),
        start=field("state") == "open",
        stop=field("state") == "closed",
        on_time=on_time,
    )
    return compile_policy(SupportPolicy(name="boston", version="1", definitions=(promise,)))


def is_kept(plan: Plan, row: dict[str, str]) -> bool:
    """Whether a request was closed in time."""
    at = {name: CLOCK.instant(datetime.fromisoformat(row[f"{name}_dt"])) for name in ("open", "target", "closed")}
    revisions = [
        Revision(at["open"], 1, EventId("R/1"), {"state": "open", "extra.target": at["target"]}),
        Revision(at["closed"], 2, EventId("R/2"), {"state": "closed", "extra.target": at["target"]}),
    ]
    (clock,) = evaluate(plan, revisions, at["closed"]).clocks
    return not clock.has_breached


def test_on_time_is_by_the_target_date(tally: Tally) -> None:
    """Of the closed requests with a date every one is judged as Boston did, which counts the date itself as in time."""
    path = data_folder() / FILE
    if not path.is_file():
        tally.excuse("boston311: requests judged", f"no {FILE} in {data_folder()}")
        pytest.skip(f"no {FILE} in {data_folder()}")
    with path.open(encoding="utf-8", newline="") as source:
        rows = [row for row in csv.DictReader(source) if row["target_dt"] and row["closed_dt"]]
    by, before = plan("by"), plan("before")
    judged = Counter((row["ontime"] == "ONTIME", is_kept(by, row)) for row in rows)
    stricter = sum(is_kept(by, row) and not is_kept(before, row) for row in rows)
    wrong = judged[True, False] + judged[False, True]
    tally("boston311: requests judged", len(rows), planned=JUDGED, mismatches=wrong)
    tally.detail(f"boston311: {stricter} of {len(rows)} requests would be late under `before`")
    assert wrong == 0
