#include "wire/codec/descriptor.h"

namespace weir::wire {

const MessageDescriptor* find_message(std::string_view name) {
  for (const auto* message : all_messages()) {
    if (name == message->name) return message;
  }
  return nullptr;
}

const MessageDescriptor* find_message(Family family, MessageKind kind, std::int16_t number) {
  for (const auto* message : all_messages()) {
    if (message->family == family && message->kind == kind && message->number == number) {
      return message;
    }
  }
  return nullptr;
}

}  // namespace weir::wire
