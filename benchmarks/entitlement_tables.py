"""What the benchmark of entitlements is about: the agreements of many customers, questions, and other ways to answer.

One account holds a tenth of all; half of what was ever promised has been renewed and is over.
"""

import json
import random
import tracemalloc
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from gc import collect
from importlib import import_module
from typing import Any, NamedTuple, TypeAlias

import attrs
from help_desk import made
from packages import Package

from csmcore.model import (
    Asset,
    CaseFacts,
    CoveredAsset,
    CoveredProduct,
    Entitlement,
    EntitlementPolicy,
    EntitlementQuestion,
    ServiceContract,
    SupportPolicy,
)
from csmcore.rules import EntitlementIndex

__all__ = [
    "AT",
    "BIG",
    "RIVALS",
    "Ask",
    "Asked",
    "World",
    "best_first",
    "misses",
    "policy_by",
    "probe",
    "questions",
    "table",
    "table_questions",
    "weigh",
    "world",
]

AT = datetime(2027, 6, 15, 12, tzinfo=UTC)
BIG = "big"
A_TENTH = 0.1
MODELS = [f"model {number}" for number in range(500)]
CHANNELS = ("web", "email", "phone", "chat")
OFFERS = [frozenset({"web", "email"}), frozenset({"web", "email", "phone"}), frozenset({"phone"}), frozenset(CHANNELS)]
SHAPES = {"account": 15, "account product": 30, "asset": 25, "account contract": 10, "contract": 15, "product": 5}
"""What entitlements name, and how many of a hundred do."""

Asked: TypeAlias = tuple[EntitlementQuestion, CaseFacts]
Ask: TypeAlias = Callable[[EntitlementQuestion, CaseFacts], object]


class Subject(NamedTuple):
    """Whose case it is, and what it is about."""

    account: str | None = None
    product: str | None = None
    asset: str | None = None


class World(NamedTuple):
    """All that was ever promised; the model of each asset; for each promise that is in force a case that has it."""

    entitlements: list[Entitlement]
    contracts: list[ServiceContract]
    models: dict[str, str]
    subjects: list[Subject]


def policy_by(strategy: str) -> SupportPolicy:
    """A policy that chooses by that strategy."""
    return SupportPolicy(name="support", version="1", entitlements=EntitlementPolicy(strategy=strategy))


# --- agreements ------------------------------------------------------------------------------------------------------


def world(count: int) -> World:
    """So many entitlements of a tenth as many accounts; two are defaults, for cases by web, email and chat."""
    rng = random.Random(count)
    found = World([], [], {}, [])
    offers = (frozenset({"web", "email"}), frozenset({"chat"}))
    found.entitlements.extend(
        made(Entitlement, id=f"default {number}", number=f"D{number}", is_default=True, channels=channels)
        for number, channels in enumerate(offers)
    )
    shapes = rng.choices(list(SHAPES), list(SHAPES.values()), k=count)
    for shape in shapes:
        promise(rng, shape, found, count)
        if len(found.entitlements) >= count:
            break
    del found.entitlements[count:]
    return found


def promise(rng: random.Random, shape: str, found: World, count: int) -> None:
    """One promise with the terms that it was renewed from: each a year long, and all but the last over."""
    account = owner(rng, count)
    asset = asset_of(rng, account, found, count) if "asset" in shape or "contract" in shape else None
    model = rng.choice(MODELS) if asset is None else found.models[asset]
    named = {"account": account} if "account" in shape else {}
    named |= {"product": model} if "product" in shape else {}
    named |= {"asset": asset} if shape == "asset" and asset else {}
    offered = rng.choice(OFFERS) if rng.random() < 0.3 else frozenset()
    counted = {"per_unit": True, "total_units": 10, "restrict_when_exhausted": True} if rng.random() < 0.1 else {}
    order = rng.choice((None, *range(4)))
    for years_ago in range(rng.choice((3, 2, 1, 0, 0)), -1, -1):
        term = {"starts_on": date(2027 - years_ago, 1, 1), "ends_on": date(2027 - years_ago, 12, 31)}
        if "contract" in shape:
            agreed = contract(rng, Subject(account, model, asset), shape, term, found)
            named["contract"] = agreed.id
        place = len(found.entitlements)
        found.entitlements.append(
            made(
                Entitlement,
                id=f"e{place}",
                number=f"ENT{place}",
                plan=rng.choice(("gold", "silver", "bronze")),
                channels=offered,
                order=order,
                used=rng.randrange(11) if counted else 0,
                **named,
                **term,
                **counted,
            )
        )
    found.subjects.append(Subject(account, model, asset))


def owner(rng: random.Random, count: int) -> str:
    """The big account for a tenth, else any other."""
    return BIG if rng.random() < A_TENTH else f"account {rng.randrange(count // 10)}"


