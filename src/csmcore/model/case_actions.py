"""What can be done about a case, by name."""

from typing import Literal, TypeAlias, get_args

__all__ = ["ACTIONS", "Action"]

Action: TypeAlias = Literal[
    "open_case",
    "assign_to_me",
    "accept_case",
    "assign_case",
    "request_info",
    "resume_work",
    "add_comment",
    "add_work_note",
    "update_case",
    "override_priority",
    "propose_solution",
    "accept_solution",
    "reject_solution",
    "close_case",
    "auto_close_case",
    "cancel_case",
    "reopen_case",
    "follow_up",
    "remind_customer",
    "answer_survey",
    "add_blocker",
    "resolve_blocker",
    "add_task",
    "update_task",
    "close_task",
    "cancel_task",
    "log_time",
    "link_record",
    "unlink_record",
    "hear_of_record",
    "request_escalation",
    "approve_escalation",
    "decline_escalation",
    "deescalate",
    "update_escalation",
    "propose_major_case",
    "accept_major_case",
    "reject_major_case",
    "add_children",
    "follow_parent",
    "hear_of_child",
    "merge_case",
]
ACTIONS: tuple[Action, ...] = get_args(Action)
"""Everything that can be done about a case. A follow-up is opened by `OpenCase`; every other action has its command."""
