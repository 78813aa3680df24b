"""Two states of a case's clocks compared: what a correction, another policy or another instant comes to."""

from csmcore.model import Goal, SlaState
from csmcore.rules import difference, evaluate
from tests.unit.sla.desk import Desk, at, desk, hours, promise

OPEN, WAIT, DONE = {"state": "open"}, {"state": "awaiting_info"}, {"state": "resolved"}
STEPS = (("12 09:00", OPEN), ("12 11:00", WAIT), ("12 13:00", OPEN))


def state(case: Desk, as_of: str) -> SlaState:
    """The clocks of a desk as of an instant."""
    return evaluate(case.plan, case.revisions, at(as_of))


def test_the_same_states_have_no_difference() -> None:
    """Nothing is said, and it is false."""
    found = difference(state(desk(promise(), *STEPS), "12 14:00"), state(desk(promise(), *STEPS), "12 14:00"))
    assert not found
    assert str(found) == "no difference"
    assert "no difference" in found._repr_html_()


def test_another_policy_moves_the_due_date() -> None:
    """Under eight hours instead of four, goal and dates differ, field by field; the history is as it was."""
    four, eight = desk(promise(), *STEPS), desk(promise(goals=(Goal(hours(8)),)), *STEPS)
    found = difference(state(four, "12 14:00"), state(eight, "12 14:00"))
    changes = {change.field: (change.before, change.after) for change in found.changed}
    assert changes["goal"] == (hours(4), hours(8))
    assert changes["due_at"] == (at("12 15:00"), at("13 11:00"))  # 9 + 4 h + 2 h pause; Mon 6 h of 8, Tue 2 h
    assert "resolution 1 due_at: 2026-01-12 15:00Z -> 2026-01-13 11:00Z" in str(found)
    assert found._repr_html_().startswith("<table>")


def test_cycles_that_only_one_has() -> None:
    """A promise that is new in a policy is added, one that it lost is removed; turned round they change places."""
    before = state(desk(promise(), *STEPS), "12 14:00")
    after = state(desk(promise(id="response", pause=None), *STEPS, ("13 09:00", DONE)), "14 09:00")
    found, back = difference(before, after), difference(after, before)
    assert [clock.definition for clock in found.removed] == ["resolution"]
    assert [clock.definition for clock in found.added] == ["response"]
    assert (back.removed, back.added) == (found.added, found.removed)
    assert "response 1 clock: none -> completed from 2026-01-12 09:00Z, breached" in str(found)


def test_later_is_seen_too() -> None:
    """As of another instant the same history has other clocks: here the breach, and what follows from it."""
    case = desk(promise(), *STEPS)
    found = difference(state(case, "12 14:00"), state(case, "12 16:00"))
    assert {change.field for change in found.changed} == {"has_breached", "breached_at", "next_at"}
    assert [change.after for change in found.changed if change.field == "breached_at"] == [at("12 15:00")]


def test_what_changed_is_told_as_text() -> None:
    """Pauses as stretches, flags and names as they are, nothing as none; under another calendar the stretches too."""
    early = desk(promise(thresholds=(50,)), *STEPS)
    late = desk(promise(thresholds=(50,)), STEPS[0], ("12 10:00", WAIT), *STEPS[2:])
    told = str(difference(state(early, "12 15:30"), state(late, "12 15:30")))
    assert "pauses: 2026-01-12 11:00Z to 2026-01-12 13:00Z -> 2026-01-12 10:00Z to 2026-01-12 13:00Z" in told
    assert "has_breached: True -> False" in told
    assert "breached_at: 2026-01-12 15:00Z -> none" in told
    moved = promise(calendar_source=("account.calendar",))
    hours_of = [desk(moved, STEPS[0], ("12 10:00", {"account.calendar": name})) for name in ("office", "nobody's")]
    assert "unresolved: none -> nobody's" in str(difference(*(state(each, "12 11:00") for each in hours_of)))
