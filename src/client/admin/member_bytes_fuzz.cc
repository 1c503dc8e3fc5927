// Members of groups write what they like.

#include "client/admin/member_bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto* const bytes = reinterpret_cast<const std::byte*>(data);
  weir::client::MemberDescription member;
  member.metadata_bytes.assign(bytes, bytes + size);
  member.assignment_bytes.assign(bytes, bytes + size);
  weir::client::read_consumer_protocol(member);
  return 0;
}
