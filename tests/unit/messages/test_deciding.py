"""Where messages go: comments, cases, follow-ups, nothing; and why."""

from itertools import pairwise
from typing import Any

import attrs
import pytest

from csmcore.errors import NaiveDatetime
from csmcore.model import (
    CHANNELS,
    AddComment,
    CaseId,
    CaseType,
    Decision,
    FlowCut,
    FlowOverlay,
    KnownCase,
    MessageFacts,
    OpenCase,
    Refusal,
    SlaState,
    SubjectToken,
)
from csmcore.rules import compile_policy, decide_apply, decide_message, decide_open
from tests.unit.lifecycle.cast import made, policy
from tests.unit.messages.scenes import NOW, POLICIES, WHO, accepted, known, message, taken, turned_away


def facts(*cases: Any, **threads: Any) -> MessageFacts:
    """What is known: cases, and of which of them messages are."""
    return MessageFacts(cases=cases, threads={name: tuple(ids) for name, ids in threads.items()})


def codes(answer: Any) -> list[str]:
    """Why."""
    return [reason.code for reason in answer.reasons]


MINE, THEIRS = known("c0"), known("c1", contact="ivy")
LOST = ["not_by_references", "not_by_number"]


# --- a new case ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_message_of_any_channel_opens_a_case(channel: Any) -> None:
    """The subject is its name, the text its description."""
    answer = accepted(message(channel=channel, subject="AW: No tone", text="Since noon.\nAll phones."))
    assert answer.command == OpenCase(
        channel=channel, short_description="No tone", description="Since noon.\nAll phones."
    )
    assert (answer.outcome, answer.case, answer.thread) == ("open", None, ("m9",))
    assert answer.command_id == message(channel=channel).command_id_of(WHO["eve"])
    assert codes(answer) == ["case_opened"]


def test_a_form_is_filled_in_where_it_is_blank() -> None:
    """What was filled in is told, and the channel is the message's."""
    form = made(OpenCase, contact="eve", asset="press-1", category="noise", channel="web", short_description=" ")
    answer = accepted(message(channel="self_service", form=form, subject="No tone"))
    expected = attrs.evolve(
        form, channel="self_service", short_description="No tone", description="No tone since noon."
    )
    assert answer.command == expected
    whole = attrs.evolve(form, short_description="Loud", description="It squeaks.")
    assert accepted(message(form=whole, text="")).command == attrs.evolve(whole, channel="email")


def test_a_form_alone_says_something() -> None:
    """Its first line is a name, too."""
    answer = accepted(message(form=OpenCase(description="\nIt squeaks.\nLoudly."), text=""))
    assert answer.command == OpenCase(
        channel="email", short_description="It squeaks.", description="\nIt squeaks.\nLoudly."
    )


def test_what_is_decided_is_carried_out() -> None:
    """The commands are such as `decide_open` and `decide_apply` accept."""
    plan = compile_policy(POLICIES[0])
    new = accepted(message())
    assert isinstance(new.command, OpenCase)
    opened = decide_open(new.command, WHO["eve"], MINE.facts, plan, NOW, MINE.case.id, "CS0")
    assert isinstance(opened, Decision)
    assert (opened.case.contact, opened.case.channel, opened.case.account) == ("eve", "email", "acme")
    reply = accepted(message(in_reply_to="m1"), facts(MINE, m1=["c0"]))
    assert isinstance(reply.command, AddComment)
    said = decide_apply(opened.case, SlaState(), reply.command, WHO["eve"], MINE.facts, plan, NOW)
    assert isinstance(said, Decision)
    over = known("c0", state="closed")
    last = accepted(message(in_reply_to="m1"), facts(over, m1=["c0"]))
    assert isinstance(last.command, OpenCase)
    around = attrs.evolve(MINE.facts, followed=over.case)
    again = decide_open(last.command, WHO["eve"], around, plan, NOW, CaseId("c5"), "CS5")
    assert isinstance(again, Decision)
    assert again.case.follow_up_of == "c0"


def test_a_naive_instant_is_none() -> None:
    """It names no instant."""
    with pytest.raises(NaiveDatetime):
        decide_message(message(), WHO["eve"], MessageFacts(), POLICIES[0], NOW.replace(tzinfo=None))


