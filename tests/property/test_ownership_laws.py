"""Random edits of what customers have: csmcore's answers against plain dicts, step by step."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import attrs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from csmcore.model import (
    Asset,
    AssetId,
    Component,
    ConfigurationItemId,
    Contact,
    ContactId,
    InstallBaseItem,
    LocationId,
    ProductModel,
    Refusal,
    accepted,
)
from csmcore.rules import (
    add_asset_contact,
    add_component,
    allocate_asset,
    asset_for,
    history_of,
    install,
    installed_on,
    item_for,
    move_item,
    parts_of,
    portfolio_gaps,
    record_sold_product,
    remove_asset_contact,
    replace_item,
    set_asset_primary_contact,
    sync_asset,
    sync_item,
    uninstall,
)
from tests.oracle import ownership_model as oracle
from tests.tally import Tally
from tests.unit.ownership.shop import (
    ACME,
    ANN,
    BOB,
    EVE,
    POLICY,
    asset,
    category,
    ci,
    iid,
    item,
    keyed,
    mid,
    model,
    place,
    sid,
    sold,
)

RUNS, STEPS, EXAMPLES = 300, 40, 300
MOST = max(RUNS + 50, settings().max_examples)  # hypothesis cuts some runs short; a campaign asks for more
COUNTED = {"runs": 0, "steps": 0, "accepted": 0, "refused": 0}

EPOCH = date(2026, 1, 1)
NAMES = ["a", "b", "c", "d", "e"]
INSIDE = {"site": None, "hall": "site", "room": "hall", "elsewhere": None}
LOCATIONS = keyed(*(place(name, parent) for name, parent in INSIDE.items()))
DEALER = attrs.evolve(ACME, id=EVE.account)
CAT = attrs.evolve(BOB, id=ContactId("cat"))
OUT = attrs.evolve(CAT, id=ContactId("out"), active=False)
PEOPLE = [BOB, CAT, EVE, OUT]

days = st.integers(0, 20).map(lambda day: EPOCH + timedelta(days=day))
names = st.sampled_from(NAMES)


def judged(answer: object, *, may: bool) -> bool:
    """Count the answer; whether it is the dicts' answer, and yes."""
    COUNTED["steps"] += 1
    COUNTED["accepted" if may else "refused"] += 1
    assert isinstance(answer, Refusal) == (not may), answer
    return may


