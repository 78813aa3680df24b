"""Agreements found by customer give the same answer as all of them together."""

from hypothesis import given, settings
from hypothesis import strategies as st

from csmcore.analysis.agreed import Agreed
from csmcore.model import (
    Account,
    AccountId,
    AgreementBook,
    CaseFacts,
    Consumer,
    ConsumerId,
    Contact,
    ContactId,
    Entitlement,
    EntitlementId,
    EntitlementPolicy,
    EntitlementQuestion,
    Household,
    HouseholdId,
    HouseholdMember,
    ProductModelId,
    SupportPolicy,
)
from csmcore.rules import compile_policy, derive_entitlement
from tests.unit.replay.desk import at

HOLDING = Account(id=AccountId("holding"), name="Holding")
ACME = Account(id=AccountId("acme"), name="Acme", parent=HOLDING.id)
OTHER = Account(id=AccountId("other"), name="Other")
JO = Contact(id=ContactId("jo"), name="Jo", account=ACME.id)
KAY = Consumer(id=ConsumerId("kay"), name="Kay")
HOME = Household(id=HouseholdId("home"), name="Home", members=(HouseholdMember(consumer=KAY.id),))
LINES = {"acme": (ACME, HOLDING), "holding": (HOLDING,), "other": (OTHER,)}
POLICY = SupportPolicy(name="desk", version="1", entitlements=EntitlementPolicy(inherit_from_parent_accounts=True))

maybe = st.sampled_from([None, "acme", "holding", "other"])
customers = st.one_of(
    st.fixed_dictionaries({"account": maybe}),
    st.sampled_from([{"consumer": "kay"}, {"consumer": "lee"}, {"household": "home"}]),
)
promises = st.builds(
    lambda customer, product, active: {**customer, "product": product, "active": active},
    customers,
    st.sampled_from([None, "press"]),
    st.booleans(),
)


@settings(max_examples=300)
@given(
    st.lists(promises, max_size=8),
    st.sampled_from([{"account": "acme"}, {"contact": "jo"}, {"account": "other"}, {"consumer": "kay"}, {}]),
    st.sampled_from([{}, {"product": "press"}]),
)
def test_an_indexed_derivation_equals_the_exhaustive_one(
    given_promises: list[dict], customer: dict[str, str], product: dict[str, str]
) -> None:
    """Law: leaving out what is for other customers never changes which entitlement applies."""
    entitlements = {
        EntitlementId(f"e{number}"): Entitlement(id=EntitlementId(f"e{number}"), number=f"E{number}", **promise)
        for number, promise in enumerate(given_promises)
    }
    book = AgreementBook(
        accounts={account.id: account for account in (ACME, HOLDING, OTHER)},
        contacts={JO.id: JO},
        consumers={KAY.id: KAY},
        households={HOME.id: HOME},
        entitlements=entitlements,
    )
    answer = Agreed(book, compile_policy(POLICY)).answer({**customer, **product}, at(2, "12:00"))
    account = "acme" if "contact" in customer else customer.get("account")
    line = LINES[account] if account else ()
    question = EntitlementQuestion(
        account=AccountId(account) if account else None,
        consumer=ConsumerId(customer["consumer"]) if "consumer" in customer else None,
        product=ProductModelId("press") if product else None,
    )
    facts = CaseFacts(
        account=line[0] if line else None,
        ancestors=line[1:],
        households=(HOME,),
        entitlements=tuple(entitlements.values()),
    )
    assert answer.derivation.chosen == derive_entitlement(question, facts, POLICY, at(2, "12:00")).chosen
    assert answer.derivation.question == question
    if customer != {"consumer": "kay"}:
        assert not any(one.entitlement.household for one in answer.derivation.candidates)
