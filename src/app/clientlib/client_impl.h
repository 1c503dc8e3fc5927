#pragma once
// What a Client holds: its engine, and the configuration that what is made of it begins with.

#include <memory>

#include "app/clientlib/engine.h"
#include "client/properties.h"
#include "weir/client.h"

namespace weir {

class Client::Impl {
 public:
  Impl(std::shared_ptr<clientlib::Engine> engine_in, client::ClientConfig config_in)
      : engine(std::move(engine_in)), config(std::move(config_in)) {}

  const std::shared_ptr<clientlib::Engine> engine;
  const client::ClientConfig config;
};

}  // namespace weir
