"""The laws of taking messages in: beside an oracle on plain dicts, over random worlds, orders and repetitions."""

from random import Random
from typing import Any

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st

from csmcore.errors import CsmError
from csmcore.model import (
    CASE_STATES,
    CHANNELS,
    CaseId,
    KnownCase,
    Message,
    MessageDecision,
    MessageFacts,
    OpenCase,
    Refusal,
)
from csmcore.rules import decide_message, short_description_of, unique_messages
from tests.oracle.messages import expected
from tests.tally import TALLY
from tests.unit.messages.scenes import NOW, POLICIES, WHO, known, message

IDS = ["m0", "m1", "m2", "m3"]
CASES = ["c0", "c1", "c2", "c3"]
NUMBERS = [f"CS{index}" for index in range(4)]


def world_of(seed: int) -> dict[str, Any]:
    """Cases in every state, merged and gone on from each other, in circles too; and messages known of them."""
    pick = Random(seed)
    cases = {
        name: {
            "contact": pick.choice(["eve", "eve", "ivy"]),
            "state": pick.choice([*CASE_STATES, "closed", "open"]),
            "closed_days": pick.choice([1, 5, 20]),
            "window": pick.choice([0, 5]),
            "merged": pick.choice([None, None, None, *CASES]),
            "next": pick.choice([None, None, *CASES]),
            "number": f"CS{name[1:]}",
        }
        for name in CASES[: pick.choice([2, 4, 4])]
    }
    return {
        "cases": cases,
        "threads": {name: tuple(pick.sample(CASES, pick.randrange(3))) for name in IDS},
        "window": pick.choice([0, 5]),
        "taken": "c0" if pick.random() < 0.05 else None,
        "own": pick.random() < 0.05,
        "blocked": pick.random() < 0.05,
    }


def sent_of(seed: int) -> dict[str, Any]:
    """A message that answers, refers, names numbers, says something, or not."""
    pick = Random(seed)
    return {
        "id": pick.choice(IDS),
        "in_reply_to": pick.choice([None, *IDS]),
        "references": pick.choices(IDS, k=pick.randrange(4)),
        "numbers": pick.sample([*NUMBERS, "CS99"], pick.randrange(3)),
        "title": pick.choice(["", "No tone"]),
        "text": pick.choice(["", "Any news?", "Hello", "It is back."]),
        "automatic": pick.random() < 0.05,
    }


WORLDS, SENT = (st.integers(0, 1 << 32).map(make) for make in (world_of, sent_of))


def facts_of(world: dict[str, Any]) -> MessageFacts:
    """The world as csmcore is told of it."""
    return MessageFacts(
        taken_into=world["taken"],
        threads=world["threads"],
        cases=tuple(known(name, **case) for name, case in world["cases"].items()),
        is_own=world["own"],
        is_sender_blocked=world["blocked"],
    )


def as_message(sent: dict[str, Any]) -> Message:
    """What was sent, as a message. The number alone is no title."""
    tokens = " ".join(f"[{number}]" for number in sent["numbers"])
    return message(
        message_id=sent["id"],
        in_reply_to=sent["in_reply_to"],
        references=tuple(sent["references"]),
        subject=f"Re: {sent['title']} {tokens}",
        text=sent["text"],
        is_automatic=sent["automatic"],
    )


@settings(max_examples=1_000)
@given(world=WORLDS, sent=SENT, who=st.sampled_from(list(WHO)))
def test_a_message_goes_where_the_oracle_says(world: dict[str, Any], sent: dict[str, Any], who: str) -> None:
    """In any world; and whoever gets to a case has part in it."""
    sent = {**sent, "title": sent["title"] or " ".join(f"[{number}]" for number in sent["numbers"])}
    answer = decide_message(as_message(sent), WHO[who], facts_of(world), POLICIES[world["window"]], NOW)
    told = ("refused", " ".join(answer.codes)) if isinstance(answer, Refusal) else (answer.outcome, answer.case)
    assert told == expected(world, sent, who)
    TALLY(f"messages: {told[0]}", 1)


# --- a conversation --------------------------------------------------------------------------------------------------


class Memory:
    """What a host keeps: which messages were taken in, of which cases the messages of their threads are; the cases."""

    def __init__(self) -> None:
        self.taken: dict[str, CaseId] = {}
        self.threads: dict[str, tuple[CaseId, ...]] = {}
        self.cases: dict[CaseId, KnownCase] = {}

    def take_in(self, sent: Message) -> MessageDecision:
        """Decide about a message, and do as the decision says."""
        facts = MessageFacts(
            taken_into=self.taken.get(sent.message_id), threads=self.threads, cases=tuple(self.cases.values())
        )
        answer = decide_message(sent, WHO["eve"], facts, POLICIES[0], NOW)
        assert isinstance(answer, MessageDecision)
        if answer.command is None:
            return answer
        case_id = answer.case if answer.outcome == "comment" else None
        if case_id is None:
            case_id = CaseId(f"c{len(self.cases)}")
            self.cases[case_id] = known(case_id)
            if answer.case is not None:
                self.cases[answer.case] = attrs.evolve(self.cases[answer.case], follow_up=case_id)
        self.taken[sent.message_id] = case_id
        for name in answer.thread:
            self.threads[name] = tuple(dict.fromkeys((*self.threads.get(name, ()), case_id)))
        return answer

    def close_all(self) -> None:
        """Every case is closed, some days ago."""
        for name, one in self.cases.items():
            self.cases[name] = known(name, state="closed", next=one.follow_up)


