#pragma once
// Progress: who must still get something done now that nothing strikes any more, and what each was
// told last. Kernel.

#include <map>
#include <string>

namespace weir::sim {

class Progress {
 public:
  // From now on `who` is waited for.
  void expect(const std::string& who);
  void failed(const std::string& who, std::string how);
  void succeeded(const std::string& who);

  bool awaits(const std::string& who) const { return awaited_.contains(who); }
  bool is_made() const { return awaited_.empty(); }
  // "producer-1 (produce: KAFKA_STORAGE_ERROR), readers (nothing yet)"; empty: nobody.
  std::string stuck() const;

 private:
  std::map<std::string, std::string> awaited_;  // and why it is not done
};

}  // namespace weir::sim