class Ownership(RuleBasedStateMachine):
    """Models, bundles and an asset's contacts, beside dicts of the same."""

    def __init__(self) -> None:
        super().__init__()
        COUNTED["runs"] += 1
        self.models: dict[Any, ProductModel] = keyed(*map(model, NAMES))
        self.parts: dict[str, dict[str, int]] = {name: {} for name in NAMES}
        self.sold = keyed(*map(sold, NAMES))
        self.sold_within: dict[str, str] = {}
        self.asset = asset(account="acme")
        self.whose: dict[str, Any] = {"account": "acme", "contacts": [], "primary": None}

    @rule(whole=names, part=names, quantity=st.integers(1, 3))
    def add_part(self, whole: str, part: str, quantity: int) -> None:
        """A part joins unless it is listed, or contains the whole; then quantities are what counting finds."""
        edges = [(one, inner) for one, inside in self.parts.items() for inner in inside]
        component = Component(product_model=mid(part), quantity=quantity)
        answer = add_component(self.models[whole], component, self.models)
        may = part not in self.parts[whole] and not oracle.leads_to(edges, part, whole)
        if judged(answer, may=may):
            self.models[whole] = accepted(answer)
            self.parts[whole][part] = quantity
        for name in NAMES:
            found = {one.product_model: one.quantity for one in parts_of(self.models[name], self.models)}
            assert found == oracle.copies(self.parts, name)

    @rule(whole=names)
    def drop_parts(self, whole: str) -> None:
        """Taking out is always free."""
        self.models[whole] = attrs.evolve(self.models[whole], components=())
        self.parts[whole] = {}

    @rule(name=names, parent=st.none() | names)
    def sell_in(self, name: str, parent: str | None) -> None:
        """A bundle that is in the product is none for it."""
        if name == parent:
            return  # no such noun
        answer = record_sold_product(sold(name, parent=parent), self.sold, POLICY)
        if judged(answer, may=parent is None or not oracle.leads_to(self.sold_within.items(), parent, name)):
            self.sold[sid(name)] = accepted(answer)
            self.sold_within = {one: above for one, above in self.sold_within.items() if one != name}
            self.sold_within |= {name: parent} if parent is not None else {}
        assert not oracle.has_circle(self.sold_within.items())

    @rule(who=st.sampled_from(PEOPLE), partner=st.booleans())
    def add_contact(self, who: Contact, *, partner: bool) -> None:
        """Active contacts of the account or its partner join once."""
        answer = add_asset_contact(self.asset, who, [EVE.account] if partner else [])
        theirs = who.account == self.whose["account"] or (partner and who is EVE)
        if judged(answer, may=self.whose["account"] is not None and who.active and theirs):
            self.keep(answer, contacts=[*dict.fromkeys([*self.whose["contacts"], who.id])])

    @rule(who=st.none() | st.sampled_from(PEOPLE))
    def make_primary(self, who: Contact | None) -> None:
        """An active contact of the account becomes the primary one; nobody always may."""
        answer = set_asset_primary_contact(self.asset, who)
        if judged(answer, may=who is None or (who.active and who.account == self.whose["account"])):
            joined = [*dict.fromkeys([*self.whose["contacts"], *([who.id] if who else [])])]
            self.keep(answer, contacts=joined, primary=who and who.id)

    @rule(who=st.sampled_from(PEOPLE))
    def drop_contact(self, who: Contact) -> None:
        """A contact leaves unless it is the primary one."""
        answer = remove_asset_contact(self.asset, who.id)
        if judged(answer, may=who.id in self.whose["contacts"] and who.id != self.whose["primary"]):
            self.keep(answer, contacts=[one for one in self.whose["contacts"] if one != who.id])

    @rule(account=st.sampled_from([ACME, DEALER, None]), is_synced=st.booleans())
    def allocate(self, account: Any, *, is_synced: bool) -> None:
        """Another account takes the contacts off, whichever way it comes."""
        owner: dict[str, Any] = {"account": account.id} if account else {"consumer": "ann"}
        if is_synced:
            answer = sync_asset(item("p", asset="sn-1", **owner), self.asset)
        else:
            answer = allocate_asset(self.asset, POLICY, account=account, consumer=None if account else ANN)
        if judged(answer, may=True):
            stays = owner.get("account") == self.whose["account"]
            self.keep(answer, **({} if stays else {"contacts": [], "primary": None, "account": owner.get("account")}))

    def keep(self, answer: Asset | Refusal, **changes: Any) -> None:
        """The asset after an edit is as the dict says, and its primary contact one of its own."""
        self.asset = accepted(answer)
        self.whose |= changes
        told = {"account": self.asset.account, "primary": self.asset.primary_contact}
        assert {**told, "contacts": list(self.asset.contacts)} == self.whose
        accounts = {one.id: one.account for one in PEOPLE}
        primary = self.asset.primary_contact
        assert primary is None or (primary in self.asset.contacts and accounts[primary] == self.asset.account)


def stays(part: InstallBaseItem, day: date) -> bool:
    """Whether it leaves after the day, or not at all."""
    return part.uninstalled_on is None or part.uninstalled_on > day


