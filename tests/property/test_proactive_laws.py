"""Handling notes, alerts and recurring cases: csmcore's answers against plain dicts, and the laws that they state."""

from datetime import date, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from csmcore.analysis import find_recurring
from csmcore.calendars import covered
from csmcore.conditions import field
from csmcore.model import (
    SYSTEM,
    Account,
    AddWorkNote,
    Alert,
    AlertFacts,
    Asset,
    Case,
    CaseFacts,
    CaseSummary,
    Decision,
    OpenCase,
    ProactivePolicy,
    SpecialHandlingNote,
)
from csmcore.rules import (
    compile_policy,
    decide_apply,
    decide_open,
    handling_note_on,
    handling_notes,
    handling_status_on,
)
from csmcore.wire import from_json, to_json
from tests.oracle import alerts as alert_oracle
from tests.oracle import special_handling as note_oracle
from tests.oracle.recurrence import recurring
from tests.property.wire_scenes import nouns
from tests.tally import Tally
from tests.unit.proactive.plant import NOON, alert, case, decided, facts, item, note, policy

HOUR, ONE = timedelta(hours=1), timedelta(days=1)
FEW = settings(max_examples=300)


# --- recurrence ------------------------------------------------------------------------------------------------------

_values = st.sampled_from(("", "a", "b"))
_histories = st.lists(st.tuples(st.integers(0, 30), _values, _values, st.booleans()), max_size=25)


def test_recurrence_is_what_trying_every_window_finds(tally: Tally) -> None:
    """Groups, evidence and the densest window; in any order of the cases; linked cases are never proposed."""
    seen = 0

    @settings(max_examples=600)
    @given(_histories, st.integers(1, 12), st.integers(2, 5), st.randoms(use_true_random=False))
    def holds(history: list[Any], window: int, at_least: int, order: Any) -> None:
        nonlocal seen
        plain = [
            {"id": f"c{n}", "at": at, "category": category, "cause": cause, "linked": linked}
            for n, (at, category, cause, linked) in enumerate(history)
        ]
        cases = [_summary(each) for each in plain]
        asked: Any = ("category", "cause", ("cause", "category"))
        report = find_recurring(cases, by=asked, window=window * HOUR, at_least=at_least)
        for by in (("category",), ("cause",), ("cause", "category")):
            expected = recurring(plain, by, window, at_least)
            found = {group.values: group for group in report.found if group.by == by}
            assert found.keys() == expected.keys()
            for values, group in found.items():
                seen += 1
                assert {each.id for each in group.cases} == expected[values].cases
                assert {each.id for each in group.densest} == expected[values].fullest
                assert len(group.densest) >= at_least
                _check_proposal(group, {each["id"] for each in plain if each["linked"]})
        order.shuffle(cases)
        assert find_recurring(cases, by=asked, window=window * HOUR, at_least=at_least) == report
        assert [len(group.densest) for group in report.found] == sorted(
            (len(group.densest) for group in report.found), reverse=True
        )

    holds()
    tally("proactive: recurring groups compared", seen, planned=200)


def _summary(plain: dict[str, Any]) -> CaseSummary:
    fields: dict[str, Any] = {name: plain[name] for name in ("id", "category", "cause")}
    return CaseSummary(**fields, opened_at=NOON + plain["at"] * HOUR, problem="P1" if plain["linked"] else None)


def _check_proposal(group: Any, linked: set[str]) -> None:
    unlinked = [each.id for each in group.cases if each.id not in linked]
    assert (list(group.proposal.cases) if group.proposal else []) == unlinked


# --- handling notes --------------------------------------------------------------------------------------------------

DAYS = st.integers(-3, 3)
_maybe = st.one_of(st.none(), DAYS)
SEVERE = field("priority") < 3
_on: st.SearchStrategy[tuple[str, str]] = st.sampled_from(
    (
        *(("account", "acme"), ("account", "north"), ("contact", "bob"), ("consumer", "kay"), ("product", "press")),
        *(("product", "press-x"), ("asset", "press-1"), ("case", "CS1"), ("case", "CS2"), ("condition", "")),
    )
)


