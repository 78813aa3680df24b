"""Documents of calendars that are malformed, coercible or far too large: refused at the place that is wrong."""

import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csmcore.calendars import BusinessCalendar, Calendar, calendar_from_mapping
from csmcore.errors import CsmError, InvalidValue, LimitExceeded, UnknownKey
from tests.tally import Tally
from tests.unit.calendars.largest import LARGEST
from tests.unit.calendars.offices import HOUR, MINUTE, at, office

GOOD: dict[str, object] = {"timezone": "UTC", "hours": {"mon": ["09:00-17:00"]}}

WRONG: list[tuple[dict[str, object], str]] = [
    ({"hours": None}, "$.hours"),
    ({"hours": []}, "$.hours"),
    ({"hours": "Mon-Fri 09:00-17:00"}, "$.hours"),
    ({"hours": {"mon": ["09:00-12:00", "11:00-13:00"]}}, "$.hours.mon[1]"),
    ({"hours": {"mon": ["25:00-26:00"]}}, "$.hours.mon[0]"),
    ({"hours": {"mon": ["09:00-12:00", "9-17"]}}, "$.hours.mon[1]"),
    ({"hours": {"mon": ["09:00-12:00", None]}}, "$.hours.mon[1]"),
    ({"hours": {"mon": ["09:00-12:00", {"opens": "13:00"}]}}, "$.hours.mon[1]"),
    ({"hours": {"mon": "09:00-17:00"}}, "$.hours.mon"),
    ({"hours": {"mon": 9}}, "$.hours.mon"),
    ({"hours": {"mon": False}}, "$.hours.mon"),
    ({"hours": {7: []}}, "$.hours"),
    ({"name": 7}, "$.name"),
    ({"name": None}, "$.name"),
    ({"name": "x" * 10_001}, "$.name"),
    ({"timezone": 1}, "$.timezone"),
    ({"holidays": None}, "$.holidays"),
    ({"holidays": "2026-12-25"}, "$.holidays"),
    ({"holidays": {"2026-12-25": "Christmas"}}, "$.holidays"),
    ({"holidays": ["2026-12-25", "2026-02-30"]}, "$.holidays[1]"),
    ({"holidays": ["25.12.2026"]}, "$.holidays[0]"),
    ({"holidays": ["2026-1-1"]}, "$.holidays[0]"),
    ({"holidays": ["20261225"]}, "$.holidays[0]"),
    ({"holidays": ["2026-W01-1"]}, "$.holidays[0]"),
    ({"holidays": ["2026-12-25T00:00"]}, "$.holidays[0]"),
    ({"holidays": [" 2026-12-25"]}, "$.holidays[0]"),
    ({"holidays": ["٢٠٢٦-١٢-٢٥"]}, "$.holidays[0]"),
    ({"holidays": [""]}, "$.holidays[0]"),
    ({"holidays": [None]}, "$.holidays[0]"),
    ({"holidays": [20261225]}, "$.holidays[0]"),
    ({"holidays": [True]}, "$.holidays[0]"),
    ({"holidays": [["2026-12-25"]]}, "$.holidays[0]"),
    ({"holidays": [datetime(2026, 12, 25)]}, "$.holidays[0]"),
    ({"holidays": ["1969-12-31"]}, "$.holidays[0]"),
    ({"holidays": ["2200-01-01"]}, "$.holidays[0]"),
    ({"holidays": ["9999-12-31"]}, "$.holidays[0]"),
    ({"holidays": [date.min]}, "$.holidays[0]"),
    ({"holidays": [{}]}, "$.holidays[0]"),
    ({"holidays": [{"name": "Christmas"}]}, "$.holidays[0]"),
    ({"holidays": [{"date": "never"}]}, "$.holidays[0].date"),
    ({"holidays": [{"date": None}]}, "$.holidays[0].date"),
    ({"holidays": [{"date": "2026-12-25", "name": 25}]}, "$.holidays[0].name"),
    ({"holidays": [{"recurrence": None}]}, "$.holidays[0].recurrence"),
    ({"holidays": [{"recurrence": 7}]}, "$.holidays[0].recurrence"),
    ({"holidays": [{"recurrence": "x" * 10_001}]}, "$.holidays[0].recurrence"),
    ({"holidays": [{"recurrence": "FREQ=DAILY", "start": "soon"}]}, "$.holidays[0].start"),
    ({"holidays": [{"recurrence": "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1"}] * 51}, "$.holidays"),
    ({"holidays": [{"recurrence": "FREQ=DAILY", "start": None}]}, "$.holidays[0].start"),
    ({"exceptions": None}, "$.exceptions"),
    ({"exceptions": ["2026-12-24"]}, "$.exceptions"),
    ({"exceptions": {"2026-12-24": None}}, "$.exceptions.2026-12-24"),
    ({"exceptions": {"2026-12-24": "closed"}}, "$.exceptions.2026-12-24"),
    ({"exceptions": {"2026-12-24": ["closed"]}}, "$.exceptions.2026-12-24[0]"),
    ({"exceptions": {"2026-12-24": ["09:00-12:00", "11:00-13:00"]}}, "$.exceptions.2026-12-24[1]"),
    ({"exceptions": {"2026-02-29": []}}, "$.exceptions.2026-02-29"),
    ({"exceptions": {"Xmas": []}}, "$.exceptions.Xmas"),
    ({"exceptions": {20261224: []}}, "$.exceptions"),
    ({"valid_from": "yesterday"}, "$.valid_from"),
    ({"valid_from": None}, "$.valid_from"),
    ({"valid_from": 2026}, "$.valid_from"),
    ({"valid_until": ""}, "$.valid_until"),
    ({"valid_until": "2026-13-01"}, "$.valid_until"),
    ({"valid_from": "2026-02-01", "valid_until": "2026-01-31"}, "$.valid_until"),
    ({"holiday_rule": "days"}, "$.holiday_rule"),
    ({"holiday_rule": "Shift"}, "$.holiday_rule"),
    ({"holiday_rule": None}, "$.holiday_rule"),
    ({"holiday_rule": ["day"]}, "$.holiday_rule"),
    ({"holiday_rule": True}, "$.holiday_rule"),
]


