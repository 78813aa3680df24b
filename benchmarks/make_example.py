"""The example that csmcore ships: a year's half in the support of a company that does not exist.

    python benchmarks/make_example.py          # writes the documents below into src/csmcore/presets/
    python benchmarks/make_example.py --check  # says whether they are what it would write

Halden & Moor makes freezers and refrigerators for laboratories. `example-agreements.toml` has its customers, what they
own and which of three support plans they bought; `example-history.csv` what happened to 360 cases from February to June
2026, as an export of its help desk would have it. Policy and mapping are written by hand.

The history is a simulation with a fixed seed. It uses whole numbers and `Random.random` only, which gives the same
numbers with every version of Python. Among its cases are: pauses for a customer who was asked something, solutions
that were rejected, cases reopened within the ten days that the policy allows and after them, alarms at night and over
Easter, the night in which clocks go forward, a contract that ends in between, a plan that a group's lower companies
inherit, one that does not cover the phone, one that is used up, customers without any; and what real exports have:
steps that the book does not know, a status that nobody mapped, a day that does not exist, a clock that went wrong.

The agreements also have what `csmcore customers example` tells of three of their customers (`example_stories.py`).
"""

import csv
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from random import Random
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from example_stories import ADDED, TABLES, Lines

__all__ = ["FOLDER", "agreements", "documents", "history", "main"]

FOLDER = Path(__file__).resolve().parents[1] / "src" / "csmcore" / "presets"
SEED = 20260201
CASES = 360
BERLIN = ZoneInfo("Europe/Berlin")
FIRST, LAST = datetime(2026, 2, 2, 6, tzinfo=UTC), datetime(2026, 6, 30, 16, tzinfo=UTC)
FREE = {date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 1), date(2026, 5, 14), date(2026, 5, 25)}
HEADER = (
    "Case",
    "Step",
    "Changed",
    "Status",
    "Channel",
    "Impact",
    "Urgency",
    "Priority",
    "Contact",
    "Asset",
    "Agent",
    "Subject",
)

Item = TypeVar("Item")


class Customer(NamedTuple):
    """An account, how many assets it has, and the plan that it bought; a trait sets it apart."""

    id: str
    name: str
    plan: str | None
    assets: int
    trait: str = ""


CUSTOMERS = (
    Customer("nordlicht", "Nordlicht Clinics Group", "gold", 3, "parent"),
    Customer("nordlicht-kiel", "Nordlicht Clinic Kiel", None, 4, "child"),
    Customer("nordlicht-husum", "Nordlicht Clinic Husum", None, 2, "child"),
    Customer("seewarte", "Seewarte Marine Biology", "gold", 6),
    Customer("biobank-mitte", "Biobank Mitte", "gold", 8),
    Customer("lindenhof", "Lindenhof Hospital", "silver", 5),
    Customer("elbtal", "Elbtal Dairy Laboratory", "silver", 4, "ends in March"),
    Customer("kaltwasser", "Kaltwasser Aquaculture", "silver", 3),
    Customer("university-west", "University West, Chemistry", "silver", 7, "gold freezer"),
    Customer("apotheke-am-markt", "Apotheke am Markt", "bronze", 1, "no phone"),
    Customer("rosenau", "Rosenau Veterinary Practice", "bronze", 2, "used up"),
    Customer("feldmann", "Feldmann Seeds", "bronze", 3),
    Customer("quellgrund", "Quellgrund Water Works", "bronze", 2),
    Customer("hopfen-und-malz", "Hopfen und Malz Brewery", "bronze", 2),
    Customer("stadtarchiv", "Stadtarchiv Altenburg", None, 1),
    Customer("birkner", "Birkner Catering", None, 2),
)
PRODUCTS = {"polar-86": "Polar 86 ultra-low freezer", "fjord-20": "Fjord 20 refrigerator", "drift-4": "Drift 4 box"}
PEOPLE = ("Aylin", "Bruno", "Carla", "Deniz", "Enno", "Frieda", "Greta", "Henrik", "Ines", "Jonas", "Karim", "Lotte")
AGENTS = ("mara", "oskar", "pia", "quint", "rosa")
SUBJECTS = (
    # subject, impact, urgency, how many in ten are alarms
    ("Temperature is rising", 1, 1, 5),
    ("Compressor runs all the time", 1, 2, 2),
    ("Door does not seal", 2, 2, 0),
    ("Alarm battery is low", 2, 3, 6),
    ("Display stays dark", 2, 2, 0),
    ("Calibration certificate wanted", 3, 3, 0),
    ("How do I export the log?", 3, 3, 0),
    ("Spare shelf for delivery", 3, 2, 0),
)
PLANNED = {  # alarms of a freezer in the night in which clocks go forward, and on the evening before Easter
    datetime(2026, 3, 28, 20, 40, tzinfo=UTC): "biobank-mitte",
    datetime(2026, 4, 2, 17, 55, tzinfo=UTC): "seewarte",
}
PLAN = (  # what becomes of them: hours after the beginning, and what they are then
    (0.5, "In work"),
    (38, "Solved"),
    (41, "In work"),
    (42, "Waiting for customer"),
    (59, "In work"),
    (61, "Solved"),
    (130, "Closed"),
)
GRADES = {1: "high", 2: "medium", 3: "low"}
PRIORITIES = {2: "P1", 3: "P2", 4: "P3", 5: "P4", 6: "P4"}  # by the sum of impact and urgency