@st.composite
def _notes(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Notes as plain dicts; days count from the case's."""
    notes = []
    for number in range(draw(st.integers(0, 8))):
        (on, identity), status = draw(_on), draw(st.sampled_from(("active", "inactive", "expired")))
        first, last = draw(_maybe), draw(_maybe)
        if first is not None and last is not None:
            first, last = sorted((first, last))
        by_hand = status != "active" and draw(st.booleans())
        days = {"effective": first, "expires": last}
        told = {"on": on, "id_of": identity, "status": status, "by_hand": by_hand}
        notes.append({"id": f"n{number}", "rank": draw(st.integers(1, 4)), **told, **days})
    return notes


def _day(number: int | None) -> date | None:
    return None if number is None else NOON.date() + number * ONE


def _noun(plain: dict[str, Any]) -> SpecialHandlingNote:
    on: Any = {"when": SEVERE} if plain["on"] == "condition" else {plain["on"]: plain["id_of"]}
    return note(
        id=plain["id"],
        priority=plain["rank"],
        status=plain["status"],
        deactivated_by_hand=plain["by_hand"],
        effective_on=_day(plain["effective"]),
        expires_on=_day(plain["expires"]),
        **on,
    )


def test_notes_show_as_the_oracle_says(tally: Tally) -> None:
    """By priority, then id; in any order; without the others; whether or not the daily job has run."""
    seen = 0
    facts_of_case = CaseFacts(asset=Asset(id="press-1", product_model="press-x"))  # type: ignore[arg-type]
    about = {"account": {"acme"}, "contact": {"bob"}, "product": {"press", "press-x"}, "asset": {"press-1"}}
    about["case"] = {"CS1"}
    one = case("CS1", contact="bob", product="press", asset="press-1")

    @FEW
    @given(_notes(), DAYS, st.integers(1, 4), st.randoms(use_true_random=False))
    def holds(plain: list[dict[str, Any]], day: int, priority: int, order: Any) -> None:
        nonlocal seen
        notes, at, record = list(map(_noun, plain)), NOON + day * ONE, {"priority": priority}
        answer = handling_notes(one, record, facts_of_case, notes, policy(), at)
        shown = [each for each in plain if note_oracle.shows(each, about, day, holds=priority < 3)]
        assert [each.note.id for each in answer.notes] == [
            each["id"] for each in sorted(shown, key=lambda each: (each["rank"], each["id"]))
        ]
        assert {each.note.id for each in answer.hidden} == {n["id"] for n in plain} - {n["id"] for n in shown}
        assert all(each.reasons for each in answer.hidden)
        order.shuffle(notes)
        assert handling_notes(one, record, facts_of_case, notes, policy(), at) == answer
        after = [handling_note_on(each, at.date()) for each in notes]
        again = handling_notes(one, record, facts_of_case, after, policy(), at)
        assert [each.note.id for each in again.notes] == [each.note.id for each in answer.notes]
        alone = [each for each in notes if each.id != "n0"]
        fewer = handling_notes(one, record, facts_of_case, alone, policy(), at)
        assert fewer.notes == tuple(each for each in answer.notes if each.note.id != "n0")
        seen += len(notes)

    holds()
    tally("proactive: notes compared", seen, planned=600)


@FEW
@given(_notes(), st.lists(DAYS, min_size=1, max_size=4))
def test_days_that_the_job_missed_are_of_no_matter(plain: list[dict[str, Any]], days: list[int]) -> None:
    """Run on any days before, it leaves a note as it does when it runs on the last alone; and as the oracle's does."""
    for each in plain:
        it, told = _noun(each), each
        for day in sorted(days):
            it, told = handling_note_on(it, NOON.date() + day * ONE), note_oracle.after_the_job(told, day)
        assert it.status == told["status"] == handling_status_on(_noun(each), NOON.date() + max(days) * ONE)


_zones = st.sampled_from(("UTC", "Asia/Kolkata", "Pacific/Kiritimati", "America/St_Johns", "Africa/Cairo"))


@FEW
@given(_zones, DAYS, st.integers(0, 3), st.integers(-150, 150))
def test_a_note_shows_in_the_instants_that_its_days_cover(zone: str, first: int, more: int, hours: int) -> None:
    """From local midnight to local midnight, as contracts and entitlements have it."""
    it = note(timezone=zone, effective_on=_day(first), expires_on=_day(first + more))
    at = NOON + hours * HOUR
    begins, ends = covered(it.effective_on, it.expires_on, zone)
    assert bool(handling_notes(case("CS1"), {}, CaseFacts(), [it], policy(), at).notes) == (begins <= at < ends)


# --- alerts ----------------------------------------------------------------------------------------------------------

_spans = st.tuples(st.integers(1, 9), st.one_of(st.none(), st.integers(0, 9)))
_worlds = st.dictionaries(st.sampled_from("abcd"), st.lists(_spans, max_size=3), max_size=4)


def _plain_cases(spans: list[tuple[int, int | None]]) -> list[dict[str, Any]]:
    """Cases by the hours in which they were opened and ended; no two were opened at once."""
    unlike = dict(spans)
    return [{"opened": opened, "ended": None if lasts is None else opened + lasts} for opened, lasts in unlike.items()]


def _known(world: dict[str, list[dict[str, Any]]]) -> tuple[Case, ...]:
    cases = []
    for account, known in world.items():
        for number, each in enumerate(known):
            over: dict[str, Any] = {}
            if each["ended"] is not None:
                over = {"state": "closed", "closed_at": NOON + each["ended"] * HOUR}
            cases.append(case(f"{account}{number}", account, hours=each["opened"], **over))
    return tuple(cases)


def test_each_account_gets_what_the_oracle_says(tally: Tally) -> None:
    """A case, another, a note or nothing, or all of them one major case; in any order of the facts."""
    seen = 0

    @FEW
    @given(_worlds, st.integers(0, 12), st.booleans(), st.one_of(st.none(), st.integers(2, 4)), st.randoms())
    def holds(spans: Any, hour: int, opens: bool, most: int | None, order: Any) -> None:  # noqa: FBT001 - hypothesis
        nonlocal seen
        world = {account: _plain_cases(each) for account, each in spans.items()}
        items = [item(f"i-{account}-{n}", account) for account in world for n in range(2)]
        known, raised = facts(*items, cases=_known(world)), alert(raised_at=NOON + hour * HOUR)
        proactive = ProactivePolicy(opens_cases=opens, major_from=most)
        answer = decided(raised, known, proactive)
        words = alert_oracle.on_raising(world, hour)
        new = {account for account, word in words.items() if word.startswith("open")}
        is_major = bool(new) and opens and most is not None and len(world) >= most
        opened = {each.order.command.account for each in answer.orders if isinstance(each.order.command, OpenCase)}
        noted = {each.order.case for each in answer.orders if isinstance(each.order.command, AddWorkNote)}
        assert opened == (new if opens and not is_major else set())
        assert {name[0] for name in noted if name} == {account for account, word in words.items() if word == "note"}
        assert (answer.major is not None) == is_major
        if answer.major is not None:
            assert {each.customer.account for each in answer.major.recipients} == set(world)
        names = [each.order.command_id for each in answer.orders]
        assert len(set(names)) == len(names)
        order.shuffle(items)
        shuffled = list(known.cases)
        order.shuffle(shuffled)
        assert decided(raised, facts(*items, cases=tuple(shuffled)), proactive) == answer
        seen += len(world)

    holds()
    tally("proactive: accounts of alerts compared", seen, planned=300)


@FEW
@given(_worlds)
def test_a_cleared_alert_is_told_on_every_case_that_lives(spans: Any) -> None:
    """And it ends none: there is no command but a work note."""
    world = {account: _plain_cases(each) for account, each in spans.items()}
    answer = decided(alert(cleared_at=NOON + HOUR), facts(cases=_known(world)))
    told = [str(each.order.case)[0] for each in answer.orders]
    assert {account: told.count(account) for account in world} == alert_oracle.on_clearing(world)
    assert all(isinstance(each.order.command, AddWorkNote) for each in answer.orders)


@settings(max_examples=60)
@given(st.sets(st.sampled_from("abc"), min_size=1), st.integers(1, 3))
def test_handled_twice_an_alert_does_nothing_more(accounts: set[str], times: int) -> None:
    """Its commands are accepted from the system; with the cases that they opened, nothing is left to do."""
    plan = compile_policy(policy())
    known = facts(*(item(f"i-{account}", account) for account in accounts))
    answer = decided(alert(), known)
    assert len(answer.orders) == len(accounts)
    cases = tuple(_opened(each.order.command, known, plan) for each in answer.orders)
    for _ in range(times):
        assert not decided(alert(), attrs.evolve(known, cases=cases)).orders
    again = decided(alert(raised_at=NOON + 48 * HOUR), attrs.evolve(known, cases=cases))
    assert {each.order.case for each in again.orders} == {each.id for each in cases}
    assert all(each.order.action == "add_work_note" for each in again.orders)


def _opened(command: Any, known: AlertFacts, plan: Any) -> Case:
    """The case that a host opens at the command, and on which it then writes the note of another raising."""
    [it] = [one for items in known.items.values() for one in items if one.id == command.install_base_item]
    gathered = CaseFacts(account=Account(id=command.account, name="Acme"), install_base_item=it)
    name: Any = f"CS-{command.account}"
    decision = decide_open(command, SYSTEM, gathered, plan, NOON + HOUR, name, name)
    assert isinstance(decision, Decision)
    assert (decision.case.priority, decision.case.channel) == (2, "machine")
    written = decide_apply(decision.case, decision.sla, AddWorkNote("x"), SYSTEM, gathered, plan, NOON + 2 * HOUR)
    assert isinstance(written, Decision)
    return decision.case


# --- on the wire -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Alert, ProactivePolicy, CaseSummary])
@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_what_hosts_send_reads_as_it_was_written(kind: Any, data: st.DataObject) -> None:
    """Alerts from a queue, a policy's part, summaries from a store."""
    noun = data.draw(nouns(kind))
    assert from_json(kind, to_json(noun)) == noun
