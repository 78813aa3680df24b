"""The built-in measures a second time, from their table, as plain definitions without goals."""

__all__ = ["MEASURES", "measured"]


def is_(name: str, value: object) -> dict:
    """The field has that value."""
    return {"field": name, "op": "eq", "value": value}


LIVE = {"field": "state", "op": "in", "value": ["new", "open", "awaiting_info"]}
DONE = {"field": "state", "op": "in", "value": ["resolved", "closed"]}
REPLY = {"all": [is_("event.by", "agent"), is_("event.is_public", True)]}
QUESTION = {"all": [is_("event.by", "customer"), is_("event.is_public", True)]}
UNANSWERED = {"field": "first_response_at", "op": "is_empty"}
ANSWERED = {"field": "first_response_at", "op": "is_not_empty"}
PENDING = is_("state", "awaiting_info")
UPDATE = {
    "start": {"all": [REPLY, LIVE]},
    "stop": DONE,
    "reset": REPLY,
    "cancel": is_("state", "cancelled"),
    "when_to_cancel": "cancel_met",
}
WORK = {"start": LIVE, "pause": PENDING, "stop": DONE}

MEASURES: dict[str, dict] = {
    "first_response": {
        "start": {"all": [LIVE, UNANSWERED]},
        "stop": {"any": [REPLY, ANSWERED]},
        "recurrence": "once",
    },
    "next_reply": {
        "start": {"all": [QUESTION, ANSWERED, LIVE]},
        "stop": REPLY,
        "cancel": {"not": LIVE},
        "when_to_cancel": "cancel_met",
    },
    "periodic_update": UPDATE,
    "pausable_update": {**UPDATE, "pause": PENDING},
    "requester_wait": WORK,
    "agent_work": {**WORK, "pause": {"any": [PENDING, is_("is_blocked", True)]}},
    "resolution": WORK,
}


def measured(definition: dict) -> dict:
    """The definition with what its measure says, wherever it says nothing itself; itself if it has a start."""
    if "start" in definition:
        return definition
    return {**MEASURES[definition["measure"]], **definition}
