"""What a plan keeps to be fast changes nothing: neither what it keeps, nor that it keeps so much and no more."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from csmcore.conditions import field
from csmcore.model import EventId, Goal, Revision, SlaState, SupportPolicy
from csmcore.rules import advance, compile_policy, evaluate
from csmcore.rules.clocks import compiled, judging, plan
from csmcore.rules.clocks import hours as rules_hours
from tests.unit.sla.desk import OFFICE, at, desk, hours, promise

OPEN, DONE = {"state": "open"}, {"state": "resolved"}
VALUES: tuple[Any, ...] = (
    *(1, True, "1", 1.0, Decimal(1), 0, False, "", None, (), [], ("a",), ["a"], ("a", 1), ("a", True)),
    *(date(2026, 1, 12), at("12 09:00"), timedelta(1)),
)
PROMISES = (
    promise(id="one", start=field("extra.value") == 1, goals=(Goal(hours(2)),)),
    promise(id="true", start=field("extra.value") == True, goals=(Goal(hours(2)),)),  # noqa: E712 - a condition
    promise(id="text", start=field("extra.value") == "1", goals=(Goal(hours(2)),)),
    promise(id="some", start=field("extra.value").is_not_empty(), goals=(Goal(hours(2)),)),
    promise(id="none", start=field("extra.value").is_empty(), goals=(Goal(hours(2)),)),
    promise(id="other", start=field("extra.value") != "1", goals=(Goal(hours(2)),)),
    promise(id="listed", start=field("extra.value").contains("a"), goals=(Goal(hours(2)),)),
    promise(id="changed", start=field("extra.value").changes(), when_to_cancel="never", goals=(Goal(hours(2)),)),
    promise(id="due", goals=(Goal(due_field="extra.due"),), thresholds=(50, 90)),
    promise(id="zoned", calendar=None, timezone_source=("extra.zone",), goals=(Goal(days=1),)),
)


def history() -> list[Revision]:
    """Every value after every other, and as many agreed dates."""
    begun = at("12 09:00")
    pairs = [value for one in VALUES for two in VALUES for value in (one, two)]
    return [
        Revision(
            begun + timedelta(minutes=number),
            number,
            EventId(f"C/{number}/0"),
            {
                **OPEN,
                "extra.value": value,
                "extra.due": begun + timedelta(days=1, minutes=number),
                "extra.zone": f"Etc/GMT+{number % 2}" if number < 40 else None,
            },
        )
        for number, value in enumerate(pairs, 1)
    ]


def policy(*promises: Any) -> SupportPolicy:
    """A policy with these promises."""
    return SupportPolicy(name="p", version="1", calendars={"office": OFFICE}, definitions=promises)


@pytest.mark.parametrize("most", [0, 1, 3])
def test_what_a_plan_keeps_is_bounded_and_changes_nothing(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However little it may keep, the clocks are the same."""
    as_of = at("20 09:00")
    expected = evaluate(compile_policy(policy(*PROMISES)), history(), as_of)
    for module, name in (
        (judging, "_MOST_KNOWN"),
        (judging, "_MOST_TURNS"),
        (compiled, "_MOST_MARKS"),
        (rules_hours, "_MOST_ELSEWHERE"),
        (plan, "_MOST_MASKS"),
    ):
        monkeypatch.setattr(module, name, most)
    assert evaluate(compile_policy(policy(*PROMISES)), history(), as_of) == expected
    assert len(expected.clocks) > len(PROMISES)


def test_a_plan_that_has_seen_much_says_what_a_new_one_says() -> None:
    """Values that Python takes for equal are not: one, true and a decimal; a list and a tuple; and each alone."""
    used = compile_policy(policy(*PROMISES))
    whole = evaluate(used, history(), at("20 09:00"))
    assert evaluate(used, history(), at("20 09:00")) == whole
    state, new = SlaState(), [compile_policy(policy(*PROMISES)) for _ in range(9)]
    for number, revision in enumerate(history()):
        state = advance(new[number % len(new)], state, revision)
    assert evaluate(used, history(), history()[-1].at) == state
    for definition in PROMISES:
        alone = evaluate(compile_policy(policy(definition)), history(), at("20 09:00")).clocks
        assert alone == tuple(clock for clock in whole.clocks if clock.definition == definition.id)


@pytest.mark.parametrize(
    ("value", "starts"),
    [
        (1, {"one", "some", "other"}),
        (True, {"true", "some", "other"}),
        ("1", {"text", "some"}),
        ("", {"none", "other"}),
        (None, {"none", "other"}),
        ((), {"none", "other"}),
        ([], {"none", "other"}),
        (("a",), {"listed", "some", "other"}),
        (["a"], {"listed", "some", "other"}),
        (0, {"some", "other"}),
        (False, {"some", "other"}),
    ],
)
def test_a_value_starts_what_asks_for_it(value: object, starts: set[str]) -> None:
    """True is not 1, and what is empty is empty whatever its type."""
    promises = tuple(each for each in PROMISES if each.id not in {"changed", "due", "zoned"})
    case = desk(promises, ("12 09:00", {**OPEN, "extra.value": value}))
    assert {clock.definition for clock in case.clocks("12 10:00")} == starts


def test_policies_of_one_name_and_version_have_one_hash() -> None:
    """Equal ones have the same, so that they may be looked up; others may."""
    assert hash(policy(*PROMISES)) == hash(policy(*PROMISES)) == hash(policy())
    assert policy(*PROMISES) == policy(*PROMISES) != policy()
    assert {policy(): 1}[policy()] == 1
