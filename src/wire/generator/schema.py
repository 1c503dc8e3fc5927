"""The schema notation (docs/formats/schema.md): its model and its parser."""

import pathlib
import re

KINDS = ("request", "response", "header", "data", "metadata", "coordinator-key",
         "coordinator-value")
NUMBERED = ("request", "response", "metadata", "coordinator-key", "coordinator-value")
PRIMITIVES = {"bool": 1, "int8": 1, "int16": 2, "uint16": 2, "int32": 4, "uint32": 4, "int64": 8,
              "float64": 8, "uuid": 16}
VARIABLE = ("string", "bytes", "records")
OPEN = 32767


class SchemaError(Exception):
    pass


class Versions:
    """An inclusive range of versions; empty when low > high."""

    def __init__(self, low, high):
        self.low, self.high = (low, high) if low <= high else (0, -1)

    @staticmethod
    def parse(text):
        match = re.fullmatch(r"(\d+)(\+|-(\d+))?", text)
        if not match:
            raise SchemaError(f"bad versions '{text}'")
        low = int(match[1])
        return Versions(low, OPEN if match[2] == "+" else int(match[3] or low))

    @staticmethod
    def none():
        return Versions(0, -1)

    def __contains__(self, version):
        return self.low <= version <= self.high

    def __eq__(self, other):
        return (self.low, self.high) == (other.low, other.high)

    def __bool__(self):
        return self.low <= self.high

    def __str__(self):
        if not self:
            return "none"
        if self.high == OPEN:
            return f"{self.low}+"
        return str(self.low) if self.low == self.high else f"{self.low}-{self.high}"

    def intersect(self, other):
        return Versions(max(self.low, other.low), min(self.high, other.high))


class Field:
    def __init__(self, name, type_name, versions):
        self.name = name
        self.is_array = type_name.startswith("[]")
        self.element = type_name.removeprefix("[]")
        self.versions = versions
        self.nullable = Versions.none()
        self.tag = None
        self.default = None  # the word after '=', None: the type's own
        self.ignorable = False
        self.key = False
        self.inflexible = False

    @property
    def is_struct(self):
        return self.element not in PRIMITIVES and self.element not in VARIABLE

    @property
    def has_default_object(self):
        """A nullable struct whose default is not null: then null is written as such."""
        return self.is_struct and not self.is_array and bool(self.nullable) and self.default is None


class Struct:
    def __init__(self, name, versions):
        self.name = name
        self.versions = versions
        self.fields = []


class Message:
    def __init__(self, kind, number, base_name, family):
        self.kind = kind
        self.number = number
        self.base_name = base_name
        self.name = base_name + {"request": "Request", "response": "Response"}.get(kind, "")
        self.family = family
        self.versions = Versions.none()
        self.flexible = Versions.none()
        self.unstable_latest = False
        self.listeners = []
        self.root = None
        self.structs = {}  # by name, inner before outer, the root last

    @property
    def first_flexible(self):
        return self.flexible.intersect(self.versions).low if self.flexible else -1


def title(name):
    return name[0].upper() + name[1:]


def snake(name):
    name = name.replace("KRaft", "Kraft")
    name = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower()


def camel(name):
    return name[0].lower() + name[1:]


def _parse_field(words, enclosing):
    """`Name type[?[versions]] [versions] [tag N] [= default] [ignorable] [key] [inflexible]`"""
    if len(words) < 2:
        raise SchemaError("a field needs a name and a type")
    type_name, question, nullable = words[1].partition("?")
    rest = words[2:]
    versions = enclosing
    if rest and rest[0][0].isdigit():
        versions = Versions.parse(rest.pop(0))
        if versions.intersect(enclosing):
            versions = versions.intersect(enclosing)
    if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", words[0]):
        raise SchemaError(f"bad field name '{words[0]}'")
    field = Field(words[0], type_name, versions)
    if question:
        field.nullable = (Versions.parse(nullable) if nullable else versions).intersect(versions)
    while rest:
        word = rest.pop(0)
        if word == "tag" and rest:
            field.tag = int(rest.pop(0))
        elif word == "=" and rest:
            field.default = rest.pop(0)
        elif word in ("ignorable", "key", "inflexible"):
            setattr(field, word, True)
        else:
            raise SchemaError(f"unknown word '{word}'")
    if field.default == "null" and not field.nullable:
        raise SchemaError(f"{field.name} has the default null but is not nullable")
    return field


