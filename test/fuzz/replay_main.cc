// Runs a fuzz target without libFuzzer, so that every build does.
//
//   TARGET_replay FOLDER [--mutations N] [--seed S]   what is kept, then N like them
//   TARGET_replay FILE...                             these
//
// Mutations depend on the inputs, the seed and N alone. An input that the target fails on is
// written to a file in the working directory, and the command that runs it again is printed. With
// AddressSanitizer an input fails, too, when more memory is held for it than any target needs: a
// length that is believed shows before anything is read there.

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "mutator.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

// A target's own, if it has one: it calls LLVMFuzzerMutate, which libFuzzer would bring along.
extern "C" [[gnu::weak]] std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                                             std::size_t size_max,
                                                             unsigned int seed);
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t size_max);

// The sanitizers', where the program has one.
extern "C" [[gnu::weak]] void __sanitizer_set_death_callback(void (*callback)());
extern "C" [[gnu::weak]] int __sanitizer_install_malloc_and_free_hooks(
    void (*on_malloc)(const volatile void*, std::size_t), void (*on_free)(const volatile void*));
extern "C" [[gnu::weak]] std::size_t __sanitizer_get_allocated_size(const volatile void* memory);

namespace {

namespace fs = std::filesystem;
using weir::fuzz::Input;
using weir::fuzz::Mutator;

constexpr std::size_t size_max = 4096;  // of a mutation, or that of what it comes from
constexpr std::size_t bytes_max = std::size_t{32} << 20;  // of all mutations together
constexpr unsigned input_seconds_max = 60;  // for one input, however busy the machine is
constexpr std::uint64_t default_mutations = 4'000;

struct Asked {
  std::vector<fs::path> paths;
  std::uint64_t mutations = default_mutations;
  std::uint64_t seed = 1;
};

Mutator* mutator = nullptr;  // of this run

// What runs now, for when it fails. Signal handlers read it.
struct Running {
  const std::uint8_t* data = nullptr;
  std::size_t size = 0;
  char file[4096] = {};     // where a mutation is written to; empty: it is in a file already
  char program[4096] = {};  // to run it again
};
Running running;

void say(std::string_view text) {
  [[maybe_unused]] const auto written = write(STDERR_FILENO, text.data(), text.size());
}

// Calls nothing but what a signal handler may call.
void keep_what_runs() {
  if (running.file[0] == '\0') return;
  const int file = open(running.file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  std::size_t written = 0;
  while (file >= 0 && written < running.size) {
    const auto done = write(file, running.data + written, running.size - written);
    if (done <= 0) break;
    written += static_cast<std::size_t>(done);
  }
  close(file);
  say("error: the target fails on a mutation; run it again with\n  ");
  say(running.program);
  say(" ");
  say(running.file);
  say("\n");
  running.file[0] = '\0';  // once
}

void on_signal(int number) {
  if (number == SIGALRM) say("error: an input takes more than a minute\n");
  keep_what_runs();
  signal(number, SIG_DFL);
  raise(number);
}

void watch_for_failures() {
  std::vector<int> signals = {SIGABRT, SIGALRM, SIGILL, SIGTRAP};
  if (__sanitizer_set_death_callback != nullptr) {
    __sanitizer_set_death_callback(keep_what_runs);  // its own handlers of the others say more
  } else {
    signals.insert(signals.end(), {SIGSEGV, SIGBUS, SIGFPE});
  }
  for (const int number : signals) signal(number, on_signal);
}

// Memory that is held, as far as it is counted. The most is for the window of zstd (128 MiB at
// most), what comes out of it, and a disk in memory.
constexpr std::size_t memory_max(std::size_t size) { return (std::size_t{160} << 20) + 64 * size; }
struct Memory {
  bool is_counted = false;
  std::int64_t live = 0;
  std::int64_t before = 0;  // this input
  std::int64_t most = 0;    // of any input
};
Memory memory;

void on_malloc(const volatile void*, std::size_t size) {
  memory.live += static_cast<std::int64_t>(size);
  if (running.data == nullptr) return;
  const auto held = memory.live - memory.before;
  memory.most = std::max(memory.most, held);
  if (held <= static_cast<std::int64_t>(memory_max(running.size))) return;
  say("error: more memory is taken than an input of this size may ask for\n");
  std::abort();
}

void on_free(const volatile void* given) {
  if (given == nullptr) return;
  memory.live -= static_cast<std::int64_t>(__sanitizer_get_allocated_size(given));
}

void count_memory() {
  if (__sanitizer_install_malloc_and_free_hooks == nullptr) return;
  memory.is_counted = __sanitizer_install_malloc_and_free_hooks(on_malloc, on_free) != 0;
}

// FNV-1a: a name for a file, and a sum of all that ran.
std::uint64_t hash_of(const Input& input, std::uint64_t hash = 0xcbf29ce484222325) {
  for (const auto byte : input) hash = (hash ^ byte) * 0x100000001b3;
  return hash;
}

void run(const Input& input) {
  // A copy of just this size, so that a sanitizer sees a read beyond it.
  const std::vector<std::uint8_t> exact(input.begin(), input.end());
  running.size = exact.size();
  memory.before = memory.live;
  running.data = exact.data();
  alarm(input_seconds_max);
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
  alarm(0);
  running.data = nullptr;
}

void run_mutation(const Input& input) {
  const std::string name =
      fs::path(running.program).filename().string() + "-failed-" + std::to_string(hash_of(input));
  name.copy(running.file, sizeof(running.file) - 1);
  running.file[std::min(name.size(), sizeof(running.file) - 1)] = '\0';
  run(input);
  running.file[0] = '\0';
}

std::optional<Input> read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> read{std::istreambuf_iterator<char>(file), {}};
  if (!file) {
    std::fprintf(stderr, "error: %s cannot be read\n", path.c_str());
    return std::nullopt;
  }
  return Input(read.begin(), read.end());
}

Input mutation_of(const std::vector<Input>& inputs) {
  auto& random = mutator->random();
  Input made = inputs[random.below(inputs.size())];
  const auto room = std::max(made.size(), size_max);
  if (random.one_in(4)) made = mutator->splice(made, inputs[random.below(inputs.size())], room);
  for (auto changes = 1 + random.below(4); changes > 0; --changes) {
    auto size = made.size();
    made.resize(room);
    size = LLVMFuzzerCustomMutator != nullptr
               ? LLVMFuzzerCustomMutator(made.data(), size, room,
                                         static_cast<unsigned int>(random.next()))
               : LLVMFuzzerMutate(made.data(), size, room);
    made.resize(size);
  }
  return made;
}

int run_mutations(const std::vector<Input>& inputs, const Asked& asked) {
  Mutator made(asked.seed);
  mutator = &made;
  std::uint64_t count = 0;
  std::size_t bytes = 0;
  std::uint64_t hash = 0;
  for (; count < asked.mutations && bytes < bytes_max; ++count) {
    const auto input = mutation_of(inputs);
    run_mutation(input);
    bytes += input.size();
    hash = hash_of(input, hash);
  }
  std::printf("%zu inputs, %llu mutations of %zu bytes (%016llx)\n", inputs.size(),
              static_cast<unsigned long long>(count), bytes, static_cast<unsigned long long>(hash));
  if (memory.is_counted) {
    std::printf("at most %lld bytes of memory\n", static_cast<long long>(memory.most));
  }
  return 0;
}

std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<Asked> read_command(int argc, char** argv) {
  Asked asked;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (!word.starts_with("--")) {
      asked.paths.emplace_back(word);
      continue;
    }
    const auto number = i + 1 < argc ? number_of(argv[++i]) : std::nullopt;
    if (!number) return std::nullopt;
    if (word == "--mutations") {
      asked.mutations = *number;
    } else if (word == "--seed") {
      asked.seed = *number;
    } else {
      return std::nullopt;
    }
  }
  if (asked.paths.empty()) return std::nullopt;
  return asked;
}

