"""The laws of business time: what holds for every calendar, whatever its hours, and needs no second implementation."""

import itertools
import json
import pickle
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from hypothesis import given, settings

from csmcore.calendars import BusinessCalendar, CombinedCalendar, calendar_from_mapping
from csmcore.errors import CalendarExhausted
from tests.oracle.calendar import WEEKDAYS
from tests.property.scenes import Scene, add_or_none, law, same_answers, scenes

BEGIN = datetime(1970, 1, 1, tzinfo=UTC)
ZERO, MICRO = timedelta(0), timedelta(microseconds=1)
FIXED_ZONES = ("UTC", "Etc/GMT+12", "Asia/Kathmandu")
ALIASES = (
    ("Asia/Kolkata", "Asia/Calcutta"),
    ("Europe/Kyiv", "Europe/Kiev"),
    ("America/New_York", "US/Eastern"),
    ("UTC", "Etc/Zulu"),
)


def plain_calendar(scene: Scene) -> dict | None:
    """The scene's document when it is one calendar and no combination."""
    return scene.document if "hours" in scene.document else None


@law
def test_elapsed_adds_up(scene: Scene) -> None:
    """Law of addition: elapsed(a, c) == elapsed(a, b) + elapsed(b, c), signed, for instants in any order."""
    calendar = scene.calendar
    for a, b, c in itertools.permutations(scene.instants[:3]):
        assert calendar.elapsed(a, c) == calendar.elapsed(a, b) + calendar.elapsed(b, c)


@law
def test_elapsed_is_between_nothing_and_all(scene: Scene) -> None:
    """Law of bounds: forwards, open time is at least zero and at most the real time; backwards it is its negative."""
    a, b = scene.instants[0], scene.instants[3]
    elapsed = scene.calendar.elapsed(a, b)
    assert ZERO <= elapsed <= b - a
    assert scene.calendar.elapsed(b, a) == -elapsed


@law
def test_added_time_has_elapsed(scene: Scene) -> None:
    """Law of inverse: elapsed(s, add(s, d)) == d, and elapsed(subtract(s, d), s) == d."""
    calendar, s, d = scene.calendar, scene.instants[1], scene.durations[0]
    until, since = add_or_none(calendar, s, d), add_or_none(calendar, s, -d)
    assert until is None or calendar.elapsed(s, until) == d
    assert since is None or calendar.elapsed(since, s) == d


@law
def test_due_is_the_earliest_instant(scene: Scene) -> None:
    """Law of the earliest: less than d has elapsed a microsecond before add(t, d), and after subtract(t, d)."""
    calendar, t, d = scene.calendar, scene.instants[1], scene.durations[0] + MICRO
    until, since = add_or_none(calendar, t, d), add_or_none(calendar, t, -d)
    assert until is None or calendar.elapsed(t, until - MICRO) == d - MICRO
    assert since is None or calendar.elapsed(since + MICRO, t) == d - MICRO


@law
def test_adding_nothing_changes_nothing(scene: Scene) -> None:
    """Law of zero: add(t, 0) == t == subtract(t, 0), open or closed."""
    calendar = scene.calendar
    for t in scene.instants:
        assert calendar.add(t, ZERO) == t == calendar.subtract(t, ZERO)


@law
def test_negative_durations_mirror(scene: Scene) -> None:
    """Law of the mirror: add(t, -d) == subtract(t, d), and subtract(t, -d) == add(t, d)."""
    calendar, t, d = scene.calendar, scene.instants[2], scene.durations[0]
    back, forth = add_or_none(calendar, t, -d), add_or_none(calendar, t, d)
    assert back is None or back == calendar.subtract(t, d)
    assert forth is None or forth == calendar.subtract(t, -d)


@law
def test_adding_in_two_steps_is_adding_at_once(scene: Scene) -> None:
    """Law of steps: add(add(t, d), e) == add(t, d + e)."""
    calendar, t, (d, e) = scene.calendar, scene.instants[0], scene.durations
    whole = add_or_none(calendar, t, d + e)
    assert whole is None or calendar.add(calendar.add(t, d), e) == whole


