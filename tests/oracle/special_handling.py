"""Which handling notes show on a case, and what the daily job does, on plain dicts, written from ServiceNow's prose."""

from collections.abc import Mapping
from typing import Any

__all__ = ["after_the_job", "shows"]

RECORDS = ("account", "contact", "consumer", "product", "asset", "case")


def after_the_job(note: Mapping[str, Any], day: int) -> dict[str, Any]:
    """The note after the job of a day: first what is over expires, then what has begun wakes."""
    now = dict(note)
    last, first = now["expires"], now["effective"]
    if now["status"] in {"active", "inactive"} and last is not None and day > last:
        now["status"] = "expired"
    if now["status"] == "inactive" and first is not None and day >= first and not now["by_hand"]:
        now["status"] = "active"
    return now


def shows(note: Mapping[str, Any], about: Mapping[str, set[str]], day: int, *, holds: bool) -> bool:
    """Whether a note shows on a day, on a case that is about these records; ``holds``: its condition, if it has one."""
    if after_the_job(note, day)["status"] != "active":
        return False
    if note["effective"] is not None and day < note["effective"]:
        return False
    if note["on"] == "condition":
        return holds
    return note["id_of"] in about.get(note["on"], set())
