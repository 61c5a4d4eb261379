from tests.gateway.world import ISSUER, Recorder, World


async def test_a_good_token_reaches_the_service_as_it_was_sent(world: World, recorder: Recorder) -> None:
    answer = await world.client.get("/v1/tickets")
    assert answer.status_code == 200
    assert recorder.last["headers"]["authorization"] == f"Bearer {world.token}"


async def test_without_a_token_a_route_that_needs_one_answers_401(world: World, recorder: Recorder) -> None:
    answer = await world.client.get("/v1/tickets", headers={"Authorization": ""})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="acuerdo"'
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "unauthenticated"
    assert not recorder.requests


async def test_a_bad_token_answers_401_on_public_routes_too(world: World) -> None:
    forged = world.token[:-6] + "AAAAAA"
    for path in ("/v1/tickets", "/v1/calendars/compute"):
        answer = await world.client.post(path, json={}, headers={"Authorization": f"Bearer {forged}"})
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == 'Bearer realm="acuerdo", error="invalid_token"'


async def test_an_expired_token_answers_401(world: World) -> None:
    expired = ISSUER.token(iat=1_700_000_000, exp=1_700_000_600)
    answer = await world.client.get("/v1/tickets", headers={"Authorization": f"Bearer {expired}"})
    assert answer.status_code == 401


async def test_public_routes_need_no_token_for_their_public_methods_only(world: World) -> None:
    without = {"Authorization": ""}
    del world.client.headers["Authorization"]
    assert (await world.client.post("/v1/calendars/compute", json={})).status_code == 200
    assert (await world.client.post("/v1/sessions", json={})).status_code == 200
    assert (await world.client.get("/oauth2/jwks")).status_code == 200
    assert (await world.client.delete("/v1/sessions/1")).status_code == 401
    assert (await world.client.post("/v1/calendars", json={}, headers=without)).status_code == 401


async def test_basic_credentials_pass_where_the_service_judges_them(world: World) -> None:
    basic = {"Authorization": "Basic YTpi"}
    assert (await world.client.post("/oauth2/token", headers=basic)).status_code == 200
    assert (await world.client.get("/v1/tickets", headers=basic)).status_code == 401


async def test_hostile_tokens_answer_401_and_never_500(world: World) -> None:
    hostile = ("a", "a.b", "a.b.c", "." * 100, "x" * 20_000, "é.é.é", world.token + ".x", world.token.upper())
    for token in hostile:
        value = b"Bearer " + token.encode()
        answer = await world.client.get("/v1/tickets", headers={b"Authorization": value})
        assert answer.status_code == 401, token
