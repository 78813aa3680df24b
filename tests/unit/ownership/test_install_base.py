"""What is installed where, for how long, and what took its place."""

from datetime import date, timedelta
from typing import Any

import attrs
import pytest

from csmcore.errors import InvalidValue
from csmcore.model import Asset, Contact, ContactId, InstallBaseItem, LocationId, accepted
from csmcore.rules import (
    history_of,
    install,
    installed_on,
    may_have_cases,
    move_item,
    replace_item,
    sync_asset,
    sync_item,
    uninstall,
)
from tests.unit.ownership.shop import BOB, DAY, POLICY, asset, codes, iid, item, keyed, place

BEFORE, AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)
PLANT = keyed(place("site"), place("hall", "site"), place("room", "hall"), place("elsewhere"))
SITE = LocationId("site")


def there(items: Any, day: date, **where: Any) -> list[str]:
    """The ids of what was installed."""
    return [one.id for one in installed_on(items, day, **where)]


def test_an_item_is_put_in() -> None:
    """Into another, with its contact and asset."""
    new = item("p", parent="rack", contact="bob", asset="sn-1", installed_on=DAY)
    assert install(new, keyed(item("rack")), POLICY, BOB, asset(account="acme")) is new


@pytest.mark.parametrize(
    ("new", "known", "expected"),
    [
        (item("p"), [item("p")], ["id_taken"]),
        (item("p", parent="lost"), [], ["unknown_parent"]),
        (item("p", parent="old"), [item("old", uninstalled_on=DAY)], ["parent_uninstalled"]),
        (item("p", parent="old", uninstalled_on=DAY), [item("old", uninstalled_on=DAY)], []),
        (item("p", replaces="lost"), [], ["unknown_replaced"]),
        (item("p", replaces="old", installed_on=DAY), [item("old")], ["still_there"]),
        (item("p", replaces="old"), [item("old", uninstalled_on=DAY)], ["still_there"]),
        (item("p", replaces="old", installed_on=BEFORE), [item("old", uninstalled_on=DAY)], ["still_there"]),
        (item("p", replaces="old", installed_on=AFTER), [item("old", uninstalled_on=DAY)], []),
        (
            item("p", replaces="old", installed_on=DAY),
            [item("old", uninstalled_on=DAY), item("q", replaces="old")],
            ["already_replaced"],
        ),
        (item("p", consumer="ann", account="acme"), [], ["account_and_consumer"]),
        (item("p", contact="bob"), [], ["foreign_contact"]),
    ],
)
def test_what_cannot_be_put_in_says_why(
    new: InstallBaseItem, known: list[InstallBaseItem], expected: list[str]
) -> None:
    """By what is there already."""
    assert codes(install(new, keyed(*known), POLICY)) == expected


@pytest.mark.parametrize(
    ("owner", "its", "expected"),
    [
        ({}, asset(), []),
        ({}, asset(account="acme"), []),
        ({}, asset(account="other"), ["foreign_asset"]),
        ({}, asset("sn-2"), ["foreign_asset"]),
        ({}, None, ["foreign_asset"]),
        ({"consumer": "ann"}, asset(consumer="ann"), []),
        ({"consumer": "ann"}, asset(account="acme"), ["foreign_asset"]),
        ({"household": "h"}, asset(consumer="ann"), []),
        ({"organization": "us"}, asset(consumer="ann"), ["foreign_asset"]),
    ],
)
def test_an_asset_is_the_customers_or_nobodys(owner: dict[str, Any], its: Asset | None, expected: list[str]) -> None:
    """A household's may be any member's."""
    assert codes(install(item("p", asset="sn-1", **owner), {}, POLICY, None, its)) == expected


def test_an_item_moves_but_not_into_itself() -> None:
    """At any depth; where it is moved to, it has no other place unless that is said."""
    known = keyed(item("a", location="site"), item("b", parent="a"), item("c", parent="b"))
    assert move_item(known[iid("c")], known, parent=iid("a")) == item("c", parent="a")
    assert move_item(known[iid("c")], known, location=SITE) == item("c", location="site")
    assert codes(move_item(known[iid("a")], known, parent=iid("c"))) == ["within_itself"]
    assert codes(move_item(item("c", uninstalled_on=DAY), known, parent=iid("a"))) == ["already_uninstalled"]
    with pytest.raises(InvalidValue, match="parent: 'a' names itself"):
        move_item(known[iid("a")], known, parent=iid("a"))