@law
def test_due_is_monotone_in_the_start(scene: Scene) -> None:
    """Law of order in the start: a later start is never due earlier."""
    calendar, d = scene.calendar, scene.durations[0]
    due = [found for t in scene.instants if (found := add_or_none(calendar, t, d)) is not None]
    assert due == sorted(due)


@law
def test_due_is_monotone_in_the_duration(scene: Scene) -> None:
    """Law of order in the target: a longer target is never due earlier, and a microsecond more is due later."""
    calendar, t, (d, e) = scene.calendar, scene.instants[0], sorted(scene.durations)
    short, long, longer = (add_or_none(calendar, t, duration) for duration in (d, e, e + MICRO))
    assert short is None or long is None or short <= long
    assert long is None or longer is None or long < longer


@law
def test_positions_and_instants_are_one_line(scene: Scene) -> None:
    """Law of the number line: elapsed is the difference of positions; instant(position(t)) is the earliest such."""
    calendar, a, b = scene.calendar, scene.instants[0], scene.instants[3]
    assert calendar.position(b) - calendar.position(a) == calendar.elapsed(a, b)
    try:
        earliest = calendar.instant(calendar.position(b))
    except CalendarExhausted:
        return
    assert earliest <= b
    assert calendar.elapsed(earliest, b) == ZERO
    assert earliest == BEGIN or calendar.is_open(earliest - MICRO)


@law
def test_open_is_where_time_elapses(scene: Scene) -> None:
    """Law of openness: is_open(t) exactly when a microsecond from t is business time."""
    calendar = scene.calendar
    for t in scene.instants:
        assert calendar.is_open(t) == (calendar.elapsed(t, t + MICRO) == MICRO)


@law
def test_the_next_opening_is_the_first_open_instant(scene: Scene) -> None:
    """Law of the next opening: it is open, not before t, and nothing has elapsed until it; t itself when open."""
    calendar, t = scene.calendar, scene.instants[1]
    try:
        opening = calendar.next_open(t)
    except CalendarExhausted:
        assert not calendar.is_open(t)
        return
    assert calendar.is_open(opening)
    assert calendar.elapsed(t, opening) == ZERO
    assert opening >= t
    assert (opening == t) == calendar.is_open(t)


@law
def test_closes_are_where_open_time_ends(scene: Scene) -> None:
    """Law of closes: next_close is after t, previous_close is not; both are closed, with open time just before."""
    calendar, t = scene.calendar, scene.instants[1]
    for question, is_on_its_side in ((calendar.next_close, t.__lt__), (calendar.previous_close, t.__ge__)):
        try:
            close = question(t)
        except CalendarExhausted:
            continue
        assert is_on_its_side(close)
        assert not calendar.is_open(close)
        assert calendar.is_open(close - MICRO)


@law
def test_no_close_lies_between_the_previous_and_the_next(scene: Scene) -> None:
    """Law of neighbours: from a close to the next one the calendar is closed and then open, once."""
    calendar, t = scene.calendar, scene.instants[2]
    try:
        before, after = calendar.previous_close(t), calendar.next_close(t)
        opening = calendar.next_open(before)
    except CalendarExhausted:
        return
    assert before < opening < after
    assert calendar.next_close(before) == after
    assert calendar.elapsed(before, after) == after - opening


@law
def test_spans_cut_time_without_remainder(scene: Scene) -> None:
    """Law of spans: they follow each other from start to end, say truly whether they are open, and sum to elapsed."""
    calendar, a, b = scene.calendar, scene.instants[0], scene.instants[3]
    spans = calendar.spans(a, b)
    edges = [a, *(span.end for span in spans)]
    assert [span.start for span in spans] == edges[:-1]
    assert edges[-1] == b
    assert all(calendar.is_open(span.start) == span.is_open == calendar.is_open(span.end - MICRO) for span in spans)
    assert sum((span.end - span.start for span in spans if span.is_open), ZERO) == calendar.elapsed(a, b)
    assert all(one.is_open != two.is_open for one, two in itertools.pairwise(spans))


