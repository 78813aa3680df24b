"""Messages: what reaches the desk, by whatever channel; what is known about one, and what is decided about it."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal, TypeAlias, get_args

import attrs

from csmcore.errors import InvalidValue, LimitExceeded, shown
from csmcore.model.actor import Actor
from csmcore.model.case import CHANNELS, Case, Channel
from csmcore.model.commands import AddComment, OpenCase
from csmcore.model.facts import CaseFacts
from csmcore.model.fields import in_utc, is_id, is_text, one_of, optional
from csmcore.model.frozen_mapping import FrozenMapping, frozen
from csmcore.model.ids import CaseId, CommandId
from csmcore.model.policy import SupportPolicy
from csmcore.model.reasons import Reason

__all__ = ["KnownCase", "Message", "MessageDecision", "MessageFacts", "MessageOutcome", "SubjectToken"]

MessageOutcome: TypeAlias = Literal["comment", "open", "follow_up", "duplicate"]

_MOST_LETTERS = 998  # of a line of an e-mail, which an id cannot be longer than (RFC 5322)
_MOST_REFERENCES = 1_000
_MOST_OF_TOKEN = 40
_NO_THREADS: Mapping[str, tuple[CaseId, ...]] = FrozenMapping()
_EMPTY_FORM = OpenCase()


def _is_message_id(_: object, field: "attrs.Attribute[Any]", value: str) -> None:
    """An id as channels have them: odd letters and inner spaces, but no control characters: no second header line."""
    if len(value) > _MOST_LETTERS:
        raise LimitExceeded(field.name, "characters", _MOST_LETTERS, "give the channel's own id")
    if not value.strip() or value != value.strip() or any(letter < " " or letter == "\x7f" for letter in value):
        hint = "give the channel's own id, without spaces at its ends or control characters in it"
        raise InvalidValue(field.name, f"{shown(value)} is no id of a message", hint)
    is_text(_, field, value)


def _are_message_ids(_: object, field: "attrs.Attribute[Any]", values: tuple[str, ...]) -> None:
    if len(values) > _MOST_REFERENCES:
        raise LimitExceeded(field.name, "references", _MOST_REFERENCES, "give the newest, and the first of all")
    for value in values:
        _is_message_id(_, field, value)


def _is_line(_: object, field: "attrs.Attribute[Any]", value: str) -> None:
    if value:
        _is_message_id(_, field, value)


def _is_part_of_token(_: object, field: "attrs.Attribute[Any]", value: str) -> None:
    if not 0 < len(value) <= _MOST_OF_TOKEN or value.isspace():
        problem, hint = f"{shown(value)} finds no number", f"use 1 to {_MOST_OF_TOKEN} characters, one of them visible"
        raise InvalidValue(field.name, problem, hint)


@attrs.frozen(kw_only=True)
class Message:
    """Something that somebody wrote or said, or that a machine reported: one noun for all channels.

    ``message_id`` is the channel's own, the same each time that the message is delivered: up to 998 characters. The
    messages that it answers are ``in_reply_to``, and ``references`` with the oldest first, as an e-mail has them.
    Who sent it is the actor, whom the host has authenticated; ``sender_address`` is what the channel says of them, and
    decides nothing. ``is_automatic`` says that nobody wrote it: an out-of-office note, a bounce; a monitor's alert is
    no such thing. ``form`` is what else was filled in, as the command of the case that it would open: its blank texts
    are filled from the subject and the text. Raises InvalidValue, NaiveDatetime; LimitExceeded for a subject or text of
    over 100,000 characters and for over 1,000 references.
    """

    channel: Channel = attrs.field(validator=one_of(CHANNELS))
    message_id: str = attrs.field(validator=_is_message_id)
    sender_address: str = attrs.field(default="", validator=_is_line, repr=False)
    subject: str = attrs.field(default="", validator=is_text, repr=False)
    text: str = attrs.field(default="", validator=is_text, repr=False)
    in_reply_to: str | None = attrs.field(default=None, validator=optional(_is_message_id))
    references: tuple[str, ...] = attrs.field(default=(), validator=_are_message_ids, repr=False)
    sent_at: datetime | None = None
    is_automatic: bool = False
    form: OpenCase = _EMPTY_FORM

    def __attrs_post_init__(self) -> None:
        """Keep the instant in UTC."""
        in_utc(self, "sent_at")

    def command_id_of(self, actor: Actor) -> CommandId:
        """The id of the command that it becomes: the same for the same message of the same sender, another for others.

        So nobody takes an id from its rightful sender by using it first. It holds a digest of who sends it and of the
        message's own id, which may be too long for an id, or no id at all.

        >>> eve = Actor(kind="contact", id="eve")
        >>> Message(channel="email", message_id="<1@example.org>").command_id_of(eve)[:30]
        'message:email:a16d2b281dea50ed'
        """
        said = f"{actor.kind}\n{actor.id}\n{self.message_id}"  # no id has a line break
        return CommandId(f"message:{self.channel}:{sha256(said.encode()).hexdigest()}")

    @property
    def thread(self) -> tuple[str, ...]:
        """The messages that tell which conversation it belongs to, in the order in which they are asked.

        First the one it answers, then those it refers to, the newest first, then itself: a reply to it may have come
        before it.
        """
        answered = () if self.in_reply_to is None else (self.in_reply_to,)
        return tuple(dict.fromkeys((*answered, *reversed(self.references), self.message_id)))


@attrs.frozen(kw_only=True)
class SubjectToken:
    """How a subject names a case: the number between a ``prefix`` and a ``suffix``, as in ``[CS0000001]``.

    Each has 1 to 40 characters. They are found as they stand: they are no pattern. Raises InvalidValue.
    """

    prefix: str = attrs.field(default="[", validator=_is_part_of_token)
    suffix: str = attrs.field(default="]", validator=_is_part_of_token)


@attrs.frozen(kw_only=True)
class KnownCase:
    """A case that a message may belong to, with its facts and the policy that it pins.

    ``follow_up`` is the newest case that goes on from it. Raises InvalidValue where the policy is another one.
    """

    case: Case
    facts: CaseFacts
    policy: SupportPolicy
    follow_up: CaseId | None = attrs.field(default=None, validator=optional(is_id))

    def __attrs_post_init__(self) -> None:
        """Refuse another policy than the case pins."""
        if self.policy.ref != self.case.policy:
            problem = f"it is of another policy than case {self.case.number} pins"
            raise InvalidValue("policy", problem, "give the case's own")


@attrs.frozen(kw_only=True)
class MessageFacts:
    """What is known about a message before it is decided about.

    ``taken_into`` is the case that this message of this sender (`Message.command_id_of`) went into before. ``threads``
    are the cases that messages are known of, by their ids: of those taken in, of those that these mention
    (`MessageDecision.thread`), and of those that the desk sent. ``cases`` are all of these, those whose numbers the
    subject names (`csmcore.rules.numbers_in`), and what those have been merged into or are followed by; those in which
    the sender has no part may be left out. ``is_own`` says that the desk sent the message itself.
    """

    taken_into: CaseId | None = attrs.field(default=None, validator=optional(is_id))
    threads: Mapping[str, tuple[CaseId, ...]] = attrs.field(default=_NO_THREADS, converter=frozen)
    cases: tuple[KnownCase, ...] = ()
    is_own: bool = False
    is_sender_blocked: bool = False


@attrs.frozen(kw_only=True)
class MessageDecision:
    """What becomes of a message, and why: of the places that were looked at before, why it was none of them.

    A ``comment`` is said on ``case``; a ``follow_up`` goes on from it; a ``duplicate`` went into it before, and there
    is no command. The command is sent under ``command_id``, in the name of the message's actor. The host then keeps,
    for its channel, that the messages of ``thread`` are of the case that the command changed.
    """

    outcome: MessageOutcome = attrs.field(validator=one_of(get_args(MessageOutcome)))
    command: OpenCase | AddComment | None
    case: CaseId | None = attrs.field(default=None, validator=optional(is_id))
    command_id: CommandId = attrs.field(validator=is_id)
    thread: tuple[str, ...]
    reasons: tuple[Reason, ...]
