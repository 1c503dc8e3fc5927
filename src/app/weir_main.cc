// The program: `weir COMMAND`.

#include <fcntl.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <vector>

#include "app/cli/program.h"
#include "app/kafka_tools/tools.h"
#include "app/server/serve.h"

extern char** environ;

namespace {

using namespace weir;

app::NamedValues environment() {
  app::NamedValues values;
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
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const app::Program program{.arguments = arguments, .environment = environment()};
  if (const auto code = app::run_kafka_tool(argv[0], program)) return *code;
  if (!arguments.empty() && arguments.front() == "server") {
    return app::serve({arguments.begin() + 1, arguments.end()}, program.environment);
  }
  return app::run_program(program);
}
