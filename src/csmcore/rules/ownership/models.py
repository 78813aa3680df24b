"""What a product model is made of: parts within parts, how many of each, and the skills that they ask for."""

from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import NamedTuple

import attrs

from csmcore.errors import InvalidValue, NotFound, shown
from csmcore.model import Component, ProductModel, ProductModelId, Reason, Refusal, SkillId, frozen
from csmcore.rules.ownership.trees import reachable

__all__ = ["Part", "add_component", "parts_of", "required_skills"]


class Part(NamedTuple):
    """A model that another is made of.

    ``quantity`` is how many there are in one of the whole, wherever they sit; ``depth`` is 1 for what the whole lists
    itself (the deepest, where it sits at several); ``within`` are the models that list it.
    """

    product_model: ProductModelId
    quantity: int
    depth: int
    within: tuple[ProductModelId, ...]


def add_component(
    model: ProductModel, component: Component, below: Mapping[ProductModelId, ProductModel]
) -> ProductModel | Refusal:
    """The model with one component more, or every reason why not.

    ``below`` holds the component's own model and, at every depth, those of its components. Law: no model ever contains
    itself, at any depth. Who wants more of a component that is listed changes its quantity.
    """
    reasons = tuple(_against(model, component, below))
    return Refusal(reasons) if reasons else attrs.evolve(model, components=(*model.components, component))


def parts_of(model: ProductModel, models: Mapping[ProductModelId, ProductModel]) -> tuple[Part, ...]:
    """All that the model is made of, each model once, with its quantities multiplied along every way and added up.

    ``models`` are the models of its components, at every depth. A model comes after all that it is within. Raises
    NotFound for a model that is missing, and InvalidValue where one contains itself.

    >>> from csmcore.model import Component, ProductModel
    >>> wheel = ProductModel(id="wheel", name="Wheel", components=(Component(product_model="bolt", quantity=5),))
    >>> bolt = ProductModel(id="bolt", name="Bolt")
    >>> car = ProductModel(id="car", name="Car", components=(Component(product_model="wheel", quantity=4),))
    >>> [(part.product_model, part.quantity) for part in parts_of(car, {"wheel": wheel, "bolt": bolt})]
    [('wheel', 4), ('bolt', 20)]
    """
    quantities = {model.id: 1}
    depths = {model.id: 0}
    within: dict[ProductModelId, list[ProductModelId]] = {}
    whole, *parts = _inwards(model, models)
    for current in (whole, *parts):
        for component in current.components:
            part = component.product_model
            quantities[part] = quantities.get(part, 0) + quantities[current.id] * component.quantity
            depths[part] = max(depths.get(part, 0), depths[current.id] + 1)
            within.setdefault(part, []).append(current.id)
    return tuple(Part(part.id, quantities[part.id], depths[part.id], tuple(within[part.id])) for part in parts)


def required_skills(
    model: ProductModel, models: Mapping[ProductModelId, ProductModel]
) -> Mapping[SkillId, tuple[ProductModelId, ...]]:
    """The skills that an agent needs for the model: its own and those of all its parts, each with who asks for it.

    They decide who qualifies for a case about it. ``models`` and errors are as for `parts_of`.
    """
    asking: dict[SkillId, tuple[ProductModelId, ...]] = {}
    for part in _inwards(model, models):
        for skill in part.skills:
            asking[skill] = (*asking.get(skill, ()), part.id)
    return frozen(asking)


def _against(
    model: ProductModel, component: Component, below: Mapping[ProductModelId, ProductModel]
) -> Iterator[Reason]:
    def parts(one: ProductModelId) -> Iterable[ProductModelId]:
        found = None if one == model.id else below.get(one)
        return [part.product_model for part in found.components] if found else ()

    new = component.product_model
    contained = tuple(reachable(new, parts))
    if any(part.product_model == new for part in model.components):
        yield Reason("component_listed", f"{shown(new)} is listed: change its quantity", ("components",))
    if model.id in contained:
        why = "is the model itself" if new == model.id else f"contains {shown(model.id)} itself"
        yield Reason("contains_itself", f"{shown(new)} {why}", ("components",))
    for part in contained:
        if part not in below and part != model.id:
            yield Reason("unknown_component", f"no model is known by {shown(part)}", ("components",))


def _inwards(model: ProductModel, models: Mapping[ProductModelId, ProductModel]) -> tuple[ProductModel, ...]:
    """The model and all its parts, each after everything that it is within."""
    known = {model.id: model}
    waiting = [model]
    order: TopologicalSorter[ProductModelId] = TopologicalSorter({model.id: ()})
    for current in waiting:
        for component in current.components:
            part = component.product_model
            order.add(part, current.id)
            if part not in known:
                if part not in models:
                    raise NotFound("product_model", part)
                known[part] = models[part]
                waiting.append(models[part])
    try:
        return tuple(known[part] for part in order.static_order())
    except CycleError as error:
        circle = " in ".join(map(shown, error.args[1]))
        raise InvalidValue("components", f"a model contains itself: {circle}", "take one of them out") from None
