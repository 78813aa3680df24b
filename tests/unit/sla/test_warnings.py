"""Promises that load but cannot do what they say: a warning shows it on records, or proves it by a conflict."""

from itertools import combinations
from typing import Any

import pytest

from csmcore.conditions import compile_condition, field, satisfiable
from csmcore.model import REVISION_SCHEMA, EventId, Goal, Revision, SupportPolicy, Threshold
from csmcore.presets import preset, presets
from csmcore.rules import Plan, PromiseWarning, advance, evaluate, promise_warnings
from csmcore.wire import load_policy
from tests.unit.sla.desk import at, desk, hours, promise

LIVE, WAITS = field("state").is_in("new", "open", "awaiting_info"), field("state") == "awaiting_info"


def warned(**changes: Any) -> dict[str, PromiseWarning]:
    """What is odd about a promise that is a little different, by code."""
    return {warning.code: warning for warning in plan_of(**changes).warnings}


def plan_of(**changes: Any) -> Plan:
    """The plan of a promise that is a little different."""
    return desk(promise(**changes)).plan


def holds(warning: PromiseWarning, condition: Any) -> bool:
    """Whether a condition holds on the witness of a warning."""
    assert warning.witness is not None
    return compile_condition(condition)(warning.witness.now, warning.witness.before)


def is_smallest(warning: PromiseWarning) -> bool:
    """Whether the conflict cannot hold, and every smaller part of it can: confirmed by trying them all."""
    parts = warning.conflict
    smaller = [part for size in range(1, len(parts)) for part in combinations(parts, size)]
    return satisfiable(*parts, schema=REVISION_SCHEMA) is None and all(
        satisfiable(*part, schema=REVISION_SCHEMA) is not None for part in smaller
    )


def test_a_sound_promise_has_no_warning() -> None:
    """The desk's usual promise ends in every state; in cancelled, since it no longer starts."""
    assert plan_of().warnings == ()


def test_a_promise_that_can_never_start() -> None:
    """Two of its conditions cannot hold together: they are named, and the third is not."""
    impossible = (field("priority") < 2) & (field("priority") > 3) & (field("state") == "open")
    warning = warned(start=impossible, stop=None, pause=None)["never_starts"]
    assert set(warning.conflict) == {field("priority") < 2, field("priority") > 3}
    assert is_smallest(warning)
    assert str(warning).startswith("resolution: it can never start (priority")


def test_a_start_that_its_stop_forbids() -> None:
    """Whenever it would start it stops: the conflict is of the start and of what denies the stop."""
    warning = warned(start=LIVE, stop=field("state").is_in("new", "open", "awaiting_info", "closed"))["never_starts"]
    assert is_smallest(warning)


@pytest.mark.parametrize("stop", [None, (field("state") == "resolved") & (field("state") == "closed")])
def test_a_promise_that_can_never_stop(stop: Any) -> None:
    """Without a stop a witness shows how it starts; with one that never holds the conflict is in it."""
    warning = warned(stop=stop)["never_stops"]
    if stop is None:
        assert holds(warning, LIVE)
    else:
        assert warning.conflict == (stop,)


def test_a_promise_that_is_paused_whenever_it_starts() -> None:
    """Its start and what denies its pause cannot hold together."""
    warning = warned(start=WAITS)["always_paused"]
    assert is_smallest(warning)


def test_a_promise_that_no_pause_can_reach() -> None:
    """Start and pause exclude each other, so that under the default it is cancelled instead of paused."""
    warning = warned(start=field("state").is_in("new", "open"))["never_pauses"]
    assert is_smallest(warning)
    assert "never_pauses" not in warned(start=field("state").is_in("new", "open"), when_to_cancel="never")


def test_cases_that_no_goal_is_for() -> None:
    """The witness starts, and no goal fits it: the engine attaches no clock to it."""
    goals = (Goal(hours(1), field("priority") == 1), Goal(hours(2), field("priority") == 2))
    warning = warned(goals=goals)["no_goal"]
    assert warning.witness is not None
    revision = Revision(at("12 09:00"), 1, EventId("C/1/0"), warning.witness.now)
    assert evaluate(plan_of(goals=goals), [revision], at("12 09:00")).clocks == ()


def test_a_date_that_may_be_missing() -> None:
    """A case that starts without its date is late a second later; unless an earlier goal takes it."""
    dated = Goal(due_field="extra.due")
    warning = warned(goals=(dated,))["no_date"]
    assert holds(warning, field("extra.due").is_empty() & LIVE)
    assert "no_date" not in warned(goals=(Goal(hours(8), field("extra.due").is_empty()), dated))


def test_a_reset_that_stays_true() -> None:
    """On the witness, twice, the engine resets the clock though nothing has changed."""
    reset = field("priority") == 1
    warning = warned(reset=reset)["resets_always"]
    assert warning.witness is not None
    record = dict(warning.witness.now)
    plan = plan_of(reset=reset)
    state = evaluate(plan, [Revision(at("12 09:00"), 1, EventId("C/1/0"), record)], at("12 09:00"))
    again = advance(plan, state, Revision(at("12 10:00"), 2, EventId("C/2/0"), record))
    assert len(again.clocks) == len(state.clocks) + 1
    assert "resets_always" not in warned(reset=field("priority").changes())


