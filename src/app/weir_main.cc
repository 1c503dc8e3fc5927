// The program: `weir COMMAND`.

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <string_view>
#include <vector>

#include "app/cli/program.h"
#include "app/kafka_tools/tools.h"

extern char** environ;

namespace {

using namespace weir;

app::Environment environment() {
  app::Environment values;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (equals != text.npos) values.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return values;
}

// A standard stream that was closed must not become a file of ours: what is written to it fails.
void keep_standard_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) < 0) static_cast<void>(::open("/dev/null", O_RDONLY));
  }
}

}  // namespace

int main(int argc, char** argv) {
  keep_standard_streams();
  std::signal(SIGPIPE, SIG_IGN);  // a reader that goes away is an error of a write
  const app::Program program{.arguments = {argv + 1, argv + argc}, .environment = environment()};
  if (const auto code = app::run_kafka_tool(argv[0], program)) return *code;
  return app::run_program(program);
}
