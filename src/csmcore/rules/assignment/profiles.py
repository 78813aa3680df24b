"""What agents have in common: those with the same skills, groups, hours, place and capacity are judged as one."""

from collections.abc import Iterable, Mapping

import attrs

from csmcore.calendars import BusinessCalendar, Calendar
from csmcore.errors import InvalidValue
from csmcore.model import Group, GroupId, Location, LocationId, SkillId, User, frozen
from csmcore.rules.customers.people import calendar_of, skills_of

__all__ = ["Desk", "Profile", "Surroundings"]


@attrs.frozen(cache_hash=True)
class Desk:
    """Where, when and for whom agents work. Equal ones of a roster are one and the same.

    ``groups`` are the active ones; ``calendar`` is None where the name that they have leads nowhere.
    """

    active: bool
    groups: frozenset[GroupId]
    languages: frozenset[str]
    location: LocationId | None
    country: str
    timezone: str | None
    hours: tuple[str | None, str | None]
    calendar: Calendar | None = attrs.field(eq=False, repr=False)


@attrs.frozen(slots=False)
class Profile:
    """All that speaks for or against an agent but how busy they are. Equal ones are one class of agents.

    ``skills`` are in order, ``levels`` the same to look up.
    """

    desk: Desk
    capacity: int | None
    skills: tuple[tuple[SkillId, int], ...]
    levels: Mapping[SkillId, int] = attrs.field(eq=False, repr=False)


@attrs.frozen(eq=False)
class Surroundings:
    """What makes a profile of a user: the groups, locations and calendars that they may name."""

    groups: Mapping[GroupId, Group]
    locations: Mapping[LocationId, Location]
    calendars: Mapping[str, Calendar]
    _hours: dict[tuple[str | None, str | None], Calendar | None] = attrs.field(factory=dict, init=False, repr=False)
    _desks: dict[Desk, Desk] = attrs.field(factory=dict, init=False, repr=False)

    @classmethod
    def of(
        cls, groups: Iterable[Group], locations: Iterable[Location], calendars: Mapping[str, Calendar]
    ) -> "Surroundings":
        """These, by their ids. Raises InvalidValue where two have one id."""
        known, places = tuple(groups), tuple(locations)
        by_id = frozen({group.id: group for group in known})
        by_place = frozen({place.id: place for place in places})
        for name, all_, each in (("groups", known, by_id), ("locations", places, by_place)):
            if len(each) < len(all_):
                raise InvalidValue(name, "two have one id", "give each once")
        return cls(by_id, by_place, frozen(calendars))

    def profile(self, user: User) -> Profile:
        """What the user is to assignment. Groups and places that are not known count for nothing."""
        named = [self.groups[group] for group in user.groups if group in self.groups]
        skills = skills_of(user, named)
        place = self.locations.get(user.location) if user.location else None
        zone = user.timezone or (place and place.timezone) or self._zone_of(named)
        hours = (calendar_of(user, named), zone)
        desk = Desk(
            active=user.active,
            groups=frozenset(group.id for group in named if group.active),
            languages=frozenset(user.languages),
            location=user.location,
            country=place.address.country if place and place.address else "",
            timezone=zone,
            hours=hours,
            calendar=self._calendar(hours),
        )
        return Profile(self._desks.setdefault(desk, desk), user.capacity, tuple(sorted(skills.items())), skills)

    @staticmethod
    def _zone_of(groups: Iterable[Group]) -> str | None:
        return next((group.timezone for group in groups if group.active and group.timezone), None)

    def _calendar(self, hours: tuple[str | None, str | None]) -> Calendar | None:
        """The calendar of that name on the clocks of that zone; around the clock where none is named."""
        if hours not in self._hours:
            name, zone = hours
            plain = BusinessCalendar.always(zone or "UTC") if name is None else self.calendars.get(name)
            self._hours[hours] = plain if plain is None or zone is None else plain.in_zone(zone)
        return self._hours[hours]