def asset_of(rng: random.Random, account: str, found: World, count: int) -> str:
    """One of the account's assets: three, or so many that each has as many entitlements as those of others."""
    asset = f"{account}/{rng.randrange(count * 3 // 100 if account == BIG else 3)}"
    found.models.setdefault(asset, rng.choice(MODELS))
    return asset


def contract(
    rng: random.Random, subject: Subject, shape: str, term: Mapping[str, date], found: World
) -> ServiceContract:
    """A term's own contract: for the asset; or, with the account named too, for its model and some others."""
    place = f"c{len(found.contracts)}"
    covered: dict[str, Any] = {"covered_assets": (made(CoveredAsset, asset=subject.asset),)}
    if shape != "contract":
        models = dict.fromkeys((subject.product, *rng.sample(MODELS, rng.randrange(3))))
        covered = {"covered_products": tuple(made(CoveredProduct, product=model) for model in models)}
    state = "expired" if term["ends_on"] < AT.date() else "active"
    found.contracts.append(
        made(ServiceContract, id=place, number=place, account=subject.account, state=state, **term, **covered)
    )
    return found.contracts[-1]


# --- questions -------------------------------------------------------------------------------------------------------


def questions(found: World, count: int, *, of: str | None = None) -> list[Asked]:
    """Cases of customers as often as they were promised something, or of one account alone, with what a host knows."""
    rng = random.Random(7)
    subjects = [subject for subject in found.subjects if of in {None, subject.account}]
    return [asked(subject, rng.choice(CHANNELS), found) for subject in rng.choices(subjects, k=count)]


def asked(subject: Subject, channel: str, found: World) -> Asked:
    """One question with the asset among its facts."""
    question = made(EntitlementQuestion, **subject._asdict(), channel=channel)
    if subject.asset is None:
        return question, CaseFacts()
    asset = made(Asset, id=subject.asset, product_model=found.models[subject.asset], account=subject.account)
    return question, CaseFacts(asset=asset)


def misses(found: World, count: int) -> list[Asked]:
    """Cases of customers that nothing was promised to, by a channel that no default is for."""
    return [asked(Subject(f"stranger {number}", "unknown"), "phone", found) for number in range(count)]


# --- memory ----------------------------------------------------------------------------------------------------------


def weigh(count: int) -> None:
    """Print what the agreements take and what their index takes beside them: the work of a process of its own."""
    world(1000)
    tracemalloc.start()
    found = world(count)
    found.subjects.clear()
    found.models.clear()
    collect()
    agreements, _ = tracemalloc.get_traced_memory()
    index = EntitlementIndex.of(policy_by("additive"), found.entitlements, found.contracts)
    collect()
    both, peak = tracemalloc.get_traced_memory()
    print(json.dumps({"agreements": agreements, "index": both - agreements, "peak": peak, "count": len(index)}))


# --- the same table for others ---------------------------------------------------------------------------------------

Row: TypeAlias = tuple[str | None, str | None, str | None, str | None]
"""Account, product, asset and channel that a rule is for; None for any."""

WEIGHTS = (1, 2, 3, 0)
MASKS = ("account", "account product", "account asset", "product", "asset", "account product asset")


def table(count: int) -> list[Entitlement]:
    """Entitlements that every rival can express: no contracts, terms or units, and one channel or all."""
    rng = random.Random(count)
    rows: list[Entitlement] = []
    for place in range(count):
        account = owner(rng, max(count, 10))
        values = {"account": account, "product": rng.choice(MODELS), "asset": f"{account}/{rng.randrange(3)}"}
        shape = rng.choices(MASKS, (15, 30, 15, 5, 25, 10))[0]
        named = {name: values[name] for name in shape.split()}
        channels = frozenset({rng.choice(CHANNELS)} if rng.random() < 0.3 else ())
        rows.append(made(Entitlement, id=f"e{place}", number=f"{place:07}", channels=channels, **named))
    return rows


def table_questions(rows: Sequence[Entitlement], count: int) -> list[Asked]:
    """Cases that have all that some entitlement names, and more: half of them by a channel that it may not be for."""
    rng = random.Random(11)
    found = []
    for one in rng.choices(rows, k=count):
        account = one.account or (one.asset or f"account {rng.randrange(len(rows))}/").split("/")[0]
        product, asset = one.product or rng.choice(MODELS), one.asset or f"{account}/{rng.randrange(3)}"
        question = made(
            EntitlementQuestion, account=account, product=product, asset=asset, channel=rng.choice(CHANNELS)
        )
        found.append((question, CaseFacts()))
    return found


def best_first(entitlements: Iterable[Entitlement]) -> list[tuple[Row, str]]:
    """Rows with ids in the order in which `additive` prefers them."""
    rows = [
        ((one.account, one.product, one.asset, next(iter(one.channels), None)), one.number, one.id)
        for one in entitlements
    ]
    rows.sort(key=lambda row: (-weight(row[0]), -heaviest(row[0]), row[1]))
    return [(row, identity) for row, _, identity in rows]


