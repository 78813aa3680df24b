"""The laws of the house, read from source text: which room may know which, and what no room may do.

``findings(root)`` reads a package's folder and says where it breaks them, without importing anything;
``tests/test_architecture.py`` holds csmcore to it, and it to faults that are seeded on purpose.
"""

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import NamedTuple

__all__ = ["LAWS", "LAYERS", "PERMITTED", "Finding", "findings", "foreign_imports"]

_LEAVES = ("errors", "conditions", "calendars")
_MODEL = (*_LEAVES, "model")
_RULES = (*_MODEL, "rules", "ports")
_OUTER = (*_RULES, "services", "wire", "presets", "analysis", "adapters")

LAYERS: Mapping[str, tuple[str, ...]] = {
    "": (),  # csmcore/__init__.py
    "errors": (),
    "conditions": ("errors",),
    "calendars": ("errors",),
    "model": _LEAVES,
    "rules": _MODEL,
    "ports": _MODEL,
    "services": _RULES,
    "wire": _MODEL,
    "presets": (*_MODEL, "wire"),
    "analysis": (*_MODEL, "rules", "wire", "presets"),
    "adapters": (*_MODEL, "ports", "wire"),
    "testing": _OUTER,
    "cli": (*_OUTER, "testing"),
    "__main__": ("cli",),
}
"""Each layer, and the layers that it may import."""

_CORE = frozenset(("", *_RULES))  # the layers below services: pure functions and values

_HOMES: Mapping[str, tuple[str, ...]] = {
    "attr": tuple(LAYERS)[1:],
    "attrs": tuple(LAYERS)[1:],
    "cattrs": ("wire",),
    "dateutil": ("calendars",),
    "hypothesis": ("testing",),
    "numpy": ("analysis",),
    "pyarrow": ("analysis",),
    "pytest": ("testing",),
    "rich": ("cli",),
    "sqlalchemy": ("adapters",),
    "tzdata": ("calendars",),
}
_LIGHT = frozenset({"attr", "attrs"})  # every other package is imported inside the function that needs it

_IMPURE = frozenset(
    {
        *("asyncio", "multiprocessing", "signal", "subprocess", "sys", "time"),
        *("http", "socket", "ssl", "urllib"),
        *("importlib", "io", "os", "pathlib", "pickle", "shelve", "shutil", "sqlite3", "tempfile"),
        *("locale", "logging", "random", "secrets", "uuid"),
    }
)
_IMPURE_CALLS = frozenset({"breakpoint", "eval", "exec", "input", "open", "print"})

_MODULE_LINES = 400
_FUNCTION_LINES = 45
_EMPTY_NAMES = frozenset({"base", "common", "helper", "helpers", "manager", "misc", "util", "utils"})

_DISPLAYS = (ast.Dict, ast.DictComp, ast.List, ast.ListComp, ast.Set, ast.SetComp, ast.GeneratorExp)
_MUTABLE = frozenset(
    {
        *("bytearray", "Counter", "defaultdict", "deque", "dict", "list", "OrderedDict", "set"),
        *("copy", "count", "cycle", "fromkeys", "iter", "sorted", "split", "splitlines"),
    }
)
_FREEZING = frozenset({"frozenset", "MappingProxyType", "tuple"})
_CACHES = frozenset({"cache", "lru_cache"})

LAWS: Mapping[str, str] = {
    "all": "every module says in __all__ what it offers",
    "assert": "input is checked by errors that -O does not remove",
    "cycle": "no module imports itself by way of others",
    "deferred": "a heavy package is imported inside the function that needs it",
    "dynamic": "what is imported can be read from the source",
    "face": "a layer is imported by its face",
    "home": "each third-party package has its home",
    "layer": "a layer imports only layers below it",
    "length": f"a module has at most {_MODULE_LINES} lines, a function {_FUNCTION_LINES}; a face is a list",
    "name": "a module's name says what it holds",
    "pure": "below services nothing reads or writes the world",
    "state": "below services no module keeps state that changes, and none works at import",
}

PERMITTED: Mapping[tuple[str, str], str] = {
    ("pure", "calendars/zones.py"): "time zones are read from the tzdata package",
    ("state", "calendars/zones.py"): "immutable time zones are kept by name",
}
"""The exceptions, by law and file, each with its reason."""


class Finding(NamedTuple):
    """A place that breaks a law."""

    law: str
    file: str
    line: int
    what: str

    def __str__(self) -> str:
        """The finding as an editor can follow it."""
        return f"{self.file}:{self.line}: {self.what} ({self.law}: {LAWS[self.law]})"


class _Import(NamedTuple):
    line: int
    target: str  # the module; empty when only the running program knows
    name: str  # what is taken from it, or empty
    deferred: bool


