"""The example that csmcore ships is what its generator makes, and has what it is meant to show."""

import subprocess
import sys
from collections import Counter
from io import BytesIO
from pathlib import Path

from csmcore.analysis import ReplayReport, replay_history
from csmcore.presets import preset
from csmcore.rules import compile_policy
from csmcore.wire import load_agreements, load_mapping, load_policy, read_history

ROOT = Path(__file__).parents[3]


def report() -> ReplayReport:
    """The example's replay."""
    policy = load_policy(preset("example-policy.toml"))
    mapping = load_mapping(preset("example-mapping.toml"))
    agreements = load_agreements(preset("example-agreements.toml"), policy)
    rows = read_history(BytesIO(preset("example-history.csv")), mapping)
    return replay_history(compile_policy(policy), rows, agreements=agreements, layout=mapping.layout)


def test_the_generator_makes_the_shipped_files() -> None:
    """The documents in the wheel are those that ``benchmarks/make_example.py`` writes, byte for byte."""
    command = [sys.executable, str(ROOT / "benchmarks" / "make_example.py"), "--check"]
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_example_has_what_it_shows() -> None:
    """Three plans, cases without one, pauses, reopenings, and cycles kept, breached, running and cancelled."""
    made = report()
    assert len(made.cases) >= 300
    plans = Counter(case.derivation.chosen.plan for case in made.cases if case.derivation and case.derivation.chosen)
    assert set(plans) == {"gold", "silver", "bronze"}
    assert plans.total() < len(made.cases)
    clocks = [clock for case in made.cases for clock in case.state.clocks]
    assert sum(bool(clock.pauses) for clock in clocks) > 100
    assert sum(clock.cycle > 1 for clock in clocks) > 20
    for outcome in ("kept", "breached", "running", "cancelled", "never_attached"):
        assert sum(getattr(promise, outcome) for promise in made.promises)


def test_the_example_has_what_real_exports_have() -> None:
    """Its findings are those that were put there on purpose; its priorities are all the matrix's."""
    made = report()
    assert set(made.refused) == {"closed -> open"}
    assert {code: count for code, count in made.counts.items() if code != "refused_step"} == {
        "unknown_value": 2,
        "unreadable_row": 1,
        "unknown_customer": 1,
    }