@pytest.mark.parametrize(("change", "place"), WRONG)
def test_a_malformed_document_is_refused_at_its_place(change: dict[str, object], place: str, tally: Tally) -> None:
    """Nothing is coerced: the error names the place in the document, and what to do."""
    for read in (BusinessCalendar.from_mapping, calendar_from_mapping):
        with pytest.raises(InvalidValue) as caught:
            read({**GOOD, **change})
        assert caught.value.path == place
        assert str(caught.value).startswith(place)
        assert len(str(caught.value)) < 500
    tally("hostile inputs refused", 1)


@pytest.mark.parametrize(
    "key",
    [
        "Timezone",
        "time_zone",
        "tz",
        "hour",
        "holiday",
        "valid_to",
        "validFrom",
        "",
        "__class__",
        "_table",
        "x" * 5000,
        "\ud800",
        "union ",
    ],
)
def test_an_unknown_key_is_refused(key: str, tally: Tally) -> None:
    """A key that nothing reads is refused, with the one that was perhaps meant or those that are known."""
    with pytest.raises(UnknownKey) as caught:
        BusinessCalendar.from_mapping({**GOOD, key: "x"})
    assert caught.value.hint
    assert len(str(caught.value)) < 400
    tally("hostile inputs refused", 1)


def test_an_unknown_key_may_have_been_meant_for_another() -> None:
    """The hint names the nearest known key."""
    with pytest.raises(UnknownKey, match="did you mean 'holidays'"):
        BusinessCalendar.from_mapping({**GOOD, "holiday": []})
    with pytest.raises(UnknownKey, match=r"\$.holidays\[0\].*did you mean 'name'"):
        BusinessCalendar.from_mapping({**GOOD, "holidays": [{"date": "2026-12-25", "nam": "Christmas"}]})


