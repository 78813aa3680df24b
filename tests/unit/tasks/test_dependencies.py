"""Tasks that wait for others: no circles, and an end in order."""

from collections.abc import Iterable

import pytest

from csmcore.model import CancelTask, Case, CloseTask, Refusal, TaskNumber, UpdateTask
from csmcore.rules import waits_for
from csmcore.rules.cases.lifecycle import step
from csmcore.rules.tasks.dependencies import chain_to
from tests.unit.tasks.desk import ANN, KEEPS, NOON, a_task, facts_for, name, refused, took, with_tasks


def chained(count: int, **ended: Iterable[int]) -> Case:
    """Tasks each of which waits for the one before."""
    states = {ordinal: state for state, ordinals in ended.items() for ordinal in ordinals}
    return with_tasks(
        *(
            a_task(ordinal, depends_on=(name(ordinal - 1),) if ordinal > 1 else (), state=states.get(ordinal, "open"))
            for ordinal in range(1, count + 1)
        )
    )


def depend(ordinal: int, *others: int) -> UpdateTask:
    """A task is to wait for others."""
    return UpdateTask(task=name(ordinal), changes={"depends_on": tuple(map(name, others))})


def close(ordinal: int) -> CloseTask:
    """The task is done."""
    return CloseTask(task=name(ordinal), notes="Done.")


def test_a_task_is_closed_after_those_that_it_waits_for() -> None:
    """One after the other."""
    assert refused(chained(2), close(2)) == ("open_dependencies",)
    assert took(chained(2), close(1)).happened[0].kind == "task_closed"
    assert took(chained(2, closed=[1]), close(2)).happened[0].kind == "task_closed"
    assert took(chained(2, cancelled=[1]), close(2)).happened[0].kind == "task_closed"


def test_the_reason_lists_them_all() -> None:
    """Those that are open, and no other."""
    case = with_tasks(
        a_task(1), a_task(2, state="closed"), a_task(3), a_task(4, depends_on=tuple(map(name, (3, 2, 1))))
    )
    answer = step(case, close(4), ANN, facts_for(ANN), KEEPS, NOON)
    assert isinstance(answer, Refusal)
    assert str(answer) == f"{name(4)} waits for {name(3)}, {name(1)}"
    assert waits_for(case, name(4)) == (name(3), name(1))
    assert waits_for(case, name(1)) == waits_for(case, TaskNumber("t")) == ()


def test_a_task_may_be_cancelled_whatever_it_waits_for() -> None:
    """What is not to be done needs nothing else."""
    assert took(chained(2), CancelTask(task=name(2), reason="x")).happened[0].kind == "task_cancelled"


def test_an_ended_task_is_refused_for_that_alone() -> None:
    """It waits for nobody any more."""
    assert refused(chained(2, closed=[2]), close(2)) == ("task_ended",)


@pytest.mark.parametrize(
    ("command", "codes"),
    [
        (depend(1, 1), ("depends_on_itself",)),
        (depend(1, 2), ("circular_dependency",)),
        (depend(1, 3), ("circular_dependency",)),
        (depend(1, 9), ("unknown_task",)),
        (depend(1, 1, 2, 9, 3), ("depends_on_itself", "circular_dependency", "unknown_task", "circular_dependency")),
        (depend(2, 1, 3), ("circular_dependency",)),
    ],
)
def test_circles_are_refused(command: UpdateTask, codes: tuple[str, ...]) -> None:
    """And whatever else is wrong, each by its reason."""
    assert refused(chained(3), command) == codes


def test_a_circle_is_shown() -> None:
    """Along the shortest way round."""
    case = with_tasks(a_task(1), a_task(2, depends_on=(name(1),)), a_task(3, depends_on=(name(2), name(1))))
    answer = step(case, depend(1, 3), ANN, facts_for(ANN), KEEPS, NOON)
    assert str(answer) == f"'{name(1)}' would wait for itself: {name(3)} > {name(1)}"


def test_dependencies_may_be_turned_round() -> None:
    """Once what would close the circle is gone."""
    assert refused(chained(2), depend(1, 2)) == ("circular_dependency",)
    turned = with_tasks(a_task(1), a_task(2))
    assert took(turned, depend(1, 2)).changes["tasks"][name(1)].depends_on == (name(2),)
    assert took(chained(2), depend(2)).changes["tasks"][name(2)].depends_on == ()


def test_a_chain_of_any_length_ends() -> None:
    """No recursion, and each task is looked at once, even where a host's data has a circle already."""
    case = chained(5_000)
    assert len(chain_to(case, name(5_000), name(1))) == 5_000
    assert refused(case, depend(1, 5_000)) == ("circular_dependency",)
    ring = with_tasks(a_task(1, depends_on=(name(2),)), a_task(2, depends_on=(name(1), TaskNumber("gone"))), a_task(3))
    assert chain_to(ring, name(1), name(3)) == ()
    assert took(ring, depend(3, 1)).happened[0].kind == "task_updated"


def test_many_ways_to_one_task_are_looked_at_once() -> None:
    """Two to the hundredth ways are no more work than a hundred tasks."""
    both = (a_task(ordinal, depends_on=(name(ordinal - 1), name(ordinal - 2))) for ordinal in range(3, 201))
    case = with_tasks(a_task(1), a_task(2), *both)
    assert chain_to(case, name(200), TaskNumber("t")) == ()
    assert refused(case, depend(1, 200, 199)) == ("circular_dependency", "circular_dependency")