def documents() -> dict[str, str]:
    """The documents by name, as they are to be in the folder."""
    return {"example-agreements.toml": agreements(), "example-history.csv": history()}


# --- customers -------------------------------------------------------------------------------------------------------


def assets_of(customer: Customer) -> Iterator[tuple[str, str]]:
    """The assets of a customer, each with its product."""
    models = list(PRODUCTS)
    for index in range(customer.assets):
        yield f"{customer.id}-{index + 1}", models[index * index % len(models)]


def contacts_of(customer: Customer) -> tuple[str, str]:
    """Two people of a customer."""
    place = CUSTOMERS.index(customer)
    names = (PEOPLE[place % len(PEOPLE)], PEOPLE[(place * 5 + 3) % len(PEOPLE)])
    return (f"{names[0].lower()}@{customer.id}", f"{names[1].lower()}.2@{customer.id}")


def agreements() -> str:
    """The agreements as TOML."""
    lines = [
        "# Customers of Halden & Moor, what they own and what they were promised. All of it is made up,",
        "# by benchmarks/make_example.py.",
        "format = 1",
    ]
    for product, name in PRODUCTS.items():
        lines += known(f"products.{product}", name=name)
    for customer in CUSTOMERS:
        parent = "nordlicht" if customer.trait == "child" else None
        lines += known(f"accounts.{customer.id}", name=customer.name, parent=parent)
        for contact in contacts_of(customer):
            name = contact.split("@")[0].removesuffix(".2").title()
            lines += known(f"contacts.{contact}", name=name, account=customer.id)
        for asset, product in assets_of(customer):
            lines += known(f"assets.{asset}", product_model=product, account=customer.id)
    for number, customer in enumerate((each for each in CUSTOMERS if each.plan), 1):
        lines += agreed(customer, number)
    lines += ["", "# --- what `csmcore customers example` tells more ---"]
    for path, values in TABLES.items():
        lines += table(quoted(path), **values)
    return "\n".join(lines) + "\n"


def known(path: str, /, **values: object) -> Iterator[str]:
    """A table with all that its customer's story adds to it."""
    return table(quoted(path), **values, **ADDED.get(path, {}))


def quoted(path: str) -> str:
    """The path of a table whose id may have an @ or a dot."""
    section, _, identity = path.partition(".")
    return path if all(letter.isalnum() or letter in "-_" for letter in identity) else f'{section}."{identity}"'


def agreed(customer: Customer, number: int) -> Iterator[str]:
    """The contract and the entitlements of a customer with a plan."""
    contract = f"CON-{number:03}"
    covered = "[" + ", ".join(f'{{ product = "{product}" }}' for product in PRODUCTS) + "]"
    yield from table(
        f"contracts.{contract}",
        number=contract,
        name=f"{str(customer.plan).title()} support for {customer.name}",
        account=customer.id,
        state="active",
        starts_on=date(2025, 4, 1),
        ends_on=date(2026, 3, 31) if customer.trait == "ends in March" else date(2027, 3, 31),
        runs_non_contractual=True,
        covered_products=Raw(covered),
    )
    yield from entitlement(customer, f"ENT-{number:03}", str(customer.plan), contract)
    if customer.trait == "gold freezer":
        yield from entitlement(customer, f"ENT-{number:03}-G", "gold", contract, asset=f"{customer.id}-1")
    if customer.trait == "ends in March":
        yield from entitlement(customer, f"ENT-{number:03}-B", "bronze", None)