class _Module(NamedTuple):
    file: str
    parts: tuple[str, ...]  # below the package: ("model", "case"), ("model",) for a face, () for the root
    is_package: bool
    text: str
    tree: ast.Module

    @property
    def layer(self) -> str:
        return self.parts[0] if self.parts else ""


def findings(root: Path) -> list[Finding]:
    """Where the package in the folder ``root`` breaks the laws, in the order of its files."""
    modules = [_read(path, root) for path in sorted(root.rglob("*.py"))]
    found = [*_cycles(root.name, modules)]
    known = {_dotted(root.name, module) for module in modules}
    for module in modules:
        imports = list(_imports(module, root.name, known))
        found += _check_imports(module, imports, root.name)
        found += _check_text(module)
        if module.layer in _CORE:
            found += [*_check_purity(module, imports), *_check_state(module)]
    return sorted(found, key=lambda finding: finding[1:])


def foreign_imports(folder: Path, package: str) -> list[str]:
    """The modules below ``folder`` that import ``package``, which they are meant to be independent of."""
    return [
        f"{path.relative_to(folder)}:{imported.line}"
        for path in sorted(folder.rglob("*.py"))
        for imported in _imports(_read(path, folder), folder.name, ())
        if imported.target.split(".")[0] in {package, ""}
    ]


def _read(path: Path, root: Path) -> _Module:
    relative = path.relative_to(root)
    is_package = path.name == "__init__.py"
    parts = relative.parent.parts if is_package else (*relative.parent.parts, path.stem)
    text = path.read_text(encoding="utf-8")
    return _Module(relative.as_posix(), parts, is_package, text, ast.parse(text))


def _dotted(package: str, module: _Module) -> str:
    return ".".join((package, *module.parts))


# --- imports ---------------------------------------------------------------------------------------------------------


def _imports(module: _Module, package: str, known: Iterable[str]) -> Iterator[_Import]:
    """Every import of the module: at the top, inside functions, under TYPE_CHECKING, and by ``import_module``."""
    for node, deferred in _walk(module.tree, deferred=False):
        if isinstance(node, ast.Import):
            yield from (_Import(node.lineno, alias.name, "", deferred) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = _source(module, package, node)
            for alias in node.names:
                below = f"{source}.{alias.name}"
                target, name = (below, "") if below in known else (source, alias.name)
                yield _Import(node.lineno, target, name, deferred)
        elif isinstance(node, ast.Call) and _called(node) in {"__import__", "import_module"}:
            literal = node.args[0] if node.args else None
            target = literal.value if isinstance(literal, ast.Constant) and isinstance(literal.value, str) else ""
            yield _Import(node.lineno, target, "", deferred)


def _walk(node: ast.AST, *, deferred: bool) -> Iterator[tuple[ast.AST, bool]]:
    """Every node below, with whether it is passed over when the module is imported."""
    for child in ast.iter_child_nodes(node):
        yield child, deferred
        later = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) or _is_type_checking(child)
        yield from _walk(child, deferred=deferred or later)