@law
def test_a_pause_in_closed_time_changes_nothing(scene: Scene) -> None:
    """Law of pauses: due moved by a pause's business time stays where it is when the pause lies in closed time."""
    calendar, t, d = scene.calendar, scene.instants[0], scene.durations[0]
    due = add_or_none(calendar, t, d)
    for span in calendar.spans(scene.instants[0], scene.instants[3]):
        if due is not None and not span.is_open:
            assert calendar.add(t, d + calendar.elapsed(span.start, span.end)) == due


@law
def test_pauses_may_be_cut_and_reordered(scene: Scene) -> None:
    """Law of the union of pauses: a pause cut into pieces, in any order, moves the due date as the whole does."""
    calendar, (a, b, c, d) = scene.calendar, scene.instants
    pieces = [calendar.elapsed(start, end) for start, end in ((c, d), (a, b), (b, c))]
    assert sum(pieces, ZERO) == calendar.elapsed(a, d)
    whole = add_or_none(calendar, a, scene.durations[0] + calendar.elapsed(a, d))
    assert whole == add_or_none(calendar, a, scene.durations[0] + sum(pieces, ZERO))


@law
def test_always_open_is_real_time(scene: Scene) -> None:
    """Law of 24/7: elapsed is the UTC difference and add is addition, in every zone."""
    calendar = BusinessCalendar.from_mapping(
        {"timezone": zone_of(scene.document), "hours": {day: ["00:00-24:00"] for day in WEEKDAYS}}
    )
    a, b = scene.instants[0], scene.instants[3]
    assert calendar.elapsed(a, b) == b - a
    assert calendar.add(a, scene.durations[0]) == a + scene.durations[0]
    assert calendar.subtract(b, scene.durations[0]) == b - scene.durations[0]


@law
def test_the_order_and_cut_of_windows_say_nothing(scene: Scene) -> None:
    """Law of windows: listing a day's windows in another order, or cutting one in two that meet, changes no answer."""
    document = plain_calendar(scene)
    if document is None:
        return
    cut = {
        day: [piece for text in reversed(windows) for piece in halves(text)]
        for day, windows in document["hours"].items()
    }
    same_answers(scene.calendar, BusinessCalendar.from_mapping({**document, "hours": cut}), scene)


@law
def test_its_own_holiday_never_makes_a_due_date_earlier(scene: Scene) -> None:
    """Law of holidays: with one more holiday the due date is the same or later, under either rule."""
    document = plain_calendar(scene)
    if document is None:
        return
    more = [
        *document.get("holidays", []),
        scene.instants[1].astimezone(ZoneInfo(document["timezone"])).date().isoformat(),
    ]
    closed = BusinessCalendar.from_mapping({**document, "holidays": more})
    due, later = (add_or_none(calendar, scene.instants[0], scene.durations[0]) for calendar in (scene.calendar, closed))
    assert later is None or (due is not None and due <= later)


@settings(max_examples=40)
@given(scene=scenes(FIXED_ZONES))
def test_whole_weeks_commute_in_zones_without_changes(scene: Scene) -> None:
    """Law of weeks: where clocks never change, a calendar of weekly hours answers the same one week on."""
    if scene.instants[0].year < 1987 or plain_calendar(scene) is None:  # Kathmandu changed in 1986
        return
    weekly = BusinessCalendar.from_mapping({key: scene.document[key] for key in ("timezone", "hours")})
    week, (a, _, _, b) = timedelta(days=7), scene.instants
    due, week_on = (add_or_none(weekly, t, scene.durations[0]) for t in (a, a + week))
    assert due is None or week_on == due + week
    assert weekly.elapsed(a + week, b + week) == weekly.elapsed(a, b)