def entitlement(
    customer: Customer, number: str, plan: str, contract: str | None, asset: str | None = None
) -> Iterator[str]:
    """One entitlement; those of gold have the night watch."""
    yield from table(
        f"entitlements.{number}",
        number=number,
        plan=plan,
        account=customer.id,
        asset=asset,
        contract=contract,
        sla_definitions=["night_watch"] if plan == "gold" else None,
        channels=["email", "web"] if customer.trait == "no phone" else None,
        **({"per_unit": True, "total_units": 6, "used": 6} if customer.trait == "used up" else {}),
        restrict_when_exhausted=True if customer.trait == "used up" else None,
    )


class Raw(str):
    """A value that is TOML already."""

    __slots__ = ()


def table(path: str, /, **values: object) -> Iterator[str]:
    """A table of TOML; what is None is left out."""
    yield ""
    yield f"[{path}]"
    for key, value in values.items():
        if value is not None:
            yield f"{key} = {written(value)}"


def written(value: object) -> str:
    """A value as TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Lines):
        return "[\n" + "".join(f"  {written(line)},\n" for line in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {written(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    return str(value) if isinstance(value, Raw | int | date) else f'"{value}"'


# --- cases -----------------------------------------------------------------------------------------------------------


@dataclass
class Dice:
    """Chance, from a seed."""

    random: Random

    def below(self, limit: int) -> int:
        """A number from 0, below the limit."""
        return int(self.random.random() * limit)

    def one_of(self, items: Sequence[Item]) -> Item:
        """One of the items."""
        return items[self.below(len(items))]

    def percent(self, chance: int) -> bool:
        """Whether it happens, in so many of a hundred."""
        return self.below(100) < chance

    def minutes(self, usual: int) -> int:
        """A time for a piece of work: mostly short, now and then four times as long."""
        return 3 + self.below(usual) + (self.below(usual * 3) if self.percent(25) else 0)


@dataclass
class Telling:
    """One case as it goes on: its columns, and the rows so far."""

    dice: Dice
    columns: dict[str, str]
    at: datetime
    rows: list[dict[str, str]] = field(default_factory=list)

    def row(self, **changes: str) -> None:
        """A row of what it is now; nothing is known of what comes after the export."""
        self.columns.update(changes)
        grades = {word: grade for grade, word in GRADES.items()}
        total = grades[self.columns["Impact"]] + grades[self.columns["Urgency"]]
        self.columns["Priority"] = PRIORITIES[total]
        if self.at <= LAST:
            step = str(len(self.rows) + 1)
            self.rows.append({**self.columns, "Step": step, "Changed": local(self.at).strftime("%d.%m.%Y %H:%M")})

    def work(self, usual: int) -> None:
        """Time goes by in which somebody works at it; an alarm of the highest urgency is worked at day and night."""
        is_urgent = self.columns["Impact"] == self.columns["Urgency"] == "high"
        self.at = after(self.at, self.dice.minutes(usual), is_urgent=is_urgent)

    def wait(self, usual: int) -> None:
        """Time goes by, whatever the hour."""
        self.at += timedelta(minutes=self.dice.minutes(usual))


def history() -> str:
    """The history as CSV, its rows grouped by case."""
    dice = Dice(Random(SEED))
    span = (LAST - FIRST) // timedelta(minutes=1)
    openings = sorted([*PLANNED, *(opening(dice, span) for _ in range(CASES - len(PLANNED)))])
    rows = [row for number, at in enumerate(openings, 1) for row in case(dice, number, at)]
    text = StringIO()
    lines = csv.DictWriter(text, HEADER, lineterminator="\n")
    lines.writeheader()
    lines.writerows(spoiled(rows))
    return text.getvalue()


def opening(dice: Dice, span: int) -> datetime:
    """When a case begins: most in working hours, some at any time."""
    at = FIRST + timedelta(minutes=dice.below(span))
    return at if dice.percent(15) else after(at, 1 + dice.below(240), is_urgent=False)


def case(dice: Dice, number: int, at: datetime) -> list[dict[str, str]]:
    """One case from its beginning to its end, or to the end of the export."""
    telling = begun(dice, number, at)
    if at in PLANNED:
        for hours, status in PLAN:
            telling.at = at + timedelta(hours=hours)
            telling.row(Status=status, Agent=AGENTS[0])
        return telling.rows
    if dice.percent(4):
        telling.work(200)
        telling.row(Status="Withdrawn")
        return telling.rows
    telling.work(40 if telling.columns["Urgency"] == "high" else 70)
    telling.row(Status="In work", Agent=dice.one_of(AGENTS))
    if dice.percent(6):
        telling.work(60)
        telling.row(Urgency="high")
    while True:
        solved(telling)
        if not dice.percent(12):
            break
        telling.wait(1500)
        telling.row(Status="In work")
    telling.wait(4 * 1440)
    telling.row(Status="Closed")
    if dice.percent(5):
        telling.wait(12 * 1440)
        telling.row(Status="In work")
        solved(telling)
    return telling.rows


def begun(dice: Dice, number: int, at: datetime) -> Telling:
    """A case as it comes in. A refrigerator has its own alarm; everything else is told by people."""
    customers = [each for each in CUSTOMERS if PLANNED.get(at, each.id) == each.id]
    customer = dice.one_of([each for each in customers for _ in range(1 + each.assets)])
    subject, impact, urgency, alarms = SUBJECTS[0] if at in PLANNED else dice.one_of(SUBJECTS)
    asset, _ = dice.one_of(tuple(assets_of(customer)))
    columns = dict.fromkeys(HEADER, "")
    columns |= {
        "Case": f"HM-{number:04}",
        "Status": "New",
        "Channel": "Alarm"
        if at in PLANNED or dice.below(10) < alarms
        else dice.one_of(("E-mail", "E-mail", "Phone", "Portal")),
        "Impact": GRADES[impact],
        "Urgency": GRADES[urgency],
        "Contact": dice.one_of(contacts_of(customer)),
        "Asset": asset,
        "Subject": subject,
    }
    telling = Telling(dice, columns, at)
    telling.row()
    return telling


def solved(telling: Telling) -> None:
    """Work, questions to the customer, and a solution."""
    usual = 200 if telling.columns["Urgency"] == "high" else 480
    telling.work(usual)
    while telling.dice.percent(35):
        telling.row(Status="Waiting for customer")
        telling.wait(1800)
        telling.row(Status="In work")
        telling.work(usual)
    telling.row(Status="Solved")


# --- time ------------------------------------------------------------------------------------------------------------


def local(at: datetime) -> datetime:
    """What the clock on the wall in Berlin says."""
    return at.astimezone(BERLIN)


def is_worked(at: datetime, *, is_urgent: bool) -> bool:
    """Whether somebody works then: in office hours, or for urgent things at any time but on Sundays."""
    here = local(at)
    if is_urgent:
        return here.isoweekday() < 7
    return here.isoweekday() < 6 and 8 <= here.hour < 17 and here.date() not in FREE


def after(at: datetime, minutes: int, *, is_urgent: bool) -> datetime:
    """The instant after so many minutes of work, to the quarter of an hour in which they end."""
    while minutes > 0:
        step = min(30, minutes)
        at += timedelta(minutes=step)
        minutes -= step if is_worked(at, is_urgent=is_urgent) else 0
    return at


# --- what real exports have ------------------------------------------------------------------------------------------


def spoiled(rows: list[dict[str, str]]) -> Iterable[dict[str, str]]:
    """The rows with a few things wrong that real exports have, each at a place of its own."""
    for place, row in enumerate(rows):
        match place:
            case 211:
                yield {**row, "Status": "On hold"}
            case 487:
                yield {**row, "Changed": "31.04.2026 10:15"}
            case 903:
                yield {**row, "Contact": "zoe@unheard-of"}
            case 1100:
                yield {**row, "Urgency": "very high"}
            case _:
                yield row


def main() -> int:
    """Write the documents, or say which of them differ."""
    is_check = "--check" in sys.argv[1:]
    differing = [name for name, text in documents().items() if read(FOLDER / name) != text]
    for name in differing:
        print(f"{'differs' if is_check else 'written'}: {name}")
        if not is_check:
            (FOLDER / name).write_text(documents()[name], encoding="utf-8", newline="\n")
    return 1 if is_check and differing else 0


def read(path: Path) -> str | None:
    """The text of a file, if it is there."""
    return path.read_text(encoding="utf-8") if path.is_file() else None


if __name__ == "__main__":
    sys.exit(main())
