"""Random lives of whole desks: every command, with all that follows from it, against plain dicts, step by step."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from csmcore.model import ACTIONS
from tests.property.casework_desk import POLICIES
from tests.property.casework_life import KINDS, Life
from tests.tally import Tally

RUNS, STEPS, COMMANDS = 50, 50, 34
EXAMPLES = max(RUNS + 10, settings().max_examples)  # hypothesis cuts some runs short; a campaign asks for more
SEEDS = st.integers(0, (1 << 32) - 1)

COUNTED: dict[str, int] = {}


class Casework(RuleBasedStateMachine):
    """A desk, by csmcore and as plain dicts."""

    life: Life

    @initialize(policy=st.integers(0, len(POLICIES) - 1), seed=SEEDS)
    def begin(self, policy: int, seed: int) -> None:
        """The desk opens, with its first case."""
        self.life = Life(policy, COUNTED)
        self.life.step(seed)

    @rule(seed=SEEDS)
    def go_on(self, seed: int) -> None:
        """Something happens."""
        self.life.step(seed)

    def teardown(self) -> None:
        """Once more, everything of every case."""
        if hasattr(self, "life"):
            self.life.seen.clear()
            self.life.check()


def test_a_desk_lives_as_the_plain_dicts_say(tally: Tally) -> None:
    """After every step all cases, what was said and sent, ledgers, times, clocks and the events are as expected."""
    COUNTED.clear()
    COUNTED.update(dict.fromkeys(KINDS, 0))
    chosen = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.reuse, Phase.generate),  # a number that goes wrong is not made simpler by being made smaller
    )
    run_state_machine_as_test(Casework, settings=chosen)
    tally("casework machine: runs", COUNTED["runs"], planned=RUNS)
    tally("casework machine: steps", COUNTED["steps"], planned=RUNS * STEPS)
    done = [action for action in ACTIONS if COUNTED.get(action)]
    tally("casework machine: commands that were accepted", len(done), planned=COMMANDS)
    tally.detail("casework machine: " + ", ".join(f"{COUNTED[name]:,} {name}" for name in KINDS))


@pytest.mark.parametrize("policy", range(len(POLICIES)))
def test_a_desk_lives_the_same_life_twice(policy: int) -> None:
    """The same steps lead to the same cases, logs and letters."""
    ends = []
    for _ in range(2):
        life = Life(policy, {})
        for seed in range(60):
            life.step(seed)
        ends.append(life.kept())
    assert ends[0] == ends[1]