@pytest.mark.parametrize("key", ["timezone", "hours"])
def test_what_every_calendar_has_cannot_be_left_out(key: str) -> None:
    """A missing zone or missing hours are named."""
    with pytest.raises(InvalidValue) as caught:
        BusinessCalendar.from_mapping({name: value for name, value in GOOD.items() if name != key})
    assert caught.value.path == f"$.{key}"


@pytest.mark.parametrize(
    "document",
    [None, True, 0, 1.5, "", "UTC", b"{}", [], [GOOD], (), object(), {1: 2}, {None: None}, {("timezone",): "UTC"}],
)
def test_what_is_no_document_is_refused(document: object, tally: Tally) -> None:
    """Anything but a mapping with text for keys is refused at the root."""
    for read in (BusinessCalendar.from_mapping, calendar_from_mapping):
        with pytest.raises(InvalidValue) as caught:
            read(document)  # type: ignore[arg-type]
        assert caught.value.path == "$"
    tally("hostile inputs refused", 1)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"holidays": ["2026-12-25"] * 10_001}, "$.holidays"),
        ({"exceptions": {date.fromordinal(719_163 + day).isoformat(): [] for day in range(10_001)}}, "$.exceptions"),
        ({"hours": {"mon": ["09:00-17:00"] * 101}}, "$.hours.mon"),
        ({"exceptions": {"2026-12-24": ["09:00-17:00"] * 1_000_000}}, "$.exceptions.2026-12-24"),
    ],
)
def test_lists_are_bounded(change: dict[str, object], place: str) -> None:
    """Longer lists than a calendar can need are refused before they are read."""
    begun = time.process_time()
    with pytest.raises(LimitExceeded) as caught:
        BusinessCalendar.from_mapping({**GOOD, **change})
    assert caught.value.path == place
    assert time.process_time() - begun < 2


def test_the_same_limits_hold_in_python() -> None:
    """The constructor refuses what the document would be refused for."""
    good = office()
    with pytest.raises(LimitExceeded):
        BusinessCalendar(
            timezone="UTC", hours=good.hours, exceptions={date.fromordinal(719_163 + day): () for day in range(10_001)}
        )
    with pytest.raises(LimitExceeded):
        BusinessCalendar(timezone="UTC", hours=good.hours, holidays=office(holidays=["2026-12-25"]).holidays * 10_001)
    with pytest.raises(InvalidValue):
        BusinessCalendar(timezone="UTC", hours=good.hours, valid_from=date(2026, 2, 1), valid_until=date(2026, 1, 31))
    with pytest.raises(InvalidValue):
        BusinessCalendar(timezone="UTC", hours=good.hours, holiday_rule="days")  # type: ignore[arg-type]
    with pytest.raises(InvalidValue):
        BusinessCalendar(
            timezone="UTC", hours=good.hours, exceptions={date(2026, 1, 1): (good.hours.mon[0], good.hours.mon[0])}
        )


def test_a_calendar_has_at_most_200_recurrences() -> None:
    """More recurring holidays than any year has are refused."""
    (weekly,) = office(holidays=[{"recurrence": "FREQ=WEEKLY;BYDAY=MO"}]).holidays
    with pytest.raises(LimitExceeded, match="recurrences"):
        BusinessCalendar(timezone="UTC", hours=office().hours, holidays=[weekly] * 201)


def test_a_date_is_given_once() -> None:
    """Pairs of dates and hours that name a date twice are refused."""
    pairs = [(date(2026, 1, 1), ()), (date(2026, 1, 2), ()), (date(2026, 1, 1), ())]
    with pytest.raises(InvalidValue, match="twice"):
        BusinessCalendar(timezone="UTC", hours=office().hours, exceptions=pairs)


