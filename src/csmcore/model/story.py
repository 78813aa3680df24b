"""Stories: what happens to cases step by step, as a document tells it, and what is expected of each step."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, get_args

import attrs

from csmcore.calendars import as_utc
from csmcore.errors import InvalidValue, OutOfRange, shown
from csmcore.model.actor import Actor
from csmcore.model.case import CASE_STATES, CaseState
from csmcore.model.commands import Command, OpenCase
from csmcore.model.events import EVENT_KINDS, EventKind
from csmcore.model.fields import in_utc, is_id, is_ids, is_text, is_written, one_of, optional
from csmcore.model.frozen_mapping import FrozenMapping, frozen
from csmcore.model.message import Message, MessageOutcome

__all__ = ["CaseStory", "Chapter", "Scene"]

_KINDS = ("message", "command", "tick", "assign")
_NOBODY: Mapping[str, Actor] = FrozenMapping()


def _are_event_kinds(_: object, field: "attrs.Attribute[Any]", kinds: tuple[str, ...]) -> None:
    for index, kind in enumerate(kinds):
        if kind not in EVENT_KINDS:
            raise InvalidValue(f"{field.name}[{index}]", f"{shown(kind)} is no kind of event", "name one of them")


def _is_ahead(_: object, field: "attrs.Attribute[Any]", span: timedelta) -> None:
    if span < timedelta(0):
        raise InvalidValue(field.name, "it goes back", "let time pass, or none")


@attrs.frozen(kw_only=True)
class Scene:
    """One step of a story: somebody sends a message or a command, or something happens by itself.

    That is a ``tick``, in which time does what is due, or ``assign``, where rules give the case to somebody. It is
    ``at`` an instant, or so long ``after`` the scene before (neither: at once). ``who`` is one of the story's actors,
    ``case`` the name of a case that an earlier scene opened; a message finds its case by itself. ``opens`` names the
    cases that come into being here, those that the system opens among them, in their order. Texts of messages and
    commands may have ``{name}`` for the id of such a case, and ``{name.mail}`` for the last e-mail to its customer.

    What is expected: it is accepted, unless ``refused`` has the codes of all reasons; ``outcome`` is what becomes of
    the message, ``state`` that of the case afterwards, ``happens`` are kinds of events that are among those of the
    scene. Raises InvalidValue, NaiveDatetime.
    """

    says: str = attrs.field(validator=is_written)
    at: datetime | None = None
    after: timedelta | None = attrs.field(default=None, validator=optional(_is_ahead))
    who: str | None = attrs.field(default=None, validator=optional(is_id))
    case: str | None = attrs.field(default=None, validator=optional(is_id))
    message: Message | None = None
    command: Command | None = None
    tick: bool = False
    assign: bool = False
    opens: tuple[str, ...] = attrs.field(default=(), validator=is_ids)
    refused: tuple[str, ...] = attrs.field(default=(), validator=is_ids)
    outcome: MessageOutcome | None = attrs.field(default=None, validator=optional(one_of(get_args(MessageOutcome))))
    state: CaseState | None = attrs.field(default=None, validator=optional(one_of(CASE_STATES)))
    happens: tuple[EventKind, ...] = attrs.field(default=(), validator=_are_event_kinds)

    def __attrs_post_init__(self) -> None:
        """Keep the instant in UTC. Refuse a scene of nothing or of two things, and what does not belong to it."""
        in_utc(self, "at")
        if self.at is not None and self.after is not None:
            raise InvalidValue("after", "it says `at`, too", "leave one of them out")
        asked = [name for name in _KINDS if getattr(self, name)]
        if len(asked) != 1:
            problem = f"it has {' and '.join(asked)}" if asked else "nothing happens in it"
            raise InvalidValue(asked[1] if asked else "command", problem, f"give it one of {', '.join(_KINDS)}")
        self._check_parts()

    def _check_parts(self) -> None:
        """Refuse what this kind of scene has not, and ask for what it needs."""
        opens, by_itself = isinstance(self.command, OpenCase) or self.message is not None, self.tick or self.assign
        for name, needed, why in (
            ("who", not by_itself, "it happens by itself" if by_itself else "somebody does it"),
            ("case", not opens, "it finds or opens its case itself" if opens else "it is about a case"),
        ):
            if needed != (getattr(self, name) is not None):
                raise InvalidValue(name, why, f"give `{name}`" if needed else "leave it out")
        if self.outcome is not None and self.message is None:
            raise InvalidValue("outcome", "only a message has one", "leave it out")
        unmet = next((name for name in ("outcome", "happens", "opens") if self.refused and getattr(self, name)), None)
        if unmet is not None:
            raise InvalidValue(unmet, "nothing comes of what is refused", "leave it out, or `refused`")


@attrs.frozen(kw_only=True)
class Chapter:
    """A part of a story, with a title of its own. Raises InvalidValue where it has no scenes."""

    title: str = attrs.field(validator=is_written)
    about: str = attrs.field(default="", validator=is_text)
    scenes: tuple[Scene, ...] = attrs.field()

    @scenes.validator
    def _some(self, field: "attrs.Attribute[Any]", scenes: tuple[Scene, ...]) -> None:
        if not scenes:
            raise InvalidValue(field.name, "there is none", "tell at least one")


@attrs.frozen(kw_only=True)
class CaseStory:
    """What happens to cases, chapter by chapter, and who does it: the ``actors``, by their ids.

    ``policy`` and ``agreements`` name the documents that it is played by. Raises InvalidValue where a scene has an
    actor or a case that there is not, gives a name twice, or goes back in time; OutOfRange past the last instant.
    """

    title: str = attrs.field(validator=is_written)
    about: str = attrs.field(default="", validator=is_text)
    policy: str = attrs.field(validator=is_id)
    agreements: str | None = attrs.field(default=None, validator=optional(is_id))
    actors: Mapping[str, Actor] = attrs.field(default=_NOBODY, converter=frozen)
    chapters: tuple[Chapter, ...] = attrs.field()

    @chapters.validator
    def _some(self, field: "attrs.Attribute[Any]", chapters: tuple[Chapter, ...]) -> None:
        if not chapters:
            raise InvalidValue(field.name, "there is none", "tell at least one")

    def __attrs_post_init__(self) -> None:
        """Refuse scenes that do not follow from those before."""
        named: set[str] = set()
        last: datetime | None = None
        for place, scene in self._placed():
            try:
                last = _instant(scene, last)
                self._check(scene, named)
            except InvalidValue as error:
                raise error.under(f"{place}.{error.path}") from None
            named.update(scene.opens)

    def _placed(self) -> Iterator[tuple[str, Scene]]:
        for first, chapter in enumerate(self.chapters):
            for second, scene in enumerate(chapter.scenes):
                yield f"$.chapters[{first}].scenes[{second}]", scene

    def _check(self, scene: Scene, named: set[str]) -> None:
        if scene.who is not None and scene.who not in self.actors:
            raise InvalidValue("who", f"no actor {shown(scene.who)}", "declare it under `actors`")
        if scene.case is not None and scene.case not in named:
            problem = f"no scene before opens a case that is called {shown(scene.case)}"
            raise InvalidValue("case", problem, "name one that an earlier scene `opens`")
        again = sorted(named.intersection(scene.opens))
        if again:
            raise InvalidValue("opens", f"{shown(again[0])} is the name of another case", "choose another name")

    def in_order(self) -> Iterator[tuple[int, Scene, datetime]]:
        """Every scene with the number of its chapter, from 1, and its instant."""
        last: datetime | None = None
        for number, chapter in enumerate(self.chapters, 1):
            for scene in chapter.scenes:
                last = _instant(scene, last)
                yield number, scene, last


def _instant(scene: Scene, last: datetime | None) -> datetime:
    """When a scene is; without a word about it, at once."""
    if scene.at is not None:
        if last is not None and scene.at < last:
            raise InvalidValue("at", "it is before the scene that comes before it", "tell scenes in their order")
        return scene.at
    if last is None:
        raise InvalidValue("at", "it is missing", "say when the story begins")
    try:
        return as_utc(last + (scene.after or timedelta(0)))
    except (OverflowError, OutOfRange):
        raise OutOfRange("after", "that is no instant any more", "let less time pass") from None
