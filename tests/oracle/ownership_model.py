"""What customers have, as plain dicts: parts counted one by one, trees searched from end to end, days kept as pictures.

A picture is what stands where at the end of one day: ``{id: {"in": whole or None, "at": location or None}}``. The past
is a list of pictures that were taken at the time, not something worked out afterwards.
"""

from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["Picture", "at_site", "contents", "copies", "has_circle", "leads_to", "replace_in", "take_out"]

Picture = dict[str, dict[str, Any]]


def copies(parts: Mapping[str, Mapping[str, int]], whole: str) -> dict[str, int]:
    """How many of each part there are in a whole, taking it apart piece by piece."""
    counted: dict[str, int] = {}
    for part, quantity in parts.get(whole, {}).items():
        for _ in range(quantity):
            counted[part] = counted.get(part, 0) + 1
            for inner, number in copies(parts, part).items():
                counted[inner] = counted.get(inner, 0) + number
    return counted


def leads_to(edges: Iterable[tuple[str, str]], start: str, goal: str) -> bool:
    """Whether edges lead from the start to the goal; from a thing to itself always."""
    known = set(edges)
    reached = {start}
    while True:
        further = {end for begin, end in known if begin in reached} - reached
        if not further:
            return goal in reached
        reached |= further


def has_circle(edges: Iterable[tuple[str, str]]) -> bool:
    """Whether edges lead from anything back to itself."""
    known = list(edges)
    return any(leads_to(known, end, begin) for begin, end in known)


def contents(picture: Picture, whole: str) -> set[str]:
    """All that is in a thing, at any depth."""
    inside = {name for name, where in picture.items() if where["in"] == whole}
    return inside.union(*(contents(picture, name) for name in inside))


def at_site(picture: Picture, site: str, inside: Mapping[str, str | None]) -> set[str]:
    """All that is at a site: at it, at what is inside it, or in something that is there."""

    def location(name: str) -> str | None:
        where = picture[name]
        if where["at"] is not None:
            return where["at"]
        return location(where["in"]) if where["in"] is not None else None

    def lies_in(place: str | None) -> bool:
        return place is not None and (place == site or lies_in(inside[place]))

    return {name for name in picture if lies_in(location(name))}


def take_out(picture: Picture, name: str) -> set[str]:
    """Take a thing and all that is in it off the picture, and say what went."""
    gone = {name, *contents(picture, name)}
    for one in gone:
        del picture[one]
    return gone


def replace_in(picture: Picture, old: str, new: str) -> None:
    """Put a thing in the place of another, with all that is in it."""
    picture[new] = picture.pop(old)
    for where in picture.values():
        if where["in"] == old:
            where["in"] = new