def test_a_calendar_holds_at_most_200_000_windows() -> None:
    """Where the years asked about would take more, the question is refused, and nearer ones are answered."""
    desk = BusinessCalendar.from_mapping(LARGEST["24 windows a day"]())
    with pytest.raises(LimitExceeded, match="windows"):
        desk.is_open(at("2199-06-03T12:00"))
    assert desk.is_open(at("2026-06-03T10:00:30+02:00"))


@pytest.mark.parametrize("year", [2026, 2199])
@pytest.mark.parametrize("name", LARGEST)
def test_the_largest_documents_stay_bounded(name: str, year: int) -> None:
    """Read and asked about near and far years, they answer or refuse with LimitExceeded after four seconds of work."""
    root = Path(__file__).parents[3]
    ask = f"from tests.unit.calendars.largest import ask; ask({name!r}, {year})"
    done = subprocess.run(
        [sys.executable, "-c", ask], cwd=root, timeout=30, check=True, capture_output=True, text=True
    )  # a process, so that one without end is ended
    assert float(done.stdout) < 4


def test_a_refused_document_leaves_others_as_they_were() -> None:
    """A mapping that was refused is unchanged, and calendars that it named too."""
    desk = office()
    document: dict[str, object] = {"union": ["office", {"timezone": "UTC", "hours": {"mon": ["nope"]}}]}
    before = repr(document)
    with pytest.raises(InvalidValue):
        calendar_from_mapping(document, {"office": desk})
    assert repr(document) == before
    assert desk == office()


class Sly(Mapping[str, object]):
    """A mapping that is no dict."""

    def __getitem__(self, key: str) -> object:
        """The value of a good document."""
        return GOOD[key]

    def __iter__(self):  # type: ignore[no-untyped-def] # noqa: ANN204 - as Mapping has it
        """The keys of a good document."""
        return iter(GOOD)

    def __len__(self) -> int:
        """How many there are."""
        return len(GOOD)


def test_any_mapping_will_do() -> None:
    """A document need not be a dict, and its lists may be tuples."""
    assert BusinessCalendar.from_mapping(Sly()) == BusinessCalendar.from_mapping(GOOD)
    assert BusinessCalendar.from_mapping(
        {"timezone": "UTC", "hours": {"mon": ("09:00-17:00",)}}
    ) == BusinessCalendar.from_mapping(GOOD)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=8) | st.sampled_from(("mon", "date", "union", "recurrence", "2026-12-24")),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@given(
    change=st.dictionaries(
        st.sampled_from(
            (
                "name",
                "timezone",
                "hours",
                "holidays",
                "exceptions",
                "valid_from",
                "valid_until",
                "holiday_rule",
                "union",
                "minus",
                "x",
            )
        ),
        JSON,
        max_size=4,
    )
)
def test_any_document_is_a_calendar_or_is_refused(change: dict[str, object]) -> None:
    """Whatever plain data a document holds, nothing but a CsmError leaves, and what is read round trips."""
    try:
        read = calendar_from_mapping({**GOOD, **change})
    except CsmError:
        return
    assert calendar_from_mapping(read.to_mapping()) == read


@pytest.mark.parametrize(
    "ask",
    [
        lambda desk: desk.add(at("2026-03-02T12:00"), MINUTE),
        lambda desk: desk.elapsed(at("2026-03-02T12:00"), at("2026-03-02T12:00") + HOUR),
    ],
)
def test_the_deepest_combination_is_read_and_answers(ask: Callable[[Calendar], object]) -> None:
    """Eight levels deep is no problem."""
    deep: dict[str, object] = dict(GOOD)
    for _ in range(8):
        deep = {"union": [deep, GOOD]}
    assert ask(calendar_from_mapping(deep)) == ask(BusinessCalendar.from_mapping(GOOD))
