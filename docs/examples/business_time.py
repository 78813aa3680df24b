"""What a calendar answers: when a promise is due, and which stretches of time make it so."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from csmcore.calendars import BusinessCalendar

BERLIN = ZoneInfo("Europe/Berlin")
WORKDAY = ["09:00-17:00"]

office = BusinessCalendar.from_mapping(
    {
        "timezone": "Europe/Berlin",
        "hours": dict.fromkeys(["mon", "tue", "wed", "thu", "fri"], WORKDAY),
        "holidays": [{"recurrence": "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=25", "name": "Christmas Day"}],
        "exceptions": {"2026-12-24": ["09:00-12:00"]},
    }
)


def local(instant: datetime) -> str:
    """An instant as the office's clock shows it."""
    return instant.astimezone(BERLIN).strftime("%a %d %b %H:%M")


opened = datetime(2026, 12, 23, 15, tzinfo=BERLIN)
due = office.add(opened, timedelta(hours=8))

print(f"A case opened at {local(opened)} with 8 business hours to resolve it is due")
print(f"at {local(due)}. The time between:")
print()
for span in office.spans(opened, due):
    state = f"open {span.duration}" if span.is_open else "closed"
    print(f"  {local(span.start)} - {local(span.end)}  {state:12}  {', '.join(span.holidays)}".rstrip())
