"""A case told by its events."""

from datetime import timedelta
from typing import Any

import attrs
import pytest

from csmcore.errors import InvalidValue
from csmcore.model import SYSTEM, Case, CaseId, Event, OpenCase
from csmcore.rules.cases.lifecycle import replay_events
from csmcore.rules.cases.steps import Step
from csmcore.rules.intake.intake import opening
from tests.unit.lifecycle.cast import BUSINESS, START, made, policy

EVE = BUSINESS.actors["the contact"][0]


def event(version: int, index: int, kind: str, changes: dict[str, Any], **more: Any) -> Event:
    """An event of the case, an hour after the version before."""
    at = START + timedelta(hours=version - 1)
    fields = {"case": "c1", "by": EVE, "at": at, "version": version, "index": index, "kind": kind, "changes": changes}
    return made(Event, **{**fields, **more})


def opened() -> Event:
    """The event of an opening."""
    command = OpenCase(short_description="x")
    step = opening(command, EVE, BUSINESS.facts, policy(), START, CaseId("c1"), "C")
    assert isinstance(step, Step)
    return event(1, 0, "case_opened", dict(step.changes))


def test_events_tell_the_case() -> None:
    """Its fields are those that were set last; its version and date are those of the last change."""
    second = [event(2, 0, "case_updated", {"category": "a"}), event(2, 1, "entitlement_derived", {"category": "b"})]
    told = [opened(), *second]
    first = Case(**opened().changes, updated_at=START)  # type: ignore[arg-type]
    assert replay_events(told[:1]) == first
    later = attrs.evolve(first, version=2, updated_at=START + timedelta(hours=1), category="b")
    assert replay_events(iter(told)) == later


@pytest.mark.parametrize("kind", ["threshold_reached", "clock_breached"])
def test_a_tick_is_a_version_and_no_change(kind: str) -> None:
    """The case was not touched when time passed."""
    ticked = replay_events([opened(), event(2, 0, kind, {}, by=SYSTEM)])
    assert (ticked.version, ticked.updated_at) == (2, START)


WHOLE = opened()


@pytest.mark.parametrize(
    ("events", "problem"),
    [
        ([], "there are none"),
        ([event(2, 0, "case_updated", {})], "'c1/2/0' stands at the beginning"),
        ([attrs.evolve(WHOLE, index=1)], "'c1/1/1' stands at the beginning"),
        ([WHOLE, WHOLE], "'c1/1/0' stands after 'c1/1/0'"),
        ([WHOLE, event(3, 0, "case_updated", {})], "'c1/3/0' stands after 'c1/1/0'"),
        ([WHOLE, event(2, 1, "case_updated", {})], "'c1/2/1' stands after 'c1/1/0'"),
        ([WHOLE, event(1, 2, "case_updated", {})], "'c1/1/2' stands after 'c1/1/0'"),
        ([WHOLE, event(2, 0, "case_updated", {}, case="c2")], "'c2/2/0' stands after 'c1/1/0'"),
        ([WHOLE, event(2, 0, "case_updated", {"colour": "red"})], r"they set \['colour'\]"),
        ([WHOLE, event(2, 0, "case_updated", {"version": 9})], r"they set \['version'\]"),
        ([event(1, 0, "case_opened", {"id": "c1"})], r"do not set \['number', 'opened_at', 'opened_by', "),
    ],
)
def test_what_is_no_history_is_refused(events: list[Event], problem: str) -> None:
    """Gaps, repetitions, other cases' events and unknown fields are named."""
    with pytest.raises(InvalidValue, match=problem):
        replay_events(events)