def _is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def _source(module: _Module, package: str, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    here = (package, *module.parts)
    base = here[: len(here) - node.level + module.is_package]
    return ".".join((*base, node.module) if node.module else base)


def _called(node: ast.Call) -> str:
    function = node.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _cycles(package: str, modules: list[_Module]) -> Iterator[Finding]:
    by_name = {_dotted(package, module): module for module in modules}
    graph = {
        name: {found.target for found in _imports(module, package, by_name) if found.target in by_name} - {name}
        for name, module in by_name.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        yield Finding("cycle", by_name[circle[0]].file, 1, " <- ".join(circle))


def _check_imports(module: _Module, imports: list[_Import], package: str) -> Iterator[Finding]:
    if module.layer not in LAYERS:
        yield Finding("layer", module.file, 1, f"the house has no room {module.layer!r}")
        return
    for imported in imports:
        top, *inner = imported.target.split(".")
        if top == package:
            found = _check_layer(module.layer, inner, imported.name)
        else:
            found = _check_package(module.layer, top, deferred=imported.deferred)
        for law in found:
            yield Finding(law, module.file, imported.line, f"imports {imported.target or 'what it computes'}")


def _check_layer(layer: str, inner: list[str], name: str) -> Iterator[str]:
    """The laws that an import of the package's module ``inner`` breaks; the root gives only its version."""
    if not inner:
        if not name.startswith("__"):
            yield "layer"
    elif inner[0] != layer:
        if inner[0] not in LAYERS[layer]:
            yield "layer"
        if len(inner) > 1:
            yield "face"


def _check_package(layer: str, top: str, *, deferred: bool) -> Iterator[str]:
    if not top:
        yield "dynamic"
    elif top not in sys.stdlib_module_names:
        if layer not in _HOMES.get(top, ()):
            yield "home"
        if not deferred and top not in _LIGHT:
            yield "deferred"


# --- what is written -------------------------------------------------------------------------------------------------


def _is_list(module: _Module) -> bool:
    """Whether it is a face that imports and offers, and does nothing else: as long as what it offers."""
    does = [node for node in module.tree.body if not isinstance(node, ast.Import | ast.ImportFrom | ast.Expr)]
    return module.is_package and all("__all__" in names for names, _ in _assignments(does)) and len(does) == 1


def _check_text(module: _Module) -> Iterator[Finding]:
    lines = module.text.count("\n")
    if lines > _MODULE_LINES and not _is_list(module):
        yield Finding("length", module.file, 1, f"{lines} lines")
    if not _EMPTY_NAMES.isdisjoint(module.parts):
        yield Finding("name", module.file, 1, ".".join(module.parts))
    if not any("__all__" in names for names, _ in _assignments(module.tree.body)) and module.layer != "__main__":
        yield Finding("all", module.file, 1, "no __all__")
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Assert):
            yield Finding("assert", module.file, node.lineno, "asserts")
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > _FUNCTION_LINES:
                yield Finding("length", module.file, node.lineno, f"{node.name} has {length} lines")


def _check_purity(module: _Module, imports: list[_Import]) -> Iterator[Finding]:
    for imported in imports:
        if imported.target.split(".")[0] in _IMPURE:
            yield Finding("pure", module.file, imported.line, f"imports {imported.target}")
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _IMPURE_CALLS:
            yield Finding("pure", module.file, node.lineno, f"calls {node.func.id}")


# --- state -----------------------------------------------------------------------------------------------------------


def _check_state(module: _Module) -> Iterator[Finding]:
    """What a module could keep between calls: changeable values of modules and classes, caches, ``global``."""
    for body in _bodies(module.tree):
        for names, value in _assignments(body):
            if "__all__" not in names and _changes(value):
                yield Finding("state", module.file, value.lineno, f"{', '.join(names)} can change")
        for statement in body:
            if isinstance(statement, ast.For | ast.While | ast.With):
                yield Finding("state", module.file, statement.lineno, "works at import")
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Global):
            yield Finding("state", module.file, node.lineno, f"global {', '.join(node.names)}")
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and any(map(_is_cache, node.decorator_list)):
            yield Finding("state", module.file, node.lineno, f"{node.name} is cached")


def _bodies(tree: ast.Module) -> Iterator[list[ast.stmt]]:
    """The statements that run once: the module's, and those of its classes."""
    yield tree.body
    yield from (node.body for node in ast.walk(tree) if isinstance(node, ast.ClassDef))


def _assignments(body: list[ast.stmt]) -> Iterator[tuple[list[str], ast.expr]]:
    for statement in body:
        if isinstance(statement, ast.Assign):
            yield [ast.unparse(target) for target in statement.targets], statement.value
        elif isinstance(statement, ast.AnnAssign | ast.AugAssign) and statement.value is not None:
            yield [ast.unparse(statement.target)], statement.value


def _changes(value: ast.AST) -> bool:
    """Whether a value may change later: a collection that nothing froze; other calls make values."""
    parts: Iterable[ast.AST]
    match value:
        case ast.Call() if _called(value) in _FREEZING:
            parts = [kept for argument in value.args for kept in _contents(argument)]
        case ast.Call():
            return _called(value) in _MUTABLE
        case ast.Starred():
            parts = _contents(value.value)
        case ast.Subscript():  # Callable[[A], B] keeps no list
            parts = (value.value,)
        case ast.BinOp(right=ast.Set() | ast.SetComp()):  # frozenset() | {a} is frozen
            parts = (value.left,)
        case ast.Lambda():
            parts = ()
        case _:
            parts = ast.iter_child_nodes(value)
    return isinstance(value, _DISPLAYS) or any(map(_changes, parts))


def _contents(frozen: ast.AST) -> Iterator[ast.AST]:
    """What stays reachable in a frozen collection: not the display that was frozen, but what stands in it."""
    if isinstance(frozen, ast.GeneratorExp | ast.ListComp | ast.SetComp):
        yield frozen.elt
    elif isinstance(frozen, ast.DictComp):
        yield frozen.value
    elif isinstance(frozen, ast.Dict):
        for key, value in zip(frozen.keys, frozen.values, strict=True):
            yield from (value,) if key else _contents(value)
    elif isinstance(frozen, _DISPLAYS):
        yield from ast.iter_child_nodes(frozen)
    elif not (isinstance(frozen, ast.Call) and _called(frozen) in _MUTABLE):
        yield frozen


def _is_cache(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return ast.unparse(called).split(".")[-1] in _CACHES
