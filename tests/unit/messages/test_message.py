"""What a message is, and what its subject says."""

from datetime import UTC, datetime
from typing import Any

import pytest

from csmcore.errors import InvalidValue, LimitExceeded, NaiveDatetime
from csmcore.model import Account, Actor, CaseFacts, KnownCase, SubjectToken
from csmcore.rules import BRACKETS, numbers_in, short_description_of
from tests.unit.lifecycle.cast import made
from tests.unit.messages.scenes import NOW, POLICIES, WHO, known, message

MEGABYTE = "x" * 1_000_000


@pytest.mark.parametrize("name", ["message_id", "in_reply_to"])
@pytest.mark.parametrize(
    "value", ["", " ", " a", "a ", "a\nBcc: everybody@example.org", "a\r\n b", "a\x00b", "a\x7fb", "\ud800"]
)
def test_an_id_is_one_line(name: str, value: str) -> None:
    """A second header line, a control character or half a letter is a typed error that names the field."""
    with pytest.raises(InvalidValue) as raised:
        message(**{name: value})
    assert raised.value.path == name


def test_ids_are_as_channels_have_them() -> None:
    """Long, with odd letters and inner spaces."""
    odd = "<ünï code+%$&'*/=?^`{|}~ [x]@mail.example>"
    assert message(message_id=odd).message_id == odd
    assert message(message_id="x" * 998).thread == ("x" * 998,)


@pytest.mark.parametrize(
    ("fields", "path", "allowed"),
    [
        ({"message_id": MEGABYTE}, "message_id", 998),
        ({"in_reply_to": "x" * 999}, "in_reply_to", 998),
        ({"references": ("a", MEGABYTE)}, "references", 998),
        ({"references": tuple(map(str, range(1_001)))}, "references", 1_000),
        ({"sender_address": MEGABYTE}, "sender_address", 998),
        ({"subject": MEGABYTE}, "subject", 100_000),
        ({"text": MEGABYTE}, "text", 100_000),
    ],
)
def test_what_is_too_long_is_a_typed_error(fields: dict[str, Any], path: str, allowed: int) -> None:
    """It names the field, and how much there may be."""
    with pytest.raises(LimitExceeded) as raised:
        message(**fields)
    assert (raised.value.path, raised.value.allowed) == (path, allowed)


def test_a_sender_address_is_one_line_or_nothing() -> None:
    """It comes from outside, too."""
    assert message(sender_address="Eve <eve@acme.example>").sender_address == "Eve <eve@acme.example>"
    with pytest.raises(InvalidValue, match="sender_address"):
        message(sender_address="eve@acme.example\nBcc: x")
    assert "acme" not in repr(message(sender_address="eve@acme.example", subject="acme", text="acme"))


def test_an_unknown_channel_is_refused() -> None:
    """Channels are the case's."""
    with pytest.raises(InvalidValue, match="did you mean 'email'"):
        message(channel="e-mail")


def test_an_instant_is_kept_in_utc() -> None:
    """A naive one names none."""
    sent = message(sent_at=datetime.fromisoformat("2026-06-01T11:00:00+02:00"))
    assert sent.sent_at == NOW
    assert sent.sent_at.tzinfo is UTC
    with pytest.raises(NaiveDatetime):
        message(sent_at=NOW.replace(tzinfo=None))


def test_a_command_id_is_that_of_the_channel_the_sender_and_the_message() -> None:
    """Short and plain, however long and odd the message's is; another for each."""
    eve = WHO["eve"]
    ids = [message(message_id="ü" * 998), message(), message(channel="chat"), message(message_id="M9")]
    ids += [message(message_id="7" * 64), message(channel="self_service")]
    commands = [one.command_id_of(eve) for one in ids]
    assert len(set(commands)) == len(ids)
    assert all(one.isascii() and len(one) <= 160 for one in commands)
    assert message(text="other").command_id_of(eve) == message().command_id_of(eve)
    assert commands[2].startswith("message:chat:")


def test_nobody_else_has_the_command_id_of_ones_message() -> None:
    """Neither another of the same kind, nor one of another kind with the same id; the roles of the day do not count."""
    eve = WHO["eve"]
    senders = [*WHO.values(), Actor(kind="consumer", id="eve"), Actor(kind="contact", id="evem")]
    assert len({message().command_id_of(sender) for sender in senders}) == len(senders)
    assert message(message_id="9").command_id_of(senders[-1]) != message().command_id_of(eve)
    assert message().command_id_of(Actor(kind="contact", id="eve")) == message().command_id_of(eve)


