"""Access tokens: what we sign others can read, what others forge we refuse, and nothing crashes us."""

import time
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey

from services.shared.auth import actor_of
from services.shared.tokens import TokenRefused, public_keys, verify_token
from tests.issuer import Issuer
from tests.token_attacks import HEADER, attacks, good_claims, signed

ISSUER = Issuer()
KEYS = public_keys(ISSUER.jwks)


def _nested(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    names = st.sampled_from(["iss", "aud", "sub", "iat", "exp", "jti", "scope"]) | st.text(max_size=3)
    return st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=7)


def _verify(token: str) -> object:
    return verify_token(token, KEYS, issuer="urn:acuerdo", audience="acuerdo")


def test_an_independent_library_reads_what_we_sign() -> None:
    token = ISSUER.token(scope="tickets:read", roles=["admin"])
    decoded = jwt.decode(token, ECKey.import_key(dict(ISSUER.jwks["keys"][0])), algorithms=["ES256"])
    assert decoded.header == HEADER
    assert (decoded.claims["scope"], decoded.claims["roles"]) == ("tickets:read", ["admin"])


def test_we_read_what_an_independent_library_signs() -> None:
    claims = good_claims()
    token = jwt.encode(dict(HEADER), claims, ECKey.import_key(ISSUER.pem), algorithms=["ES256"])
    read = verify_token(token, KEYS, issuer="urn:acuerdo", audience="acuerdo")
    assert str(read.subject) == claims["sub"]
    assert read.token_id == claims["jti"]


def test_the_corpus_itself_signs_well() -> None:
    _verify(signed(ISSUER.pem, HEADER, good_claims()))


@pytest.mark.parametrize("name", attacks(ISSUER))
def test_an_attack_is_refused(name: str) -> None:
    with pytest.raises(TokenRefused):
        _verify(attacks(ISSUER)[name])


@given(st.text(max_size=300) | st.from_regex(r"[A-Za-z0-9_-]{0,40}\.[A-Za-z0-9_-]{0,80}\.[A-Za-z0-9_-]{0,90}"))
def test_no_text_does_more_than_be_refused(text: str) -> None:
    with pytest.raises(TokenRefused):
        _verify(text)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), _nested, max_leaves=8))
def test_no_signed_payload_does_more_than_be_refused(payload: object) -> None:
    with pytest.raises(TokenRefused):
        _verify(signed(ISSUER.pem, HEADER, payload))


def test_clocks_may_differ_by_half_a_minute() -> None:
    now = int(time.time())
    for claims in ({"iat": now + 20, "exp": now + 620}, {"iat": now - 620, "exp": now - 20}):
        _verify(signed(ISSUER.pem, HEADER, good_claims() | claims))


def test_jwks_entries_of_other_kinds_are_passed_over() -> None:
    (ours,) = ISSUER.jwks["keys"]
    others = [
        {"kty": "RSA", "kid": "r", "n": "AQAB", "e": "AQAB"},
        {"kty": "oct", "kid": "o", "k": "AAAA"},
        {**ours, "crv": "P-384", "kid": "p"},
        {**ours, "kid": "broken", "x": "!!"},
        {**ours, "kid": "off the curve", "y": ours["x"]},
        {**ours, "kid": ["list"]},
        {name: value for name, value in ours.items() if name not in ("x", "kid")} | {"kid": "no x"},
        {name: value for name, value in ours.items() if name != "kid"},
        "text",
        None,
    ]
    assert set(public_keys({"keys": [*others, ours]})) == {"test-key"}
    for document in ({}, {"keys": "text"}, {"keys": None}):
        with pytest.raises(ValueError, match="list"):
            public_keys(document)


def test_an_actor_is_what_the_claims_say() -> None:
    department, other = uuid4(), uuid4()
    roles = {str(department): "manager"}
    token = ISSUER.token(scope="a b", roles=["admin"], departments=roles, deputy_of=[str(other)], client=True)
    actor = actor_of(verify_token(token, KEYS, issuer="urn:acuerdo", audience="acuerdo"), token)
    assert actor.is_client
    assert actor.has_role("auditor", "admin")
    assert actor.has_department_role(department, "manager")
    assert not actor.has_department_role(other, "manager")
    assert actor.deputy_of == {other}
    assert actor.scopes == {"a", "b"}
    assert token not in repr(actor)