def test_an_item_is_not_within_what_took_its_place() -> None:
    """A circle through the past would be one on the days of the past."""
    known = keyed(
        item("old", parent="rack", uninstalled_on=DAY),
        item("new", replaces="old", installed_on=DAY),
        item("rack"),
    )
    assert codes(move_item(known[iid("rack")], known, parent=iid("new"))) == ["within_itself"]


def test_what_took_a_place_is_not_within_its_own_parts() -> None:
    """The place is the same, whoever holds it."""
    known = keyed(
        item("old", uninstalled_on=DAY), item("new", replaces="old", installed_on=DAY), item("belt", parent="new")
    )
    assert codes(move_item(known[iid("new")], known, parent=iid("belt"))) == ["within_itself"]


def test_what_is_taken_out_takes_its_parts_along() -> None:
    """At any depth; what left before keeps its day."""
    known = keyed(item("a"), item("b", parent="a"), item("c", parent="b"), item("d", parent="b", uninstalled_on=BEFORE))
    leaving = accepted(uninstall(known[iid("a")], DAY, known))
    assert [(one.id, one.uninstalled_on) for one in leaving] == [("a", DAY), ("b", DAY), ("c", DAY)]


def test_what_cannot_be_taken_out_says_why() -> None:
    """It is out, or it or one of its parts is not in yet."""
    assert codes(uninstall(item("a", uninstalled_on=DAY), DAY)) == ["already_uninstalled"]
    late = keyed(item("b", parent="a", installed_on=AFTER))
    assert codes(uninstall(item("a", installed_on=AFTER), DAY, late)) == ["before_installed", "before_installed"]


def test_a_new_item_takes_the_place_of_the_old() -> None:
    """With its owner, whole and location, and the parts that are still in it."""
    old = item("old", parent="rack", location="room", contact="bob", asset="sn-0", product="x1")
    known = keyed(
        old, item("rack"), item("belt", parent="old"), item("seal", parent="old", uninstalled_on=DAY), item("x")
    )
    new_asset = asset("sn-1", product_model="x2", configuration_item="ci-1")
    answer = accepted(replace_item(old, iid("new"), DAY, known, asset=new_asset))
    assert answer.old == attrs.evolve(old, uninstalled_on=DAY)
    assert answer.new == item(
        "new",
        parent="rack",
        location="room",
        contact="bob",
        product="x2",
        asset="sn-1",
        configuration_item="ci-1",
        replaces="old",
        installed_on=DAY,
    )
    assert answer.moved == (item("belt", parent="new"),)


def test_without_an_asset_the_new_item_is_of_the_same_model() -> None:
    """And is another thing: the old one's asset and configuration item are not its own."""
    old = item("old", asset="sn-0", configuration_item="ci-0", product="x1")
    assert accepted(replace_item(old, iid("new"), DAY)).new == item(
        "new", product="x1", replaces="old", installed_on=DAY
    )


def test_what_cannot_be_replaced_says_why() -> None:
    """All of it."""
    old = item("old", installed_on=AFTER, uninstalled_on=AFTER)
    answer = replace_item(old, iid("old"), DAY, asset=asset(account="other"))
    assert codes(answer) == ["already_uninstalled", "before_installed", "id_taken", "foreign_asset"]


def test_a_site_shows_each_day_as_it_was() -> None:
    """Parts at any depth, in rooms of its halls; the day of a replacement is the new one's."""
    items = [
        item("rack", location="room", installed_on=BEFORE),
        item("old", parent="rack", uninstalled_on=DAY),
        item("new", parent="rack", replaces="old", installed_on=DAY),
        item("belt", parent="new"),
        item("lent", parent="rack", location="elsewhere"),
        item("nowhere"),
    ]
    at_site = {"location": SITE, "locations": PLANT}
    assert there(items, BEFORE, **at_site) == ["rack", "old", "belt"]
    assert there(items, DAY, **at_site) == ["rack", "new", "belt"]
    assert there(items, DAY, location=LocationId("elsewhere")) == ["lent"]
    assert there(items, DAY, location=SITE) == []
    assert there(items, DAY) == ["rack", "new", "belt", "lent", "nowhere"]


def test_the_parts_of_a_place_are_those_of_all_that_held_it() -> None:
    """Whichever of them is asked for, at any depth."""
    items = [
        item("old", uninstalled_on=DAY),
        item("new", replaces="old", installed_on=DAY),
        item("belt", parent="new"),
        item("screw", parent="belt"),
        item("seal", parent="old", uninstalled_on=DAY),
        item("other"),
    ]
    for whole in ("old", "new"):
        assert there(items, BEFORE, parent=iid(whole)) == ["belt", "screw", "seal"]
        assert there(items, DAY, parent=iid(whole)) == ["belt", "screw"]


