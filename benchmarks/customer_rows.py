"""Rows of customers as an export has them, some of them bad; and a host in memory that imports them."""

import json
import random
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from time import perf_counter
from typing import Any

import attrs
from promises import peak_mb

from csmcore.errors import InvalidValue
from csmcore.model import Account, Contact, ImportOutcome, ImportRules, KnownAccounts, KnownContacts
from csmcore.rules import email_key, import_accounts, import_contacts, import_summary

__all__ = ["BAD", "REPEATED", "run"]

BAD = 0.02  # of all rows, for each kind of bad ones
REPEATED = 0.05
RULES = ImportRules(source="crm")
ACCOUNTS = 10_000  # that contacts are of
CHUNK = 1_000
OLDER = 500  # a duplicate is one of a row up to so many before

Cells = dict[Any, Any]
Spoil = Callable[[Cells], object]


# --- rows ------------------------------------------------------------------------------------------------------------


def contact_row(_: random.Random, number: int) -> Cells:
    """A good one."""
    return {
        "key": f"{number}",
        "account": f"A{number * 7_919 % ACCOUNTS}",
        "name": f"Person {number}",
        "email": f"person.{number}@example.com",
        "phone": f"+49 30 {number:07}",
        "user": f"user{number}" if number % 3 == 0 else "",
        "active": "yes",
    }


def account_row(rng: random.Random, number: int) -> Cells:
    """A good one; those of odd numbers are below an even one, of which every fiftieth comes later."""
    away = 1 + 2 * rng.randrange(OLDER)
    parent = number + away if rng.random() < 0.02 else abs(number - away)
    return {
        "key": f"{number}",
        "name": f"Company {number}",
        "number": f"ACC{number:08}",
        "parent": f"{parent}" if number % 2 else "",
        "account_code": f"C{number}",
        "is_customer": "true",
        "phone": f"+49 30 {number:07}",
        "website": f"https://company{number}.example.com",
        "timezone": "Europe/Berlin" if number % 4 == 0 else "",
    }


SPOIL: Mapping[type, Mapping[str, Spoil]] = {
    Contact: {
        "malformed_email": lambda row: row.update(email="person at example.com"),
        "missing": lambda row: row.update(name=" "),
        "unknown_account": lambda row: row.update(account="nobody"),
        "inactive_account": lambda row: row.update(account="closed"),
        "not_a_flag": lambda row: row.update(active="perhaps"),
        "control_characters": lambda row: row.update(name="Per\x00son"),
        "missing_cell": lambda row: row.update(active=None),
        "extra_cells": lambda row: row.update({None: ["more"]}),
    },
    Account: {
        "missing": lambda row: row.update(name=""),
        "unknown_parent": lambda row: row.update(parent="nobody"),
        "not_a_flag": lambda row: row.update(is_customer="perhaps"),
        "invalid_value": lambda row: row.update(account_code="A/B"),
        "control_characters": lambda row: row.update(name="Com\x00pany"),
        "missing_cell": lambda row: row.update(timezone=None),
        "extra_cells": lambda row: row.update({None: ["more"]}),
    },
}


def rows_of(kind: type, count: int) -> Iterator[Cells]:
    """Rows, always the same: some spoiled in one way, some duplicates of a row before by key or by identity."""
    rng = random.Random(4)
    make = contact_row if kind is Contact else account_row
    identity = ("account", "email") if kind is Contact else ("number",)
    spoilers = list(SPOIL[kind].values())
    for number in range(count):
        row = make(rng, number)
        luck = rng.random()
        if luck < BAD * len(spoilers):
            spoilers[int(luck / BAD)](row)
        elif luck > 1 - REPEATED and number > OLDER:
            older = make(random.Random(number), number - rng.randint(1, OLDER))
            row.update({name: older[name] for name in (("key",) if luck > 1 - REPEATED / 2 else identity)})
        yield row


@attrs.define
class Feed:
    """Rows in chunks, so that the time in which they are made can be taken off."""

    rows: Iterator[Cells]
    what: str
    took: float = 0.0

    def __iter__(self) -> Iterator[Cells]:
        """Row by row; a line of progress at every tenth of a million."""
        done = 0
        while True:
            begun = perf_counter()
            chunk = list(islice(self.rows, CHUNK))
            self.took += perf_counter() - begun
            if not chunk:
                return
            yield from chunk
            done += len(chunk)
            if done % 100_000 == 0:
                print(f"... {self.what}: {done:,} rows", file=sys.stderr, flush=True)


