"""Special handling notes: what shows on a case and why, when notes wake and expire, who may write them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
import pytest

from csmcore.conditions import Condition, field
from csmcore.errors import InvalidValue, NaiveDatetime, UnknownTimeZone
from csmcore.model import Asset, Case, CaseFacts, SpecialHandlingNote, Surfaced, accepted
from csmcore.rules import (
    create_handling_note,
    delete_handling_note,
    handling_note_on,
    handling_notes,
    handling_status_on,
    update_handling_note,
)
from tests.unit.proactive.plant import DAY, NOON, actor, case, codes, note, policy

ONE = timedelta(days=1)
CASE = case("CS1", contact="bob", product="press", asset="press-1", priority=1)
PRESS = CaseFacts(asset=Asset(id="press-1", product_model="press-x", account="acme"))  # type: ignore[arg-type]
ANN, MAX, EVE = actor("ann", "agent"), actor("max", "manager"), actor("eve")
SEVERE = field("priority") < 2


def surfaced(*notes: SpecialHandlingNote, of: Case = CASE, at: datetime = NOON, zone: str = "") -> Surfaced:
    """What shows on a case, which has a zone of its own too."""
    record = {"state": "new", "priority": of.priority, "extra.zone": zone}
    return handling_notes(of, record, PRESS, notes, policy(), at)


def hidden(*notes: SpecialHandlingNote, at: datetime = NOON) -> list[tuple[str, ...]]:
    """Why these notes do not show."""
    return [tuple(reason.code for reason in each.reasons) for each in surfaced(*notes, at=at).hidden]


# --- what shows on a case --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "on",
    [
        {"account": "acme"},
        {"contact": "bob"},
        {"product": "press"},
        {"product": "press-x"},
        {"asset": "press-1"},
        {"case": "CS1"},
    ],
)
def test_a_note_shows_on_what_the_case_is_about(on: dict[str, str]) -> None:
    """Each of the case's records brings its notes, with the record as the reason; an asset brings its model's."""
    [shown] = surfaced(note(**on)).notes
    [(name, identity)] = on.items()
    assert (shown.reason.code, shown.reason.fields) == ("note_on_record", (name,))
    assert identity in shown.reason.text


@pytest.mark.parametrize(
    "on",
    [{"account": "north"}, {"contact": "x"}, {"consumer": "kay"}, {"product": "x"}, {"asset": "x"}, {"case": "CS2"}],
)
def test_a_note_on_another_record_does_not_show(on: dict[str, str]) -> None:
    """What the case is not about is told as the reason."""
    assert hidden(note(**on)) == [("note_on_another",)]


def test_a_consumers_note_shows_on_the_consumers_case() -> None:
    """A consumer is a customer too."""
    assert surfaced(note(consumer="kay"), of=case("CS2", None, consumer="kay")).notes


def test_the_model_of_another_asset_is_not_the_cases() -> None:
    """Facts of an asset that the case no longer has bring nothing."""
    assert not surfaced(note(product="press-x"), of=case("CS1", asset="press-2")).notes


def test_a_condition_decides_on_the_record() -> None:
    """A conditional note shows where its condition holds of the record as it stands."""
    assert surfaced(note(when=SEVERE)).notes[0].reason.code == "note_condition_met"
    assert surfaced(note(when=field("extra.zone") == "x"), zone="x").notes
    assert hidden(note(when=SEVERE & (field("state") == "open"))) == [("note_condition_not_met",)]


def test_notes_come_by_priority_then_id() -> None:
    """The most important first, whatever the order in which they are given."""
    notes = [note(id="b", priority=2), note(id="c", priority=1), note(id="a", priority=2), note(id="d", account="x")]
    for given in (notes, notes[::-1]):
        answer = surfaced(*given)
        assert [shown.note.id for shown in answer.notes] == ["c", "a", "b"]
        assert [other.note.id for other in answer.hidden] == ["d"]


def test_every_reason_is_told() -> None:
    """A note on another account that is over has two reasons."""
    assert hidden(note(account="north", expires_on=DAY - ONE)) == [("note_on_another", "note_expired")]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"status": "inactive"}, "note_inactive"),
        ({"status": "inactive", "deactivated_by_hand": True, "effective_on": DAY}, "note_deactivated"),
        ({"status": "inactive", "effective_on": DAY + ONE}, "note_not_yet_effective"),
        ({"effective_on": DAY + ONE}, "note_not_yet_effective"),
        ({"status": "expired"}, "note_expired"),
        ({"status": "expired", "expires_on": DAY}, "note_expired"),
        ({"expires_on": DAY - ONE}, "note_expired"),
    ],
)
def test_a_note_that_is_not_active_today_does_not_show(fields: dict[str, Any], code: str) -> None:
    """Each with its reason, whether or not the daily job ran."""
    assert hidden(note(**fields)) == [(code,)]


def test_only_a_day_that_is_past_is_told_as_the_end() -> None:
    """A note that was expired before its day is not said to have expired after it."""
    later = surfaced(note(status="expired", expires_on=DAY)).hidden[0].reasons[0]
    past = surfaced(note(expires_on=DAY - ONE)).hidden[0].reasons[0]
    assert (later.text, past.text) == ("it expired", "it expired after 2027-02-28")


def test_a_note_shows_on_its_first_and_on_its_last_day() -> None:
    """Both ends are included, by local days of the note's zone, else of the policy's."""
    berlin = note(effective_on=DAY, expires_on=DAY, timezone="Europe/Berlin")
    begins, ends = datetime(2027, 2, 28, 23, tzinfo=UTC), datetime(2027, 3, 1, 23, tzinfo=UTC)
    tick = timedelta(microseconds=1)
    shows = [bool(surfaced(berlin, at=at).notes) for at in (begins - tick, begins, ends - tick, ends)]
    assert shows == [False, True, True, False]
    assert not surfaced(attrs.evolve(berlin, timezone=None), at=begins).notes


def test_a_naive_instant_is_refused() -> None:
    """An instant needs its offset."""
    with pytest.raises(NaiveDatetime):
        surfaced(at=datetime(2027, 3, 1))


def test_pop_ups_are_those_that_show() -> None:
    """A pop-up that is hidden pops up nowhere."""
    shown = surfaced(note(id="a", pop_up=True), note(id="b"), note(id="c", pop_up=True, status="inactive"))
    assert [each.id for each in shown.pop_ups] == ["a"]


def test_it_prints_what_shows_and_what_does_not() -> None:
    """As text and as a table of nothing but text; no more of a note than its title."""
    answer = surfaced(note(title="<b>Call", text="secret"), note(id="n2", account="x", priority=1))
    assert str(answer).splitlines() == [
        "1 of 2 notes on CS1, 2027-03-01 12:00Z",
        "  yes 4  <b>Call: it is on account acme, which the case has",
        "  no  1  Call first: it is on account x, which the case has not",
    ]
    html = answer._repr_html_()
    assert "&lt;b&gt;Call" in html
    assert "secret" not in html + str(answer) + repr(answer)


# --- day by day ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "day", "status"),
    [
        ({"expires_on": DAY}, DAY, "active"),
        ({"expires_on": DAY}, DAY + ONE, "expired"),
        ({"status": "inactive", "expires_on": DAY}, DAY + ONE, "expired"),
        ({"status": "inactive", "deactivated_by_hand": True, "expires_on": DAY}, DAY + ONE, "expired"),
        ({"status": "inactive", "effective_on": DAY}, DAY - ONE, "inactive"),
        ({"status": "inactive", "effective_on": DAY}, DAY, "active"),
        ({"status": "inactive", "effective_on": DAY, "deactivated_by_hand": True}, DAY, "inactive"),
        ({"status": "inactive", "effective_on": DAY, "expires_on": DAY}, DAY + ONE, "expired"),
        ({"status": "inactive"}, DAY, "inactive"),
        ({"status": "expired", "effective_on": DAY}, DAY, "expired"),
        ({}, date(2100, 1, 1), "active"),
    ],
)
def test_the_daily_job_expires_first_then_wakes(fields: dict[str, Any], day: date, status: str) -> None:
    """What is over expires, active or not; what waited for its day wakes; what was put out by hand stays out."""
    assert handling_status_on(note(**fields), day) == status
    assert handling_note_on(note(**fields), day) == attrs.evolve(note(**fields), status=status)


def test_a_note_for_which_nothing_is_due_is_itself() -> None:
    """The job need not write it."""
    it = note()
    assert handling_note_on(it, DAY) is it


# --- by hand ---------------------------------------------------------------------------------------------------------


def test_managers_create_and_delete() -> None:
    """And a note knows who created it."""
    assert accepted(create_handling_note(note(), MAX)).created_by == "max"
    assert accepted(delete_handling_note(note(), actor("root", "admin"))) == note()
    assert codes(create_handling_note(note(), ANN, {note().id})) == ("not_a_manager", "note_exists")
    assert codes(delete_handling_note(note(), ANN)) == ("not_a_manager",)


@pytest.mark.parametrize("by", [ANN, MAX])
def test_agents_and_managers_update(by: Any) -> None:
    """The words, the priority, the days."""
    better = note(title="Call before four", priority=1)
    assert accepted(update_handling_note(note(), better, by, DAY)) == better


def test_an_update_is_refused_with_every_reason() -> None:
    """Who it is not for, what stays, what happens by itself."""
    assert codes(update_handling_note(note(), note(id="n2", created_by="x", status="expired"), EVE, DAY)) == (
        *("not_an_agent", "note_identity", "expires_by_itself"),
    )
    over = note(expires_on=DAY - ONE)
    assert codes(update_handling_note(attrs.evolve(over, status="expired"), over, ANN, DAY)) == ("note_over",)


def test_a_note_deactivated_by_hand_stays_so_until_somebody_makes_it_active() -> None:
    """The daily job leaves it alone."""
    active = note(effective_on=DAY)
    out = accepted(update_handling_note(active, attrs.evolve(active, status="inactive"), ANN, DAY))
    assert (out.status, out.deactivated_by_hand) == ("inactive", True)
    assert handling_status_on(out, DAY + ONE) == "inactive"
    again = accepted(update_handling_note(out, attrs.evolve(out, title="Call twice"), ANN, DAY))
    assert again.deactivated_by_hand
    back = attrs.evolve(out, status="active", deactivated_by_hand=False)
    assert accepted(update_handling_note(out, back, ANN, DAY)).status == "active"


def test_a_note_that_waits_for_its_day_still_waits_when_it_is_reworded() -> None:
    """An update of something else deactivates nothing."""
    waiting = note(status="inactive", effective_on=DAY + ONE)
    changed = accepted(update_handling_note(waiting, attrs.evolve(waiting, priority=1), ANN, DAY))
    assert (changed.status, changed.deactivated_by_hand) == ("inactive", False)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"expires_on": DAY}, "active"),
        ({"expires_on": None}, "active"),
        ({"effective_on": DAY + ONE, "expires_on": None}, "inactive"),
        ({"effective_on": DAY, "expires_on": None}, "active"),
        ({"deactivated_by_hand": True, "expires_on": None}, "inactive"),
        ({"expires_on": DAY - ONE}, "expired"),
    ],
)
def test_an_expired_note_that_may_show_longer_wakes(fields: dict[str, Any], status: str) -> None:
    """At once, or on its first day; not where somebody put it out before."""
    over = note(status="expired", expires_on=DAY - 2 * ONE)
    assert accepted(update_handling_note(over, attrs.evolve(over, **fields), ANN, DAY)).status == status


def test_an_update_expires_what_is_over() -> None:
    """A last day in the past is the same as if the job had run."""
    assert accepted(update_handling_note(note(), note(expires_on=DAY - ONE), ANN, DAY)).status == "expired"


# --- what a note may be ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"account": None}, "account"),
        ({"account": "acme", "product": "press"}, "product"),
        ({"account": "acme", "when": SEVERE}, "when"),
        ({"priority": 5}, "priority"),
        ({"status": "asleep"}, "status"),
        ({"title": " "}, "title"),
        ({"effective_on": DAY, "expires_on": DAY - ONE}, "expires_on"),
        ({"effective_on": NOON}, "effective_on"),
        ({"deactivated_by_hand": True}, "deactivated_by_hand"),
        ({"when": field("stat") == "new"}, "when.field"),
        ({"when": (field("state") == "new") & (field("priority") == 9)}, "when.all[1].value"),
        ({"when": field("state").changes()}, "when"),
        ({"when": field("event.kind") == "case_opened"}, "when"),
    ],
)
def test_a_note_that_cannot_be_is_refused(fields: dict[str, Any], where: str) -> None:
    """The error names the field."""
    with pytest.raises(InvalidValue) as caught:
        note(**fields)
    assert caught.value.path == where


def test_a_zone_must_exist() -> None:
    """As everywhere."""
    with pytest.raises(UnknownTimeZone):
        note(timezone="Mars/Base")


@pytest.mark.parametrize(("fields", "source"), [({"when": SEVERE}, "condition"), ({"asset": "a"}, "asset")])
def test_a_note_knows_what_it_comes_from(fields: dict[str, Condition | str], source: str) -> None:
    """The record that it is on, or its condition."""
    assert note(**fields).source == source
