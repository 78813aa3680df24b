"""What a customer has: models and their parts, whom to ask about a thing, what stood where, and what is on offer."""

from datetime import date, timedelta
from typing import NamedTuple

from csmcore.analysis.customers.telling import Telling, texts
from csmcore.errors import shown
from csmcore.model import (
    Asset,
    ConfigurationItemId,
    Contact,
    InstallBaseItem,
    InstallBaseItemId,
    ProductModel,
    SoldProduct,
)
from csmcore.rules import (
    Gap,
    Replacement,
    history_of,
    installed_on,
    item_for,
    may_have_cases,
    parts_of,
    portfolio_gaps,
    replace_item,
    required_skills,
    set_asset_primary_contact,
    skills_of,
    sold_in,
)

__all__ = ["Belongings", "belongings_of", "brings_its_item", "look_at_asset", "look_at_installed", "look_at_portfolio"]

_DAY = timedelta(days=1)


class Belongings(NamedTuple):
    """What somebody has."""

    assets: tuple[Asset, ...]
    sold_products: tuple[SoldProduct, ...]
    items: tuple[InstallBaseItem, ...]

    def things_on(self, day: date) -> tuple[Asset | InstallBaseItem, ...]:
        """The assets, and what is installed on a day."""
        return (*self.assets, *(item for item in self.items if item.is_there_on(day)))


def belongings_of(
    telling: Telling, *, account: str | None = None, consumer: str | None = None, household: str | None = None
) -> Belongings:
    """Everything in the book that is the account's, the consumer's or the household's."""
    owners = {("account", account), ("consumer", consumer), ("household", household)}

    def is_theirs(thing: object) -> bool:
        named = ((name, getattr(thing, name, None)) for name, _ in owners)
        return any(owner in owners for owner in named if owner[1] is not None)

    book = telling.book
    return Belongings(
        tuple(one for one in book.assets.values() if is_theirs(one)),
        tuple(one for one in book.sold_products.values() if is_theirs(one)),
        tuple(one for one in book.install_base_items.values() if is_theirs(one)),
    )


def look_at_asset(telling: Telling, asset: Asset, newcomer: Contact | None) -> None:
    """What the asset is made of, and whom to ask about it."""
    models = telling.book.products
    model = models[asset.product_model]
    family = telling.book.offered_products.get(model.product) if model.product else None
    parts = [f"{part.quantity} {part.product_model}" for part in parts_of(model, models)]
    telling.tell(
        f"What is {asset.display_name}?",
        f"a {model.name}" + (f", of {family.name}" if family else ""),
        *([f"made of {', '.join(parts)}"] if parts else ()),
    )
    _who_can(telling, model)
    stranger = next((one for one in telling.book.contacts.values() if one.account != asset.account), None)
    for contact in (stranger, newcomer):
        if contact is not None:
            asked = f"{contact.name} of {contact.account} is to be the first to ask about {asset.display_name}."
            changed = telling.ask(asked, set_asset_primary_contact(asset, contact), _contacts)
            if changed is not None:
                telling.keep(changed)


def _who_can(telling: Telling, model: ProductModel) -> None:
    """Who of the vendor's people has every skill that the model and its parts ask for."""
    needed = required_skills(model, telling.book.products)
    if needed:
        groups = tuple(telling.book.groups.values())
        able = [user.name for user in telling.book.users.values() if needed.keys() <= skills_of(user, groups).keys()]
        telling.tell(
            "Who can work on it?",
            f"it takes {' and '.join(sorted(needed))}; {' and '.join(able) or 'nobody'} can do all of it",
        )


def brings_its_item(telling: Telling, assets: tuple[Asset, ...]) -> None:
    """An asset that is not run as a configuration item yet brings its own, once."""
    models, categories = telling.book.products, telling.book.model_categories
    for asset in assets:
        model = models[asset.product_model]
        category = next((categories[name] for name in model.categories if categories[name].ci_class), None)
        if category is not None and asset.configuration_item is None:
            identity = ConfigurationItemId(f"ci-{asset.id}")
            brought = item_for(asset, model, category, identity)
            telling.tell(
                f"What configuration item does {asset.display_name} bring?", f"{identity}: {texts(brought.reasons)}"
            )
            again = item_for(brought.asset or asset, model, category, identity)
            telling.tell("And if it is asked again?", f"nothing: {texts(again.reasons)}")
            return


def _contacts(asset: Asset) -> str:
    return f"primary contact {asset.primary_contact}; its contacts are {', '.join(asset.contacts)}"


def look_at_installed(telling: Telling, items: tuple[InstallBaseItem, ...]) -> None:
    """A part that was replaced and is replaced again today, and what was there on which day."""
    part = next((item for item in items if item.active and item.parent is not None), None)
    if part is None:
        return
    chain = history_of(part, items)
    telling.tell(f"What was there before {part.id}?", *(map(_stay, chain)))
    if len(chain) > 1:
        may = may_have_cases(chain[0], telling.day)
        telling.ask(f"May there be a case about {chain[0].id}?", may, lambda _: "it is in use")
    known = {item.id: item for item in items}
    answer = replace_item(part, InstallBaseItemId(f"{part.id}-next"), telling.day, known)
    replaced = telling.ask(f"{part.id} is replaced today.", answer, _replaced)
    if replaced is None:
        return
    telling.keep(replaced.old, replaced.new, *replaced.moved)
    known |= {item.id: item for item in (replaced.old, replaced.new, *replaced.moved)}
    for day, when in ((telling.day - _DAY, "yesterday"), (telling.day, "today")):
        inside = installed_on(known.values(), day, parent=part.parent)
        telling.tell(f"What was in {part.parent} {when}, on {day}?", ", ".join(item.id for item in inside))


def _stay(item: InstallBaseItem) -> str:
    until = f", out on {item.uninstalled_on}" if item.uninstalled_on else ""
    return f"{item.id}: in on {item.installed_on or 'an unknown day'}{until}"


def _replaced(found: Replacement) -> str:
    return f"{found.old.id} is out, {found.new.id} is in its place, in {found.new.parent}"


def look_at_portfolio(telling: Telling, have: Belongings, whose: str) -> None:
    """What was sold in one bundle, and where theirs falls short of the catalogue."""
    sold = {one.id: one for one in have.sold_products}
    for bundle in have.sold_products:
        inside = sold_in(bundle.id, sold)
        if inside:
            told = ", ".join(f"{one.id} ({one.state_on(telling.day)})" for one in inside)
            telling.tell(f"What was sold to {whose} with the {shown(bundle.name)}?", told)
    gaps = portfolio_gaps(
        telling.book.products,
        telling.day,
        sold_products=have.sold_products,
        install_base=have.items,
        assets=have.assets,
    )
    if gaps:
        telling.tell(f"What is there to talk about with {whose}?", *map(_gap, gaps))


def _gap(gap: Gap) -> str:
    first, *others = (evidence.id for evidence in gap.evidence)
    by = f"{first} and {len(others)} more" if others else first
    return f"{gap.kind.replace('_', ' ')}: {texts(gap.reasons)} (by {by})"
