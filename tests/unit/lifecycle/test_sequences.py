"""Every sequence of actions, up to a length, by a customer and the agent who owns the case."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from csmcore.model import COMMANDS, Case, Refusal, revised
from csmcore.rules.cases.changing import changed
from csmcore.rules.cases.lifecycle import step
from tests.oracle.lifecycle_model import FLOW, Model, Who, act, new_case
from tests.tally import Tally
from tests.unit.lifecycle.cast import BUSINESS, CONTENT, START, planned, policy

DEPTH, DAYS = 6, 1
POLICY = planned(policy(DAYS))
PAIR = {"eve": (BUSINESS.actors["the contact"][0], "C"), "ann": (BUSINESS.actors["the assignee"][0], "WI")}
TRIED = tuple((who, action) for who in PAIR for action in FLOW if action != "follow_up")
COMMAND = {action: COMMANDS[action](**CONTENT[action]) for _, action in TRIED}  # type: ignore[index]


def moved(case: Case, who: str, action: str) -> Case | None:
    """The case after the action, by csmcore; None: refused."""
    command: Any = COMMAND[action]
    taken = step(case, command, PAIR[who][0], BUSINESS.facts, POLICY, START)
    if isinstance(taken, Refusal):
        return None
    return changed(case, taken.changes, version=case.version + 1, updated_at=START)


def expected(model: Model, who: str, action: str) -> Model | None:
    """The same by the plain dict."""
    letters = PAIR[who][1] + ("O" if model["assigned_to"] == who else "")
    return act(model, action, CONTENT[action], Who(who, letters), START, DAYS)


def agree(case: Case | None, model: Model | None) -> bool:
    """Whether both refuse, or come to the same state, owner, attention, history and count."""
    if case is None or model is None:
        return case is None and model is None
    stamps = ("assigned_to", "assigned_at", "first_response_at", "closed_at", "closed_by", "cancelled_at")
    names = ("state", "version", "needs_attention", "auto_close", "reopen_count", "survey_requested", *stamps)
    past = len(case.past_resolutions) == len(model["past_resolutions"])
    return past and all(getattr(case, name) == model[name] for name in names)


def key(case: Case) -> Any:
    """All that later answers depend on: the fields but the version, which only names things."""
    values = (getattr(case, field.name) for field in attrs.fields(Case) if field.name != "version")
    return tuple(tuple(value.items()) if isinstance(value, Mapping) else value for value in values)


def walked(levels: int) -> Iterator[tuple[Case, Model, str, str, Case | None, Model | None, int]]:
    """Each step of every sequence, with how many sequences take it: those that come to one case are walked on once."""
    start = revised(BUSINESS.case, {"assigned_to": "ann"})
    model = new_case("pat", START, assigned_to="ann", assigned_at=START)
    here = {key(start): (start, model, 1)}
    for _ in range(levels):
        after: dict[Any, tuple[Case, Model, int]] = {}
        for case, plain, ways in here.values():
            for who, action in TRIED:
                made, wanted = moved(case, who, action), expected(plain, who, action)
                yield case, plain, who, action, made, wanted, ways
                then, told = (case, plain) if made is None or wanted is None else (made, wanted)
                known = after.get(key(then))
                after[key(then)] = (then, told, ways + (known[2] if known else 0))
        here = after


def test_every_sequence_goes_as_the_plain_dict_says(tally: Tally) -> None:
    """Whatever two people do, in whatever order, each step is refused or leads where it should."""
    steps, sequences = Counter[bool](), 0
    for case, plain, who, action, made, wanted, ways in walked(DEPTH):
        assert agree(made, wanted), (case, plain, who, action)
        assert made is None or not case.is_terminal or (case.state, made.state) == ("closed", "open")
        steps[made is not None] += 1
        sequences += ways
    total = sum(len(TRIED) ** length for length in range(1, DEPTH + 1))
    tally("lifecycle: sequences of up to six actions", sequences, planned=total)
    tally.detail(f"lifecycle: those sequences share {steps.total():,} different steps, {steps[True]:,} accepted")
    assert sequences == total
