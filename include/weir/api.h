#pragma once
// Marks what the shared library exports.

#define WEIR_API __attribute__((visibility("default")))
