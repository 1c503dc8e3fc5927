#!/usr/bin/env python3
"""Writes the message structs and descriptor tables (src/wire/README.md) from the schemas.

    generate.py SCHEMA_FOLDER OUTPUT_FOLDER       (OUTPUT_FOLDER/message/x.h and so on)

A file whose content would stay the same is left alone, so that nothing is compiled again for it.
"""

import pathlib
import sys

import schema
import tables

CPP_TYPES = {"bool": "bool", "int8": "std::int8_t", "int16": "std::int16_t",
             "uint16": "std::uint16_t", "int32": "std::int32_t", "uint32": "std::uint32_t",
             "int64": "std::int64_t", "float64": "double", "uuid": "Uuid", "string": "Str",
             "bytes": "Blob", "records": "Records"}
KEYWORDS = {"bool", "case", "class", "const", "default", "delete", "double", "enum",
            "explicit", "export", "false", "for", "int", "long", "namespace", "new", "operator",
            "private", "protected", "public", "register", "return", "short", "signed", "static",
            "struct", "switch", "template", "this", "true", "typename", "union", "unsigned",
            "using", "virtual", "void", "while", "unknown_tags"}
CONSTANTS = {"api_key", "min_version", "max_version", "descriptor"}  # of a message
BANNER = "// Generated from src/wire/schema/{0} by src/wire/generator/generate.py.\n"
SOURCE_COUNT = 6  # as in src/wire/CMakeLists.txt


def member_name(field):
    name = schema.snake(field.name)
    return name + "_" if name in KEYWORDS else name


def member_type(field):
    element = CPP_TYPES.get(field.element, field.element)
    if field.is_array:
        return f"Array<{element}>"
    return element + "*" if field.is_struct and field.nullable else element


def initialiser(field):
    kind = member_type(field)
    if field.default == "null":
        return " = nullptr" if kind.endswith("*") else f" = {kind}::null()"
    if kind.endswith("*"):
        return f" = const_cast<{kind}>(&{member_name(field)}_default)"
    if field.is_array or field.element in ("string", "bytes", "records", "uuid") or field.is_struct:
        return ""
    if field.element == "bool":
        return " = " + (field.default or "false")
    value = int(field.default or 0)
    if value == -(2 ** 31):
        return " = -2147483647 - 1"
    return f" = {value}" + ("LL" if abs(value) >= 2 ** 31 else "")


def versions_note(field, message):
    notes = []
    if field.versions != message.versions:
        low, high = field.versions.low, field.versions.high
        open_end = high >= message.versions.high and low <= high
        notes.append(f"v{low}+" if open_end else f"v{field.versions}")
    if field.nullable:
        notes.append("nullable")
    return "  // " + ", ".join(notes) if notes else ""


def struct_body(message, struct, indent):
    lines = []
    for field in struct.fields:
        if field.has_default_object:
            lines.append(f"{indent}static const {field.element} {member_name(field)}_default;")
        lines.append(f"{indent}{member_type(field)} {member_name(field)}{initialiser(field)};"
                     + versions_note(field, message))
    if message.flexible:
        lines.append(f"{indent}Array<UnknownTag> unknown_tags;")
    return lines


def header(message):
    uses_uuid = any(f.element == "uuid" for s in message.structs.values() for f in s.fields)
    path = f"{message.family}/{schema.snake(message.name)}.schema"
    lines = ["#pragma once", BANNER.format(path).rstrip(), "", "#include <cstdint>", ""]
    if uses_uuid:
        lines.append('#include "base/uuid.h"')
    lines += ['#include "wire/codec/value.h"', "", "namespace weir::wire {", "",
              "struct MessageDescriptor;", ""]
    what = f"{message.kind} {message.number}" if message.number >= 0 else message.kind
    flexible = f", flexible from {message.first_flexible}" if message.flexible else ""
    lines.append(f"// {what}, versions {message.versions}{flexible}.")
    lines.append(f"struct {message.name} {{")
    for struct in list(message.structs.values())[:-1]:
        lines.append(f"  struct {struct.name} {{")
        lines += struct_body(message, struct, "    ")
        lines += ["  };", ""]
    if CONSTANTS & {member_name(field) for field in message.root.fields}:
        raise schema.SchemaError(f"{message.name}: a field has the name of a constant")
    lines += struct_body(message, message.root, "  ")
    lines.append("")
    if message.number >= 0:
        lines.append(f"  static constexpr std::int16_t api_key = {message.number};")
    lines += [f"  static constexpr std::int16_t min_version = {message.versions.low};",
              f"  static constexpr std::int16_t max_version = {message.versions.high};",
              "  static const MessageDescriptor descriptor;", "};", "",
              "}  // namespace weir::wire", ""]
    return "\n".join(lines)


def write(path, text):
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def main(schema_folder, output_folder):
    output = pathlib.Path(output_folder)
    messages = [m for m in schema.load_all(schema_folder)]
    served = [m for m in messages if m.versions]
    for message in served:
        write(output / "message" / f"{schema.snake(message.name)}.h", header(message))
    for message in messages:
        if not message.versions:  # so that every schema has its header: an empty one
            write(output / "message" / f"{schema.snake(message.name)}.h",
                  "#pragma once\n// Removed from the protocol: no version is valid.\n")
    for part in range(SOURCE_COUNT):
        write(output / f"descriptors_{part}.cc",
              tables.descriptors_source(served[part::SOURCE_COUNT], member_name))
    write(output / "message_list.cc", tables.message_list_source(served))
    write(output / "api_key.h", tables.api_header(messages))
    write(output / "api_key.cc", tables.api_source(messages))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    try:
        main(sys.argv[1], sys.argv[2])
    except schema.SchemaError as error:
        sys.exit(f"error: {error}")
