"""What alerts lead to: whom they affect, the cases they open, and what is told when they come again or are over."""

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from csmcore.errors import InvalidValue, LimitExceeded, NaiveDatetime
from csmcore.model import (
    SYSTEM,
    Account,
    AddWorkNote,
    AlertDecision,
    CaseId,
    CommandId,
    Consumer,
    Household,
    HouseholdMember,
    OpenCase,
    Order,
    ProactivePolicy,
)
from csmcore.rules import cases_for_alert, priority_of
from tests.unit.proactive.plant import DAY, NOON, ON, alert, case, decided, ended, facts, item, policy

HOUR, ONE = timedelta(hours=1), timedelta(days=1)
B2B2C = policy(business_models=frozenset({"b2b2c"}))


def opened(answer: AlertDecision) -> list[OpenCase]:
    """The commands that open cases."""
    return [each.order.command for each in answer.orders if isinstance(each.order.command, OpenCase)]


def ids(answer: AlertDecision) -> list[str]:
    """What the commands are called."""
    return [each.order.command_id for each in answer.orders]


def left(answer: AlertDecision) -> list[tuple[str, str, tuple[str, ...]]]:
    """What nothing is done for, and why."""
    return [(each.kind, each.id, tuple(reason.code for reason in each.reasons)) for each in answer.left_out]


def home(*, head: str | None = "kay", until: Any = None) -> Household:
    """Kay's household."""
    members = (HouseholdMember(consumer="kay", ends_on=until),)  # type: ignore[arg-type]
    return Household(id="home", name="Home", head=head, members=members)  # type: ignore[arg-type]


# --- a first alert ---------------------------------------------------------------------------------------------------


def test_each_account_gets_one_case() -> None:
    """However many of its items are affected: about the first, and naming all."""
    answer = decided(alert(), facts(item("p2"), item("p1", contact="bob"), item("p3", "north")))
    assert ids(answer) == ["alert:A1/acme", "alert:A1/north"]
    first, second = opened(answer)
    assert (first.account, first.contact, first.install_base_item) == ("acme", None, "p1")  # the item brings bob
    assert (second.account, second.contact, second.install_base_item) == ("north", None, "p3")
    assert (first.short_description, first.channel) == ("No pressure", "machine")
    assert first.description.splitlines() == [
        "Alert A1 of scada (major) was raised at 2027-03-01 12:00:00Z",
        "Install base items: p1, p2",
        "Configuration items: pump-1",
    ]
    assert [(each.account, each.items) for each in answer.affected] == [("acme", ("p1", "p2")), ("north", ("p3",))]
    assert [each.reason.code for each in answer.orders] == ["alert_affects_customer"] * 2
    assert answer.by == SYSTEM


def test_an_item_that_is_several_configuration_items_counts_once() -> None:
    """By the first of them."""
    known = facts(items={"pump-1": (item("p1"),), "valve": (item("p1"), item("p2"))})
    [customer] = decided(alert(configuration_items=("valve", "pump-1")), known).affected
    assert (customer.items, customer.configuration_items) == (("p1", "p2"), ("pump-1", "valve"))


def test_a_description_names_so_many_items() -> None:
    """And says how many more there are."""
    [command] = opened(decided(alert(), facts(*(item(f"p{number:04}") for number in range(2_000)))))
    assert "p0019 and 1,980 more" in command.description
    assert "p0020" not in command.description


@pytest.mark.parametrize(
    ("severity", "grades", "priority"),
    [
        ("critical", (1, 1), 1),
        ("major", (1, 2), 2),
        ("minor", (2, 2), 3),
        ("warning", (3, 3), 4),
        ("info", (3, 3), 4),
    ],
)
def test_a_severity_is_a_priority(severity: str, grades: tuple[int, int], priority: int) -> None:
    """As an impact and urgency that the matrix gives that priority."""
    answer = decided(alert(severity=severity), facts(item("p1")))
    [command] = opened(answer)
    assert (command.impact, command.urgency) == grades
    assert priority_of(*grades, policy()) == priority
    assert [reason.code for reason in answer.reasons] == ["alert_priority"]


@pytest.mark.parametrize(
    ("proactive", "matrix", "code"),
    [
        (ProactivePolicy(opens_cases=True, priorities={"critical": 1}), {"1/1": 1}, "alert_without_priority"),
        (ON, {"1/1": 1}, "alert_priority_unreachable"),
    ],
)
def test_without_a_priority_the_case_has_its_usual_one(
    proactive: ProactivePolicy, matrix: dict[str, int], code: str
) -> None:
    """The answer says why."""
    answer = decided(alert(), facts(item("p1")), proactive, policy(priority_matrix=matrix))
    assert [(command.impact, command.urgency) for command in opened(answer)] == [(None, None)]
    assert [reason.code for reason in answer.reasons] == [code]


