"""What customers have beside what is on offer."""

from collections import UserDict
from typing import Any

from csmcore.model import ProductModel, ProductModelId
from csmcore.rules import Evidence, Gap, portfolio_gaps
from tests.unit.ownership.shop import DAY, asset, item, keyed, model, sid, sold

BEFORE, AFTER = DAY.replace(day=28, month=2), DAY.replace(day=2)


def gaps(*models: ProductModel, **had: Any) -> tuple[Gap, ...]:
    """The gaps of a customer who has this."""
    return portfolio_gaps(keyed(*models), DAY, **had)


def told(found: tuple[Gap, ...]) -> list[tuple[str, str, str | None, list[str]]]:
    """Kind, model, offer and codes of each."""
    return [(gap.kind, gap.product_model, gap.offer, [one.code for one in gap.reasons]) for gap in found]


HAS_X1 = {"sold_products": [sold("s", product="x1")]}


def test_upgrades_lead_to_the_newest() -> None:
    """Each step on the way is one too, nearest first, with the way to it."""
    found = gaps(model("x1", upgrades_to=("x2",)), model("x2", upgrades_to=("x3",)), model("x3"), **HAS_X1)
    assert told(found) == [
        ("upgrade", "x1", "x2", ["upgrade"]),
        ("upgrade", "x1", "x3", ["newest_upgrade"]),
    ]
    assert [gap.path for gap in found] == [("x1", "x2"), ("x1", "x2", "x3")]
    assert found[0].evidence == (Evidence("sold_product", sid("s")),)


def test_only_what_is_made_and_active_is_offered() -> None:
    """What is not is passed through on the way to something newer; what nobody knows leads nowhere."""
    found = gaps(
        model("x1", upgrades_to=("x2", "y2", "lost"), goes_with=("x2", "lost")),
        model("x2", status="retired", upgrades_to=("x3",)),
        model("y2", active=False),
        model("x3", upgrades_to=("x4",)),
        model("x4", status="sold"),
        **HAS_X1,
    )
    assert told(found) == [("upgrade", "x1", "x3", ["newest_upgrade"])]


def test_nothing_is_offered_that_they_have_or_await() -> None:
    """Nor what is a part of what they have."""
    models = (model("x1", upgrades_to=("x2",), goes_with=("kit", "belt", "oil")), model("x2"), model("kit", "belt"))
    had = [sold("s", product="x1"), sold("t", product="kit"), sold("u", product="x2", starts_on=AFTER)]
    assert told(gaps(*models, model("belt"), model("oil"), sold_products=had)) == [
        ("cross_sell", "x1", "oil", ["goes_with"])
    ]


def test_of_two_ways_the_shorter_is_told_and_of_equals_the_first_by_id() -> None:
    """However the models list them."""
    found = gaps(
        model("x1", upgrades_to=("c", "b", "a")),
        model("a", status="retired", upgrades_to=("far",)),
        model("b", status="retired", upgrades_to=("x2",)),
        model("c", status="retired", upgrades_to=("x2",)),
        model("far", status="retired", upgrades_to=("x2",)),
        model("x2"),
        **HAS_X1,
    )
    assert [gap.path for gap in found] == [("x1", "b", "x2")]


def test_what_comes_today_is_had_and_what_goes_today_is_not() -> None:
    """A day of removal is the first without."""
    models = (model("x1", goes_with=("oil", "belt")), model("oil"), model("belt"))
    found = gaps(
        *models,
        assets=[asset(product_model="x1", installed_on=DAY)],
        install_base=[item("i", product="oil", installed_on=DAY), item("j", product="belt", uninstalled_on=DAY)],
    )
    assert told(found) == [("cross_sell", "x1", "belt", ["goes_with"])]


def test_upgrades_in_a_circle_end() -> None:
    """Neither is newer than the other; neither is offered for itself."""
    found = gaps(model("x1", upgrades_to=("x2",)), model("x2", upgrades_to=("x1",)), **HAS_X1)
    assert told(found) == [("upgrade", "x1", "x2", ["newest_upgrade"])]