@st.composite
def conversations(draw: st.DrawFn) -> list[Message]:
    """Messages, each of which refers to the first, and to some of those between."""
    size = draw(st.integers(1, 6))
    sent = [message(message_id="<0@acme>", subject="No tone")]
    for index in range(1, size):
        between = draw(st.lists(st.integers(1, index), unique=True).map(sorted))
        before = tuple(f"<{earlier}@acme>" for earlier in [0, *(one for one in between if one < index)])
        answered = draw(st.sampled_from([None, *before]))
        sent.append(message(message_id=f"<{index}@acme>", references=before, in_reply_to=answered))
    return sent


@given(sent=conversations(), data=st.data())
def test_a_conversation_is_one_case_in_whatever_order_and_however_often_it_arrives(
    sent: list[Message], data: st.DataObject
) -> None:
    """Each message changes it once; what comes again is told which case it went into. One comes after another."""
    arriving = data.draw(st.permutations(sent + data.draw(st.lists(st.sampled_from(sent), max_size=6))))
    memory = Memory()
    answers = [memory.take_in(one) for one in arriving]
    assert set(memory.taken.values()) == set(memory.cases) == {CaseId("c0")}
    assert sum(answer.command is not None for answer in answers) == len(sent)
    assert {answer.case for answer in answers if answer.outcome == "duplicate"} <= {CaseId("c0")}
    TALLY("messages: conversations", 1)


@given(sent=conversations(), data=st.data())
def test_a_conversation_that_outlives_its_case_makes_one_follow_up(sent: list[Message], data: st.DataObject) -> None:
    """Whatever order it arrives in, and whichever of its messages comes after the end."""
    arriving = data.draw(st.permutations(sent))
    end = data.draw(st.integers(1, len(sent)))
    memory = Memory()
    for one in arriving[:end]:
        memory.take_in(one)
    memory.close_all()
    answers = [memory.take_in(one) for one in arriving[end:]]
    outcomes = [answer.outcome for answer in answers]
    assert outcomes == ["follow_up", *["comment"] * len(outcomes)][: len(outcomes)]
    assert [memory.take_in(one).outcome for one in arriving] == ["duplicate"] * len(arriving)


# --- who gets where --------------------------------------------------------------------------------------------------


@given(world=WORLDS, sent=SENT, who=st.sampled_from(["eve", "ivy", "emil"]))
def test_what_is_anothers_is_as_unknown_as_what_does_not_exist(
    world: dict[str, Any], sent: dict[str, Any], who: str
) -> None:
    """The answer is the same, to the last reason, in a world without the cases in which the sender has no part.

    Nor is it told that anybody else mentioned or sent a message. (Emil, who works inside, has part in all of them.)
    """
    facts = facts_of(world) if who != "emil" else attrs.evolve(facts_of(world), taken_into=None)
    cases = tuple(one for one in facts.cases if one.case.contact == who)
    theirs = {one.case.id for one in cases}
    threads = {name: tuple(each for each in found if each in theirs) for name, found in facts.threads.items()}
    taken = facts.taken_into if facts.taken_into in theirs else None
    is_own = facts.is_own and (who == "emil" or bool(threads[sent["id"]]))
    fewer = attrs.evolve(facts, cases=cases, threads=threads, taken_into=taken, is_own=is_own)
    args = as_message(sent), WHO[who]
    answer = decide_message(*args, facts, POLICIES[world["window"]], NOW)
    assert answer == decide_message(*args, fewer, POLICIES[world["window"]], NOW)
    if isinstance(answer, MessageDecision) and answer.case is not None:
        assert world["cases"][answer.case]["contact"] == who


@given(world=WORLDS, sent=SENT, who=st.sampled_from(list(WHO)))
def test_what_nobody_wrote_changes_nothing(world: dict[str, Any], sent: dict[str, Any], who: str) -> None:
    """So two desks that answer each other by themselves stop at once."""
    automatic = attrs.evolve(as_message(sent), is_automatic=True)
    answer = decide_message(automatic, WHO[who], facts_of(world), POLICIES[world["window"]], NOW)
    assert isinstance(answer, Refusal) or answer.command is None


# --- anything at all -------------------------------------------------------------------------------------------------

ANY = st.text(st.characters(categories=["L", "N", "P", "S", "Z", "C"]), max_size=80)


@given(
    channel=st.sampled_from(CHANNELS),
    message_id=ANY,
    subject=ANY,
    text=ANY,
    references=st.lists(ANY, max_size=3).map(tuple),
    in_reply_to=st.none() | ANY,
)
def test_any_message_is_taken_in_or_told_what_is_wrong_with_it(**fields: Any) -> None:
    """What it opens is called something short on one line; ids of commands are ids, whatever the message's own is."""
    try:
        sent = Message(**fields)
    except CsmError:
        return
    answer = decide_message(sent, WHO["eve"], MessageFacts(), POLICIES[0], NOW)
    called = short_description_of(sent)
    assert len(called) <= 160
    assert not any(letter < " " for letter in called)
    if isinstance(answer, Refusal):
        assert (answer.codes, called) == (("nothing_to_say",), "")
        return
    assert isinstance(answer.command, OpenCase)
    assert answer.command.short_description == called
    assert answer.command_id.isascii()
    assert len(answer.command_id) <= 160


@given(st.lists(st.tuples(st.sampled_from(CHANNELS), st.sampled_from(IDS)), max_size=12))
def test_a_batch_has_each_message_once(pairs: list[tuple[Any, str]]) -> None:
    """The first of each channel and id, in their order; every position is kept or repeats an earlier one."""
    batch = [message(channel=channel, message_id=name) for channel, name in pairs]
    kept, repeated = unique_messages(batch)
    assert [(one.channel, one.message_id) for one in kept] == list(dict.fromkeys(pairs))
    assert len({one.command_id_of(WHO["eve"]) for one in kept}) == len(kept) == len(batch) - len(repeated)
    assert all(first < later and pairs[first] == pairs[later] for later, first in repeated.items())