def test_a_policy_that_opens_no_cases_opens_none() -> None:
    """It is off by default, and who would have had one is told."""
    answer = decided(alert(), facts(item("p1"), item("p2", None, consumer="kay")), ProactivePolicy())
    assert (answer.orders, answer.major, answer.reasons) == ((), None, ())
    assert left(answer) == [
        ("consumer", "kay", ("alert_opens_no_case",)),
        ("account", "acme", ("alert_opens_no_case",)),
    ]


# --- who is affected -------------------------------------------------------------------------------------------------


def test_a_configuration_item_that_is_nobodys_is_told() -> None:
    """No install base item is it."""
    answer = decided(alert(configuration_items=("x", "pump-1")), facts(item("p1")))
    assert left(answer) == [("configuration_item", "x", ("alert_item_unknown",))]


@pytest.mark.parametrize(
    ("one", "codes"),
    [
        (item("p1", uninstalled_on=DAY), ("already_uninstalled",)),
        (item("p1", None, organization="hq"), ("alert_no_customer",)),
        (item("p1", None, household="nowhere"), ("alert_household_without_head",)),
        (item("p1", None, household="home"), ("alert_household_without_head",)),
        (item("p1", "gone"), ("alert_customer_inactive",)),
        (item("p1", None, consumer="left"), ("alert_customer_inactive",)),
        (item("p1", consumer="kay"), ("account_and_consumer",)),
        (
            item("p1", "gone", consumer="left", uninstalled_on=DAY),
            ("already_uninstalled", "account_and_consumer", "alert_customer_inactive"),
        ),
    ],
)
def test_an_item_of_nobody_with_cases_is_left_out(one: Any, codes: tuple[str, ...]) -> None:
    """With every reason."""
    known = facts(
        one,
        accounts=(Account(id="gone", name="Gone", active=False),),  # type: ignore[arg-type]
        consumers=(Consumer(id="left", name="Left", active=False),),  # type: ignore[arg-type]
        households=(home(until=DAY - ONE),),
    )
    answer = decided(alert(), known)
    assert (answer.orders, answer.affected) == ((), ())
    assert left(answer) == [("install_base_item", "p1", codes)]


def test_what_is_taken_out_tomorrow_is_still_in_use() -> None:
    """By the day of the policy's zone."""
    assert decided(alert(), facts(item("p1", uninstalled_on=DAY + 2 * ONE))).orders


def test_a_household_is_told_by_its_head() -> None:
    """Whoever sees to its cases, and belongs to it today."""
    answer = decided(alert(), facts(item("p1", None, household="home"), households=(home(),)))
    assert [(command.account, command.consumer) for command in opened(answer)] == [(None, "kay")]
    assert not decided(alert(), facts(item("p1", None, household="home"), households=(home(head=None),))).orders


def test_a_consumer_of_an_account_is_a_customer_of_their_own() -> None:
    """In B2B2C: their case names both, beside that of the account."""
    known = facts(item("p1"), item("p2", consumer="kay"), item("p3", None, consumer="kay"))
    answer = decided(alert(), known, rules=B2B2C)
    assert ids(answer) == ["alert:A1/:consumer/kay", "alert:A1/acme", "alert:A1/acme/:consumer/kay"]
    assert [str(customer) for customer in answer.affected] == [
        *("consumer kay", "account acme", "account acme, consumer kay"),
    ]


# --- what commands are called ----------------------------------------------------------------------------------------


def test_ids_that_look_like_others_are_told_apart() -> None:
    """No two of these have one name, though their parts put together are the same."""
    pairs = [("A/x", "y"), ("A", "x/y"), ("A%2Fx", "y"), ("A", ":consumer/y"), ("A", ":major"), ("A", "x"), ("A:", "x")]
    names = [ids(decided(alert(id=one), facts(item("p", other))))[0] for one, other in pairs]
    names += ids(decided(alert(id="A"), facts(item("p", None, consumer="y"))))
    assert len(set(names)) == len(names)


def test_a_name_that_is_too_long_is_a_digest() -> None:
    """It is an id all the same, and the same each time."""
    [name] = ids(decided(alert(id="a" * 160), facts(item("p", "b" * 200))))
    assert len(name) == 70
    assert [name] == ids(decided(alert(id="a" * 160), facts(item("q", "b" * 200))))


