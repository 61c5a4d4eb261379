import pytest

from services.gateway.routes import ROUTES, LimitClass, Route, RouteTable, RouteTableError, Service

TABLE = RouteTable(ROUTES)


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/oauth2/token", Service.IDENTITY), ("/.well-known/openid-configuration", Service.IDENTITY),
        ("/v1/me", Service.IDENTITY), ("/v1/sessions", Service.IDENTITY), ("/v1/people", Service.IDENTITY),
        ("/v1/departments/1/members", Service.IDENTITY),
        ("/scim/v2/Users", Service.IDENTITY), ("/v1/access-tokens", Service.IDENTITY),
        ("/v1/calendars/compute", Service.REQUESTS), ("/v1/tickets/1/clocks/2/explanation", Service.REQUESTS),
        ("/v1/reports/time-held", Service.REQUESTS), ("/v1/imports/1", Service.REQUESTS),
        ("/v1/interactions", Service.FEEDBACK), ("/v1/surveys/1/invitations", Service.FEEDBACK),
        ("/answers/a-token", Service.FEEDBACK),
    ],
)  # fmt: skip
def test_each_resource_of_the_api_goes_to_its_service(path: str, service: Service) -> None:
    route = TABLE.match(path)
    assert route is not None
    assert route.service is service


@pytest.mark.parametrize(
    "path", ["/", "", "/v1", "/v2/tickets", "/v1/ticket", "/v1/ticketsx", "/.well-known/x", "/health", "/scim"]
)
def test_no_other_path_goes_anywhere(path: str) -> None:
    assert TABLE.match(path) is None


def test_only_imports_may_send_large_bodies() -> None:
    assert {route.prefix for route in ROUTES if route.limit_class is LimitClass.UPLOAD} == {"/v1/imports"}


def test_only_what_the_api_says_is_public() -> None:
    assert {route.prefix for route in ROUTES if route.public} == {
        "/oauth2", "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/v1/sessions",
        "/v1/calendars/compute", "/answers",
    }  # fmt: skip
    assert {method for route in ROUTES if route.prefix == "/v1/sessions" for method in route.public} == {"POST"}


@pytest.mark.parametrize("prefix", ["v1/x", "/v1/x/", "/v1//x", "/", "", "/docs", "/health/x", "/metrics", "/v1/twice"])
def test_a_table_that_contradicts_itself_is_refused(prefix: str) -> None:
    with pytest.raises(RouteTableError, match=r"twice|no prefix|own"):
        RouteTable([Route("/v1/twice", Service.IDENTITY), Route(prefix, Service.IDENTITY)])
