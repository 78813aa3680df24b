"""Predicates as data over a record's fields, now and before.

Write a condition with ``field``, or read it from a document; ``check`` it against a schema; ``compile_condition`` it
to a function; read it as a ``sentence``; and ask whether it is ``satisfiable``, ``implies`` another, is ``disjoint``
from it or ``equivalent`` to it, which is decided exactly.
"""

from csmcore.conditions.builder import FieldBuilder, field
from csmcore.conditions.checking import Finding, check
from csmcore.conditions.compiling import Predicate, compile_condition
from csmcore.conditions.documents import condition_from_mapping, condition_to_mapping
from csmcore.conditions.nodes import (
    OPERATORS,
    AllOf,
    AnyOf,
    Atom,
    Condition,
    Extent,
    Not,
    Operator,
    atoms_of,
    fields_of,
)
from csmcore.conditions.reasoning import Verdict, Witness, disjoint, equivalent, implies, satisfiable
from csmcore.conditions.schema import FieldKind, FieldType, Schema
from csmcore.conditions.sentences import sentence
from csmcore.conditions.values import Constant, Kind, Record, Scalar, constant, kind_of, same

__all__ = [
    "OPERATORS",
    "AllOf",
    "AnyOf",
    "Atom",
    "Condition",
    "Constant",
    "Extent",
    "FieldBuilder",
    "FieldKind",
    "FieldType",
    "Finding",
    "Kind",
    "Not",
    "Operator",
    "Predicate",
    "Record",
    "Scalar",
    "Schema",
    "Verdict",
    "Witness",
    "atoms_of",
    "check",
    "compile_condition",
    "condition_from_mapping",
    "condition_to_mapping",
    "constant",
    "disjoint",
    "equivalent",
    "field",
    "fields_of",
    "implies",
    "kind_of",
    "same",
    "satisfiable",
    "sentence",
]