class Installed(RuleBasedStateMachine):
    """What is installed, beside edges from each place to what it is in."""

    def __init__(self) -> None:
        super().__init__()
        COUNTED["runs"] += 1
        self.items: dict[Any, InstallBaseItem] = {}

    def places(self) -> dict[str, str]:
        """The first of its line, for each item."""
        first: dict[str, str] = {}
        for name, one in self.items.items():  # what is replaced is older
            first[name] = first[one.replaces] if one.replaces else name
        return first

    def edges(self) -> list[tuple[str, str]]:
        """Which place is in which."""
        first = self.places()
        return [(first[name], first[one.parent]) for name, one in self.items.items() if one.parent]

    @rule(parent=st.none() | st.integers(0, 9), replaced=st.none() | st.integers(0, 9), day=days)
    def put_in(self, parent: int | None, replaced: int | None, day: date) -> None:
        """What is put in joins what is in use, and takes a place that is free."""
        name = f"i{len(self.items)}"
        whole, old = self.named(parent), self.named(replaced)
        new = item(name, parent=whole and whole.id, replaces=old and old.id, installed_on=day)
        first = self.places()
        may = whole is None or whole.active
        if old is not None:
            followed = any(one.replaces == old.id for one in self.items.values())
            may = may and not followed and old.uninstalled_on is not None and old.uninstalled_on <= day
            if whole is not None:
                may = may and not oracle.leads_to(self.edges(), first[whole.id], first[old.id])
        if judged(install(new, self.items, POLICY), may=may):
            self.items[new.id] = new

    @rule(index=st.integers(0, 9), parent=st.none() | st.integers(0, 9))
    def move(self, index: int, parent: int | None) -> None:
        """What is in use moves into what is in use, and never into itself."""
        moved, whole = self.named(index), self.named(parent)
        if moved is None or moved is whole:
            return
        first = self.places()
        may = moved.active
        if whole is not None:
            others = [edge for one, edge in zip(self.items.values(), self.all_edges(), strict=True) if one is not moved]
            edges = [edge for edge in others if edge[1]]
            may = may and whole.active and not oracle.leads_to(edges, first[whole.id], first[moved.id])
        answer = move_item(moved, self.items, parent=None if whole is None else whole.id)
        if judged(answer, may=may):
            self.items[moved.id] = accepted(answer)

    def all_edges(self) -> list[tuple[str, str]]:
        """As `edges`, one for each item, blank where it is in nothing."""
        first = self.places()
        return [(first[name], first.get(one.parent or "", "")) for name, one in self.items.items()]

    @rule(index=st.integers(0, 9), day=days)
    def take_out(self, index: int, day: date) -> None:
        """What is in use leaves with its parts, unless one of them is not in yet."""
        old = self.named(index)
        if old is None:
            return
        inside = {name: {"in": one.parent, "at": None} for name, one in self.items.items()}
        leaving = [old.id, *oracle.contents(inside, old.id)]
        still = [self.items[name] for name in leaving if name == old.id or stays(self.items[name], day)]
        late = any(one.installed_on is not None and one.installed_on > day for one in still)
        answer = uninstall(old, day, self.items)
        if judged(answer, may=old.active and not late):
            assert {one.id for one in accepted(answer)} >= {one.id for one in still}
            self.items.update({one.id: one for one in accepted(answer)})

    @rule(index=st.integers(0, 9), day=days)
    def replace(self, index: int, day: date) -> None:
        """What is in use is replaced, from its first day on."""
        old = self.named(index)
        if old is None:
            return
        answer = replace_item(old, iid(f"i{len(self.items)}"), day, self.items)
        if judged(answer, may=old.active and (old.installed_on or day) <= day):
            done = accepted(answer)
            self.items.update({one.id: one for one in (done.old, done.new, *done.moved)})

    def named(self, index: int | None) -> InstallBaseItem | None:
        """One of the items, if there are so many."""
        items = list(self.items.values())
        return items[index] if index is not None and index < len(items) else None

    def teardown(self) -> None:
        """Nothing is within itself, and on no day do two hold one place."""
        assert not oracle.has_circle(self.edges())
        for one in self.items.values():
            line = history_of(one, self.items.values())
            assert one in line
            for day in range(-1, 22):
                there = [held for held in line if held.is_there_on(EPOCH + timedelta(days=day))]
                assert len(there) <= 1


