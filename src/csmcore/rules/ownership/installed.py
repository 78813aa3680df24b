"""What is and was installed where: any day's picture, and the history of what was replaced.

An item that replaces another takes its *place*: in whatever that was a part of, with whatever was a part of it. So the
parts of a place are those of all that ever held it, each for its own days, and a question about the past is answered
from the records of today.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from types import MappingProxyType

from csmcore.model import InstallBaseItem, InstallBaseItemId, Location, LocationId
from csmcore.rules.ownership.trees import line_up, reachable

__all__ = ["Places", "history_of", "installed_on"]

_NOWHERE: Mapping[LocationId, Location] = MappingProxyType({})


class Places:
    """Items by the place that they hold, which is named by the first of those that replaced each other."""

    def __init__(self, items: Iterable[InstallBaseItem]) -> None:
        self.items = {item.id: item for item in items}
        self.held: dict[InstallBaseItemId, list[InstallBaseItem]] = {}
        for item in self.items.values():
            self.held.setdefault(self.place(item.id), []).append(item)

    def place(self, item: InstallBaseItemId) -> InstallBaseItemId:
        """The first of those that replaced each other up to this one; itself, where it replaced nothing."""
        return list(line_up(item, self._replaced))[-1]

    def wholes(self, place: InstallBaseItemId) -> Iterator[InstallBaseItemId]:
        """The places that it is at any depth a part of, by all that ever held it; itself too, in a circle."""
        for above in dict.fromkeys(self._directly(place)):
            yield from reachable(above, self._directly)

    def _directly(self, place: InstallBaseItemId) -> Iterator[InstallBaseItemId]:
        return (self.place(item.parent) for item in self.held.get(place, ()) if item.parent is not None)

    def _replaced(self, item: InstallBaseItemId) -> InstallBaseItemId | None:
        return self.items[item].replaces if item in self.items else None


class _Day:
    """One day's picture: who holds each place, and where that is."""

    def __init__(self, places: Places, day: date) -> None:
        self.places = places
        self.holders = {place: item for place, items in places.held.items() for item in items if item.is_there_on(day)}

    def wholes(self, item: InstallBaseItem) -> Iterator[InstallBaseItemId]:
        """The places that the item is a part of on the day, nearest first."""
        return line_up(self._above(item), lambda place: self._above(self._holder(place)))

    def location(self, item: InstallBaseItem) -> LocationId | None:
        """Where the item is: at its own location, else where the nearest whole is that has one."""
        line = (item, *map(self._holder, self.wholes(item)))
        return next((one.location for one in line if one is not None and one.location is not None), None)

    def _above(self, item: InstallBaseItem | None) -> InstallBaseItemId | None:
        return self.places.place(item.parent) if item is not None and item.parent is not None else None

    def _holder(self, place: InstallBaseItemId) -> InstallBaseItem | None:
        """Who holds it on the day; else the first who is known of it, for a part that stayed behind."""
        return self.holders.get(place) or next(iter(self.places.held.get(place, ())), None)


def installed_on(
    items: Iterable[InstallBaseItem],
    day: date,
    *,
    location: LocationId | None = None,
    locations: Mapping[LocationId, Location] = _NOWHERE,
    parent: InstallBaseItemId | None = None,
) -> tuple[InstallBaseItem, ...]:
    """What of the ``items`` was installed on that day, in their order: all of it, or what was at a site or in a whole.

    At a ``location`` is what is there, and what is at those of the ``locations`` that are inside it at any depth. A
    part without a location of its own is where its whole is. In a ``parent`` are its parts at any depth, those too that
    belonged to what it replaced, or to what replaced it. The day on which something is taken out is its first day gone.
    """
    places = Places(items)
    picture = _Day(places, day)

    def around(one: LocationId) -> LocationId | None:
        return locations[one].parent if one in locations else None

    def is_meant(item: InstallBaseItem) -> bool:
        if parent is not None and places.place(parent) not in picture.wholes(item):
            return False
        return location is None or location in line_up(picture.location(item), around)

    return tuple(item for item in places.items.values() if item.is_there_on(day) and is_meant(item))


def history_of(item: InstallBaseItem, items: Iterable[InstallBaseItem]) -> tuple[InstallBaseItem, ...]:
    """All that ever held the item's place, the first first: what was replaced, the item, and what replaced it."""
    places = Places((*items, item))
    followed: dict[InstallBaseItemId | None, list[InstallBaseItemId]] = {}
    for one in places.held[places.place(item.id)]:
        followed.setdefault(one.replaces, []).append(one.id)
    chain = reachable(places.place(item.id), lambda one: followed.get(one, ()))
    return tuple(places.items[one] for one in chain if one in places.items)
