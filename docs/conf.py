"""How Sphinx builds the documentation: ``sphinx-build -W --nitpicky docs docs/_build/html``."""

import importlib
import inspect
import pkgutil
import re
import typing
from collections.abc import Iterator
from types import ModuleType

from docutils.nodes import Node, TextElement
from pygments.lexers.special import TextLexer
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.pycode import ModuleAnalyzer

import csmcore

project = "csmcore"
author = "The csmcore developers"
copyright = "The csmcore developers"
version = release = csmcore.__version__

LONGEST, SHORT = 9_000, 400  # characters of a constant that is shown whole, and of what is shown of another

extensions = ["myst_nb", "sphinx.ext.autodoc"]
exclude_patterns = ["_build"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
default_role = "code"

nb_execution_mode = "force"  # what a notebook shows is what its code gives today
nb_execution_raise_on_error = True
nb_execution_timeout = 60  # seconds for a cell
nb_merge_streams = True

autodoc_default_options = {"members": True, "undoc-members": True}
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
python_display_short_literal_types = True
python_maximum_signature_line_length = 88
toc_object_entries_show_parents = "hide"

nitpick_ignore_regex = [
    # The build needs no network, so names of the standard library have no page to link to.
    ("py:.*", r"(abc|collections\.abc|contextlib|datetime|decimal|fractions|types|typing)\..*"),
    # What a plan is made of is the engine's own.
    ("py:class", r"csmcore\.rules\.(clocks\.)?\w+\.(Candidates|Hours|Judge|Judgement|Mark|Resolved|Verdict)"),
    # What an index is made of, likewise.
    ("py:class", r"csmcore\.rules\.agreements\.(persistent_map\.PersistentMap|entitlement_files\.Files)"),
    # What a roster and a plan of assignment are made of, likewise.
    ("py:class", r"csmcore\.rules\.assignment\.\w+\.(Agent|PlannedQueue|PlannedRule|Profile|Surroundings)"),
    # attrs' own fields have no page here, nor half of a type that autodoc cuts at its comma.
    ("py:class", r"attrs\.Attribute|tuple\[str"),
    # Type variables and private bases have no page.
    ("py:.*", r"csmcore\..*\._\w+"),
]

suppress_warnings = ["ref.python"]  # the builtin `type` beside the fields of that name

html_theme = "furo"
html_title = f"csmcore {release}"
html_static_path = ["_static"]
html_css_files = ["tables.css"]


def find_on_its_face(app: Sphinx, env: BuildEnvironment, node: pending_xref, content: TextElement) -> Node | None:
    """Resolve a class where hosts import it from: ``csmcore.calendars.hours.Window`` is on the face of its layer."""
    package, *inner = node.get("reftarget", "").split(".")
    if package != "csmcore" or len(inner) < 3:  # noqa: PLR2004 - layer, module, name
        return None
    face = ".".join((package, inner[0], inner[-1]))
    domain = env.domains.python_domain
    return domain.resolve_xref(env, node["refdoc"], app.builder, node["reftype"], face, node, content)


def add_values(_app: Sphinx, _docname: str, source: list[str]) -> None:
    """Add a face's constants and type aliases to its page; autodoc leaves them out."""
    face = re.search(r"^\.\. automodule:: (csmcore\.\w+)$", source[0], re.MULTILINE)
    entries = "\n".join(describe_values(importlib.import_module(face[1]))) if face else ""
    if face and entries:
        rst = f".. py:currentmodule:: {face[1]}\n\n{entries}"
        source[0] += f"\n## Constants and types\n\n```{{eval-rst}}\n{rst}\n```\n"


def describe_values(module: ModuleType) -> Iterator[str]:
    """Each with what it is, and the docstring below its assignment."""
    below = pkgutil.iter_modules(getattr(module, "__path__", []), f"{module.__name__}.")
    docs = [ModuleAnalyzer.for_module(found.name).find_attr_docs() for found in below]
    for name in module.__all__:
        value = getattr(module, name)
        if inspect.isclass(value) or inspect.isroutine(value):
            continue
        is_type = isinstance(value, typing.NewType) or typing.get_origin(value) is not None
        yield f".. py:{'type' if is_type else 'data'}:: {name}"
        ordered = sorted(value) if isinstance(value, frozenset) else value
        shown = value.__supertype__.__name__ if isinstance(value, typing.NewType) else repr(ordered)
        shown = shown if len(shown) < LONGEST else f"{shown[:SHORT]} ..."
        yield f"   :{'canonical' if is_type else 'value'}: {shown}\n"
        yield from (f"   {line}" for found in docs for line in found.get(("", name), ()))


def setup(app: Sphinx) -> None:
    """Register what this project adds to Sphinx."""
    app.add_lexer("mermaid", TextLexer)  # drawn where the pages are read on a forge, shown as text here
    app.connect("source-read", add_values)
    app.connect("missing-reference", find_on_its_face)
