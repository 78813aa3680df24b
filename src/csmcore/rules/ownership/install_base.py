"""What customers have in use: put in, taken out, replaced by something else, and kept in step with its asset."""

from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

import attrs

from csmcore.errors import shown
from csmcore.model import (
    Asset,
    ConfigurationItemId,
    Contact,
    InstallBaseItem,
    InstallBaseItemId,
    LocationId,
    Reason,
    Refusal,
    SupportPolicy,
)
from csmcore.rules.ownership.installed import Places
from csmcore.rules.ownership.owners import disowned, rehomed
from csmcore.rules.ownership.trees import reachable

__all__ = [
    "Replacement",
    "install",
    "may_have_cases",
    "move_item",
    "replace_item",
    "sync_asset",
    "sync_item",
    "uninstall",
]

_Known = Mapping[InstallBaseItemId, InstallBaseItem]
_NONE: _Known = MappingProxyType({})


class Replacement(NamedTuple):
    """One item in the place of another: the old one taken out, the new one, and the parts that moved into it."""

    old: InstallBaseItem
    new: InstallBaseItem
    moved: tuple[InstallBaseItem, ...]


def install(
    item: InstallBaseItem,
    known: _Known,
    policy: SupportPolicy,
    contact: Contact | None = None,
    asset: Asset | None = None,
) -> InstallBaseItem | Refusal:
    """The new item, or every reason why it cannot be put in like this.

    ``known`` are the customer's items, ``contact`` and ``asset`` what the item names. The asset is the same customer's,
    or nobody's yet. What it replaces has been taken out by then, and by nobody else replaced; what it is a part of is
    in use. Laws: nothing is ever within itself; on no day do two items hold one place.
    """
    reasons = (
        *disowned(item, policy, contact),
        *_id_taken(item.id, known),
        *_misplaced(item, known),
        *_no_successor(item, known),
        *_foreign_asset(item, asset),
    )
    return Refusal(reasons) if reasons else item


def move_item(
    item: InstallBaseItem,
    known: _Known,
    *,
    parent: InstallBaseItemId | None = None,
    location: LocationId | None = None,
) -> InstallBaseItem | Refusal:
    """The item as a part of another, or on its own, or every reason why not.

    A move corrects where an item always was: what was really carried elsewhere on some day is taken out on that day and
    installed anew, so that the past stays as it was. What has been taken out stays where it was. Raises InvalidValue
    for an item that is to be its own parent.
    """
    moved = attrs.evolve(item, parent=parent, location=location)
    reasons = (*_out(item), *_misplaced(moved, known))
    return Refusal(reasons) if reasons else moved


def uninstall(item: InstallBaseItem, on: date, known: _Known = _NONE) -> tuple[InstallBaseItem, ...] | Refusal:
    """The item as taken out on that day, then all that is still in it at any depth, or every reason why not.

    Its parts leave with it: what is to stay is moved out before.
    """
    leaving = (item, *_parts(item, on, known))
    reasons = (*_out(item), *(reason for one in leaving for reason in _not_yet_in(one, on)))
    return Refusal(reasons) if reasons else tuple(attrs.evolve(one, uninstalled_on=on) for one in leaving)


def replace_item(  # noqa: PLR0913 - what the new one is comes from outside too
    item: InstallBaseItem,
    new_id: InstallBaseItemId,
    on: date,
    known: _Known = _NONE,
    *,
    asset: Asset | None = None,
    configuration_item: ConfigurationItemId | None = None,
) -> Replacement | Refusal:
    """The item taken out on that day and a new one in its place from that day, or every reason why not.

    The new one has the same owner, location, whole and sold product, and is of its asset's model, or, without one, of
    the same model as before. The parts that are still in the old one move into the new one. Law: on every day from the
    first installation to the last removal exactly one of those that replaced each other is there.
    """
    reasons = (
        *_out(item),
        *_not_yet_in(item, on),
        *_id_taken(new_id, {**known, item.id: item}),
        *_foreign_asset(attrs.evolve(item, asset=None if asset is None else asset.id), asset),
    )
    if reasons:
        return Refusal(reasons)
    new = attrs.evolve(
        item,
        id=new_id,
        replaces=item.id,
        product=item.product if asset is None else asset.product_model,
        asset=None if asset is None else asset.id,
        configuration_item=configuration_item or (None if asset is None else asset.configuration_item),
        installed_on=on,
    )
    parts = (one for one in known.values() if one.parent == item.id and _stays(one, on))
    moved = tuple(attrs.evolve(one, parent=new_id) for one in parts)
    return Replacement(attrs.evolve(item, uninstalled_on=on), new, moved)


def may_have_cases(item: InstallBaseItem, day: date | None = None) -> InstallBaseItem | Refusal:
    """The item, if cases may be about it, or why not: only what is in use has cases (ServiceNow's rule).

    What is to be taken out after that day still has them; without a day, what has a day for it is out.
    """
    is_out = item.uninstalled_on is not None and (day is None or item.uninstalled_on <= day)
    return Refusal(tuple(_out(item))) if is_out else item