// The files of a folder, in order.
std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (at->is_regular_file()) paths.push_back(at->path());
  }
  std::ranges::sort(paths);
  return paths;
}

}  // namespace

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most) {
  return mutator->change(data, size, most);
}

int main(int argc, char** argv) {
  const auto asked = read_command(argc, argv);
  if (!asked) {
    std::fprintf(stderr, "usage: %s FOLDER [--mutations N] [--seed S]\n       %s FILE...\n",
                 argv[0], argv[0]);
    return 2;
  }
  const std::string program = fs::absolute(argv[0]).string();
  program.copy(running.program, sizeof(running.program) - 1);
  const bool is_folder = fs::is_directory(asked->paths[0]);
  const auto paths = is_folder ? files_in(asked->paths[0]) : asked->paths;
  if (paths.empty()) {
    std::fprintf(stderr, "error: there are no inputs in %s\n", asked->paths[0].c_str());
    return 1;
  }
  watch_for_failures();
  count_memory();
  std::vector<Input> inputs;
  for (const auto& path : paths) {
    auto input = read_file(path);
    if (!input) return 1;
    std::printf("%s\n", path.filename().c_str());
    std::fflush(stdout);  // the last line before a finding is the input's name
    run(*input);
    inputs.push_back(*std::move(input));
  }
  if (is_folder) return run_mutations(inputs, *asked);
  return 0;
}
