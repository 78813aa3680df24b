"""What a rule needs to know about a case, asked of the host."""

from collections.abc import Mapping
from typing import Any

from csmcore.model import AssignCase, Case, CaseCommand, CaseFacts, GroupId, OpenCase, UpdateCase
from csmcore.ports import Host

__all__ = ["facts_of_case", "facts_of_opening"]

_NAMED = ("account", "contact", "consumer", "product", "asset")
_BRINGS = (("contact", "account"), ("asset", "product"))


def facts_of_opening(host: Host, command: OpenCase) -> CaseFacts:
    """What is known of the customer, the product and the agreements of a case that is to be opened."""
    named = {name: value for name in _NAMED if (value := getattr(command, name)) is not None}
    followed = None if command.follow_up_of is None else host.case(command.follow_up_of)
    return _facts(host, named, command.assignment_group, followed)


def facts_of_case(host: Host, case: Case, command: CaseCommand | None = None) -> CaseFacts:
    """What is known of those of a case, as the command would have it."""
    given = command.changes if isinstance(command, UpdateCase) else {}
    named = {name: given.get(name, getattr(case, name)) for name in _NAMED}
    for bringer, brought in _BRINGS:
        if given.get(bringer) is not None and brought not in given:
            del named[brought]
    moved = command.group if isinstance(command, AssignCase) else None
    return _facts(host, named, moved or case.assignment_group)


def _facts(host: Host, named: Mapping[str, Any], group: GroupId | None, followed: Case | None = None) -> CaseFacts:
    """``named`` are ids. A contact brings their account, an asset its product, where none is named, not even None."""
    contact = None if named.get("contact") is None else host.contact(named["contact"])
    asset = None if named.get("asset") is None else host.asset(named["asset"])
    account_id = named.get("account", contact and contact.account)
    product_id = named.get("product", asset and asset.product_model)
    consumer_id = named.get("consumer")
    line = () if account_id is None else tuple(host.accounts(account_id))
    above = [account.id for account in line]
    return CaseFacts(
        account=next(iter(line), None),
        ancestors=line[1:],
        contact=contact,
        consumer=None if consumer_id is None else host.consumer(consumer_id),
        product=None if product_id is None else host.product(product_id),
        asset=asset,
        contracts=tuple(host.contracts(above, consumer_id)),
        entitlements=tuple(host.entitlements(above, consumer_id)),
        followed=followed,
        location=None if asset is None or asset.location is None else host.location(asset.location),
        group=None if group is None else host.group(group),
    )