def sync_asset(item: InstallBaseItem, asset: Asset) -> Asset | Refusal:
    """The asset with its item's account, consumer, location and day of installation, or why they go separate ways.

    They are taken as they are, blank ones too; another account takes the contacts off. What agrees already comes back
    unchanged, so that `sync_item` has nothing to answer (ServiceNow's rules, which let the owner go this way only).
    """
    reasons = tuple(_apart(item, asset))
    if reasons:
        return Refusal(reasons)
    owned = rehomed(asset, item.account)
    return attrs.evolve(owned, consumer=item.consumer, location=item.location, installed_on=item.installed_on)


def sync_item(asset: Asset, item: InstallBaseItem, known: _Known = _NONE) -> InstallBaseItem | Refusal:
    """The item with its asset's location and day of installation, or why they go separate ways.

    They are taken as they are, blank ones too. The owner stays: only the item tells the asset whose it is. ``known``
    holds what the item replaced, if anything: it must have been taken out by then.
    """
    synced = attrs.evolve(item, location=asset.location, installed_on=asset.installed_on, uninstalled_on=None)
    reasons = (*_apart(item, asset), *_no_successor(synced, known))
    return Refusal(reasons) if reasons else synced


def _id_taken(new: InstallBaseItemId, known: _Known) -> Iterator[Reason]:
    if new in known:
        yield Reason("id_taken", f"there is an item {shown(new)} already", ("id",))


def _misplaced(item: InstallBaseItem, known: _Known) -> Iterator[Reason]:
    if item.parent is None:
        return
    whole = known.get(item.parent)
    if whole is None:
        yield Reason("unknown_parent", f"no item is known by {shown(item.parent)}", ("parent",))
    elif item.active and not whole.active:
        yield Reason("parent_uninstalled", f"{shown(whole.id)} was taken out on {whole.uninstalled_on}", ("parent",))
    places = Places({**known, item.id: item}.values())
    if places.place(item.id) in places.wholes(places.place(item.id)):
        yield Reason("within_itself", f"{shown(item.parent)} is itself within {shown(item.id)}", ("parent",))


def _no_successor(item: InstallBaseItem, known: _Known) -> Iterator[Reason]:
    if item.replaces is None:
        return
    old = known.get(item.replaces)
    if old is None:
        yield Reason("unknown_replaced", f"no item is known by {shown(item.replaces)}", ("replaces",))
    elif old.uninstalled_on is None or item.installed_on is None or item.installed_on < old.uninstalled_on:
        yield Reason("still_there", f"{shown(old.id)} has not been taken out by then", ("replaces", "installed_on"))
    if any(one.replaces == item.replaces and one.id != item.id for one in known.values()):
        yield Reason("already_replaced", f"another has replaced {shown(item.replaces)}", ("replaces",))


def _foreign_asset(item: InstallBaseItem, asset: Asset | None) -> Iterator[Reason]:
    """An asset of somebody else's is as unknown as one that does not exist. A household's may be any member's."""
    if item.asset is None:
        return
    is_free = asset is not None and (asset.account, asset.consumer) == (None, None)
    is_theirs = asset is not None and (
        (item.account is not None and asset.account == item.account)
        or (item.consumer is not None and asset.consumer == item.consumer)
        or item.household is not None
    )
    if asset is None or asset.id != item.asset or not (is_free or is_theirs):
        yield Reason("foreign_asset", f"{shown(item.asset)}: the customer has no such asset", ("asset",))


def _out(item: InstallBaseItem) -> Iterator[Reason]:
    if item.uninstalled_on is not None:
        why = f"{shown(item.id)} was taken out on {item.uninstalled_on}"
        yield Reason("already_uninstalled", why, ("uninstalled_on",))


def _not_yet_in(item: InstallBaseItem, on: date) -> Iterator[Reason]:
    if item.installed_on is not None and on < item.installed_on:
        why = f"{shown(item.id)} is installed only on {item.installed_on}"
        yield Reason("before_installed", why, ("uninstalled_on",))


def _stays(part: InstallBaseItem, on: date) -> bool:
    """Whether it is still to be taken out after that day."""
    return part.uninstalled_on is None or part.uninstalled_on > on


def _parts(item: InstallBaseItem, on: date, known: _Known) -> Iterator[InstallBaseItem]:
    """All that is in the item at any depth and not taken out by that day, nearest first."""
    inside: dict[InstallBaseItemId | None, list[InstallBaseItemId]] = {}
    for part in known.values():
        if _stays(part, on):
            inside.setdefault(part.parent, []).append(part.id)
    return (known[one] for one in reachable(item.id, lambda one: inside.get(one, ())) if one != item.id)


def _apart(item: InstallBaseItem, asset: Asset) -> Iterator[Reason]:
    if item.asset != asset.id:
        yield Reason("not_linked", f"{shown(item.id)} is not asset {shown(asset.id)}", ("asset",))
    yield from _out(item)
