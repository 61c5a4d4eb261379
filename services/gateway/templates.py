"""Path templates of the contract: what a path is called in metrics, and which methods it knows."""

from collections.abc import Mapping
from typing import Any

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


class Template:
    """A path of the contract, as "/v1/tickets/{ticket_id}"; `allow` is what an Allow field says of it.

    It lists what is declared, HEAD with GET, and OPTIONS.
    """

    def __init__(self, path: str, methods: tuple[str, ...]) -> None:
        self.path = path
        self.methods = {*methods, "OPTIONS"} | ({"HEAD"} if "GET" in methods else set())
        self.allow = ", ".join(sorted(self.methods))


class _Node:
    __slots__ = ("children", "template", "variable")

    def __init__(self) -> None:
        self.children: dict[str, _Node] = {}
        self.variable: _Node | None = None
        self.template: Template | None = None


class Templates:
    """Finds the template of a path; a written-out segment goes before a variable one.

    >>> paths = {"/v1/tickets/{id}": {"get": {}, "patch": {}}, "/v1/tickets/batch": {"post": {}}}
    >>> templates = Templates(paths)
    >>> templates.find("/v1/tickets/42").path, templates.find("/v1/tickets/batch").allow
    ('/v1/tickets/{id}', 'OPTIONS, POST')
    >>> templates.find("/v1/tickets/42/comments") is None
    True
    """

    def __init__(self, paths: Mapping[str, Mapping[str, Any]]) -> None:
        self._root = _Node()
        for path, item in paths.items():
            methods = tuple(method.upper() for method in METHODS if method in item)
            self._add(path, Template(path, methods))

    def _add(self, path: str, template: Template) -> None:
        node = self._root
        for segment in path.split("/")[1:]:
            if "{" in segment:
                node.variable = node.variable or _Node()
                node = node.variable
            else:
                node = node.children.setdefault(segment, _Node())
        node.template = template

    def find(self, path: str) -> Template | None:
        """The template of a decoded path."""
        return self._below(self._root, path.split("/")[1:])

    def _below(self, node: _Node, segments: list[str]) -> Template | None:
        if not segments:
            return node.template
        first, rest = segments[0], segments[1:]
        child = node.children.get(first)
        found = self._below(child, rest) if child is not None else None
        if found is None and node.variable is not None and first:
            return self._below(node.variable, rest)
        return found
