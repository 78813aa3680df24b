"""Documents that come with csmcore."""

import pytest

from csmcore.errors import NotFound
from csmcore.presets import preset, presets
from csmcore.rules import compile_policy
from csmcore.wire import load_mapping, load_policy


@pytest.mark.parametrize("name", [name for name in presets() if name.endswith("-policy.toml")])
def test_every_policy_compiles(name: str) -> None:
    """And names itself."""
    assert compile_policy(load_policy(preset(name))).definitions


@pytest.mark.parametrize("name", [name for name in presets() if name.endswith("-mapping.toml")])
def test_every_mapping_loads(name: str) -> None:
    """And says how a case's state is read."""
    assert "state" in load_mapping(preset(name)).fields


@pytest.mark.parametrize("name", ["", "..", "../errors.py", "__init__.py", "nothing.toml"])
def test_only_documents_are_presets(name: str) -> None:
    """No path leads anywhere else."""
    with pytest.raises(NotFound):
        preset(name)
