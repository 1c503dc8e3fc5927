// Our client library as one of the clients that are tried against brokers, and as one half of tests
// with other clients. ../README.md and ../../ours.py say what the modes are for.

#include <cstdio>
#include <cstring>

#include "scenario.h"

int main(int count, char** words) {
  interop::Arguments arguments;
  int at = 1;
  std::string mode = "stock";
  if (count > 1 && std::strncmp(words[1], "--", 2) != 0) mode = words[at++];
  for (; at + 1 < count; at += 2) arguments.options[words[at]] = words[at + 1];
  try {
    if (mode == "stock") return interop::stock_scenarios(arguments), 0;
    if (mode == "producer") return interop::producer_scenarios(arguments), 0;
    if (mode == "doubt") return interop::doubt_scenarios(arguments), 0;
    if (mode == "consumer") return interop::consumer_scenarios(arguments), 0;
    if (mode == "worker") return interop::worker_scenarios(arguments), 0;
    if (mode == "reach") return interop::reach_scenarios(arguments), 0;
    if (mode == "admin") return interop::admin_scenarios(arguments), 0;
    if (mode == "read") return interop::read_others(arguments), 0;
    if (mode == "member") return interop::be_member(arguments);
    if (mode == "storm") return interop::storm(arguments);
    if (mode == "crash") return interop::survive_crashes(arguments);
    if (mode == "fill") return interop::fill(arguments);
    std::fprintf(stderr, "no mode is called %s\n", mode.c_str());
  } catch (const interop::Failed& failed) {
    std::fprintf(stderr, "%s\n", failed.what());
  }
  return 2;
}
