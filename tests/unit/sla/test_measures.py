"""The built-in measures, those of a policy, and what a definition says instead."""

from typing import Any

import attrs
import pytest

from csmcore.conditions import field
from csmcore.errors import InvalidValue
from csmcore.model import CLOCK_CONDITIONS, MEASURES, DefinitionId, Goal, Measure, SlaDefinition, SupportPolicy
from csmcore.model.measures import USUAL_MODES
from tests.oracle.measures import MEASURES as BY_HAND
from tests.unit.sla.desk import Desk, Step, at, desk, hours, promise

NEW, OPEN, WAIT, DONE = {"state": "new"}, {"state": "open"}, {"state": "awaiting_info"}, {"state": "resolved"}
REPLY = {"event.by": "agent", "event.is_public": True}
NOTE = {"event.by": "agent", "event.is_public": False}
QUESTION = {"event.kind": "comment_added", "event.by": "customer", "event.is_public": True}
ANSWERED = {"first_response_at": at("12 10:00")}


def measured(measure: str, **changes: Any) -> SlaDefinition:
    """A promise of four hours, around the clock, that has nothing but its measure."""
    usual: dict[str, Any] = {"id": DefinitionId("m"), "measure": measure, "goals": (Goal(hours(4)),)}
    return SlaDefinition(**usual | changes)


def cycles(case: Desk, as_of: str) -> list[tuple[str, str, float]]:
    """Stage, start and hours of each cycle."""
    return [(each.stage, f"{each.started_at:%H:%M}", each.elapsed / hours(1)) for each in case.readings(as_of)]


TALK: tuple[Step, ...] = (
    ("12 09:00", NEW | QUESTION),
    ("12 09:30", NOTE),
    ("12 10:00", OPEN | REPLY | ANSWERED),
    ("12 11:00", QUESTION),
    ("12 12:00", QUESTION),
    ("12 13:00", WAIT | REPLY),
    ("12 15:00", OPEN | QUESTION),
    ("12 16:00", {"is_blocked": True}),
    ("12 18:00", {"is_blocked": False}),
    ("12 19:00", DONE | REPLY),
)


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        ("first_response", [("completed", "09:00", 1)]),
        ("next_reply", [("completed", "11:00", 2), ("completed", "15:00", 4)]),
        ("periodic_update", [("completed", "10:00", 3), ("completed", "13:00", 6)]),
        ("pausable_update", [("completed", "10:00", 3), ("completed", "13:00", 4)]),  # asked 13:00-15:00
        ("requester_wait", [("completed", "09:00", 8)]),  # 10 h less the two in which the customer was asked
        ("agent_work", [("completed", "09:00", 6)]),  # less two more on hold
        ("resolution", [("completed", "09:00", 8)]),
    ],
)
def test_what_each_measure_measures(measure: str, expected: list[tuple[str, str, float]]) -> None:
    """One day of one case, as each of the measures sees it."""
    assert cycles(desk(measured(measure), *TALK), "12 20:00") == expected


@pytest.mark.parametrize(
    ("measure", "stages"),
    [
        ("first_response", ["cancelled"]),
        ("next_reply", []),
        ("resolution", ["cancelled"]),
        ("requester_wait", ["cancelled"]),
        ("agent_work", ["cancelled"]),
    ],
)
def test_a_cancelled_case_ends_them(measure: str, stages: list[str]) -> None:
    """Cancelled before anything was answered."""
    case = desk(measured(measure), ("12 09:00", NEW), ("12 10:00", {"state": "cancelled"}))
    assert [stage for stage, _, _ in cycles(case, "12 11:00")] == stages


@pytest.mark.parametrize("measure", ["next_reply", "periodic_update", "pausable_update"])
def test_a_cancelled_case_ends_the_talk_too(measure: str) -> None:
    """Cancelled after an answer and a question."""
    steps = (("12 09:00", NEW), ("12 10:00", OPEN | REPLY | ANSWERED), ("12 11:00", QUESTION))
    case = desk(measured(measure), *steps, ("12 12:00", {"state": "cancelled"}))
    assert [stage for stage, _, _ in cycles(case, "12 13:00")][-1] == "cancelled"


def test_a_first_response_is_asked_once() -> None:
    """A case that is reopened, or whose stamp is emptied, needs no other first response."""
    steps = (*TALK, ("13 09:00", OPEN | QUESTION | {"first_response_at": None}))
    assert len(cycles(desk(measured("first_response"), *steps), "13 10:00")) == 1


