"""The end of a played story: the stream of its first case as each side reads it, and the sums."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Final

from csmcore.cli.outcomes import Played, PlayedCase
from csmcore.cli.sheets import Block, Cell, Column, Heading, Table, row
from csmcore.cli.wording import Times, brief, counted
from csmcore.model import Entitlement, StreamItem

__all__ = ["ending"]

_STREAM: Final = (Column("at"), Column("by"), Column("what"))
_CASES: Final = (
    *(Column("case"), Column("called"), Column("state"), Column("kept", is_figure=True)),
    *(Column("late", is_figure=True), Column("survey"), Column("came from")),
)
_UNITS: Final = (
    Column("entitlement"),
    Column("unit"),
    *(Column(name, is_figure=True) for name in ("of", "before")),
    Column("taken", is_figure=True),
    Column("left", is_figure=True),
    Column(""),
)
_ATOMS: Final = (str, int, bool, type(None))


def ending(played: Played, times: Times) -> Iterator[Block]:
    """The streams of the first case, the cases, what was used, and whether all came as it should."""
    for case in played.cases[:1]:
        number = case.case.number
        yield from _stream(f"{number} as agents read it", case.for_agents, times)
        yield from _stream(f"{number} as its customer reads it", case.for_customer, times)
    if played.cases:
        yield Heading("The cases")
        yield Table(_CASES, tuple(map(_case, played.cases)))
    if played.entitlements:
        yield Heading("What was used")
        yield Table(_UNITS, tuple(_used(before, after) for before, after in played.entitlements))
    yield Heading(_counts(played))


def _stream(title: str, items: tuple[StreamItem, ...], times: Times) -> Iterator[Block]:
    """A line for each thing that was said, and one for what else came with a version."""
    yield Heading(title)
    rows = []
    for _, group in groupby(items, key=lambda item: (item.version, item.said is None)):
        first, *others = group
        said = "; ".join(dict.fromkeys(map(_read, (first, *others))))
        rows.append(row(times.short(first.at), first.by.id, said))
    yield Table(_STREAM, tuple(rows))


def _read(item: StreamItem) -> str:
    """What a stream says: words as they are, changes of plain fields with both values, others by name."""
    if item.said is not None:
        return f'{item.kind.replace("_", " ")}: "{item.said.text}"'
    if item.changes:
        return f"{item.about}: {', '.join(_changed(item.changes))}"
    named = (item.details.get(name) for name in ("definition", "threshold"))
    return " ".join((item.about, *(str(name) for name in named if name is not None)))


def _changed(changes: Mapping[str, tuple[object, object]]) -> Iterator[str]:
    for name, (before, after) in changes.items():
        if not (isinstance(before, _ATOMS) and isinstance(after, _ATOMS)):
            yield name
        elif before in {None, ""}:
            yield f"{name} {_value(after)}"
        else:
            yield f"{name} {_value(before)} -> {_value(after)}"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value in {None, ""} else str(value)


def _case(ended: PlayedCase) -> tuple[Cell, ...]:
    case = ended.case
    late = sum(clock.has_breached for clock in ended.clocks)
    kept = sum(clock.stage == "completed" and not clock.has_breached for clock in ended.clocks)
    survey = str(case.satisfaction.score) if case.satisfaction else "asked" if case.survey_requested else ""
    above = case.parent or case.follow_up_of or ""
    return row(
        case.number, ended.name, case.state, str(kept), Cell(str(late), "bad" if late else "plain"), survey, above
    )


def _used(before: Entitlement, after: Entitlement) -> tuple[Cell, ...]:
    def told(units: int | None) -> str:
        return brief(units) if after.unit == "hours" else "-" if units is None else f"{units:,}"

    total = "-" if after.total_units is None else f"{after.total_units:,}"
    figures = (told(before.used), told(after.used - before.used), told(after.remaining))
    return row(after.number, after.unit, total, *figures, after.name)


def _counts(played: Played) -> str:
    answers = [scene.answer for scene in played.scenes]
    events = sum(len(kept.entry.events) for scene in played.scenes for kept in scene.kept)
    sent = sum(len(scene.sent) for scene in played.scenes)
    differing = sum(bool(scene.deviations) for scene in played.scenes)
    refused, told = answers.count("refused"), counted(sent, "notification")
    scenes, happened = counted(len(answers), "scene"), counted(events, "event")
    return f"{scenes}, {refused:,} refused; {happened}, {told}; {differing:,} not as expected"