# --- a reply ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "threads", "case", "why"),
    [
        ({"in_reply_to": "m1"}, {"m1": ["c0"]}, "c0", ["by_reply"]),
        ({"in_reply_to": "m1", "references": ("m2",)}, {"m1": ["c0"], "m2": ["c2"]}, "c0", ["by_reply"]),
        ({"in_reply_to": "x", "references": ("m2",)}, {"m2": ["c2"]}, "c2", ["not_by_reply", "by_references"]),
        ({"references": ("m1", "m2")}, {"m1": ["c0"], "m2": ["c2"]}, "c2", ["by_references"]),
        ({"references": ("m1", "x", "y")}, {"m1": ["c0"]}, "c0", ["not_by_references", "by_references"]),
        ({}, {"m9": ["c0"]}, "c0", ["by_mention"]),
        ({"in_reply_to": "m1", "subject": "[CS2]"}, {"m1": ["c0"]}, "c0", ["by_reply"]),
        ({"subject": "Re: [CS2] No tone"}, {}, "c2", ["by_number"]),
        ({"subject": "[CS7] [CS2]"}, {}, "c2", ["not_by_number", "by_number"]),
        ({"in_reply_to": "m1"}, {"m1": ["c1", "c0"]}, "c0", ["by_reply"]),
        ({"references": ("m1",), "subject": "[CS1] [CS2]"}, {"m9": ["c1"]}, "c2", [*LOST, "by_number"]),
        ({"in_reply_to": "m9"}, {"m9": ["c0"]}, "c0", ["by_reply"]),
    ],
)
def test_a_reply_finds_its_case_in_the_stated_order(
    sent: dict[str, Any], threads: dict[str, Any], case: str, why: list[str]
) -> None:
    """And says why it is none of the cases that came before."""
    answer = accepted(message(**sent), facts(MINE, THEIRS, known("c2"), **threads))
    assert (answer.outcome, answer.case, codes(answer)) == ("comment", case, why)
    assert answer.command == AddComment("No tone since noon.")


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ({"in_reply_to": "m1"}, ["not_by_reply"]),
        ({"references": ("m1",)}, ["not_by_references"]),
        ({"message_id": "m1"}, []),
        ({"subject": "[CS1] me too"}, ["not_by_number"]),
    ],
)
def test_a_stranger_is_led_to_no_case_of_others(sent: dict[str, Any], why: list[str]) -> None:
    """Whoever guesses a number or an id opens a case of their own, and learns nothing: not that it was mentioned."""
    answer = accepted(message(**sent), facts(MINE, THEIRS, m1=["c1"]))
    assert (answer.outcome, codes(answer)) == ("open", [*why, "case_opened"])


@pytest.mark.parametrize(("who", "by_number", "by_reply"), [("ann", "comment", "comment"), ("mon", "open", "comment")])
def test_agents_write_by_number_and_machines_in_threads_only(who: str, by_number: str, by_reply: str) -> None:
    """A gateway that acts for unknown senders must not carry them into a case."""
    there = facts(MINE, m1=["c0"])
    assert accepted(message(subject="[CS0]"), there, who).outcome == by_number
    assert accepted(message(in_reply_to="m1"), there, who).outcome == by_reply
    assert accepted(message(in_reply_to="m1"), there, "emil").outcome == "open"


def test_a_token_of_the_hosts_own_is_looked_for() -> None:
    """Instead of the brackets."""
    args = WHO["eve"], facts(MINE), POLICIES[0], NOW, SubjectToken(prefix="(case ", suffix=")")
    for subject, outcome in (("No tone (case CS0)", "comment"), ("[CS0]", "open")):
        answer = decide_message(message(subject=subject), *args)
        assert not isinstance(answer, Refusal)
        assert answer.outcome == outcome


def test_a_form_with_a_reply_is_left_out() -> None:
    """The case has its own fields, and the answer says so."""
    answer = accepted(message(in_reply_to="m1", form=OpenCase(category="noise")), facts(MINE, m1=["c0"]))
    assert codes(answer) == ["by_reply", "form_left_out"]


# --- a case that has ended -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sent", [{"in_reply_to": "m1"}, {"subject": "[CS0]"}])
@pytest.mark.parametrize("state", ["closed", "cancelled"])
def test_a_reply_after_the_end_goes_on_in_a_new_case(sent: dict[str, Any], state: str) -> None:
    """Of the same customer, under the same name, with what was said now."""
    over = known("c0", state=state, product="press", category="noise")
    answer = accepted(message(**sent, channel="chat"), facts(over, m1=["c0"]))
    assert (answer.outcome, answer.case, codes(answer)[-1]) == ("follow_up", "c0", "follow_up_opened")
    assert isinstance(answer.command, OpenCase)
    assert answer.command == made(
        OpenCase,
        short_description="No tone",
        description="No tone since noon.",
        channel="chat",
        account="acme",
        contact="eve",
        product="press",
        follow_up_of="c0",
    )


def test_within_the_window_a_reply_reopens() -> None:
    """As any comment of the customer's does; by the policy that the case pins."""
    over = facts(known("c0", state="closed", window=5), m1=["c0"])
    assert accepted(message(in_reply_to="m1"), over, window=5).outcome == "comment"
    late = facts(known("c0", state="closed", window=5, closed_days=6), m1=["c0"])
    assert accepted(message(in_reply_to="m1"), late, window=5).outcome == "follow_up"