# --- the host --------------------------------------------------------------------------------------------------------


@attrs.define
class Store:
    """What a host keeps: nouns by key, and the ones with a number, a code or an e-mail address."""

    by_key: dict[str, Any] = attrs.field(factory=dict)
    by_identity: dict[tuple[str, str], Any] = attrs.field(factory=dict)

    def save(self, outcomes: Iterable[ImportOutcome[Any]]) -> Iterator[ImportOutcome[Any]]:
        """Keep what is to be saved, and hand everything on."""
        for outcome in outcomes:
            if outcome.is_to_save:
                noun: Any = outcome.noun
                self.by_key[outcome.key or ""] = noun
                if isinstance(noun, Contact):
                    self.by_identity["email", email_key(noun.email)] = noun
                else:
                    self.by_identity["number", noun.number] = noun
                    self.by_identity["account_code", noun.account_code or ""] = noun
            yield outcome

    def matching(self, field: str, value: str) -> tuple[Any, ...]:
        """Those with the value."""
        found = self.by_identity.get((field, value))
        return () if found is None else (found,)


def importing(kind: type, store: Store, rows: Iterable[Cells]) -> Iterator[ImportOutcome[Any]]:
    """The import into a host that knows what is in the store."""
    if kind is Account:
        facts = KnownAccounts(
            by_key=store.by_key.get,
            by_id=lambda noun_id: store.by_key.get(noun_id.removeprefix("crm:")),
            matching=store.matching,
        )
        return import_accounts(rows, facts, RULES)
    accounts = {f"A{number}": Account(id=f"crm:A{number}", name="Company") for number in range(ACCOUNTS)}
    accounts["closed"] = Account(id="crm:closed", name="Closed", active=False)
    people = KnownContacts(by_key=store.by_key.get, account=accounts.get, matching=store.matching)
    return import_contacts(rows, people, RULES)


def build_only(kind: type, rows: Iterable[Cells]) -> int:
    """Nothing but the noun of each row that can be made without a question; how many there are."""
    count = 0
    for row in rows:
        try:
            if kind is Contact:
                Contact(
                    id=row["key"],
                    account=row["account"],
                    name=row["name"],
                    email=row["email"],
                    phone=row["phone"],
                    user=row["user"] or None,
                    active=row["active"] == "yes",
                )
            else:
                Account(
                    id=row["key"],
                    name=row["name"],
                    number=row["number"],
                    is_customer=row["is_customer"] == "true",
                    parent=row["parent"] or None,
                    account_code=row["account_code"],
                    phone=row["phone"],
                    website=row["website"],
                    timezone=row["timezone"] or None,
                )
        except InvalidValue:
            continue
        count += 1
    return count


# --- one process -----------------------------------------------------------------------------------------------------


def run(what: str, kind_name: str, count: int) -> None:
    """Import so many rows, and print what came of it: the work of a process of its own.

    ``what`` is ``build`` (only nouns), ``alone`` (outcomes are thrown away) or ``kept`` (and imported once more).
    """
    kind = {"contacts": Contact, "accounts": Account}[kind_name]
    before, store = peak_mb(), Store()
    figures: list[dict[str, Any]] = []
    for turn in ("first", "second") if what == "kept" else ("first",):
        feed = Feed(rows_of(kind, count), f"{kind_name}, {what}, {turn} run")
        begun = perf_counter()
        if what == "build":
            summary = import_summary(())
            build_only(kind, feed)
        else:
            outcomes = importing(kind, store, feed)
            summary = import_summary(store.save(outcomes) if what == "kept" else outcomes)
            assert summary.rows == count
        took = perf_counter() - begun - feed.took
        counts = {"outcomes": dict(summary.outcomes), "reasons": dict(summary.reasons), "settled": summary.is_settled}
        figures.append({"seconds": took, "peak": peak_mb(), "saved": len(store.by_key), **counts})
    print(json.dumps({"before": before, "runs": figures}))
