"""What an actor can be to a case."""

from typing import Literal, TypeAlias, get_args

from csmcore.model.actor import Role

__all__ = ["PARTIES", "Party", "Who"]

Party: TypeAlias = Literal["customer", "assignee", "manager", "agent", "internal", "system", "integration"]
Who: TypeAlias = Literal[Party, Role]
"""A party to a case, or a role whatever the case."""

PARTIES: tuple[Party, ...] = get_args(Party)
"""In the order in which an actor who is several of them acts."""
