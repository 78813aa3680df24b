"""What all tests share: the pinned time zone data, and the tally that prints and demands what was checked."""

import zoneinfo

import pytest

from tests.tally import TALLY, Tally

zoneinfo.reset_tzpath(())  # the tests read the same zones as csmcore: those of the `tzdata` package


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--demand-plan`` holds any run to the whole plan, however it was selected."""
    parser.addoption("--demand-plan", action="store_true", help="fail when any planned count was not reached")


@pytest.fixture
def tally() -> Tally:
    """The run's one record of what was checked: ``tally("oracle comparisons", 40, planned=40)``."""
    return TALLY


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker hands its counts over; a whole run that checked less than planned fails."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["tally"] = TALLY.to_plain()
    elif TALLY.shortfalls(whole=_is_whole(session)) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """Add up the counts of a finished worker (pytest-xdist)."""
    TALLY.add_plain(getattr(node, "workeroutput", {}).get("tally", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print each count beside its plan, then what fell short."""
    session = terminalreporter._session
    whole = session is not None and _is_whole(session)
    lines, shortfalls = TALLY.lines(), TALLY.shortfalls(whole=whole)
    if lines or shortfalls:
        terminalreporter.section("what was checked")
        for line in lines:
            terminalreporter.write_line(line)
        for line in shortfalls:
            terminalreporter.write_line(f"FEWER THAN PLANNED: {line}", red=True)
        if not whole:
            terminalreporter.write_line("a selection of the tests: only what ran is held to its plan")


def _is_whole(session: pytest.Session) -> bool:
    """Whether every test was meant to run: nothing selected, left out or cut short."""
    config = session.config
    if config.getoption("--demand-plan"):
        return True
    names = ("keyword", "markexpr", "deselect", "ignore", "ignore_glob", "lf", "stepwise", "collectonly")
    selected = any(config.getoption(name, default=None) for name in names)
    everywhere = {str(config.rootpath), str(config.rootpath / "tests")}
    partly = config.args_source is config.ArgsSource.ARGS and not everywhere & {
        str(config.invocation_params.dir / arg) for arg in config.args
    }
    return not (selected or partly or session.shouldstop or session.shouldfail)