def test_random_edits_agree_with_plain_dicts(tally: Tally) -> None:
    """After every edit no tree has a circle, counts are as counted, and contacts are the account's."""
    chosen = settings(max_examples=MOST, stateful_step_count=STEPS, suppress_health_check=list(HealthCheck))
    COUNTED.update(dict.fromkeys(COUNTED, 0))
    run_state_machine_as_test(Ownership, settings=chosen)
    run_state_machine_as_test(Installed, settings=chosen)
    tally("ownership machines: runs", COUNTED["runs"], planned=2 * RUNS)
    tally("ownership machines: steps", COUNTED["steps"], planned=RUNS * STEPS)
    tally.detail("ownership machines: " + ", ".join(f"{count:,} {name}" for name, count in COUNTED.items()))


def history(draw: Callable[..., Any]) -> tuple[dict[Any, InstallBaseItem], list[oracle.Picture]]:
    """Things put in, replaced and taken out, day by day, with the picture at the end of each day."""
    items: dict[Any, InstallBaseItem] = {}
    picture: oracle.Picture = {}
    pictures: list[oracle.Picture] = []
    for today in (EPOCH + timedelta(days=day) for day in range(draw(st.integers(1, 8)))):
        for _ in range(draw(st.integers(0, 3))):
            new = iid(f"i{len(items)}")
            name = draw(st.sampled_from([None, *picture]))
            how = draw(st.sampled_from(["in", "replaced", "out"]))
            changed: tuple[InstallBaseItem, ...]
            if name is None or how == "in":
                at = draw(st.sampled_from([None, *INSIDE]))
                put = item(new, parent=name, location=at, installed_on=today)
                changed = (accepted(install(put, items, POLICY)),)
                picture[new] = {"in": name, "at": at}
            elif how == "replaced":
                done = accepted(replace_item(items[name], new, today, items))
                changed = (done.old, done.new, *done.moved)
                oracle.replace_in(picture, name, new)
            else:
                changed = accepted(uninstall(items[name], today, items))
                assert {one.id for one in changed} == oracle.take_out(picture, name)
            items.update({one.id: one for one in changed})
        pictures.append({name: dict(where) for name, where in picture.items()})
    return items, pictures


histories = st.composite(history)()


@settings(max_examples=max(EXAMPLES, settings().max_examples))
@given(histories)
def check_the_past(lived: tuple[dict[Any, InstallBaseItem], list[oracle.Picture]]) -> None:
    """Every day of the past is told as it was seen at the time: at each site, and in each whole."""
    items, pictures = lived
    for number, picture in enumerate(pictures):
        day = EPOCH + timedelta(days=number)

        def told(day: date = day, **where: Any) -> set[str]:
            return {one.id for one in installed_on(items.values(), day, locations=LOCATIONS, **where)}

        assert told() == set(picture)
        for site in INSIDE:
            assert told(location=LocationId(site)) == oracle.at_site(picture, site, INSIDE)
        for whole in picture:
            assert told(parent=iid(whole)) == oracle.contents(picture, whole)
        for one in items.values():
            line = history_of(one, items.values())
            ends = line[-1].uninstalled_on or date.max
            is_lasting = line[0].installed_on is not None and line[0].installed_on <= day < ends
            assert sum(held.is_there_on(day) for held in line) == is_lasting
    PAST.append(len(pictures))


PAST: list[int] = []


def test_the_past_is_told_as_it_was_seen(tally: Tally) -> None:
    """From the records of today."""
    PAST.clear()
    check_the_past()
    tally("installed items: histories against pictures of their days", len(PAST), planned=EXAMPLES)


CLASSES = st.sampled_from([None, "pump", "fan", "consumable", "software_licence"])