# --- raised again ----------------------------------------------------------------------------------------------------


def test_an_alert_that_comes_again_is_noted_on_the_case_there_is() -> None:
    """Once for each time: the same raising gives a command of the same id."""
    again = alert(raised_at=NOON + 2 * HOUR)
    [each] = decided(again, facts(item("p1"), cases=(case("CS1"),))).orders
    assert (each.order.case, each.reason.code) == ("CS1", "alert_raised_again")
    assert each.order.command == AddWorkNote(
        "Alert A1 of scada (major) was raised again at 2027-03-01 14:00:00Z: No pressure"
    )
    assert each.order.command_id == "alert:A1/:case/CS1/:raised/2027-03-01T14:00:00+00:00"


def test_what_a_case_was_opened_for_is_not_told_again() -> None:
    """The same alert, handled twice."""
    answer = decided(alert(), facts(item("p1"), cases=(case("CS1"),)))
    assert (answer.orders, left(answer)) == ((), [("case", "CS1", ("alert_has_case",))])


def test_after_the_case_has_ended_the_alert_opens_another() -> None:
    """With a name of its own, since the first is used up."""
    again = alert(raised_at=NOON + 3 * HOUR)
    answer = decided(again, facts(item("p1"), cases=(ended("CS1"),)))
    assert ids(answer) == ["alert:A1/acme/:raised/2027-03-01T15:00:00+00:00"]
    assert [each.reason.code for each in answer.orders] == ["alert_affects_again"]


@pytest.mark.parametrize("hours", [0, 2])
def test_what_came_before_the_case_ended_opens_no_other(hours: int) -> None:
    """Whoever ended it knew."""
    again = alert(raised_at=NOON + hours * HOUR)
    answer = decided(again, facts(item("p1"), cases=(ended("CS1"),)))
    assert (answer.orders, left(answer)) == ((), [("case", "CS1", ("alert_case_ended",))])


def test_a_cancelled_case_has_ended_too() -> None:
    """When it was cancelled."""
    gone = case("CS1", state="cancelled", cancelled_at=NOON + 2 * HOUR)
    again = alert(raised_at=NOON + 3 * HOUR)
    assert opened(decided(again, facts(item("p1"), cases=(gone,))))


def test_of_several_cases_the_one_that_lives_is_told() -> None:
    """Else the latest counts."""
    again = alert(raised_at=NOON + 9 * HOUR)
    cases = (case("CS2"), ended("CS1", hours=3, after=4))
    assert [each.order.case for each in decided(again, facts(item("p1"), cases=cases)).orders] == ["CS2"]
    both = (ended("CS4", hours=1, after=10), ended("CS3", hours=3, after=4))
    assert opened(decided(again, facts(item("p1"), cases=both)))


def test_another_account_has_no_case_yet() -> None:
    """One is told, the other gets one."""
    again = alert(raised_at=NOON + 2 * HOUR)
    answer = decided(again, facts(item("p1"), item("p2", "north"), cases=(case("CS1"),)))
    assert [each.order.case for each in answer.orders] == ["CS1", None]


@pytest.mark.parametrize(("seconds", "code"), [(60, "alert_has_case"), (61, None)])
def test_a_monitors_clock_may_be_a_little_ahead(seconds: int, code: str | None) -> None:
    """What came with the case's opening is no news, though its time is after that by up to a minute."""
    raised = alert(raised_at=NOON + HOUR + timedelta(seconds=seconds))
    answer = decided(raised, facts(item("p1"), cases=(case("CS1"),)))
    assert left(answer) == ([("case", "CS1", (code,))] if code else [])
    assert len(answer.orders) == (0 if code else 1)


# --- a major case ----------------------------------------------------------------------------------------------------

MANY = ProactivePolicy(opens_cases=True, major_from=2)


def test_many_customers_get_one_major_case() -> None:
    """It is proposed, with all of them as recipients and what they have."""
    answer = decided(alert(), facts(item("p1"), item("p2", "north")), MANY)
    assert answer.orders == ()
    assert answer.major is not None
    assert (answer.major.case, answer.major.command_id) == (None, "alert:A1/:major")
    assert (answer.major.impact, answer.major.urgency) == (1, 2)
    assert [(each.customer.account, each.customer.items) for each in answer.major.recipients] == [
        *(("acme", ("p1",)), ("north", ("p2",))),
    ]
    assert decided(alert(), facts(item("p1")), MANY).major is None


