"""Resolved cases that nobody answers: reminders, closing by itself, and who is exempt."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from csmcore.calendars import BusinessCalendar
from csmcore.errors import InvalidValue
from csmcore.model import (
    AcceptSolution,
    Actor,
    AddComment,
    AnswerSurvey,
    AutoClose,
    AutoCloseCase,
    Case,
    CasePolicy,
    ProposeSolution,
    Refusal,
    RejectSolution,
    RemindCustomer,
    SupportPolicy,
    UpdateCase,
)
from csmcore.rules.cases.changing import changed
from csmcore.rules.cases.lifecycle import step
from csmcore.rules.cases.steps import Step
from csmcore.rules.cases.timing_out import auto_close_at, next_auto_close_step, reminders_due
from tests.unit.lifecycle.cast import BUSINESS, START, case_in, planned, policy

DAY = timedelta(days=1)
EVE, ANN, BOB, MIA, SYSTEM = (
    BUSINESS.actors[name][0] for name in ("the contact", "the assignee", "an agent", "a manager", "the system")
)
OFFICE = BusinessCalendar.from_mapping({"timezone": "UTC", "hours": {"mon": ["09:00-17:00"], "tue": ["09:00-17:00"]}})


def closes(**rule: Any) -> SupportPolicy:
    """A policy under which resolved cases close by themselves."""
    return policy(cases=CasePolicy(auto_close=AutoClose(**rule)), calendars={"office": OFFICE})


USUAL = closes()


def took(case: Case, command: Any, actor: Actor, now: datetime, rules: SupportPolicy = USUAL) -> Step:
    """The step of a command that is accepted."""
    taken = step(case, command, actor, BUSINESS.facts, planned(rules), now)
    assert isinstance(taken, Step), taken
    return taken


def after(case: Case, command: Any, actor: Actor, now: datetime, rules: SupportPolicy = USUAL) -> Case:
    """The case that an accepted command makes."""
    return changed(case, took(case, command, actor, now, rules).changes, updated_at=now)


def codes(case: Case, command: Any, actor: Actor, now: datetime, rules: SupportPolicy = USUAL) -> tuple[str, ...]:
    """The reasons of a refused one."""
    refused = step(case, command, actor, BUSINESS.facts, planned(rules), now)
    assert isinstance(refused, Refusal), refused
    return refused.codes


def resolved(now: datetime = START, rules: SupportPolicy = USUAL) -> Case:
    """A case whose solution was proposed at an instant."""
    begun = case_in("open", BUSINESS, updated_at=START)
    return after(begun, ProposeSolution(code="fixed", notes="New fuse."), ANN, now, rules)


def test_it_is_reminded_of_and_then_closed() -> None:
    """After 5 days and after 10, to the microsecond; each is a comment of the system that its customer hears of."""
    case = resolved()
    assert (next_auto_close_step(case, USUAL), auto_close_at(case, USUAL)) == (START + 5 * DAY, START + 10 * DAY)
    early = START + 5 * DAY - timedelta(microseconds=1)
    assert codes(case, RemindCustomer(), SYSTEM, early) == ("not_due",)
    reminded = took(case, RemindCustomer(), SYSTEM, START + 5 * DAY)
    assert reminded.changes == {"auto_close_reminders": 1}
    assert [said.by for said in reminded.activity] == [SYSTEM]
    assert [each.kind for each in reminded.intents] == ["notify_customer", "notify_assignee"]
    case = changed(case, reminded.changes)
    assert codes(case, RemindCustomer(), SYSTEM, START + 6 * DAY) == ("not_due",)
    assert next_auto_close_step(case, USUAL) == START + 10 * DAY
    assert codes(case, AutoCloseCase(), SYSTEM, START + 10 * DAY - timedelta(microseconds=1)) == ("not_due",)
    closed = took(case, AutoCloseCase(), SYSTEM, START + 10 * DAY)
    assert closed.changes["state"] == "closed"
    assert closed.changes["closed_by"] == "system"
    assert len(closed.activity) == 1
    assert [happening.kind for happening in closed.happened] == ["case_closed", "survey_requested"]


def test_reminders_that_became_due_together_are_one() -> None:
    """However late time is asked."""
    rules = closes(reminders=(2, 4, 6))
    case = resolved(rules=rules)
    assert [reminders_due(case, rules, START + days * DAY) for days in range(8)] == [0, 0, 1, 1, 2, 2, 3, 3]
    late = took(case, RemindCustomer(), SYSTEM, START + 5 * DAY, rules)
    assert (late.changes, len(late.activity)) == ({"auto_close_reminders": 2}, 1)


def test_a_customers_comment_starts_the_count_again() -> None:
    """An agent's does not; and a reminder of the new count may fire."""
    case = after(resolved(), RemindCustomer(), SYSTEM, START + 5 * DAY)
    asked = after(case, AddComment("Wait, I am still testing."), EVE, START + 6 * DAY)
    assert (asked.auto_close_from, asked.auto_close_reminders, asked.auto_close) == (START + 6 * DAY, 0, True)
    assert next_auto_close_step(asked, USUAL) == START + 11 * DAY
    said = after(asked, AddComment("Fine."), ANN, START + 7 * DAY)
    assert said.auto_close_from == START + 6 * DAY
    assert "auto_close_reminders" not in took(asked, AddComment("Still."), EVE, START + 8 * DAY).changes