def test_a_thread_is_asked_for_in_order() -> None:
    """What is answered, what is referred to, the newest first, the message itself; each once."""
    assert message(in_reply_to="b", references=("a", "b", "c")).thread == ("b", "c", "a", "m9")
    assert message(references=("a", "a", "m9")).thread == ("m9", "a")
    assert message().thread == ("m9",)


# --- subjects --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subject", "numbers"),
    [
        ("[CS1] No tone", ("CS1",)),
        ("Re: No tone [ CS1 ]", ("CS1",)),
        ("[CS1] [CS2] [CS1]", ("CS1", "CS2")),
        ("[[CS1]]", ("[CS1", "CS1")),
        ("[] [ ] [CS1", ()),
        ("CS1]", ()),
        ("[" + "x" * 200 + "]", ("x" * 200,)),
        ("[" + "x" * 201 + "]", ()),
        ("x" * 1_000 + "[CS1]", ()),
        ("".join(f"[{index}]" for index in range(50)), tuple(map(str, range(10)))),
        ("", ()),
    ],
)
def test_a_number_stands_between_brackets(subject: str, numbers: tuple[str, ...]) -> None:
    """Within the first thousand characters, ten of them."""
    assert numbers_in(subject) == numbers_in(subject, BRACKETS) == numbers


def test_a_host_says_what_stands_around_a_number() -> None:
    """It is found as it stands, and is no pattern."""
    token = SubjectToken(prefix="(.*)+", suffix="$")
    assert numbers_in("(.*)+7$ and (aaa)7$", token) == ("7",)
    assert numbers_in("case #7, please", SubjectToken(prefix="case #", suffix=",")) == ("7",)


@pytest.mark.parametrize("fields", [{"prefix": ""}, {"suffix": ""}, {"prefix": "x" * 41}, {"prefix": "  "}])
def test_a_token_has_two_ends(fields: dict[str, str]) -> None:
    """Else everything, or nothing, were a number."""
    with pytest.raises(InvalidValue, match="finds no number"):
        SubjectToken(**fields)


def test_a_very_long_subject_is_looked_at_in_no_time() -> None:
    """Its beginning alone."""
    assert numbers_in("[" * 100_000) == ()
    assert short_description_of(message(subject="re:" * 33_333, text="")) == "r"


@pytest.mark.parametrize(
    ("subject", "called"),
    [
        ("No tone", "No tone"),
        ("Re: No tone", "No tone"),
        ("RE: AW: Fwd: WG: SV: Antw: No tone", "No tone"),
        ("re[2]: Re (3) : No tone", "No tone"),
        ("\u56de\u590d\uff1a No tone", "No tone"),
        ("Regarding: no tone", "Regarding: no tone"),
        ("Reset: no tone", "Reset: no tone"),
        ("  No \t tone\r\nBcc: x\x00\x7f", "No tone Bcc: x"),
        ("x" * 160, "x" * 160),
        ("x" * 161, "x" * 159 + "\u2026"),
        ("x" * 158 + " yyyyy", "x" * 158 + "\u2026"),
        ("Re: ", "Hello"),
        ("", "Hello"),
        ("\u200b \u00ad", "Hello"),
    ],
)
def test_a_case_is_called_after_the_subject(subject: str, called: str) -> None:
    """Without what mail programs put before it; on one line, and short. One that says nothing gives way to the text."""
    assert short_description_of(message(subject=subject, text=" \n\u200b\nHello\nNo tone.")) == called


def test_nothing_is_called_nothing() -> None:
    """No words, no name."""
    assert not short_description_of(message(subject="Re:", text=" \n"))


# --- what is known ---------------------------------------------------------------------------------------------------


def test_a_known_case_comes_with_its_own_policy() -> None:
    """Another's windows are not its."""
    case = known("c0").case
    with pytest.raises(InvalidValue, match="another policy"):
        KnownCase(case=case, facts=CaseFacts(account=made(Account, id="acme", name="A")), policy=POLICIES[5])
