"""Stories, played: each scene through the real service over a host in memory, and all that comes of it."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import attrs

from csmcore.adapters import MemoryHost, MemoryMailroom, SettableClock
from csmcore.cli.outcomes import Kept, Played, PlayedCase, PlayedScene, Sent
from csmcore.model import (
    AgreementBook,
    Case,
    CaseId,
    CaseStory,
    LogEntry,
    Message,
    Notification,
    OpenCase,
    Refused,
    Scene,
    Side,
    SlaState,
    SupportPolicy,
)
from csmcore.rules import Roster
from csmcore.services import AssignmentDesk, CaseService

__all__ = ["play"]

_PLACE: Final = re.compile(r"\{(?P<name>[^{}.]+)(?P<mail>\.mail)?\}")
_SIDES: Final[tuple[Side, ...]] = ("agent", "customer")
_NO_CASE: Final = CaseId("")


def play(story: CaseStory, policy: SupportPolicy, book: AgreementBook) -> Played:
    """The story, played by a policy for the customers of a book. Raises CsmError where they do not allow it."""
    stage = _Stage(story, policy, book)
    scenes = tuple(stage.play(chapter, scene, at) for chapter, scene, at in story.in_order())
    counted = tuple(noun for noun in book.entitlements.values() if noun.per_unit)
    left = ((noun, stage.host.entitlement(noun.id)) for noun in counted)
    return Played(
        story=story,
        policy=policy,
        scenes=scenes,
        cases=tuple(stage.cases()),
        entitlements=tuple((before, after) for before, after in left if after is not None),
    )


class _WatchedHost(MemoryHost):
    """A host in memory that lists what it keeps."""

    def __init__(self, policy: SupportPolicy, book: AgreementBook, clock: SettableClock) -> None:
        super().__init__(policy, book, clock=clock)
        self.kept: list[Kept] = []

    def commit(self, case: Case, sla: SlaState, activity: Any, entry: LogEntry) -> None:
        """See `csmcore.ports.UnitOfWork`."""
        super().commit(case, sla, activity, entry)
        self.kept.append(Kept(case, entry, tuple(activity)))


class _Post:
    """A messenger that lists what it sends; what goes to customers is an e-mail that they can answer."""

    def __init__(self, mailroom: MemoryMailroom) -> None:
        self.sent: list[Sent] = []
        self._mailroom = mailroom

    def send(self, key: str, case_id: CaseId, notification: Notification) -> None:
        """See `csmcore.ports.Messenger`."""
        self.sent.append(Sent(key, case_id, notification))
        if self.sent[-1].is_mail:
            self._mailroom.sent("email", _mail(key), case_id)

    def last_mail(self, case_id: CaseId | None) -> str | None:
        """The id of the last e-mail to a customer about a case."""
        mails = (each.key for each in reversed(self.sent) if each.case == case_id and each.is_mail)
        return next(map(_mail, mails), None)


class _Stage:
    """Where a story is played, and who is who in it."""

    def __init__(self, story: CaseStory, policy: SupportPolicy, book: AgreementBook) -> None:
        self._story = story
        mailroom = MemoryMailroom()
        self._clock = SettableClock(next(at for _, _, at in story.in_order()))
        self.host = _WatchedHost(policy, book, self._clock)
        self._post = _Post(mailroom)
        self._service = CaseService(self.host, mailroom=mailroom, messenger=self._post)
        roster = Roster.of(book.users.values(), book.groups.values(), calendars=policy.calendars)
        self._desk = AssignmentDesk(self.host, self._service, roster)
        self._names: dict[str, CaseId] = {}

    def play(self, chapter: int, scene: Scene, at: datetime) -> PlayedScene:
        """Do what the scene says at its instant."""
        self._clock.set(at)
        done, told = len(self.host.kept), len(self._post.sent)
        played = PlayedScene(chapter=chapter, scene=scene, at=at, **self._answered(scene))
        kept = tuple(self.host.kept[done:])
        orders = tuple(order for each in kept for order in each.entry.orders)
        played = attrs.evolve(
            played,
            kept=kept,
            sent=tuple(self._post.sent[told:]),
            orders=tuple((order, self.host.entry(order.command_id) is not None) for order in orders),
            **self._standing(played),
        )
        opened = [each.case.id for each in kept if each.case.version == 1]
        self._names.update(zip(scene.opens, opened, strict=False))
        return attrs.evolve(played, deviations=tuple(_deviations(played, len(opened))))

    def cases(self) -> Iterator[PlayedCase]:
        """The cases that the story has names for, as they stand."""
        for name, case_id in self._names.items():
            reading = self._service.read(case_id)
            agents, customer = (self._service.stream(case_id, side) for side in _SIDES)
            yield PlayedCase(
                name=name, case=reading.case, clocks=reading.clocks, for_agents=agents, for_customer=customer
            )

    def _answered(self, scene: Scene) -> dict[str, Any]:
        if scene.case is not None and scene.case not in self._names:
            return {"answer": "impossible"}
        asked = self._filled(scene.message or scene.command)
        try:
            answer = {"asked": asked, **self._done(scene, asked)}
        except Refused as refused:
            return {"asked": asked, "answer": "refused", "reasons": refused.refusal.reasons}
        decision = answer["decision"]
        if decision is None:
            return {"answer": "accepted" if scene.message else "nothing", **answer}
        return {"answer": "accepted", "reasons": decision.reasons, **answer}

    def _done(self, scene: Scene, asked: Any) -> dict[str, Any]:
        """What the services answer. Raises Refused."""
        service, case_id = self._service, self._names.get(scene.case or "", _NO_CASE)
        if scene.tick:
            return {"decision": service.tick(case_id)}
        if scene.assign:
            assigned = self._desk.assign(case_id)
            return {"decision": assigned.decision, "assignment": assigned.assignment}
        actor = self._story.actors[scene.who or ""]
        match asked:
            case Message():
                received = service.receive(asked, actor)
                return {"message": received.message, "decision": received.decision}
            case OpenCase():
                return {"decision": service.open(asked, actor)}
            case _:
                return {"decision": service.apply(case_id, asked, actor)}

    def _filled(self, value: Any) -> Any:
        """The value with the cases that its texts name: ``{jam}`` is an id, ``{jam.mail}`` the last mail about it."""
        match value:
            case str():
                return _PLACE.sub(self._known, value)
            case tuple():
                return tuple(map(self._filled, value))
            case Mapping():
                return {name: self._filled(item) for name, item in value.items()}
            case _ if attrs.has(type(value)):
                fields = {field.name: getattr(value, field.name) for field in attrs.fields(type(value))}
                return attrs.evolve(value, **{name: self._filled(item) for name, item in fields.items()})
            case _:
                return value

    def _known(self, place: re.Match[str]) -> str:
        case_id = self._names.get(place["name"])
        found = case_id if place["mail"] is None else self._post.last_mail(case_id)
        return found or place[0]

    def _standing(self, played: PlayedScene) -> Mapping[str, Any]:
        """The case of the scene as it stands after all that came of it, with its clocks and notes."""
        decided = None if played.decision is None else played.decision.case.id
        led = None if played.message is None else played.message.case
        case_id = decided or led or self._names.get(played.scene.case or "")
        if case_id is None:
            return {}
        reading = self._service.read(case_id)
        notes = self._service.handling_notes(case_id).notes
        return {"case": reading.case, "clocks": reading.clocks, "notes": notes}


def _mail(key: str) -> str:
    """The id of the e-mail that a notification went out as."""
    return f"<{key}@desk>"


def _deviations(played: PlayedScene, opened: int) -> Iterator[str]:
    """Where what came is not what the story expects."""
    scene = played.scene
    if played.answer == "impossible":
        yield f"no case is called {scene.case} yet: an earlier scene did not open it"
        return
    got = tuple(reason.code for reason in played.reasons) if played.answer == "refused" else ()
    if sorted(got) != sorted(scene.refused):
        yield f"expected {_refused(scene.refused)}, got {_refused(got)}"
        return
    outcome = None if played.message is None else played.message.outcome
    if scene.outcome not in {None, outcome}:
        yield f"expected the outcome {scene.outcome}, got {outcome}"
    if scene.state is not None and (played.case is None or played.case.state != scene.state):
        yield f"expected the case to be {scene.state}, got {played.case.state if played.case else 'no case'}"
    kinds = {event.kind for each in played.kept for event in each.entry.events}
    lacking = [kind for kind in scene.happens if kind not in kinds]
    if lacking:
        yield f"expected {', '.join(lacking)} among the events"
    if opened != len(scene.opens):
        yield f"expected {len(scene.opens)} new cases, got {opened}"


def _refused(codes: tuple[str, ...]) -> str:
    return f"a refusal ({', '.join(codes)})" if codes else "a yes"
