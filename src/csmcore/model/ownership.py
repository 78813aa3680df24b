"""Whose something is: one account, consumer, household or organization of the vendor's own."""

from typing import Any

from csmcore.errors import InvalidValue

__all__ = ["one_owner"]


def one_owner(noun: Any) -> None:
    """Refuse a noun under construction with no owner or with two, and a contact without an account.

    A consumer may stand beside the account through which they bought it (B2B2C). Raises InvalidValue.
    """
    owners = [name for name in ("account", "consumer", "household", "organization") if getattr(noun, name) is not None]
    if not owners:
        raise InvalidValue("account", "it has no owner", "name an account, a consumer, a household or an organization")
    if len(owners) > 1 and owners != ["account", "consumer"]:
        raise InvalidValue(owners[1], f"it has two owners, {' and '.join(owners[:2])}", "name one of them")
    if noun.contact is not None and noun.account is None:
        raise InvalidValue("contact", "it has a contact, but no account", "name the contact's account too")
