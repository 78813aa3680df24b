"""What a rule needs to know about a case, asked of the host."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from csmcore.model import (
    AssignCase,
    Case,
    CaseCommand,
    CaseFacts,
    CaseId,
    Entitlement,
    GroupId,
    LedgerEntry,
    OpenCase,
    UpdateCase,
)
from csmcore.ports import Host

__all__ = ["facts_of_case", "facts_of_opening"]

_Id = TypeVar("_Id", bound=str)
_Noun = TypeVar("_Noun")

_NAMED = ("account", "contact", "consumer", "product", "asset", "sold_product", "install_base_item")
_BRINGS = (("contact", "account"), ("asset", "product"))
_FILLS = ("sold_product", "install_base_item")


def facts_of_opening(host: Host, command: OpenCase) -> CaseFacts:
    """What is known of the customer, the product and the agreements of a case that is to be opened."""
    named = {name: value for name in _NAMED if (value := getattr(command, name)) is not None}
    followed = None if command.follow_up_of is None else host.case(command.follow_up_of)
    return _facts(host, named, command.assignment_group, followed=followed)


def facts_of_case(host: Host, case: Case, command: CaseCommand | None = None) -> CaseFacts:
    """What is known of those of a case, as the command would have it, and of what it took from entitlements so far."""
    given = command.changes if isinstance(command, UpdateCase) else {}
    named = {name: given.get(name, getattr(case, name)) for name in _NAMED}
    for bringer, brought in _BRINGS:
        if given.get(bringer) is not None and brought not in given:
            del named[brought]
    if named.get("product", "") is None and "product" not in given and any(given.get(name) for name in _FILLS):
        del named["product"]
    moved = command.group if isinstance(command, AssignCase) else None
    return _facts(host, named, moved or case.assignment_group, case.id)


def _facts(
    host: Host,
    named: Mapping[str, Any],
    group: GroupId | None,
    case_id: CaseId | None = None,
    followed: Case | None = None,
) -> CaseFacts:
    """``named`` are ids. A contact brings their account, an asset its product, where none is named, not even None.

    What a case took so far is asked of one that there is; the time that was worked on it, where time counts.
    """
    contact = _found(host.contact, named.get("contact"))
    asset = _found(host.asset, named.get("asset"))
    sold_product = _found(host.sold_product, named.get("sold_product"))
    item = _found(host.install_base_item, named.get("install_base_item"))
    account_id = named.get("account", contact and contact.account)
    brought = (asset and asset.product_model) or (sold_product and sold_product.product) or (item and item.product)
    consumer_id = named.get("consumer")
    line = () if account_id is None else tuple(host.accounts(account_id))
    above = [account.id for account in line]
    entitlements = tuple(host.entitlements(above, consumer_id))
    taken = () if case_id is None else tuple(host.consumption(case_id))
    counts_time = case_id is not None and any(noun.unit == "hours" and noun.per_unit for noun in entitlements)
    return CaseFacts(
        account=next(iter(line), None),
        ancestors=line[1:],
        contact=contact,
        consumer=_found(host.consumer, consumer_id),
        households=() if consumer_id is None else tuple(host.households(consumer_id)),
        product=_found(host.product, named.get("product", brought)),
        asset=asset,
        sold_product=sold_product,
        install_base_item=item,
        contracts=tuple(host.contracts(above, consumer_id)),
        entitlements=entitlements,
        followed=followed,
        location=_found(host.location, None if asset is None else asset.location),
        group=_found(host.group, group),
        consumption=taken,
        consumed=tuple(_consumed(host, taken, entitlements)) if taken else (),
        time_entries=tuple(host.time_entries(case_id)) if case_id is not None and counts_time else (),
    )


def _found(port: Callable[[_Id], _Noun | None], identity: _Id | None) -> _Noun | None:
    return None if identity is None else port(identity)


def _consumed(host: Host, taken: Sequence[LedgerEntry], known: Sequence[Entitlement]) -> Iterator[Entitlement]:
    names = dict.fromkeys(entry.entitlement for entry in taken)
    for noun in known:
        names.pop(noun.id, None)
    for name in names:
        found = host.entitlement(name)
        if found is not None:
            yield found