def test_the_measures_are_those_that_are_written_down() -> None:
    """Every name, and each with its conditions and modes as a second hand wrote them."""
    assert set(MEASURES) == set(BY_HAND)
    for name, measure in MEASURES.items():
        assert measure.about
        assert {part for part in CLOCK_CONDITIONS if getattr(measure, part) is not None} == {
            part for part in CLOCK_CONDITIONS if part in BY_HAND[name]
        }
        for mode in USUAL_MODES:
            assert getattr(measure, mode) == BY_HAND[name].get(mode, attrs.fields_dict(Measure)[mode].default)


# --- what a definition says itself -----------------------------------------------------------------------------------


def completed(definition: SlaDefinition, **more: Any) -> SlaDefinition:
    """The definition as the policy has it."""
    (found,) = desk(definition, **more).plan.policy.definitions
    return found


def test_a_definition_without_a_start_has_what_its_measure_says() -> None:
    """Conditions and modes both; nothing else."""
    definition = completed(measured("periodic_update"))
    assert {name: getattr(definition, name) for name in (*CLOCK_CONDITIONS, *USUAL_MODES)} == {
        name: getattr(MEASURES["periodic_update"], name) for name in (*CLOCK_CONDITIONS, *USUAL_MODES)
    }
    assert definition.measure == "periodic_update"


def test_what_a_definition_says_itself_stays() -> None:
    """A pause of its own, and a mode that is not the usual one, outrank the measure's."""
    own = field("category") == "on hold"
    definition = completed(measured("resolution", pause=own, recurrence="sequential", when_to_cancel="never"))
    assert (definition.pause, definition.recurrence, definition.when_to_cancel) == (own, "sequential", "never")
    assert (definition.start, definition.stop) == (MEASURES["resolution"].start, MEASURES["resolution"].stop)


def test_a_definition_with_a_start_takes_nothing_from_its_measure() -> None:
    """The measure is a label then: no stop, no pause, no recurrence come with it."""
    start = field("state") == "open"
    definition = completed(measured("first_response", start=start))
    assert (definition.start, definition.stop, definition.recurrence) == (start, None, "cycles")


def test_a_policy_may_have_measures_of_its_own() -> None:
    """Named like the built-in ones, and read like them."""
    triage = Measure(start=field("state") == "new", stop=field("assigned_to").is_not_empty(), recurrence="once")
    case = desk(
        measured("triage"),
        ("12 09:00", NEW),
        ("12 10:00", {"assigned_to": "ann"}),
        ("12 11:00", {"assigned_to": None}),
        measures={"triage": triage},
    )
    assert cycles(case, "12 12:00") == [("completed", "09:00", 1)]


@pytest.mark.parametrize("name", ["resolution", "first_response", "custom"])
def test_a_measure_of_a_policy_shadows_none_that_is_built_in(name: str) -> None:
    """Its name would mean two things."""
    with pytest.raises(InvalidValue, match="is built in; give it another name") as caught:
        SupportPolicy(name="p", version="1", measures={name: Measure(start=field("state") == "new")})
    assert caught.value.path == f"measures.{name}"


def test_an_unknown_measure_is_refused() -> None:
    """With those that are known; a start of its own does not excuse a name that leads nowhere."""
    for changes in ({}, {"start": field("state") == "new"}):
        with pytest.raises(
            InvalidValue, match=r"no measure 'resolved'; known are first_response, .*, custom"
        ) as caught:
            SupportPolicy(name="p", version="1", definitions=(measured("resolved", **changes),))
        assert caught.value.path == "$.definitions[0].measure"


def test_no_start_and_no_measure_is_no_promise() -> None:
    """Nothing would ever start it."""
    with pytest.raises(InvalidValue, match="give it a condition, or name a measure") as caught:
        promise(start=None)
    assert caught.value.path == "start"


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"recurrence": "once"}, "reset"),
        ({"recurrence": "independent"}, "reset"),
        ({"retroactive_pause": True, "retroactive_start": "opened_at"}, "pause"),
    ],
)
def test_settings_are_judged_with_what_the_measure_brings(changes: dict[str, object], path: str) -> None:
    """periodic_update resets, and has no pause: what cannot go with that is refused once the two are joined."""
    definition = measured("periodic_update", **changes)
    with pytest.raises(InvalidValue) as caught:
        SupportPolicy(name="p", version="1", definitions=(definition,))
    assert caught.value.path == f"$.definitions[0].{path}"


def test_a_start_that_the_measure_brings_must_last_too() -> None:
    """A policy's measure that starts at an event, and does not say what ends it, is refused when it is compiled."""
    fleeting = Measure(start=field("event.by") == "customer", stop=field("event.by") == "agent")
    with pytest.raises(InvalidValue, match="when_to_cancel"):
        desk(measured("reply"), measures={"reply": fleeting})
    case = desk(measured("reply", when_to_cancel="never"), ("12 09:00", NEW | QUESTION), measures={"reply": fleeting})
    assert cycles(case, "12 10:00") == [("in_progress", "09:00", 1)]
