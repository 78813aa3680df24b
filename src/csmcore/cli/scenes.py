"""A played story as people read it: each scene with its answer and all that came of it."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from types import MappingProxyType
from typing import Any, Final

import attrs

from csmcore.calendars import time_zone_database
from csmcore.cli.candidates import candidate_blocks
from csmcore.cli.curtain import ending
from csmcore.cli.outcomes import Answer, Kept, Played, PlayedScene
from csmcore.cli.sheets import Block, Cell, Column, Heading, Sheet, Table, Text, row
from csmcore.cli.wording import Times, counted, exact
from csmcore.model import Assignment, Case, Event, Message, SlaReading

__all__ = ["play_sheet"]

_LEAST: Final = 8  # the width of the words on the left, so that all tables of a scene stand under each other
_MOST: Final = 20  # lines of one kind in a scene
_LONG: Final = 160  # characters of a value
_LINES: Final = (Column("", least=_LEAST), Column(""))
_CLOCKS: Final = (Column("", least=_LEAST), Column(""), Column(""), Column(""), Column(""))
_ANSWERS: Final[Mapping[Answer, Cell]] = MappingProxyType(
    {
        "accepted": Cell("accepted", "good"),
        "refused": Cell("refused", "bad"),
        "nothing": Cell("nothing was due"),
        "impossible": Cell("not possible", "bad"),
    }
)
_RELATED: Final = ("account", "contact", "consumer", "asset", "product", "contract", "entitlement", "parent")


def play_sheet(played: Played) -> Sheet:
    """The story from its title to the sums, in the local time of the policy."""
    story, policy = played.story, played.policy
    times = Times.of(policy.timezone, (scene.at for scene in played.scenes))
    begins = Times(policy.timezone).whole(played.scenes[0].at)
    blocks: list[Block] = [Heading(story.title)]
    blocks += [Text(story.about)] if story.about else []
    blocks.append(Text(f"begins {begins} ({policy.timezone}); policy {policy.name} {policy.version}", "quiet"))
    blocks.append(Text(f"policy digest {policy.digest[:12]}; tzdata {time_zone_database()}", "quiet"))
    teller, chapter = _Teller(times), 0
    for scene in played.scenes:
        if scene.chapter != chapter:
            chapter = scene.chapter
            told = story.chapters[chapter - 1]
            blocks.append(Heading(f"=== {chapter}. {told.title} ==="))
            blocks += [Text(told.about)] if told.about else []
        blocks += teller.tell(scene)
    return (*blocks, *ending(played, times))


class _Teller:
    """Tells scene after scene; what was told of a case before is not told again."""

    def __init__(self, times: Times) -> None:
        self._times = times
        self._told: set[tuple[str, str]] = set()

    def tell(self, scene: PlayedScene) -> Iterator[Block]:
        """A scene: who, what, the answer and all that came of it."""
        who = scene.scene.who
        yield Heading(f"{self._times.short(scene.at)}  {f'{who}: ' if who else ''}{scene.scene.says}")
        yield Table(_LINES, tuple(_labelled(self._lines(scene))))
        clocks = tuple(self._clocks(scene))
        if clocks:
            yield Table(_CLOCKS, clocks)
        derivation = None if scene.decision is None else scene.decision.derivation
        if derivation is not None and self._once("", str([one.entitlement.id for one in derivation.candidates])):
            yield from candidate_blocks(derivation, self._times)

    def _lines(self, scene: PlayedScene) -> Iterator[tuple[str, str | Cell]]:
        """The lines of a scene, each with its word."""
        told: Mapping[str, Iterator[str]] = {
            "ranked": _ranked(scene.assignment),
            "case": self._case(scene.case),
            "heed": self._notes(scene),
            "events": _few(map(_happened, scene.kept)),
            "besides": _few(_besides(scene)),
            "told": _few(_told(scene)),
            "orders": _few(f"{order}: {'carried out' if done else 'refused'}" for order, done in scene.orders),
        }
        yield from (("asked", text) for text in _asked(scene))
        yield "answer", _ANSWERS[scene.answer]
        yield from (("because", text) for text in _because(scene))
        yield from (("differs", Cell(text, "bad")) for text in scene.deviations)
        yield from ((word, text) for word, texts in told.items() for text in texts)

    def _once(self, case_id: str, text: str) -> bool:
        """Whether it is told of the case for the first time."""
        is_new = (case_id, text) not in self._told
        self._told.add((case_id, text))
        return is_new

    def _case(self, case: Case | None) -> Iterator[str]:
        if case is None:
            return
        yield _state(case)
        related = [f"{name} {value}" for name in _RELATED if (value := getattr(case, name)) is not None]
        if related and self._once(case.id, ", ".join(related)):
            yield ", ".join(related)
        waits = [f"{key} ({blocker.reason})" for key, blocker in case.blockers.items() if blocker.is_active]
        if waits:
            yield f"waits for {', '.join(waits)}"

    def _notes(self, scene: PlayedScene) -> Iterator[str]:
        for each in scene.notes:
            if scene.case is not None and self._once(scene.case.id, each.note.id):
                yield f"{each.note.title} ({each.reason.text})"

    def _clocks(self, scene: PlayedScene) -> Iterator[tuple[Cell, ...]]:
        """The clocks that run or stand; those that have ended once."""
        label = "clocks"
        for reading in scene.clocks if scene.kept else ():
            name = f"{reading.definition} {reading.cycle}"
            if scene.case is not None and (reading.stopped_at is None or self._once(scene.case.id, name)):
                used = f"{exact(reading.elapsed)} of {exact(reading.goal)}"
                yield row(label, name, reading.stage, used, self._until(reading))
                label = ""

    def _until(self, reading: SlaReading) -> str:
        """What comes next for a clock, or how it ended."""
        ended, due = reading.stopped_at, reading.due_at
        told = (
            f"ended {self._times.short(ended)}" if ended else f"due {self._times.short(due)}" if due else "due not now"
        )
        return f"{told}, breached" if reading.has_breached else told


def _labelled(lines: Iterator[tuple[str, str | Cell]]) -> Iterator[tuple[Cell, ...]]:
    """Lines under their words on the left; a word that repeats is said once."""
    before = ""
    for word, said in lines:
        yield row("" if word == before else Cell(word, "quiet"), said)
        before = word


def _few(lines: Iterable[str]) -> Iterator[str]:
    """The first of many lines, and how many more there are."""
    waiting = iter(lines)
    yield from islice(waiting, _MOST)
    more = sum(1 for _ in waiting)
    if more:
        yield f"and {more:,} more"


# --- what was asked --------------------------------------------------------------------------------------------------


def _asked(scene: PlayedScene) -> Iterator[str]:
    asked = scene.asked
    if asked is None:
        yield "what is due by now" if scene.scene.tick else "whom the rules find"
    elif isinstance(asked, Message):
        answers = f", in reply to {asked.in_reply_to}" if asked.in_reply_to else ""
        yield f"{asked.channel} {asked.message_id}{answers}"
        texts = (*(_said(text) for text in (asked.subject, asked.text) if text), _given(asked.form))
        yield from filter(None, texts)
    else:
        yield f"{asked.action} {_given(asked)}".rstrip()


def _given(noun: Any) -> str:
    """The fields that say something else than usual, in their order."""
    fields = ((field, getattr(noun, field.name)) for field in attrs.fields(type(noun)))
    return ", ".join(f"{field.name} {_said(value)}" for field, value in fields if value != field.default)


def _said(value: object) -> str:
    match value:
        case str():
            text = value if len(value) <= _LONG else f"{value[:_LONG]}..."
            return f'"{text}"' if " " in text else text
        case tuple() | list():
            return ", ".join(map(_said, value))
        case Mapping():
            return ", ".join(f"{name} {_said(item)}" for name, item in value.items())
        case bool():
            return "yes" if value else "no"
        case _:
            return str(value)


# --- what came of it -------------------------------------------------------------------------------------------------


def _because(scene: PlayedScene) -> Iterator[str]:
    message = scene.message
    if message is not None:
        yield f"{message.outcome.replace('_', ' ')}: {'; '.join(reason.text for reason in message.reasons)}"
    for reason in scene.reasons:
        yield f"{reason.text} ({reason.code})" if scene.answer == "refused" else reason.text


def _ranked(assignment: Assignment | None) -> Iterator[str]:
    if assignment is None:
        return
    for reason in assignment.reasons:
        yield reason.text
    for agent in assignment.ranking.agents:
        yield f"{agent.user} {float(agent.total):.3f}: {'; '.join(map(str, (*agent.scores, *agent.reasons)))}"
    for dropped in assignment.ranking.dropped:
        yield f"{dropped.user} dropped: {'; '.join(reason.text for reason in dropped.reasons)}"


def _state(case: Case) -> str:
    escalation = case.escalation
    told = [
        f"{case.number} is {case.state}" + (f" ({case.substate})" if case.substate else ""),
        f"version {case.version}",
        f"priority {case.priority}",
        *(name for name in (case.assignment_group, case.assigned_to) if name is not None),
        *([case.action_status.replace("_", " ")] if case.action_status else []),
        *([f"escalation {escalation.state}"] if escalation else []),
        *([f"major case {case.major_case_state}"] if case.major_case_state else []),
        *([f"reopened {counted(case.reopen_count, 'time')}"] if case.reopen_count else []),
    ]
    return ", ".join(told)


def _happened(kept: Kept) -> str:
    events = kept.entry.events
    return f"{kept.case.number} v{kept.entry.version} by {events[0].by.id}: {', '.join(map(_event, events))}"


def _event(event: Event) -> str:
    details = (event.details.get(name) for name in ("definition", "threshold"))
    return " ".join([event.kind, *(str(detail) for detail in details if detail is not None)])


def _besides(scene: PlayedScene) -> Iterator[str]:
    """Why things came as they did on what the system did in turn."""
    for kept in scene.kept:
        if scene.decision is None or kept.case is not scene.decision.case:
            yield from (f"{kept.case.number} v{kept.entry.version}: {reason.text}" for reason in kept.entry.reasons)


def _told(scene: PlayedScene) -> Iterator[str]:
    """Who is told of what, and of which case, where it is another one."""
    for sent in scene.sent:
        other = "" if scene.case is None or scene.case.id == sent.case else f" on {sent.case}"
        notice = sent.notification
        yield f"{notice.kind} {', '.join(notice.to)} about {notice.about}{other}"
