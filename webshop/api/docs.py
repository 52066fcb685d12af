"""The API's page for people: the OpenAPI description, set as text. It needs no script."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Flask, render_template

from webshop.api.description import Description
from webshop.api.resource import PREFIX

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Row:
    """A parameter, or a field of a body."""

    name: str
    kind: str
    required: bool
    about: str


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    summary: str
    parameters: list[Row]
    body_kind: str  # the content type, or ""
    body: list[Row]
    status: str
    answer: list[Row]

    @property
    def anchor(self) -> str:
        return f"{self.method}-{self.path}".lower().replace("/", "-").strip("-")


@dataclass(frozen=True)
class Section:
    name: str
    operations: list[Operation]


def set_up(app: Flask, description: Description) -> None:
    page = Blueprint("api-page", __name__, url_prefix=PREFIX, template_folder="templates")

    @page.get("/docs")
    def docs() -> str:
        spec = description.spec.to_dict()
        return render_template("api_docs.html", info=spec["info"], sections=sections(spec))

    app.register_blueprint(page)


def sections(spec: dict[str, Any]) -> list[Section]:
    operations: dict[str, list[Operation]] = {tag["name"]: [] for tag in spec["tags"]}
    for path, item in spec["paths"].items():
        for method in METHODS:
            if method in item:
                told = _Reader(spec).operation(method, path, item)
                operations[item[method]["tags"][0]].append(told)
    return [Section(tag["description"], operations[tag["name"]]) for tag in spec["tags"]]


class _Reader:
    """Follows the references of one description."""

    def __init__(self, spec: dict[str, Any]) -> None:
        self._spec = spec

    def operation(self, method: str, path: str, item: dict[str, Any]) -> Operation:
        told = item[method]
        parameters = [*item.get("parameters", []), *told.get("parameters", [])]
        body_kind, body = self._content(told.get("requestBody", {}))
        answers = told["responses"].items()
        status, answer = next(pair for pair in answers if pair[0].startswith("2"))
        return Operation(
            method.upper(),
            path,
            told.get("summary", ""),
            [self._parameter(self._followed(parameter)) for parameter in parameters],
            body_kind,
            body,
            status,
            self._content(self._followed(answer))[1],
        )

    def _parameter(self, parameter: dict[str, Any]) -> Row:
        schema = self._followed(parameter["schema"])
        return Row(
            parameter["name"],
            _kind(schema),
            parameter.get("required", False),
            parameter.get("description", "") or schema.get("description", ""),
        )

    def _content(self, holder: dict[str, Any]) -> tuple[str, list[Row]]:
        for kind, media in holder.get("content", {}).items():
            return kind, list(self._rows(media.get("schema", {})))
        return "", []

    def _rows(self, schema: dict[str, Any], prefix: str = "") -> Iterator[Row]:
        schema = self._followed(schema)
        if schema.get("type") == "array":
            yield from self._rows(schema["items"], prefix or "[].")
            return
        for name, inner in schema.get("properties", {}).items():
            inner = self._followed(inner)
            required = name in schema.get("required", [])
            yield Row(prefix + name, _kind(inner), required, inner.get("description", ""))
            if inner.get("type") == "array":
                yield from self._rows(inner["items"], f"{prefix}{name}[].")
            else:
                yield from self._rows(inner, f"{prefix}{name}.")

    def _followed(self, part: dict[str, Any]) -> dict[str, Any]:
        """What a $ref stands for. A field that may be null is wrapped in anyOf."""
        if "$ref" in part:
            found: Any = self._spec
            for step in part["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            return self._followed(found)
        for choice in part.get("anyOf", ()):
            if "$ref" in choice:
                return self._followed(choice)
        return part


def _kind(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    kind = schema.get("type", "object")
    return " | ".join(kind) if isinstance(kind, list) else str(kind)
