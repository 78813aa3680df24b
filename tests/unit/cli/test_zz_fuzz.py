from collections import Counter
from hypothesis import given, settings, HealthCheck
from datetime import datetime, UTC
from csmcore.analysis import tell_customers
from csmcore.errors import CsmError
from csmcore.rules import compile_policy
from csmcore.wire import dump_agreements, load_agreements
from tests.property.wire_scenes import agreement_books, policies
from csmcore.model import SupportPolicy
C=Counter()
@settings(max_examples=1500, deadline=None, suppress_health_check=list(HealthCheck))
@given(agreement_books())
def test_any(book):
    policy=SupportPolicy(name="p",version="1")
    try:
        tied=load_agreements(dump_agreements(book))
    except CsmError as e:
        C["unloaded"]+=1
        return
    try:
        s=tell_customers(tied, compile_policy(policy), datetime(2026,7,1,12,tzinfo=UTC))
        C[len(s)]+=1
    except CsmError as e:
        C[type(e).__name__+str(e)[:60]]+=1
def test_z():
    print(C)