@law
def test_an_alias_of_a_zone_changes_nothing(scene: Scene) -> None:
    """Law of aliases: a zone's other name gives the same answers."""
    document = plain_calendar(scene)
    if document is not None:
        names = ALIASES[scene.instants[0].minute % len(ALIASES)]
        one, other = (BusinessCalendar.from_mapping({**document, "timezone": zone}) for zone in names)
        assert one.elapsed(scene.instants[0], scene.instants[3]) == other.elapsed(scene.instants[0], scene.instants[3])


@law
def test_the_zone_of_an_instant_says_nothing(scene: Scene) -> None:
    """Law of instants: one instant asked about in any zone, or with a bare offset, gives one answer, in UTC."""
    calendar, t, d = scene.calendar, scene.instants[1], scene.durations[0]
    due = add_or_none(calendar, t, d)
    for zone in (
        ZoneInfo("Australia/Lord_Howe"),
        ZoneInfo("America/New_York"),
        timezone(timedelta(hours=-5, minutes=-7)),
    ):
        there = t.astimezone(zone)
        assert calendar.is_open(there) == calendar.is_open(t)
        assert add_or_none(calendar, there, d) == due
        assert calendar.elapsed(there, scene.instants[2]) == calendar.elapsed(t, scene.instants[2])
    assert due is None or due.tzinfo is UTC


@law
def test_what_was_asked_before_changes_nothing(scene: Scene) -> None:
    """Law of growth: a calendar that has answered about other years answers as a fresh one does."""
    asked = calendar_from_mapping(scene.document)
    for year in (2023, 2016, 2019):
        asked.elapsed(datetime(year, 5, 5, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC))
    fresh = calendar_from_mapping(scene.document)
    same_answers(asked, fresh, scene)
    assert add_or_none(asked, scene.instants[0], scene.durations[0]) == add_or_none(
        fresh, scene.instants[0], scene.durations[0]
    )


@law
def test_a_calendar_is_its_document(scene: Scene) -> None:
    """Law of the round trip: written and read again, also through JSON or pickle, it is equal and answers alike."""
    calendar = scene.calendar
    written = calendar.to_mapping()
    copies = [calendar_from_mapping(json.loads(json.dumps(written))), pickle.loads(pickle.dumps(calendar))]  # noqa: S301 - our own bytes
    for copy in copies:
        assert copy == calendar
        assert hash(copy) == hash(calendar)
        assert copy.to_mapping() == written
        same_answers(copy, calendar, scene)


@law
def test_business_days_are_monotone(scene: Scene) -> None:
    """Law of business days, for hours within the day: one more is later, and its close is not before its same time."""
    calendar, t = scene.calendar, scene.instants[0]
    if isinstance(calendar, CombinedCalendar) or has_nights(scene.document):
        return
    try:
        days = [calendar.add_days(t, number) for number in range(-3, 4)]
        closes = [calendar.add_days(t, number, at="close") for number in range(-3, 4)]
    except CalendarExhausted:
        return
    assert days == sorted(days)
    assert all(one < two for one, two in itertools.pairwise(closes))
    assert all(day <= close for day, close in zip(days, closes, strict=True))
    assert all(calendar.is_open(close - MICRO) for close in closes)


def zone_of(document: dict) -> str:
    """The zone of the first calendar in a document."""
    while "timezone" not in document:
        document = next(iter(document.values()))[0]
    return str(document["timezone"])


def has_nights(document: dict) -> bool:
    """Whether any window runs past midnight, so that one day's last close may come after the next day's."""
    days = [*document["hours"].values(), *document.get("exceptions", {}).values()]
    return any(text[6:] < text[:5] for windows in days for text in windows)


def halves(text: str) -> list[str]:
    """A window cut in two at its first whole hour, when it has one inside."""
    opens, closes = text.split("-")
    middle = f"{int(opens[:2]) + 1:02}:00"
    return [f"{opens}-{middle}", f"{middle}-{closes}"] if opens < middle < closes else [text]