def _parse_header(message, words):
    if words[0] == "versions" and len(words) >= 2:
        message.versions = Versions.none() if words[1] == "none" else Versions.parse(words[1])
        message.unstable_latest = words[2:] == ["unstable-latest"]
        if words[2:] and not message.unstable_latest:
            raise SchemaError(f"unknown word '{words[2]}'")
    elif words[0] == "flexible" and len(words) == 2:
        message.flexible = Versions.parse(words[1])
    elif words[0] == "listeners":
        message.listeners = words[1:]
    else:
        return False
    return True


def parse(text, family, where="schema"):
    message = None
    stack = []  # (struct, indentation of its fields, versions)
    for number, line in enumerate(text.splitlines(), 1):
        line = line.split("#")[0].rstrip()
        if not line:
            continue
        words = line.split()
        depth = len(line) - len(line.lstrip(" "))
        try:
            if message is None:
                numbered = words[0] in NUMBERED
                if words[0] not in KINDS or len(words) != 2 + numbered:
                    raise SchemaError("the first line is `kind [number] Name`")
                message = Message(words[0], int(words[1]) if numbered else -1, words[-1], family)
                continue
            if depth == 0 and message.root is None and _parse_header(message, words):
                continue
            if message.root is None:
                message.root = Struct(message.name, message.versions)
                message.structs[message.name] = message.root
                stack = [(message.root, 0)]
            if depth == 0 and words[0] == "struct":
                versions = message.versions
                if len(words) == 3:
                    versions = Versions.parse(words[2]).intersect(versions)
                stack = [(_new_struct(message, words[1], versions), 2)]
                continue
            while stack and stack[-1][1] > depth:
                stack.pop()
            if not stack or stack[-1][1] != depth:
                raise SchemaError("bad indentation")
            struct = stack[-1][0]
            field = _parse_field(words, struct.versions)
            if any(other.name == field.name for other in struct.fields):
                raise SchemaError(f"{field.name} stands twice")
            struct.fields.append(field)
            if field.is_struct:
                # Pushed on trust: a reference to a common struct has no deeper lines.
                pending = _Pending(message, field)
                stack.append((pending, depth + 2))
        except (SchemaError, ValueError) as error:
            raise SchemaError(f"{where}:{number}: {error}") from None
    if message is None:
        raise SchemaError(f"{where}: empty")
    if message.root is None:
        message.root = Struct(message.name, message.versions)
        message.structs[message.name] = message.root
    try:
        _finish(message)
    except SchemaError as error:
        raise SchemaError(f"{where}: {error}") from None
    return message


class _Pending:
    """A struct that comes into being with its first indented field."""

    def __init__(self, message, field):
        self.message, self.field, self.struct = message, field, None
        self.versions = field.versions

    @property
    def fields(self):
        if self.struct is None:
            self.struct = _new_struct(self.message, self.field.element, self.versions)
        return self.struct.fields


def _new_struct(message, name, versions):
    if name in message.structs:
        raise SchemaError(f"struct {name} is defined twice")
    message.structs[name] = Struct(name, versions)
    return message.structs[name]


def _finish(message):
    """Checks references and tags, and orders the structs inner before outer."""
    ordered, visiting = {}, set()

    def visit(struct):
        if struct.name in ordered:
            return
        if struct.name in visiting:
            raise SchemaError(f"struct {struct.name} contains itself")
        visiting.add(struct.name)
        for field in struct.fields:
            if field.is_struct:
                if field.element not in message.structs:
                    raise SchemaError(f"unknown type {field.element}")
                visit(message.structs[field.element])
        ordered[struct.name] = struct

    visit(message.root)
    for name in message.structs:
        if name not in ordered:
            raise SchemaError(f"struct {name} is not used")
    for struct in message.structs.values():
        tags = sorted(f.tag for f in struct.fields if f.tag is not None)
        if tags != list(range(len(tags))):
            raise SchemaError(f"the tags of {struct.name} are not 0 to {len(tags) - 1}")
        for field in struct.fields:
            if field.tag is not None and field.versions.low < message.flexible.low:
                raise SchemaError(f"{field.name} is tagged before the message is flexible")
    message.structs = ordered


def load_all(folder):
    """Every message of a schema folder, ordered by family and file name."""
    messages = []
    for path in sorted(pathlib.Path(folder).glob("*/*.schema")):
        message = parse(path.read_text(encoding="utf-8"), path.parent.name, str(path))
        if path.stem != snake(message.name):
            raise SchemaError(f"{path}: holds {message.name}, wants {snake(message.name)}.schema")
        messages.append(message)
    names = [message.name for message in messages]
    for name in names:
        if names.count(name) > 1:
            raise SchemaError(f"two messages are named {name}")
    return messages
