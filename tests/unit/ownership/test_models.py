"""Models within models."""

import pytest

from csmcore.errors import InvalidValue, NotFound
from csmcore.model import Component, ProductModel, SkillId, accepted
from csmcore.rules import add_component, parts_of, required_skills
from tests.unit.ownership.shop import codes, keyed, mid, model


def part(name: str, quantity: int = 1) -> Component:
    """So many of a model."""
    return Component(product_model=mid(name), quantity=quantity)


def test_a_component_joins_the_others() -> None:
    """What is added comes last."""
    answer = add_component(model("car", "wheel"), part("seat", 4), keyed(model("seat")))
    assert [one.product_model for one in accepted(answer).components] == ["wheel", "seat"]


@pytest.mark.parametrize("below", [(), (model("car"),)])
def test_a_model_is_no_part_of_itself(below: tuple[ProductModel, ...]) -> None:
    """Whether the facts know it or not."""
    assert codes(add_component(model("car"), part("car"), keyed(*below))) == ["contains_itself"]


def test_a_model_is_no_part_of_its_parts_at_any_depth() -> None:
    """A circle is found however long it is."""
    below = keyed(model("a", "b"), model("b", "c"), model("c", "car"))
    assert codes(add_component(model("car"), part("a"), below)) == ["contains_itself"]


def test_every_reason_is_given() -> None:
    """Listed already, going in a circle, and with a part that nobody knows."""
    answer = add_component(model("car", "a"), part("a"), keyed(model("a", "car", "lost")))
    assert codes(answer) == ["component_listed", "contains_itself", "unknown_component"]


def test_old_circles_below_end_the_search() -> None:
    """Facts that are wrong already are no reason to run for ever."""
    below = keyed(model("a", "b"), model("b", "a"))
    assert codes(add_component(model("car"), part("a"), below)) == []


def test_quantities_multiply_and_add_up() -> None:
    """Two bolts on each of four wheels, and six in the frame."""
    models = keyed(model("wheel", ("bolt", 2)), model("frame", ("bolt", 6)), model("bolt"))
    parts = {one.product_model: one for one in parts_of(model("car", ("wheel", 4), "frame"), models)}
    assert parts[mid("bolt")].quantity == 14
    assert parts[mid("bolt")].depth == 2
    assert parts[mid("bolt")].within == ("wheel", "frame")


def test_a_part_at_two_depths_has_the_deeper() -> None:
    """And comes after all that it is within."""
    parts = parts_of(model("car", "bolt", "wheel"), keyed(model("wheel", "bolt"), model("bolt")))
    assert [(one.product_model, one.depth, one.quantity) for one in parts] == [("wheel", 1, 1), ("bolt", 2, 2)]


def test_a_model_without_components_has_no_parts() -> None:
    """The model itself is none of its parts."""
    assert parts_of(model("bolt"), {}) == ()


def test_many_ways_to_a_part_cost_no_time() -> None:
    """Forty levels of two halves each: more than a trillion of the smallest."""
    models = [model(f"m{level}", (f"m{level + 1}", 2)) for level in range(40)]
    assert parts_of(models[0], keyed(*models, model("m40")))[-1].quantity == 1 << 40


def test_a_missing_model_is_named() -> None:
    """Parts that nobody knows would be wrong parts."""
    with pytest.raises(NotFound, match="no product_model 'wheel'"):
        parts_of(model("car", "wheel"), {})


def test_models_that_contain_themselves_are_named() -> None:
    """A circle in the facts is a mistake of who keeps them."""
    with pytest.raises(InvalidValue, match=r"a model contains itself: .* in ") as raised:
        parts_of(model("car", "a"), keyed(model("a", "b"), model("b", "a")))
    assert raised.value.path == "components"


def test_required_skills_are_those_of_all_parts() -> None:
    """Each with the models that ask for it."""
    car = model("car", "wheel", skills=("driving",))
    models = keyed(model("wheel", "bolt", skills=("tyres", "driving")), model("bolt", skills=("tyres",)))
    assert required_skills(car, models) == {
        SkillId("driving"): ("car", "wheel"),
        SkillId("tyres"): ("wheel", "bolt"),
    }
