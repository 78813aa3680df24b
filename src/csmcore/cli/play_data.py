"""A played story as plain data, for ``csmcore play --json``."""

from collections.abc import Iterable
from typing import Any

import attrs

from csmcore.cli.outcomes import Played, PlayedCase, PlayedScene
from csmcore.model import Case, Entitlement, Reason, plain
from csmcore.wire import to_plain

__all__ = ["play_data"]


def play_data(played: Played) -> dict[str, Any]:
    """The story with its scenes, its cases with their streams, and what was used of entitlements."""
    ref = played.policy.ref
    return {
        "story": played.story.title,
        "policy": {"name": ref.name, "version": ref.version, "digest": ref.digest},
        "agrees": played.agrees,
        "scenes": [_scene(played, scene) for scene in played.scenes],
        "cases": [_case_at_end(case) for case in played.cases],
        "entitlements": [_entitlement(before, after) for before, after in played.entitlements],
    }


def _scene(played: Played, done: PlayedScene) -> dict[str, Any]:
    scene, decision, message, assigned = done.scene, done.decision, done.message, done.assignment
    derivation = None if decision is None else decision.derivation
    return {
        "chapter": played.story.chapters[done.chapter - 1].title,
        "at": plain(done.at),
        "says": scene.says,
        "who": scene.who,
        "asked": None if done.asked is None else to_plain(done.asked),
        "answer": done.answer,
        "reasons": _reasons(done.reasons),
        "outcome": None if message is None else {"kind": message.outcome, "reasons": _reasons(message.reasons)},
        "case": None if done.case is None else _case(done.case),
        "clocks": plain(done.clocks),
        "handling_notes": [{"note": plain(each.note), "reason": plain(each.reason)} for each in done.notes],
        "assignment": None if assigned is None else {**_plain(assigned), "ranking": plain(assigned.ranking)},
        "candidates": [] if derivation is None else plain(derivation.candidates),
        "steps": [
            {
                "case": kept.case.id,
                "version": kept.entry.version,
                "events": plain(kept.entry.events),
                "reasons": _reasons(kept.entry.reasons),
                "ledger": plain(kept.entry.ledger),
                "time": plain(kept.entry.time),
            }
            for kept in done.kept
        ],
        "notifications": [{"key": sent.key, "case": sent.case, **_plain(sent.notification)} for sent in done.sent],
        "orders": [{"carried_out": was_done, **_plain(order)} for order, was_done in done.orders],
        "deviations": list(done.deviations),
    }


def _case_at_end(ended: PlayedCase) -> dict[str, Any]:
    return {
        "name": ended.name,
        "case": _case(ended.case),
        "clocks": plain(ended.clocks),
        "stream": {"agent": plain(ended.for_agents), "customer": plain(ended.for_customer)},
    }


def _case(case: Case) -> dict[str, Any]:
    """The case, with what a reader would have to work out and what has its default."""
    return {**_plain(case), "state": case.state, "version": case.version, "action_status": case.action_status}


def _entitlement(before: Entitlement, after: Entitlement) -> dict[str, Any]:
    fields = ("id", "number", "unit", "total_units", "used", "remaining")
    return {**{name: getattr(after, name) for name in fields}, "used_before": before.used}


def _reasons(reasons: Iterable[Reason]) -> list[dict[str, Any]]:
    return [{**attrs.asdict(reason), "fields": list(reason.fields)} for reason in reasons]


def _plain(noun: object) -> dict[str, Any]:
    found: Any = plain(noun)
    return dict(found)