def test_recipients_who_have_a_case_bring_it() -> None:
    """One that lives; an ended one is no child."""
    again = alert(raised_at=NOON + 9 * HOUR)
    cases = (case("CS1"), ended("CS2", "south"))
    answer = decided(again, facts(item("p1"), item("p2", "north"), item("p3", "south"), cases=cases), MANY)
    assert answer.major is not None
    assert [each.case for each in answer.major.recipients] == ["CS1", None, None]
    assert [each.order.case for each in answer.orders] == ["CS1"]


def test_a_major_case_that_lives_is_told_and_takes_in_who_is_new() -> None:
    """Its children are not told one by one."""
    again = alert(raised_at=NOON + 2 * HOUR)
    known = facts(item("p1"), item("p2", "north"), cases=(case("CS2"),), major=case("CS1", None))
    answer = decided(again, known, MANY)
    assert [each.order.case for each in answer.orders] == ["CS1"]
    assert left(answer) == [("case", "CS2", ("alert_told_on_major",))]
    assert answer.major is not None
    assert answer.major.case == "CS1"
    assert [each.customer.account for each in answer.major.recipients] == ["north"]


def test_nobody_new_means_no_proposal() -> None:
    """Whoever is affected has a case."""
    again = alert(raised_at=NOON + 2 * HOUR)
    answer = decided(again, facts(item("p1"), item("p2", "north"), cases=(case("CS1"), case("CS2", "north"))), MANY)
    assert (answer.major, len(answer.orders)) == (None, 2)


def test_after_the_major_case_has_ended_another_is_proposed() -> None:
    """Under a name of its own."""
    again = alert(raised_at=NOON + 3 * HOUR)
    answer = decided(again, facts(item("p1"), item("p2", "north"), major=ended("CS1", None)), MANY)
    assert answer.major is not None
    assert answer.major.command_id == "alert:A1/:major/:raised/2027-03-01T15:00:00+00:00"


def test_no_other_is_proposed_until_the_alert_comes_again() -> None:
    """What was raised before the major case ended is over with it, for customers who are new, too."""
    known = facts(item("p1"), item("p2", "north"), cases=(ended("CS2", "north"),), major=ended("CS1", None))
    answer = decided(alert(raised_at=NOON + 2 * HOUR), known, MANY)
    assert (answer.orders, answer.major) == ((), None)
    assert left(answer) == [("case", "CS2", ("alert_case_ended",)), ("account", "acme", ("alert_major_ended",))]


def test_children_that_ended_stay_so_until_the_alert_comes_again() -> None:
    """Delivered once more, it opens nothing; raised again, it does, under an id of that raising and those customers."""
    child = attrs.evolve(ended("CS2"), parent=CaseId("CS1"))
    known = facts(item("p1"), item("p2", "north"), cases=(child,), major=case("CS1", None))
    names = set()
    for raised, accounts in ((2, ["north"]), (3, ["acme", "north"]), (4, ["acme", "north"])):
        answer = decided(alert(raised_at=NOON + raised * HOUR), known, MANY)
        assert answer.major is not None
        assert [each.customer.account for each in answer.major.recipients] == accounts
        assert answer.major.command_id.startswith("alert:A1/:case/CS1/:children/")
        names.add(answer.major.command_id)
    assert len(names) == 3


def test_an_accounts_child_is_that_of_its_consumers() -> None:
    """A major case has one child for an account, whichever of its consumers are affected."""
    both = policy(business_models=frozenset({"b2b2c"}))
    items = [item(f"p{name}", consumer=name) for name in ("kay", "lee")]
    child, other = case("CS2", parent="CS1"), case("CS3")
    known = facts(*items, cases=(child,), major=case("CS1", None))
    assert decided(alert(), known, MANY, both).major is None
    alone = decided(alert(), facts(*items, cases=(other,)), ON, both)
    assert [each.order.case for each in alone.orders] == [None, None]


def test_a_rejected_major_case_is_a_case_like_any_other() -> None:
    """Its customer has it; the others get their own, and none is proposed again."""
    known = facts(item("p1"), item("p2", "north"), cases=(case("CS1", major_case_state="rejected"),))
    answer = decided(alert(), known, MANY)
    assert answer.major is None
    assert [each.account for each in opened(answer)] == ["north"]
    assert left(answer) == [("case", "CS1", ("alert_has_case",))]