def test_a_second_reply_goes_into_the_follow_up() -> None:
    """One case goes on from another, not one for each message."""
    there = facts(known("c0", state="closed", next="c2"), known("c2"), m1=["c0"])
    answer = accepted(message(in_reply_to="m1"), there)
    assert (answer.outcome, answer.case, codes(answer)) == ("comment", "c2", ["by_reply", "case_followed"])


def test_what_ended_in_turn_is_gone_on_from() -> None:
    """The last of a line."""
    there = facts(known("c0", state="closed", next="c2"), known("c2", state="cancelled"), m1=["c0"])
    assert accepted(message(in_reply_to="m1"), there).case == "c2"


def test_a_cases_own_policy_says_whether_it_is_gone_on_from() -> None:
    """It has no window, whatever the current one has."""
    answer = accepted(message(in_reply_to="m1"), facts(known("c0", state="closed"), m1=["c0"]), window=5)
    assert codes(answer) == ["by_reply", "follow_up_opened"]


def test_a_merged_case_leads_to_the_other() -> None:
    """Wherever that leads; circles end."""
    there = facts(known("c0", merged="c2"), known("c2", merged="c3"), known("c3"), m1=["c0"])
    answer = accepted(message(in_reply_to="m1"), there)
    assert (answer.case, codes(answer)) == ("c3", ["by_reply", "case_merged"])
    circle = facts(known("c0", merged="c2"), known("c2", merged="c0"), m1=["c0"])
    assert accepted(message(in_reply_to="m1"), circle).outcome == "open"


def test_one_case_goes_on_from_what_was_merged_into_one_of_others() -> None:
    """Later answers go there: from the last case of the line that is theirs."""
    for line in (["c0"], ["c0", "c2"]):
        cases = [known(name, state="cancelled", merged=after) for name, after in pairwise([*line, "c1"])]
        answer = accepted(message(in_reply_to="m1"), facts(*cases, THEIRS, m1=["c0"]))
        assert (answer.outcome, answer.case) == ("follow_up", line[-1])
        last = attrs.evolve(cases[-1], follow_up=CaseId("c3"))
        again = accepted(message(in_reply_to="m1"), facts(*cases[:-1], last, THEIRS, known("c3"), m1=["c0"]))
        assert (again.outcome, again.case, codes(again)[-1]) == ("comment", "c3", "case_followed")


def test_of_the_cases_of_one_message_one_that_takes_the_comment_comes_first() -> None:
    """Before one that has ended, and what has no place is passed over without a word where another has one."""
    ended, stuck = known("c0", state="cancelled"), known("c3", merged="c9")
    answer = accepted(message(in_reply_to="m1"), facts(ended, known("c2"), stuck, m1=["c3", "c0", "c2"]))
    assert (answer.outcome, answer.case, codes(answer)) == ("comment", "c2", ["by_reply"])
    answer = accepted(message(in_reply_to="m1"), facts(ended, stuck, m1=["c3", "c0"]))
    assert (answer.outcome, answer.case, codes(answer)) == ("follow_up", "c0", ["by_reply", "follow_up_opened"])


@pytest.mark.parametrize("target", [(), (known("c2", contact="ivy"),)])
def test_a_case_merged_into_one_of_others_is_gone_on_from(target: Any) -> None:
    """The sender has no part in that one; or it is not known."""
    ended = known("c0", state="cancelled", merged="c2")
    assert accepted(message(in_reply_to="m1"), facts(ended, *target, m1=["c0"])).outcome == "follow_up"
    stuck = known("c0", merged="c2")
    answer = accepted(message(in_reply_to="m1"), facts(stuck, *target, m1=["c0"]))
    assert codes(answer) == ["not_by_reply", "wrong_state", "case_opened"]


def test_a_way_ends_after_a_hundred_cases() -> None:
    """Whoever has a thousand, each going on from the one before, keeps nobody busy."""
    line = [known(f"c{index}", state="cancelled", next=f"c{index + 1}") for index in range(1_000)]
    answer = accepted(message(in_reply_to="m1"), facts(*line, m1=["c0"]))
    assert (answer.outcome, answer.case) == ("follow_up", "c99")


# --- a case of a type ------------------------------------------------------------------------------------------------

FAULTS = policy(
    case_types={
        "fault": made(CaseType),
        "audit": made(CaseType, visible_to=frozenset({"agent"})),
        "notice": made(CaseType, flow=FlowOverlay(remove=(FlowCut(action="add_comment"),))),
    }
)


