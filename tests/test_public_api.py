"""The public face changes only on purpose: ``python -m tests.test_public_api`` writes the snapshot anew."""

import difflib
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import csmcore

SNAPSHOT = Path(__file__).with_name("public_api.txt")
REFERENCE = Path(__file__).parents[1] / "docs" / "reference"


def faces() -> list[str]:
    """The modules that a host imports from: the root and each layer's face."""
    below = [f"csmcore.{found.name}" for found in pkgutil.iter_modules(csmcore.__path__) if found.name != "__main__"]
    return ["csmcore", *below]


def describe() -> str:
    """Each face with the names that it offers, their kinds and their signatures."""
    lines: list[str] = []
    for face in faces():
        module = importlib.import_module(face)
        lines += ["", face, *(f"  {line}" for name in sorted(module.__all__) for line in describe_name(module, name))]
    return "\n".join(lines[1:]) + "\n"


def describe_name(module: ModuleType, name: str) -> Iterator[str]:
    """One name of a face: a class with its members, a function, or a value."""
    value = getattr(module, name)
    if inspect.isclass(value):
        bases = ", ".join(base.__name__ for base in value.__bases__ if base is not object)
        yield f"class {name}{signature(value).removesuffix(' -> None')}{bases and ' is '}{bases}"
        yield from (f"  {line}" for line in describe_members(value))
    elif inspect.isroutine(value):
        yield f"def {name}{signature(value)}"
    else:
        ordered = sorted(value) if isinstance(value, frozenset) else value
        yield f"{name}: str" if isinstance(value, str) else f"{name} = {shortened(repr(ordered))}"


def describe_members(cls: type) -> Iterator[str]:
    """What a class adds to its constructor and to its bases; what a private base adds counts as its own."""
    for member in inspect.classify_class_attrs(cls):
        base = member.defining_class
        own = base is cls or (base.__name__.startswith("_") and base.__module__.startswith("csmcore"))
        if own and not member.name.startswith("_"):
            yield f".{member.name}{describe_member(member)}"


def describe_member(member: inspect.Attribute) -> str:
    """A method's signature, a property's or field's type, or a constant."""
    if member.kind == "data":
        field = inspect.get_annotations(member.defining_class).get(member.name)
        is_constant = isinstance(member.object, str | int)
        return f" = {member.object!r}" if is_constant else f": {shortened(inspect.formatannotation(field))}"
    if isinstance(member.object, property):
        return signature(member.object.fget).removeprefix("(self)")
    text = signature(getattr(member.defining_class, member.name))
    return text if member.kind == "method" else f"{text} [{member.kind}]"


def signature(value: object) -> str:
    """The parameters and what is returned, or nothing where Python cannot tell."""
    try:
        return shortened(str(inspect.signature(value)))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return ""


def shortened(text: str) -> str:
    """Names without their modules: where a class is written is no part of the public face; nor are addresses of memory.

    Sets are in order, whatever the hashes of this process.
    """
    text = re.sub(r" at 0x[0-9a-f]+", "", re.sub(r"\b(?:[a-z_]\w*\.)+(?=[A-Za-z])", "", text))
    return re.sub(r"(?<=frozenset\(\{)[^{}]+(?=\})", lambda found: ", ".join(sorted(found[0].split(", "))), text)


def differences(recorded: str, present: str) -> str:
    """The changes from one description to another, as a unified diff."""
    lines = (recorded.splitlines(), present.splitlines())
    return "\n".join(difflib.unified_diff(*lines, "recorded", "present", lineterm="", n=1))


def test_the_public_face_is_the_recorded_one() -> None:
    """Every name, kind and signature that hosts may use is in the snapshot, and nothing else is."""
    changes = differences(SNAPSHOT.read_text(encoding="utf-8"), describe())
    assert not changes, f"{changes}\n\nif this is meant: python -m tests.test_public_api, and a line in CHANGELOG.md"


def test_a_changed_default_shows() -> None:
    """The difference names what was and what is."""
    changes = differences("def f(x: int = 1)\n", "def f(x: int = 2)\n").splitlines()
    assert changes[-2:] == ["-def f(x: int = 1)", "+def f(x: int = 2)"]


def test_every_face_is_recorded() -> None:
    """No layer stands beside the snapshot."""
    recorded = SNAPSHOT.read_text(encoding="utf-8").splitlines()
    assert [line for line in recorded if line.startswith("csmcore")] == faces()


@pytest.mark.parametrize("face", faces()[1:])
def test_every_face_has_its_page(face: str) -> None:
    """The reference describes each face from its docstrings."""
    page = (REFERENCE / f"{face.removeprefix('csmcore.')}.md").read_text(encoding="utf-8")
    assert f".. automodule:: {face}\n" in page


if __name__ == "__main__":
    SNAPSHOT.write_text(describe(), encoding="utf-8")