def test_a_policy_that_opens_no_cases_proposes_none() -> None:
    """A major case is one."""
    answer = decided(alert(), facts(item("p1"), item("p2", "north")), attrs.evolve(MANY, opens_cases=False))
    assert (answer.major, len(answer.left_out)) == (None, 2)


# --- cleared ---------------------------------------------------------------------------------------------------------

OVER = alert(cleared_at=NOON + 2 * HOUR)


def test_children_are_told_of_the_end_on_their_major_case() -> None:
    """Not one by one; a child of another is."""
    cases = (case("CS2", parent="CS1"), case("CS3", "north", parent="CS9"))
    answer = decided(OVER, facts(item("p1"), cases=cases, major=case("CS1", None)))
    assert [each.order.case for each in answer.orders] == ["CS3", "CS1"]
    assert left(answer) == [("case", "CS2", ("alert_told_on_major",))]


def test_a_cleared_alert_is_told_and_closes_nothing() -> None:
    """A work note on every case that lives, the major one too, whosever the items are by now."""
    known = facts(item("p9", "west"), cases=(case("CS2"), case("CS1", "north"), ended("CS3")), major=case("CS4", None))
    answer = decided(OVER, known)
    assert [each.order for each in answer.orders] == [
        Order(
            case=CaseId(name),
            action="add_work_note",
            command=AddWorkNote("Alert A1 of scada (major) was cleared at 2027-03-01 14:00:00Z"),
            command_id=CommandId(f"alert:A1/:case/{name}/:cleared/2027-03-01T14:00:00+00:00"),
        )
        for name in ("CS1", "CS2", "CS4")
    ]
    assert left(answer) == [
        ("case", "CS3", ("alert_case_ended",)),
        ("account", "west", ("alert_cleared_first",)),
    ]


def test_the_end_is_told_nobody_where_the_policy_says_so() -> None:
    """With the reason."""
    answer = decided(OVER, facts(item("p1"), cases=(case("CS1"),)), ProactivePolicy(on_clear="nothing"))
    assert (answer.orders, left(answer)) == ((), [("case", "CS1", ("alert_end_not_told",))])


# --- as it is shown, and what cannot be ------------------------------------------------------------------------------


def test_it_prints_what_is_done_and_what_is_not() -> None:
    """As text and as a table; without what people wrote."""
    given = alert(id="<A>", configuration_items=("pump-1", "x"), short_description="secret")
    answer = decided(given, facts(item("p1"), item("p2", "north")), MANY)
    assert str(answer).splitlines() == [
        "alert <A>, 2027-03-02 12:00Z: 2 affected; severity major is priority 2",
        "  major case a new case: 2 recipients",
        "  nothing configuration item x: no install base item is this configuration item",
    ]
    single = decided(given, facts(item("p1")))
    assert "  open_case a new case: the alert affects what the customer has" in str(single).splitlines()
    assert "alert &lt;A&gt;" in answer._repr_html_()
    assert "secret" not in str(answer) + answer._repr_html_() + repr(answer)


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"id": "a" * 161}, "id"),
        ({"severity": "fatal"}, "severity"),
        ({"configuration_items": ("a", "a")}, "configuration_items"),
        ({"short_description": " "}, "short_description"),
        ({"cleared_at": NOON - HOUR}, "cleared_at"),
    ],
)
def test_an_alert_that_cannot_be_is_refused(fields: dict[str, Any], where: str) -> None:
    """The error names the field."""
    with pytest.raises(InvalidValue) as caught:
        alert(**fields)
    assert caught.value.path == where


def test_an_alert_is_short_and_at_an_instant() -> None:
    """So that a note can repeat it."""
    with pytest.raises(LimitExceeded):
        alert(short_description="x" * 1_001)
    with pytest.raises(NaiveDatetime):
        alert(raised_at=datetime(2027, 3, 1))
    with pytest.raises(NaiveDatetime):
        cases_for_alert(alert(), facts(), ON, policy(), datetime(2027, 3, 1))


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"priorities": {"fatal": 1}}, "priorities.fatal"),
        ({"priorities": {"major": 6}}, "priorities.major"),
        ({"major_from": 1}, "major_from"),
        ({"on_clear": "close"}, "on_clear"),
    ],
)
def test_a_policy_that_cannot_be_is_refused(fields: dict[str, Any], where: str) -> None:
    """The error names the field."""
    with pytest.raises(InvalidValue) as caught:
        ProactivePolicy(**fields)
    assert caught.value.path == where


def test_the_answer_is_in_utc() -> None:
    """Whatever zone the instant came in."""
    assert decided(alert(), facts()).at.tzinfo is UTC