def test_a_clock_that_outlives_its_case() -> None:
    """Nothing ends a clock that is never cancelled and stops on resolved only: the witness is closed or cancelled."""
    warning = warned(stop=field("state") == "resolved", when_to_cancel="never")["stays_active"]
    assert holds(warning, field("state").is_in("closed", "cancelled"))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"cancel": field("priority") == 5}, "unused_cancel"),
        ({"resume": field("priority") == 5}, "unused_resume"),
        ({"when_to_cancel": "cancel_met"}, "missing_cancel"),
        ({"when_to_resume": "resume_met"}, "missing_resume"),
    ],
)
def test_conditions_and_modes_that_do_not_fit(changes: dict[str, Any], code: str) -> None:
    """A condition that its mode never reads, and a mode without its condition, are said."""
    assert code in warned(**changes)


def test_what_is_beyond_the_reasoning_is_not_claimed() -> None:
    """A start that compares two fields is believed to hold."""
    codes = warned(start=LIVE & (field("opened_at") <= field("assigned_at")))
    assert not {"never_starts", "always_paused"} & set(codes)


def test_a_policy_with_warnings_runs() -> None:
    """They are worked out when they are asked for, once, and never fail."""
    plan = plan_of(stop=None)
    assert plan.warnings is plan.warnings
    assert plan.warnings == promise_warnings(plan.policy)
    assert promise_warnings(SupportPolicy(name="empty", version="1")) == ()


@pytest.mark.parametrize("name", [name for name in presets() if name.endswith("-policy.toml")])
def test_what_ships_is_meant(name: str) -> None:
    """Of the policies that csmcore ships, the warnings are those of promises that are for some cases only."""
    found = {(warning.definition, warning.code) for warning in promise_warnings(load_policy(preset(name)))}
    assert found <= {
        ("night_watch", "no_goal"),
        ("first_response", "no_goal"),
        ("update_time", "no_goal"),
        ("solution_time", "no_goal"),
        ("breach_on_due_date", "no_date"),  # ServiceNow's letter
        ("resolution", "stays_active"),  # the Italian help desk's log has no cancelled case
    }


def test_goals_that_no_starting_case_has() -> None:
    """Where every goal is for cases that never start it, it can never start: start and goals are the conflict."""
    goals = (Goal(hours(1), field("state") == "closed"), Goal(hours(2), field("state") == "resolved"))
    assert is_smallest(warned(goals=goals)["never_starts"])


def test_a_stop_of_the_first_revision_only() -> None:
    """A stop that holds where a field is set for the first time is too early to stop anything."""
    first = field("state").changes_from(None)
    assert warned(stop=first)["never_stops"].conflict == (first,)


def test_an_end_by_change_is_not_judged_by_standing_records() -> None:
    """A clock that stops when its case becomes closed does not outlive it."""
    ends = field("state").changes_to("closed") | field("state").changes_to("cancelled")
    assert "stays_active" not in warned(stop=ends, when_to_cancel="never")


def test_a_pause_and_a_resume_that_hold_at_once_do_not_pause() -> None:
    """Where both hold at the start the clock runs, so it is not always paused; if it can never go on, that is said."""
    always = {"pause": LIVE, "when_to_resume": "resume_met"}
    assert "always_paused" not in warned(resume=field("state") == "open", **always)
    stuck = warned(resume=field("state") == "resolved", **always | {"pause": WAITS})["never_resumes"]
    assert satisfiable(*stuck.conflict, schema=REVISION_SCHEMA, first=False) is None


def test_a_reset_that_can_never_hold() -> None:
    """It would need a state in which the promise does not start."""
    assert "never_resets" in warned(reset=field("state") == "resolved")
    assert "never_resets" not in warned(reset=field("priority").changes())


@pytest.mark.parametrize(
    ("goals", "size"),
    [
        ((Goal(hours(8)), Goal(hours(4), field("priority") == 1)), 0),
        ((Goal(hours(8), field("priority") <= 2), Goal(hours(4), field("priority") == 1), Goal(hours(9))), 2),
    ],
)
def test_a_goal_that_no_case_reaches(goals: tuple[Goal, ...], size: int) -> None:
    """Those before it are for every case, or for all of its own."""
    warning = warned(goals=goals)["unreachable_goal"]
    assert warning.text.startswith("goal 2 is for no case")
    assert len(warning.conflict) == size
    assert not size or is_smallest(warning)


def test_settings_that_can_be_seen_to_be_odd() -> None:
    """A warning before the start, a goal that its reset changes first, a zone that nothing asks for."""
    by_priority = (Goal(hours(1), field("priority") == 1), Goal(hours(8)))
    resets = {"goals": by_priority, "reset": field("priority").changes()}
    assert "early_threshold" in warned(thresholds=(Threshold(before_due=hours(4)),))
    assert "early_threshold" not in warned(goals=by_priority, thresholds=(Threshold(before_due=hours(4)),))
    assert "reset_by_goal" in warned(**resets)
    assert "reset_by_goal" not in warned(**resets, on_goal_change="keep")
    assert "unused_timezone_source" in warned(timezone_source=("account.timezone",))
    assert "unused_timezone_source" not in warned(timezone_source=("account.timezone",), calendar=None)


def test_a_warning_is_a_sentence() -> None:
    """It names the promise, says what is odd, and shows it or says why."""
    told = {code: str(warning) for code, warning in warned(stop=None, cancel=field("priority") == 5).items()}
    assert told["never_stops"].startswith("resolution: it has no stop, so it is never completed (such as ")
    assert told["unused_cancel"].endswith("write when_to_cancel = 'cancel_met', or leave it out")
