#pragma once
// What nearly every file includes anyway, compiled once (cmake/module.cmake). No header or source
// relies on it: each includes what it uses, and the gcc preset builds without.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <compare>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <expected>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <ranges>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/cancellation.h"
#include "base/env/clock.h"
#include "base/env/disk.h"
#include "base/env/network.h"
#include "base/result.h"
#include "base/signal.h"
#include "base/task.h"
#include "wire/codec/arena.h"
#include "wire/codec/codec.h"
#include "wire/codec/value.h"
#include "wire/compression/compression.h"
