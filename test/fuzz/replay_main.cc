// TARGET_replay FOLDER: runs a fuzz target over the inputs that are kept for it, without libFuzzer,
// so that every build does. Fails when there are none. What a target finds ends the program.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

// libFuzzer's, which a target's own mutator calls. Nothing is mutated here.
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t*, std::size_t size, std::size_t) {
  return size;
}

int main(int argc, char** argv) {
  namespace fs = std::filesystem;
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
    return 2;
  }
  std::error_code error;
  std::vector<fs::path> paths;
  for (fs::directory_iterator at(argv[1], error), end; !error && at != end; at.increment(error)) {
    if (at->is_regular_file()) paths.push_back(at->path());
  }
  if (error || paths.empty()) {
    std::fprintf(stderr, "error: there are no inputs in %s\n", argv[1]);
    return 1;
  }
  std::ranges::sort(paths);
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    const std::vector<char> read{std::istreambuf_iterator<char>(file), {}};
    if (!file) {
      std::fprintf(stderr, "error: %s cannot be read\n", path.c_str());
      return 1;
    }
    std::printf("%s\n", path.filename().c_str());
    std::fflush(stdout);  // the last line before a finding is the input's name
    // A copy of just this size, so that a sanitizer sees a read beyond it.
    const std::vector<std::uint8_t> input(read.begin(), read.end());
    LLVMFuzzerTestOneInput(input.data(), input.size());
  }
  std::printf("%zu inputs\n", paths.size());
  return 0;
}