@settings(max_examples=max(EXAMPLES, settings().max_examples))
@given(
    tracking=st.sampled_from(["leave_to_category", "create_consumable", "dont_create"]),
    ci_class=st.sampled_from([None, "ci_pump", "ci_fan"]),
    asset_class=CLASSES,
    own=CLASSES,
    flags=st.tuples(st.booleans(), st.booleans()),
)
def test_neither_side_echoes_the_other(
    tracking: Any, ci_class: str | None, asset_class: str | None, own: str | None, flags: tuple[bool, bool]
) -> None:
    """What a rule made brings nothing more by either rule; what it linked names each other, or is a consumable."""
    enforce, is_verified = flags
    classes: dict[str, Any] = {"asset_class": asset_class, "enforce_ci_verification": enforce}
    pumps = category(ci_class=None if asset_class in {"consumable", "software_licence"} else ci_class, **classes)
    pump = model("x2", categories=("pumps",), asset_tracking=tracking)
    first = asset_for(ci(), pump, pumps, AssetId("a-1"), is_verified=is_verified)
    second = item_for(asset(asset_class=own), pump, pumps, ConfigurationItemId("ci-9"))
    for brought in (first, second):
        if brought.created is not None:
            its_item, its_asset = brought.configuration_item, brought.asset
            assert its_item is not None
            assert its_asset is not None
            assert its_item.asset == its_asset.id
            assert its_asset.configuration_item == its_item.id or its_asset.asset_class in {
                "consumable",
                "software_licence",
            }
            assert asset_for(its_item, pump, pumps, AssetId("a-2"), is_verified=True).created is None
            assert item_for(its_asset, pump, pumps, ConfigurationItemId("ci-8")).created is None


@settings(max_examples=max(EXAMPLES, settings().max_examples))
@given(
    st.sampled_from([{"account": "acme"}, {"account": "other"}, {"consumer": "ann"}, {"household": "h"}]),
    st.sampled_from([None, "acme", "other"]),
    st.none() | st.sampled_from(["hall", "room"]),
    st.none() | days,
)
def test_syncing_has_no_echo(
    owner: dict[str, Any], account: str | None, location: str | None, day: date | None
) -> None:
    """What one side tells the other comes back as it was, whichever side begins."""
    its = item("p", asset="sn-1", **owner)
    thing = asset(account=account, location=location, installed_on=day)
    told = accepted(sync_asset(its, thing))
    assert accepted(sync_item(told, its)) == its
    assert accepted(sync_asset(its, told)) == told
    heard = accepted(sync_item(thing, its))
    assert accepted(sync_item(thing, heard)) == heard
    assert accepted(sync_asset(heard, thing)).location == thing.location


SETS = st.lists(names, unique=True, max_size=3)
catalogues = st.fixed_dictionaries(
    {
        name: st.tuples(SETS, SETS, st.sampled_from(["in_production", "retired", "sold"]), st.booleans())
        for name in NAMES
    }
)


@settings(max_examples=max(EXAMPLES, settings().max_examples))
@given(catalogues, st.lists(names), st.randoms(use_true_random=False))
def test_gaps_are_what_the_catalogue_leads_to(facts: dict[str, Any], had: list[str], order: Any) -> None:
    """Upgrades are all that is reached, is offered, and is not had; the order of the facts changes nothing."""
    models = [
        model(
            name,
            upgrades_to=tuple(one for one in upgrades if one != name),
            goes_with=tuple(beside),
            status=status,
            active=active,
        )
        for name, (upgrades, beside, status, active) in facts.items()
    ]
    sales = [sold(f"s{number}", product=name) for number, name in enumerate(had)]
    found = portfolio_gaps(keyed(*models), EPOCH, sold_products=sales)
    order.shuffle(models)
    order.shuffle(sales)
    assert found == portfolio_gaps(keyed(*models), EPOCH, sold_products=sales)
    edges = [(name, newer) for name, (upgrades, *_) in facts.items() for newer in upgrades]
    offered = {name for name, (*_, status, active) in facts.items() if status == "in_production" and active} - set(had)
    assert {(gap.product_model, gap.offer) for gap in found if gap.kind == "upgrade"} == {
        (own, offer) for own in had for offer in offered if oracle.leads_to(edges, own, offer)
    }
    assert {(gap.product_model, gap.offer) for gap in found if gap.kind == "cross_sell"} == {
        (own, offer) for own in had for offer in facts[own][1] if offer in offered
    }
    for gap in found:
        assert gap.reasons
        assert gap.evidence
        assert all(step in edges for step in zip(gap.path, gap.path[1:], strict=False))
