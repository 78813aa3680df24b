"""How much a consumer may send in a day."""

from datetime import timedelta
from typing import Any

import attrs
import pytest

from csmcore.adapters import MemoryHost, SettableClock
from csmcore.errors import NaiveDatetime
from csmcore.model import (
    Actor,
    AddComment,
    CaseFacts,
    CaseId,
    CasePolicy,
    Consumer,
    ConsumerId,
    OpenCase,
    Refusal,
    Refused,
)
from csmcore.rules import within_a_day
from csmcore.rules.cases.lifecycle import step
from csmcore.rules.cases.steps import Step
from csmcore.rules.intake.intake import opening
from csmcore.rules.intake.limits import too_many_cases, too_many_comments
from csmcore.services import CaseService
from tests.unit.lifecycle.cast import BUSINESS, PRIVATE, START, case_in, contact, inside, made, policy

INES = Actor(kind="consumer", id="ines")
CUSTOMER = made(Consumer, id="ines", name="Ines")
FACTS = CaseFacts(consumer=CUSTOMER)
BOUNDED = policy(cases=CasePolicy(cases_a_day=10, comments_a_day=25))
HOUR = timedelta(hours=1)


def told(count: int, actor: Actor = INES, rules: Any = BOUNDED) -> tuple[bool, bool]:
    """Whether so many cases, and so many comments, are too many."""
    facts = CaseFacts(recent_cases=count, recent_comments=count)
    return bool(too_many_cases(actor, facts, rules)), bool(too_many_comments(actor, facts, rules))


@pytest.mark.parametrize(
    ("count", "expected"), [(0, (False, False)), (9, (False, False)), (10, (True, False)), (25, (True, True))]
)
def test_the_last_that_is_allowed_is_the_limit(count: int, expected: tuple[bool, bool]) -> None:
    """Ten are allowed, and the eleventh is refused."""
    assert told(count) == expected


@pytest.mark.parametrize("actor", [contact("eve", "acme"), inside("ann", "agent"), Actor(kind="integration", id="m")])
def test_consumers_alone_are_bounded(actor: Actor) -> None:
    """And only where the policy says so."""
    assert told(1_000, actor) == (False, False)
    assert told(1_000, rules=policy()) == (False, False)


def test_a_day_is_the_last_24_hours() -> None:
    """This instant counts, the same one yesterday does not; what comes later is none of it."""
    instants = [START, START - 23 * HOUR, START - 24 * HOUR + timedelta(microseconds=1), START - 24 * HOUR]
    assert within_a_day([*instants, START + HOUR], START) == 3
    assert within_a_day((), START) == 0
    with pytest.raises(NaiveDatetime):
        within_a_day([START.replace(tzinfo=None)], START)


def opened(facts: CaseFacts, **fields: Any) -> Step | Refusal:
    """What becomes of one more case of Ines's."""
    command = made(OpenCase, **{"short_description": "No tone", **fields})
    return opening(command, INES, facts, BOUNDED, START, CaseId("c1"), "CS1")


def test_a_case_too_many_is_refused_with_whatever_else_is_wrong() -> None:
    """All reasons together, and the numbers in the text."""
    assert isinstance(opened(attrs.evolve(FACTS, recent_cases=9)), Step)
    answer = opened(attrs.evolve(FACTS, recent_cases=10), short_description="", assigned_to="ann")
    assert isinstance(answer, Refusal)
    assert answer.codes == ("missing", "not_yours_to_set", "limit_reached")
    assert answer.reasons[-1].text == "you have opened 10 cases in 24 hours; 10 are the most"


def test_a_comment_too_many_is_refused() -> None:
    """On this case; agents go on."""
    facts = attrs.evolve(PRIVATE.facts, recent_comments=25)
    case = case_in("open", PRIVATE)
    now = case.updated_at
    answer = step(case, AddComment("Any news?"), INES, facts, BOUNDED, now)
    assert isinstance(answer, Refusal)
    assert [(reason.code, reason.text) for reason in answer.reasons] == [
        ("limit_reached", "you have said 25 things on this case in 24 hours; 25 are the most")
    ]
    assert isinstance(step(case, AddComment("Soon."), inside("ann", "agent"), facts, BOUNDED, now), Step)
    fewer = attrs.evolve(facts, recent_comments=24)
    assert isinstance(step(case, AddComment("Any news?"), INES, fewer, BOUNDED, now), Step)


def test_what_others_open_for_a_consumer_does_not_count() -> None:
    """A desk that called them back ten times has not used up their day."""
    host = MemoryHost(attrs.evolve(BOUNDED, cases=CasePolicy(cases_a_day=1)), clock=SettableClock(START))
    host.add(CUSTOMER)
    service = CaseService(host)
    for _ in range(3):
        service.open(made(OpenCase, short_description="Call back", consumer="ines"), inside("ann", "agent"))
    assert host.cases_opened(ConsumerId("ines"), START - HOUR) == 0
    service.open(OpenCase(short_description="No tone"), INES)
    assert host.cases_opened(ConsumerId("ines"), START - HOUR) == 1
    with pytest.raises(Refused, match="you have opened 1 cases"):
        service.open(OpenCase(short_description="No tone"), INES)


def test_an_accounts_people_are_not_bounded() -> None:
    """However much they say."""
    facts = attrs.evolve(BUSINESS.facts, recent_comments=1_000)
    case = case_in("open", BUSINESS)
    assert isinstance(step(case, AddComment("News?"), contact("eve", "acme"), facts, BOUNDED, case.updated_at), Step)
