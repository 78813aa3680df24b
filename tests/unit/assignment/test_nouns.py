"""What the nouns of assignment refuse, and where they say so."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from csmcore.conditions import field
from csmcore.errors import InvalidValue, LimitExceeded, NaiveDatetime, OutOfRange
from csmcore.model import (
    AgentLoad,
    AssignmentFacts,
    AssignmentPolicy,
    AssignmentRule,
    Criterion,
    MatchingRule,
    Queue,
    SpillOver,
    WaitingCase,
)
from csmcore.wire import from_plain, to_plain
from tests.unit.assignment.team import NOW, matching, skill
from tests.unit.lifecycle.cast import made

HOUR = timedelta(hours=1)
LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)
TWO = (made(SpillOver, after=HOUR, levels=1), made(SpillOver, after=HOUR, levels=2))


def queue(**more: object) -> Queue:
    """A queue."""
    return made(Queue, **{"id": "q", "groups": ("pumps",)} | more)


@pytest.mark.parametrize(
    ("make", "path", "error"),
    [
        (lambda: made(Criterion, kind="charm"), "kind", InvalidValue),
        (lambda: made(Criterion, kind="skills", weight=-1), "weight", InvalidValue),
        (lambda: made(Criterion, kind="skills", weight=float("nan")), "weight", InvalidValue),
        (lambda: made(Criterion, kind="skills", threshold=-1), "threshold", InvalidValue),
        (lambda: made(Criterion, kind="skills", threshold=float("nan")), "threshold", InvalidValue),
        (lambda: made(Criterion, kind="hours_today", threshold=1), "threshold", InvalidValue),
        (lambda: made(Criterion, kind="skills", threshold_time=HOUR), "threshold_time", InvalidValue),
        (lambda: made(Criterion, kind="hours_today", threshold_time=-HOUR), "threshold_time", OutOfRange),
        (lambda: made(Criterion, kind="hours_today", threshold_time=3), "threshold_time", InvalidValue),
        (lambda: made(Criterion, kind="hours_ahead", within=timedelta(0)), "within", InvalidValue),
        (lambda: made(Criterion, kind="hours_ahead", within=timedelta(days=367)), "within", OutOfRange),
        (lambda: made(Criterion, kind="workload", within=HOUR), "within", InvalidValue),
        (lambda: matching("skills", "skills"), "criteria[1].kind", InvalidValue),
        (lambda: matching(requires=frozenset({"charm"})), "requires", InvalidValue),
        (lambda: matching(strategy="host:"), "strategy", InvalidValue),
        (lambda: matching(skills=(skill("a"), skill("a", 2))), "skills", InvalidValue),
        (lambda: made(AssignmentRule, id="r"), "group", InvalidValue),
        (lambda: made(AssignmentRule, id="r", user="ann", matching="m"), "matching", InvalidValue),
        (lambda: made(AssignmentRule, id="r", user="ann", order=-1), "order", InvalidValue),
        (lambda: queue(groups=()), "groups", InvalidValue),
        (lambda: queue(spills=TWO), "spills[1].after", InvalidValue),
        (lambda: queue(spills=TWO[:1] * 101), "spills", LimitExceeded),
        (lambda: made(SpillOver, after=HOUR), "groups", InvalidValue),
        (lambda: made(SpillOver, after=timedelta(0), levels=1), "after", OutOfRange),
        (lambda: made(SpillOver, after=3, levels=1), "after", InvalidValue),
        (lambda: made(AgentLoad, user="ann", assigned=-1), "assigned", InvalidValue),
        (
            lambda: made(AgentLoad, user="ann", last_assigned_at=LONG_AGO),
            "last_assigned_at",
            OutOfRange,
        ),
        (lambda: made(AgentLoad, user="ann", last_assigned_at=datetime(2026, 1, 1)), "last_assigned_at", NaiveDatetime),
        (lambda: made(AssignmentFacts, timezone="Mars/Olympus"), "timezone", InvalidValue),
        (lambda: made(WaitingCase, id="c", record={}, since=datetime(2026, 1, 1)), "since", NaiveDatetime),
    ],
)
def test_a_noun_that_means_nothing_is_refused(make: Callable[[], Any], path: str, error: type[InvalidValue]) -> None:
    """With the field that is wrong."""
    with pytest.raises(error) as caught:
        make()
    assert caught.value.path == path
    assert caught.value.hint or isinstance(caught.value, LimitExceeded)


@pytest.mark.parametrize(
    ("parts", "path"),
    [
        ({"rules": (made(AssignmentRule, id="r", matching="m"),)}, "rules[0].matching"),
        ({"queues": (queue(matching="m"),), "matching": (matching(id="n"),)}, "queues[0].matching"),
        ({"matching": (matching(), matching())}, "matching[1].id"),
        ({"queues": (queue(), queue(order=1))}, "queues[1].id"),
    ],
)
def test_names_of_a_policy_lead_somewhere_and_are_given_once(parts: dict[str, Any], path: str) -> None:
    """The place is that of the rule, matching rule or queue."""
    with pytest.raises(InvalidValue) as caught:
        AssignmentPolicy(**parts)
    assert caught.value.path == path


def test_a_policy_has_at_most_a_thousand_of_each() -> None:
    """More is refused before it is compared."""
    with pytest.raises(LimitExceeded):
        AssignmentPolicy(matching=tuple(MatchingRule(id=f"m{number}") for number in range(1_001)))


def test_a_policy_says_where_its_conditions_and_calendars_are() -> None:
    """For those who check them."""
    urgent = field("priority") == 1
    policy = AssignmentPolicy(
        rules=(made(AssignmentRule, id="a", user="u"), made(AssignmentRule, id="b", user="u", when=urgent)),
        matching=(matching(when=urgent),),
        queues=(queue(when=urgent, calendar="days"),),
    )
    assert policy.conditions == (("rules[1].when", urgent), ("matching[0].when", urgent), ("queues[0].when", urgent))
    assert policy.calendars == (("queues[0].calendar", "days"),)


def test_a_policy_is_a_document() -> None:
    """Its plain form is read to an equal policy."""
    policy = AssignmentPolicy(
        rules=(made(AssignmentRule, id="r", order=5, when=field("priority") == 1, group="pumps", matching="match"),),
        matching=(
            matching(
                criteria=(made(Criterion, kind="hours_ahead", within=8 * HOUR, threshold_time=HOUR),),
                requires=frozenset({"capacity"}),
                skills=(skill("pumps", 3),),
            ),
        ),
        queues=(queue(requires=frozenset(), spills=TWO[:1], calendar="days"),),
    )
    document = to_plain(policy)
    assert document["matching"][0]["criteria"] == [{"kind": "hours_ahead", "threshold_time": "1h", "within": "8h"}]
    assert from_plain(AssignmentPolicy, document) == policy


def test_a_load_keeps_its_instant_in_utc() -> None:
    """Whatever zone it was given in."""
    assert AgentLoad(user="ann", last_assigned_at=NOW).last_assigned_at == NOW  # type: ignore[arg-type]