def weight(row: Row) -> int:
    """The sum of the weights of what a row names."""
    return sum(each for each, name in zip(WEIGHTS, row, strict=True) if name)


def heaviest(row: Row) -> int:
    """The weight of the most specific that it names."""
    return max(each for each, name in zip(WEIGHTS, row, strict=True) if name)


def asked_row(question: EntitlementQuestion) -> Row:
    """What a question says, in the order of a row."""
    return question.account, question.product, question.asset, question.channel


def probe(rows: Sequence[tuple[Row, str]]) -> Ask:
    """Twelve look-ups by hand, of the six shapes with and without the channel: no checks, no dates, no reasons."""
    places: dict[Row, int] = {}
    for place, (row, _) in enumerate(rows):
        places.setdefault(row, place)
    find, none = places.get, len(rows)
    ids = [identity for _, identity in rows] + [None]

    def ask(question: EntitlementQuestion, _: CaseFacts) -> str | None:
        account, product, asset = question.account, question.product, question.asset
        channel = question.channel
        return ids[
            min(
                find((account, product, asset, None), none),
                find((account, product, asset, channel), none),
                find((account, None, asset, None), none),
                find((account, None, asset, channel), none),
                find((account, product, None, None), none),
                find((account, product, None, channel), none),
                find((None, None, asset, None), none),
                find((None, None, asset, channel), none),
                find((None, product, None, None), none),
                find((None, product, None, channel), none),
                find((account, None, None, None), none),
                find((account, None, None, channel), none),
            )
        ]

    return ask


NAMES = ("account", "product", "asset", "channel")


def zen(rows: Sequence[tuple[Row, str]]) -> Ask:
    """A decision table that takes the first row that fits; an empty cell fits all."""
    library: Any = import_module("zen")
    cells = [
        {name: json.dumps(value) if value else "" for name, value in zip(NAMES, row, strict=True)} for row, _ in rows
    ]
    content = {
        "hitPolicy": "first",
        "inputs": [{"id": name, "name": name, "type": "expression", "field": name} for name in NAMES],
        "outputs": [{"id": "id", "name": "id", "type": "expression", "field": "id"}],
        "rules": [
            {"_id": identity, "id": json.dumps(identity), **cell}
            for cell, (_, identity) in zip(cells, rows, strict=True)
        ],
    }
    kinds = {"in": "inputNode", "table": "decisionTableNode", "out": "outputNode"}
    nodes = [{"id": name, "name": name, "type": kind, "position": {"x": 0, "y": 0}} for name, kind in kinds.items()]
    nodes[1]["content"] = content
    edges = [
        {"id": f"{source}-{target}", "sourceId": source, "targetId": target, "type": "edge"}
        for source, target in (("in", "table"), ("table", "out"))
    ]
    decision = library.ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))

    def ask(question: EntitlementQuestion, _: CaseFacts) -> object:
        return decision.evaluate(dict(zip(NAMES, asked_row(question), strict=True)))["result"].get("id")

    return ask


def cedar(rows: Sequence[tuple[Row, str]]) -> Ask:
    """One policy for each row, parsed beforehand; of those that permit, the best."""
    library: Any = import_module("cedarpy")
    policies = library.PolicySet.from_str("\n".join(map(cedar_policy, (row for row, _ in rows))))
    nobody = library.Entities.from_json_str("[]")
    ids = [identity for _, identity in rows]

    def ask(question: EntitlementQuestion, _: CaseFacts) -> object:
        account, *others = asked_row(question)
        request = {
            "principal": {"type": "Account", "id": account or ""},
            "action": 'Action::"ask"',
            "resource": 'Desk::"support"',
            "context": {name: value or "" for name, value in zip(NAMES[1:], others, strict=True)},
        }
        permitting = library.is_authorized(request, policies, nobody).diagnostics.reasons
        return ids[min(int(name.removeprefix("policy")) for name in permitting)] if permitting else None

    return ask


def cedar_policy(row: Row) -> str:
    """A row as a policy: the account as its principal, what else it names as conditions."""
    account, *others = row
    principal = f"principal == Account::{json.dumps(account)}" if account else "principal"
    tests = [f"context.{name} == {json.dumps(value)}" for name, value in zip(NAMES[1:], others, strict=True) if value]
    return f"permit({principal}, action, resource)" + (f" when {{ {' && '.join(tests)} }};" if tests else ";")


@attrs.frozen
class Rival(Package):
    """A package that decides by rules, and how it is handed all rows of a table."""

    build: Callable[[Sequence[tuple[Row, str]]], Ask]


RIVALS = (Rival("zen-engine", zen), Rival("cedarpy", cedar))
