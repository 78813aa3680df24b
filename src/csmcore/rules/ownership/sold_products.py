"""What was sold to whom: one owner by the policy's business models, and bundles that are never in themselves."""

from collections.abc import Iterator, Mapping

from csmcore.errors import shown
from csmcore.model import Contact, Reason, Refusal, SoldProduct, SoldProductId, SupportPolicy
from csmcore.rules.ownership.owners import disowned
from csmcore.rules.ownership.trees import line_up

__all__ = ["record_sold_product", "sold_in"]


def record_sold_product(
    product: SoldProduct,
    known: Mapping[SoldProductId, SoldProduct],
    policy: SupportPolicy,
    contact: Contact | None = None,
) -> SoldProduct | Refusal:
    """The sold product as it is to be, new or changed, or every reason why not.

    ``known`` are the others, at least those of its bundle; ``contact`` is who its contact is. Law: whatever is recorded
    in whatever order, no bundle is within itself.
    """
    reasons = (*disowned(product, policy, contact), *_misplaced(product, known))
    return Refusal(reasons) if reasons else product


def sold_in(product: SoldProductId, known: Mapping[SoldProductId, SoldProduct]) -> tuple[SoldProduct, ...]:
    """What was sold in a bundle, at any depth, in the order of ``known``."""
    return tuple(one for one in known.values() if one.id != product and product in _bundles(one.parent, known))


def _misplaced(product: SoldProduct, known: Mapping[SoldProductId, SoldProduct]) -> Iterator[Reason]:
    if product.parent is None:
        return
    if product.parent not in known:
        yield Reason("unknown_parent", f"no sold product is known by {shown(product.parent)}", ("parent",))
    if product.id in _bundles(product.parent, known):
        yield Reason("within_itself", f"{shown(product.parent)} is itself within {shown(product.id)}", ("parent",))


def _bundles(start: SoldProductId | None, known: Mapping[SoldProductId, SoldProduct]) -> Iterator[SoldProductId]:
    """The bundle, the one that it is in, and so on."""
    return line_up(start, lambda one: known[one].parent if one in known else None)