def test_days_may_be_those_that_are_worked() -> None:
    """START is a Monday, and the office is open on Mondays and Tuesdays; the local time is kept, within hours."""
    rules = closes(after_days=3, reminders=(1,), counts="business", calendar="office")
    case = resolved(START + timedelta(hours=1), rules)
    assert next_auto_close_step(case, rules) == datetime(2026, 6, 2, 10, tzinfo=UTC)
    assert auto_close_at(case, rules) == datetime(2026, 6, 9, 10, tzinfo=UTC)
    ends = closes(after_days=3, reminders=(1,), counts="business", calendar="office")
    last = datetime(2199, 12, 31, 12, tzinfo=UTC)
    near_the_end = case_in("resolved", BUSINESS, auto_close=True, auto_close_from=last)
    assert (next_auto_close_step(near_the_end, ends), auto_close_at(near_the_end, ends)) == (None, None)


@pytest.mark.parametrize(
    "rule",
    [
        {"counts": "business"},
        {"calendar": "office"},
        {"reminders": (10,)},
        {"reminders": (5, 3)},
        {"reminders": (0,)},
        {"reminders": (3, 3)},
        {"after_days": 0, "reminders": ()},
        {"reminder_text": " "},
        {"counts": "weeks"},
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(rule: dict[str, Any]) -> None:
    """With the field that is wrong."""
    with pytest.raises(InvalidValue) as caught:
        AutoClose(**rule)
    assert caught.value.path.split(".")[-1] in {*rule, "calendar"}


def test_a_rules_calendar_is_the_policys() -> None:
    """A name that leads nowhere is told with its place."""
    with pytest.raises(InvalidValue, match=r"cases\.auto_close\.calendar: no calendar 'x'"):
        closes(counts="business", calendar="x")


def test_an_agent_exempts_a_case_until_it_is_open_again() -> None:
    """Cleared attention does not bring the flag back; taking the exemption back does, if nothing stands against it."""
    case = resolved()
    exempt = after(case, UpdateCase({"auto_close": False}), BOB, START + DAY)
    assert (exempt.auto_close, exempt.is_auto_close_exempt) == (False, True)
    assert (next_auto_close_step(exempt, USUAL), auto_close_at(exempt, USUAL)) == (None, None)
    assert codes(exempt, AutoCloseCase(), SYSTEM, START + 99 * DAY) == ("auto_close_off",)
    spoken = after(exempt, AddComment("Hm."), EVE, START + 2 * DAY)
    assert after(spoken, UpdateCase({"needs_attention": False}), ANN, START + 3 * DAY).auto_close is False
    assert codes(spoken, UpdateCase({"auto_close": True}), BOB, START + 3 * DAY) == ("needs_attention_or_escalated",)
    calm = after(spoken, UpdateCase({"needs_attention": False, "auto_close": True}), ANN, START + 3 * DAY)
    assert (calm.auto_close, calm.is_auto_close_exempt) == (True, False)
    again = after(exempt, RejectSolution("No."), EVE, START + 2 * DAY)
    assert (again.auto_close, again.is_auto_close_exempt, again.auto_close_from) == (False, False, None)
    assert codes(case_in("open", BUSINESS), UpdateCase({"auto_close": True}), BOB, START + DAY) == ("not_resolved",)


def test_without_a_rule_the_host_closes() -> None:
    """The flag says which cases it may; nothing is due by itself, and nothing is said."""
    case = resolved(rules=policy())
    assert (next_auto_close_step(case, policy()), reminders_due(case, policy(), START + 99 * DAY)) == (None, 0)
    closed = took(case, AutoCloseCase(), SYSTEM, START + DAY, policy())
    assert (closed.changes["state"], closed.activity) == ("closed", ())
    assert codes(case, RemindCustomer(), SYSTEM, START + 99 * DAY, policy()) == ("not_due",)


def test_a_survey_is_answered_once() -> None:
    """By the customer's side, on a closed case that was asked about."""
    case = after(resolved(), AcceptSolution(), EVE, START + DAY)
    answer = AnswerSurvey(score=4, comment="Quick.")
    assert codes(case, answer, ANN, START + 2 * DAY) == ("not_permitted",)
    assert codes(case, AnswerSurvey(), EVE, START + 2 * DAY) == ("missing",)
    answered = after(case, answer, EVE, START + 2 * DAY)
    assert answered.satisfaction is not None
    assert (answered.satisfaction.score, answered.satisfaction.by, answered.state) == (4, "eve", "closed")
    assert codes(answered, answer, EVE, START + 3 * DAY) == ("survey_answered",)
    unasked = case_in("closed", BUSINESS, survey_requested=False)
    assert codes(unasked, answer, EVE, START + 2 * DAY) == ("no_survey",)