class Asked(UserDict[ProductModelId, ProductModel]):
    """A catalogue that counts how often it is asked."""

    times = 0

    def __getitem__(self, model: ProductModelId) -> ProductModel:
        """The model, counted."""
        self.times += 1
        return super().__getitem__(model)


def test_a_long_line_of_upgrades_is_gone_through_once() -> None:
    """A model is asked for a few times, however many come before it; each has its whole way."""
    count = 200
    line = [model(f"x{one:03}", upgrades_to=(f"x{one + 1:03}",)) for one in range(count)]
    catalogue = Asked(keyed(*line))
    found = portfolio_gaps(catalogue, DAY, sold_products=[sold("s", product="x000")])
    assert [len(gap.path) for gap in found] == list(range(2, count + 1))
    assert [gap.reasons[0].code for gap in found[-2:]] == ["upgrade", "newest_upgrade"]
    assert catalogue.times < 20 * count


def test_retired_and_unknown_models_in_use_are_told() -> None:
    """By every record that shows their use, in order."""
    found = gaps(
        model("x1", status="retired"),
        sold_products=[sold("s", product="x1")],
        install_base=[item("i", asset="sn-1"), item("j", product="z")],
        assets=[asset(product_model="x1")],
    )
    assert told(found) == [
        ("retired", "x1", None, ["model_retired"]),
        ("unlisted", "z", None, ["not_in_catalogue"]),
    ]
    assert [(one.kind, one.id) for one in found[0].evidence] == [
        ("asset", "sn-1"),
        ("install_base_item", "i"),
        ("sold_product", "s"),
    ]


def test_what_is_not_in_use_is_no_gap() -> None:
    """What has left, has not come, or is of no known model."""
    retired = model("x1", status="retired")
    found = gaps(
        retired,
        assets=[
            asset("a", product_model="x1", state="retired"),
            asset("b", product_model="x1", state="missing"),
            asset("c", product_model="x1", state="on_order"),
            asset("d", product_model="x1", installed_on=AFTER),
        ],
        install_base=[
            item("e", product="x1", uninstalled_on=DAY),
            item("f", product="x1", installed_on=AFTER),
            item("g"),
            item("h", asset="lost"),
        ],
    )
    assert found == ()


def test_an_expired_sale_is_told_unless_it_was_sold_again() -> None:
    """A sale that is to begin is one."""
    over = sold("s", product="x1", ends_on=BEFORE)
    assert told(gaps(model("x1"), sold_products=[over])) == [("expired", "x1", None, ["sale_expired"])]
    for again in (sold("t", product="x1"), sold("t", product="x1", starts_on=AFTER)):
        assert gaps(model("x1"), sold_products=[over, again]) == ()


def test_what_is_used_after_its_sale_ran_out_is_told_so() -> None:
    """With the records of both."""
    over = sold("s", product="x1", ends_on=BEFORE)
    [gap] = gaps(model("x1"), sold_products=[over], install_base=[item("i", product="x1")])
    assert [reason.code for reason in gap.reasons] == ["sale_expired", "used_after_expiry"]
    assert [one.id for one in gap.evidence] == ["i", "s"]


def test_the_order_of_the_facts_changes_nothing() -> None:
    """Kinds come in their order, then models, then what is nearest."""
    models = (
        model("x1", status="retired", upgrades_to=("x3", "x2"), goes_with=("oil",)),
        model("x2", upgrades_to=("x3",)),
        model("x3"),
        model("oil"),
    )
    had = [sold("s", product="x1"), sold("t", product="z"), sold("u", product="x1", ends_on=BEFORE), sold("v")]
    first = portfolio_gaps(keyed(*models), DAY, sold_products=had)
    again = portfolio_gaps(keyed(*reversed(models)), DAY, sold_products=had[::-1])
    assert first == again
    assert [gap.kind for gap in first] == ["retired", "unlisted", "upgrade", "upgrade", "cross_sell"]