def typed(name: str, **more: Any) -> MessageFacts:
    """A case of a type, and of which messages are known."""
    case = attrs.evolve(known("c0", **more).case, case_type=name, policy=FAULTS.ref)
    return facts(KnownCase(case=case, facts=MINE.facts, policy=FAULTS), m1=["c0"])


def answered(there: MessageFacts, who: str = "eve") -> list[str]:
    """Why a reply goes where it goes."""
    return codes(decide_message(message(in_reply_to="m1"), WHO[who], there, FAULTS, NOW))


def test_the_type_of_a_case_says_who_has_part_in_it_and_what_may_be_done() -> None:
    """One that is hidden is passed over, as one is that takes no comments."""
    assert answered(typed("fault")) == ["by_reply"]
    assert answered(typed("audit")) == ["not_by_reply", "case_opened"]
    assert answered(typed("audit"), "ann") == ["by_reply"]
    assert answered(typed("notice"))[0] == "not_by_reply"
    assert answered(typed("gone")) == ["by_reply"]
    again = attrs.evolve(typed("audit"), taken_into=CaseId("c0"))
    assert answered(again) == ["not_by_reply", "case_opened"]
    assert answered(again, "ann") == ["duplicate_message"]


def test_a_follow_up_is_of_the_same_type() -> None:
    """Where the current policy has it."""
    there = typed("fault", state="closed")
    for rules, kind in ((FAULTS, "fault"), (POLICIES[0], None)):
        answer = decide_message(message(in_reply_to="m1"), WHO["eve"], there, rules, NOW)
        assert not isinstance(answer, Refusal)
        assert isinstance(answer.command, OpenCase)
        assert answer.command.case_type == kind


# --- nothing ---------------------------------------------------------------------------------------------------------


def test_every_reason_for_taking_nothing_in_is_told() -> None:
    """Together."""
    sent = message(text=" \u200b", subject="Re:", is_automatic=True)
    known_to_be_bad = attrs.evolve(facts(MINE, m9=["c0"]), is_own=True, is_sender_blocked=True)
    assert turned_away(sent, known_to_be_bad) == (
        *("automatic_message", "own_message", "sender_blocked", "nothing_to_say"),
    )


@pytest.mark.parametrize("state", ["open", "closed"])
def test_a_reply_without_words_is_nothing(state: str) -> None:
    """Its subject is an old one; but a subject alone opens a case."""
    there = facts(known("c0", state=state), m1=["c0"])
    assert turned_away(message(in_reply_to="m1", subject="Re: No tone", text=" \n"), there) == ("nothing_to_say",)
    assert accepted(message(subject="Re: No tone", text=" \n"), there).outcome == "open"


def test_a_case_that_was_changed_later_is_asked_again() -> None:
    """A clock that goes back opens no second case."""
    later = known("c0", updated_at=NOW.replace(hour=10))
    assert turned_away(message(in_reply_to="m1"), facts(later, m1=["c0"])) == ("too_early",)


# --- again -----------------------------------------------------------------------------------------------------------


def test_a_message_that_comes_again_is_told_where_it_went() -> None:
    """Whatever it says now, and whatever became of the sender; nothing is to be done."""
    there = attrs.evolve(facts(THEIRS, MINE), taken_into=MINE.case.id, is_sender_blocked=True)
    answer = accepted(message(text="", is_automatic=True), there)
    assert (answer.outcome, answer.case, answer.command) == ("duplicate", "c0", None)
    assert codes(answer) == ["duplicate_message"]


@pytest.mark.parametrize("cases", [(), (THEIRS,)])
def test_what_went_into_a_case_of_others_is_as_if_it_had_not(cases: Any) -> None:
    """Nobody is told that, or which case it went into."""
    there = attrs.evolve(facts(*cases), taken_into=THEIRS.case.id)
    assert accepted(message(), there) == accepted(message())


@pytest.mark.parametrize(("who", "told"), [("eve", True), ("ivy", False), ("ann", True), ("emil", True), ("mon", True)])
def test_a_customer_knows_the_desks_messages_about_their_cases_alone(who: str, told: bool) -> None:  # noqa: FBT001 - a case
    """Whose id somebody else uses, who may not know it, opens a case; inside, none of them is taken in."""
    there = attrs.evolve(facts(MINE, m9=["c0"]), is_own=True)
    answer = taken(message(), there, who)
    assert isinstance(answer, Refusal) == told
    if isinstance(answer, Refusal):
        assert answer.codes == ("own_message",)
    nowhere = taken(message(), MessageFacts(is_own=True), who)
    assert isinstance(nowhere, Refusal) == (who in {"ann", "emil", "mon"})


def test_a_decision_changes_nothing() -> None:
    """The same facts give the same answer."""
    there = facts(MINE, m1=["c0"])
    assert taken(message(in_reply_to="m1"), there) == taken(message(in_reply_to="m1"), there)
