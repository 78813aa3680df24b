"""Random hosts and rows of small pools, so that keys, addresses, numbers and parents meet; some cells are bad."""

from random import Random
from typing import Any, NamedTuple

from csmcore.model import Account, Contact, ImportRules
from tests.unit.customers.import_host import Host, account, contact

__all__ = ["ImportWorld", "random_accounts", "random_contacts"]

KEYS = ("1", "2", "3", "4", "5", "6")
EMAILS = ("a@x", "A@X", "b@x", "c@x", "d@x")
BAD = ("\x00", "half \ud800", None, 7, "x" * 201)


class ImportWorld(NamedTuple):
    """A host as it is before, and the rows that it is given."""

    kind: type
    host: Host
    rows: tuple[object, ...]
    rules: ImportRules


def random_contacts(rng: Random) -> ImportWorld:
    """Contacts of two accounts and an inactive one, some with keys, and up to eight rows."""
    nouns: list[Account | Contact] = [account("A"), account("B"), account("Z", active=False)]
    keys = {"a": "A", "b": "B", "z": "Z"}
    taken: set[tuple[str, str]] = set()
    for number in range(rng.randint(0, 4)):
        person = contact(
            _id(rng, "c", number),
            name=f"c{number}",
            account=rng.choice("ABZ"),
            email=rng.choice((*EMAILS, "")),
            user=f"u{number}",
        )
        identity = (person.account, person.email.casefold())
        if identity not in taken:
            taken.add(identity)
            nouns.append(person)
            if rng.random() < 0.7:
                keys[rng.choice([key for key in KEYS if key not in keys])] = person.id
    rows = tuple(_row(rng, _contact_cells(rng)) for _ in range(rng.randint(0, 8)))
    return ImportWorld(Contact, Host.of(*nouns, **keys), rows, _rules(rng))


def random_accounts(rng: Random) -> ImportWorld:
    """Accounts in a tree, some with keys, and up to eight rows."""
    nouns: list[Account | Contact] = []
    keys: dict[str, str] = {}
    for number in range(rng.randint(0, 4)):
        parent = rng.choice([None, *(noun.id for noun in nouns)])
        number_of_it = rng.choice((f"N{number}", ""))
        active = rng.random() < 0.8
        nouns.append(
            account(
                _id(rng, "a", number),
                name=f"a{number}",
                parent=parent,
                number=number_of_it,
                account_code=f"C{number}",
                active=active,
            )
        )
        if rng.random() < 0.7:
            keys[rng.choice([key for key in KEYS if key not in keys])] = nouns[-1].id
    rows = tuple(_row(rng, _account_cells(rng)) for _ in range(rng.randint(0, 8)))
    return ImportWorld(Account, Host.of(*nouns, **keys), rows, _rules(rng))


def _id(rng: Random, letter: str, number: int) -> str:
    """An id of the host's own, or one that an import gave to a key, which may not be its key any more."""
    return f"crm:{KEYS[number]}" if rng.random() < 0.2 else f"{letter}{number}"


def _rules(rng: Random) -> ImportRules:
    return ImportRules(
        source="crm",
        erase="-",
        on_match=rng.choice(("report", "adopt")),
        identities=rng.choice((None, None, ("name",))),
    )


def _contact_cells(rng: Random) -> dict[str, Any]:
    return {
        "key": rng.choice(KEYS),
        "account": rng.choice(("a", "a", "a", "b", "b", *_rarely(rng, "z", "y", "", "-"))),
        "name": rng.choice(("Ann", "ann ", "Bob", "c1", *_rarely(rng, "", "-"))),
        "email": rng.choice((*EMAILS, "", "-", *_rarely(rng, "no address"))),
        "user": rng.choice(("u0", "u1", "u2", "v", "", "", "-")),
        "active": rng.choice(("yes", "0", "", "", *_rarely(rng, "perhaps"))),
    }


def _account_cells(rng: Random) -> dict[str, Any]:
    return {
        "key": rng.choice(KEYS),
        "name": rng.choice(("Acme", "ACME", "Bolt", "a1", "a1", *_rarely(rng, "", "-"))),
        "number": rng.choice(("N0", "N1", "N2", "N3", "N4", "", "", "", "-")),
        "parent": rng.choice((*KEYS, *KEYS, "", "", "", "", "-", *_rarely(rng, "9"))),
        "account_code": rng.choice(("C0", "C1", "D", "E", "", "", "", "", *_rarely(rng, "a/b"))),
        "is_customer": rng.choice(("", "", "", "no")),
        "is_partner": rng.choice(("yes", "no", "", "")),
        "active": rng.choice(("no", "yes", "yes", "", "", "", "")),
        "timezone": rng.choice(("Asia/Tokyo", "", "", "", *_rarely(rng, "Mars"))),
    }


def _rarely(rng: Random, *cells: str) -> tuple[str, ...]:
    return cells if rng.random() < 0.3 else ()


def _row(rng: Random, cells: dict[str, Any]) -> object:
    """The cells, some left out, and sometimes one that is bad or too many."""
    row: dict[Any, Any] = {name: cell for name, cell in cells.items() if rng.random() < 0.75 or name == "key"}
    luck = rng.random()
    if luck < 0.06:
        row[rng.choice(list(row))] = rng.choice(BAD)
    elif luck < 0.08:
        row[rng.choice((None, "shoe size", 3))] = "43"
    elif luck < 0.09:
        return rng.choice((None, "key,name", ["1"], 5))
    return row
