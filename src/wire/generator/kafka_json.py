"""Reads Kafka's message schemas (JSON with // comments) into the model of schema.py."""

import json
import re

import schema


def load_text(text):
    """The JSON value of a schema file: comments and trailing commas are dropped."""
    text = re.sub(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/', lambda m: m[1] or "", text,
                  flags=re.DOTALL)
    return json.loads(re.sub(r",(\s*[\]}])", r"\1", text))


def _flag(spec, name):
    """Some schemas write the word in quotes."""
    return str(spec.get(name, False)).lower() == "true"


def _versions(text):
    if text in (None, "none"):
        return schema.Versions.none()
    return schema.Versions.parse(text)


def _default(spec, field):
    """The default as our notation writes it, None where it is the type's own."""
    text = spec.get("default")
    if text is None:
        return None
    text = str(text).lower() if field.element == "bool" else str(text)
    if text == "null":
        return text
    if field.is_array or field.is_struct or field.element in schema.VARIABLE:
        if text:
            raise schema.SchemaError(f"{field.name}: default '{text}'")
        return None
    if field.element == "bool":
        return None if text == "false" else text
    return None if int(text, 0) == 0 else str(int(text, 0))


def _fields(message, struct, specs):
    for spec in specs:
        tagged = _versions(spec.get("taggedVersions"))
        versions = _versions(spec["versions"]) if "versions" in spec else tagged
        if versions.intersect(struct.versions):
            versions = versions.intersect(struct.versions)
        field = schema.Field(schema.title(spec["name"]), spec["type"], versions)
        nullable = _versions(spec.get("nullableVersions"))
        field.nullable = nullable.intersect(versions)
        if "tag" in spec:
            field.tag = spec["tag"]
            if tagged.intersect(versions) != versions:
                raise schema.SchemaError(f"{field.name} is tagged in some versions only")
        field.default = _default(spec, field)
        field.ignorable = _flag(spec, "ignorable")
        field.key = _flag(spec, "mapKey")
        field.inflexible = spec.get("flexibleVersions") == "none"
        struct.fields.append(field)
        if "fields" in spec:
            inner = schema.Struct(field.element, versions)
            message.structs[field.element] = inner
            _fields(message, inner, spec["fields"])


def read(text, family):
    spec = load_text(text)
    kind = spec.get("type", "data")
    name = spec["name"]
    base = name.removesuffix({"request": "Request", "response": "Response"}.get(kind, " "))
    number = spec.get("apiKey", -1) if kind in schema.NUMBERED else -1
    message = schema.Message(kind, number, base, family)
    message.versions = _versions(spec["validVersions"])
    flexible = _versions(spec.get("flexibleVersions"))
    message.flexible = flexible if flexible.intersect(message.versions) else schema.Versions.none()
    message.unstable_latest = _flag(spec, "latestVersionUnstable")
    message.listeners = spec.get("listeners", [])
    message.root = schema.Struct(name, message.versions)
    message.structs[name] = message.root
    message.common = []
    for common in spec.get("commonStructs", []):
        versions = _versions(common["versions"]).intersect(message.versions)
        message.structs[common["name"]] = schema.Struct(common["name"], versions)
        message.common.append(common["name"])
    for common in spec.get("commonStructs", []):
        _fields(message, message.structs[common["name"]], common["fields"])
    _fields(message, message.root, spec.get("fields", []))
    return message
