// A broker for as long as the input lasts; says where it is.

#include <weir/testing/broker.h>

#include <iostream>
#include <string>

int main() {
  const auto broker = weir::test::Broker::start();
  if (!broker) return std::cerr << broker.error().message() << '\n', 1;
  std::cout << broker->address() << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
  }
}
