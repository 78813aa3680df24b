"""One case in full, as a story: what it is entitled to and why, what happened, and what became of each promise."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final, cast

from csmcore.analysis import CaseReplay, ReplayReport, outcome
from csmcore.cli.candidates import candidate_blocks
from csmcore.cli.sheets import Block, Cell, Column, Heading, Sheet, Table, Text, Tone, row
from csmcore.cli.summary import found_blocks
from csmcore.cli.wording import Times, exact
from csmcore.conditions import Record
from csmcore.model import (
    EventId,
    Explanation,
    Revision,
    Segment,
    SlaReading,
)
from csmcore.rules import Plan, explain

__all__ = ["story_of"]

_LONG: Final = 60  # characters of a field's value
_ZERO: Final = timedelta(0)
_TOLD_ELSEWHERE: Final = ("entitlement.", "contract.", "account.", "location.", "group.", "event.")
_SPAN: Final = (Column("from"), Column("to"), Column(""), Column("open time", is_figure=True), Column("because of"))
_EVERYTHING: Final = 1_000_000  # findings


def story_of(report: ReplayReport, plan: Plan, case: CaseReplay) -> Sheet:
    """The case as of the report's instant, in the local time of the policy, or of a promise's calendar."""
    now = cast(datetime, report.as_of)  # a report that has a case has an instant
    zone = plan.policy.timezone
    times = Times.of(zone, (now, *(revision.at for revision in case.revisions)))
    policy = report.policy
    blocks: list[Block] = [
        Heading(f"Case {case.id}, as of {times.whole(now)} ({zone})"),
        Text(f"policy {policy.name} {policy.version}, digest {policy.digest[:12]}; tzdata {report.time_zone_database}"),
        Heading(f"Entitlement: {case.reason.text}"),
        *(candidate_blocks(case.derivation, times) if case.derivation else ()),
        Heading("What happened"),
        _happenings(case.revisions, times),
    ]
    events = {revision.event_id: _changes(before, revision, times) for before, revision in _steps(case.revisions)}
    for clock, reading in zip(case.state.clocks, case.readings, strict=True):
        explanation = explain(plan, clock, now)
        blocks += _promise(plan, reading, explanation, events)
    blocks += _absent(plan, case)
    found = [finding for finding in report.findings if finding.case == case.id]
    return (*blocks, *found_blocks(found, _EVERYTHING))


# --- what happened ---------------------------------------------------------------------------------------------------


def _steps(revisions: tuple[Revision, ...]) -> Iterator[tuple[Record, Revision]]:
    """Each revision with the fields before it."""
    before: Record = {}
    for revision in revisions:
        yield before, revision
        before = revision.fields


def _happenings(revisions: tuple[Revision, ...], times: Times) -> Table:
    steps = ((revision, _changes(before, revision, times)) for before, revision in _steps(revisions))
    columns = (Column("at"), Column("by"), Column("what changed"))
    return Table(columns, tuple(row(times.short(found.at), found.event_id, said) for found, said in steps))


def _changes(before: Record, revision: Revision, times: Times) -> str:
    """The fields that a revision changed, the state first; what follows from the agreements is told elsewhere."""
    after = revision.fields
    names = sorted(
        (name for name in {**after, **before} if not name.startswith(_TOLD_ELSEWHERE)), key=lambda name: name != "state"
    )
    told = [_change(name, after.get(name), times) for name in names if after.get(name) != before.get(name)]
    kind = after.get("event.kind") or (_spoken(after) if not told else None)
    return ", ".join([*([str(kind)] if kind else []), *told]) or "nothing"


def _spoken(record: Record) -> str | None:
    """Who did something that changes no field, as far as it is said."""
    by = record.get("event.by")
    is_public = record.get("event.is_public")
    where = "" if is_public is None else ", in public" if is_public else ", among insiders"
    return None if by is None else f"by the {by}{where}"


def _change(name: str, value: object, times: Times) -> str:
    return f"no {name}" if value is None else f"{name} {_said(value, times)}"


def _said(value: object, times: Times) -> str:
    if isinstance(value, datetime):
        return times.short(value)
    text = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return text if len(text) <= _LONG else f"{text[:_LONG]}..."


# --- the promises ----------------------------------------------------------------------------------------------------


def _promise(
    plan: Plan, reading: SlaReading, explanation: Explanation, events: Mapping[EventId, str]
) -> Iterator[Block]:
    """One cycle of one promise: what became of it, and the stretches of time that make it up."""
    definition = plan.definitions[reading.definition].definition
    zone = _zone(plan, explanation)
    segments = explanation.segments
    times = Times.of(zone, (reading.started_at, *(segment.end for segment in segments)))
    became = outcome(reading)
    named = f"{definition.id}, cycle {reading.cycle}"
    yield Heading(f"{named}: {became}" + (f" ({reading.stage})" if became == "breached" else ""))
    for text in _account(reading, explanation, zone, times):
        yield Text(text)
    total = row("", "", "in all", exact(reading.elapsed), _paused(reading))
    yield Table(_SPAN, (*(_stretch(segment, explanation.calendar, times, events) for segment in segments), total))


def _account(reading: SlaReading, explanation: Explanation, zone: str, times: Times) -> Iterator[str]:
    hours = explanation.calendar_reason.text
    yield f"{exact(reading.elapsed)} of {exact(reading.goal)} used, {hours}; times are those of {zone}"
    yield explanation.goal_reason.text
    ended = f", ended {times.whole(reading.stopped_at)}" if reading.stopped_at else ""
    yield f"started {times.whole(reading.started_at)}, {_due(reading, times)}{ended}"
    if reading.breached_at:
        came = "when the goal was used up" if reading.breached_at == reading.due_at else "when it was used up already"
        yield f"breached {times.whole(reading.breached_at)}, {came}"
    if reading.fired:
        yield "thresholds: " + ", ".join(f"{label} {times.short(at)}" for label, at in reading.fired)
    for reason in reading.reasons:
        yield reason.text


def _due(reading: SlaReading, times: Times) -> str:
    if reading.due_at:
        return f"due {times.whole(reading.due_at)}"
    resumed = reading.due_if_resumed_now
    return f"paused, due {times.whole(resumed)} if resumed now" if resumed else "without a due date"


def _paused(reading: SlaReading) -> str:
    return f"and {exact(reading.paused)} paused" if reading.paused else ""


def _stretch(segment: Segment, calendar: str | None, times: Times, events: Mapping[EventId, str]) -> tuple[Cell, ...]:
    tones: Mapping[str, Tone] = {"running": "good", "paused": "plain", "closed": "quiet"}
    because = list(segment.holidays)
    if segment.event_id is not None:
        by = f" by {segment.by}" if segment.by else ""
        because.append(f"{segment.event_id}{by}: {events.get(segment.event_id, '')}")
    if segment.calendar != calendar:
        because.append(f"by the hours of {segment.calendar or 'all days'}")
    shift = times.shift(segment.start, segment.end)
    if shift and segment.kind != "closed":
        because.append(f"clocks go {'forward' if shift > _ZERO else 'back'} by {exact(abs(shift))}")
    return row(
        times.short(segment.start),
        times.short(segment.end),
        Cell(segment.kind, tones[segment.kind]),
        "" if segment.kind == "closed" else exact(segment.business),
        "; ".join(because),
    )


def _zone(plan: Plan, explanation: Explanation) -> str:
    """The zone of the one calendar; the policy's where there were several, or all the time counts."""
    if explanation.calendar is None or explanation.calendar_reason.code == "calendar_segments":
        return plan.policy.timezone
    return explanation.reading.timezone or plan.policy.calendars[explanation.calendar].timezone


def _absent(plan: Plan, case: CaseReplay) -> Iterator[Block]:
    """The promises that never applied."""
    applied = {reading.definition for reading in case.readings}
    names = [name for name in plan.definitions if name not in applied]
    if names:
        yield Heading(f"Never applied: {', '.join(names)}")
