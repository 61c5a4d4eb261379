"""Which changes between two versions of a contract, of the API or of events, break those who use it."""

from collections.abc import Iterator, Mapping
from typing import Any

from services.cli.schema_changes import Change, Comparison, Rule

Document = Mapping[str, Any]
METHODS = ("get", "put", "post", "patch", "delete", "head", "options", "trace")


def breaking_changes(old: Document, new: Document) -> list[Change]:
    """What breaks clients of `old` when they meet `new`, sorted; empty where nothing does."""
    return sorted(set(_changes(old, new)))


def breaking_event_changes(old: Document, new: Document) -> list[Change]:
    """What breaks readers of the events of `old` (AsyncAPI) when they read those of `new`, sorted."""
    return sorted(set(_changes_of_events(old, new)))


def _changes_of_events(old: Document, new: Document) -> Iterator[Change]:
    comparison = Comparison(old, new)
    for subject, channel in old["channels"].items():
        if subject not in new["channels"]:
            yield Change(subject, Rule.ENDPOINT_REMOVED)
            continue
        (before,), (after,) = channel["messages"].values(), new["channels"][subject]["messages"].values()
        told, tells = _resolved(old, before)["payload"], _resolved(new, after)["payload"]
        yield from comparison.of_answer(told, tells, subject)


def _changes(old: Document, new: Document) -> Iterator[Change]:
    comparison = Comparison(old, new)
    for path, item in old.get("paths", {}).items():
        for method in METHODS:
            if method not in item:
                continue
            where = f"{method.upper()} {path}"
            kept = new.get("paths", {}).get(path, {}).get(method)
            if kept is None:
                yield Change(where, Rule.ENDPOINT_REMOVED)
                continue
            yield from _of_parameters(
                comparison, _parameters(old, item, method), _parameters(new, new["paths"][path], method), where
            )
            yield from _of_body(
                comparison,
                _resolved(old, item[method].get("requestBody")),
                _resolved(new, kept.get("requestBody")),
                where,
            )
            yield from _of_answers(comparison, _answers(old, item[method]), _answers(new, kept), where)


def _resolved(document: Document, part: Any) -> Any:
    """A parameter, body or response, where it is a reference the component that it names."""
    while isinstance(part, Mapping) and "$ref" in part:
        _, section, name = part["$ref"].removeprefix("#/").split("/")
        part = document["components"][section][name]
    return part


def _parameters(document: Document, item: Document, method: str) -> dict[tuple[str, str], Document]:
    """By place and name: those of the path's item, overruled by the operation's own."""
    listed = [_resolved(document, each) for each in (*item.get("parameters", ()), *item[method].get("parameters", ()))]
    return {(each["in"], _spelled(each)): each for each in listed}


def _spelled(parameter: Document) -> str:
    """Header names are the same in upper and lower case."""
    name: str = parameter["name"]
    return name.lower() if parameter["in"] == "header" else name


def _answers(document: Document, operation: Document) -> dict[str, Document]:
    return {status: _resolved(document, answer) for status, answer in operation.get("responses", {}).items()}


def _of_parameters(
    comparison: Comparison,
    old: Mapping[tuple[str, str], Document],
    new: Mapping[tuple[str, str], Document],
    where: str,
) -> Iterator[Change]:
    for key, parameter in new.items():
        place = f"{where} {key[0]} {key[1]}"
        before = old.get(key)
        if parameter.get("required") and not (before and before.get("required")) and key[0] != "path":
            yield Change(place, Rule.REQUIRED_PARAMETER_ADDED)
        if before is not None:
            yield from comparison.of_request(before.get("schema", {}), parameter.get("schema", {}), place)
    for key in old.keys() - new.keys():
        if key[0] == "query":
            yield Change(f"{where} {key[0]} {key[1]}", Rule.PARAMETER_REMOVED)


def _of_body(comparison: Comparison, old: Document | None, new: Document | None, where: str) -> Iterator[Change]:
    place = f"{where} body"
    if old is None or new is None:
        if old is not None:
            yield Change(place, Rule.REQUEST_TYPE_CHANGED, "no body is taken any more")
        elif new is not None and new.get("required"):
            yield Change(place, Rule.REQUIRED_REQUEST_FIELD_ADDED, "the body")
        return
    if new.get("required") and not old.get("required"):
        yield Change(place, Rule.REQUIRED_REQUEST_FIELD_ADDED, "the body")
    for media_type, content in old["content"].items():
        if media_type not in new["content"]:
            yield Change(place, Rule.REQUEST_TYPE_CHANGED, media_type)
            continue
        yield from comparison.of_request(content.get("schema", {}), new["content"][media_type].get("schema", {}), place)


def _of_answers(
    comparison: Comparison, old: Mapping[str, Document], new: Mapping[str, Document], where: str
) -> Iterator[Change]:
    before, after = ({status for status in answers if status.startswith("2")} for answers in (old, new))
    if before != after:
        told = f"{', '.join(sorted(before))} to {', '.join(sorted(after))}"
        yield Change(where, Rule.SUCCESS_STATUS_CHANGED, told)
    for status in old.keys() & new.keys():
        place = f"{where} {status}"
        for media_type, content in old[status].get("content", {}).items():
            kept = new[status].get("content", {}).get(media_type)
            if kept is None:
                yield Change(place, Rule.RESPONSE_TYPE_CHANGED, media_type)
                continue
            yield from comparison.of_answer(content.get("schema", {}), kept.get("schema", {}), place)