def test_a_part_stays_findable_where_its_whole_is_gone_or_unknown() -> None:
    """Facts from elsewhere may be incomplete, or go in circles."""
    items = [
        item("gone", location="site", uninstalled_on=DAY),
        item("left", parent="gone"),
        item("stray", parent="lost"),
        item("x", parent="y"),
        item("y", parent="x"),
        item("late", replaces="lost", installed_on=AFTER, location="site"),
    ]
    assert there(items, DAY, location=SITE) == ["left", "stray"]
    assert there(items, DAY, parent=iid("lost")) == ["stray"]
    assert there(items, DAY, parent=iid("x")) == ["x", "y"]


def test_a_part_is_where_the_one_is_that_holds_its_place_on_the_day() -> None:
    """What replaces something may stand elsewhere."""
    items = [
        item("old", location="elsewhere", uninstalled_on=DAY),
        item("new", location="site", replaces="old", installed_on=DAY),
        item("belt", parent="new"),
    ]
    assert there(items, BEFORE, location=SITE) == []
    assert there(items, DAY, location=SITE) == ["new", "belt"]


def test_history_tells_all_that_held_a_place() -> None:
    """The first first, whichever of them is asked."""
    items = [
        item("c", replaces="b"),
        item("a", uninstalled_on=BEFORE),
        item("b", replaces="a", uninstalled_on=DAY),
        item("other"),
    ]
    for one in (items[0], items[1], items[2]):
        assert [found.id for found in history_of(one, items)] == ["a", "b", "c"]
    assert history_of(items[3], ()) == (items[3],)
    assert [found.id for found in history_of(items[0], items[2:])] == ["b", "c"]


def test_cases_are_about_what_is_in_use() -> None:
    """What is to be taken out still is, until then."""
    out = item("p", uninstalled_on=DAY)
    assert may_have_cases(item("p")) == item("p")
    assert may_have_cases(out, BEFORE) is out
    assert codes(may_have_cases(out, DAY)) == codes(may_have_cases(out)) == ["already_uninstalled"]


def test_an_item_tells_its_asset_whose_it_is_and_where() -> None:
    """Another account's contacts come off; what agrees comes back unchanged."""
    its = item("p", asset="sn-1", location="room", installed_on=DAY)
    before = asset(account="other", contact="eve", contacts=("eve",), primary_contact="eve", consumer="ann")
    synced = accepted(sync_asset(its, before))
    assert synced == asset(account="acme", location="room", installed_on=DAY)
    assert sync_asset(its, synced) == synced
    assert sync_item(synced, its) == its


def test_an_item_of_the_same_account_leaves_the_contacts() -> None:
    """They are the asset's own."""
    before = asset(account="acme", contacts=("bob",), primary_contact="bob")
    synced = accepted(sync_asset(item("p", asset="sn-1"), before))
    assert synced == before


def test_an_asset_tells_its_item_only_where_it_is_and_since_when() -> None:
    """The owner stays; the item has nothing to answer."""
    its = item("p", asset="sn-1")
    moved = asset(account="acme", location="hall", installed_on=BEFORE)
    synced = accepted(sync_item(attrs.evolve(moved, account=None, consumer=None), its))
    assert synced == item("p", asset="sn-1", location="hall", installed_on=BEFORE)
    assert sync_asset(synced, moved) == moved


def test_strangers_and_the_past_are_not_synchronized() -> None:
    """Another asset, or an item that was taken out."""
    out = item("p", asset="sn-2", uninstalled_on=DAY)
    expected = ["not_linked", "already_uninstalled"]
    assert codes(sync_asset(out, asset())) == codes(sync_item(asset(), out)) == expected


def test_an_asset_puts_no_item_where_another_was() -> None:
    """The day of installation stays behind the removal of what the item replaced."""
    new = item("new", asset="sn-1", replaces="old", installed_on=DAY)
    known = keyed(item("old", uninstalled_on=DAY))
    assert codes(sync_item(asset(installed_on=BEFORE), new, known)) == ["still_there"]
    assert codes(sync_item(asset(installed_on=AFTER), new, known)) == []


def test_a_contact_is_the_accounts() -> None:
    """Also for what is installed."""
    eve: Contact = attrs.evolve(BOB, id=ContactId("eve"))
    assert codes(install(item("p", contact="bob"), {}, POLICY, eve)) == ["foreign_contact"]
