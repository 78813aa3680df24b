"""What the vendor's people can do, and whose hours they keep: their own and their groups'."""

from collections.abc import Iterable, Mapping

from csmcore.model import Group, SkillId, User, frozen

__all__ = ["calendar_of", "skills_of"]


def skills_of(user: User, groups: Iterable[Group]) -> Mapping[SkillId, int]:
    """The user's skills with their levels, 1 to 5; those that they have only through an active group count as 1.

    Of ``groups`` only the user's count.
    """
    shared = {skill: 1 for group in groups if group.active and group.id in user.groups for skill in group.skills}
    return frozen(shared | {one.skill: one.level for one in user.skills})


def calendar_of(user: User, groups: Iterable[Group]) -> str | None:
    """The name of the calendar that the user works by: their own, else that of the first of their groups with one."""
    if user.calendar is not None:
        return user.calendar
    known = {group.id: group.calendar for group in groups if group.active}
    return next((known[group] for group in user.groups if known.get(group) is not None), None)
