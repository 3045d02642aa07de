// Names of processes: who is called what (NAM-1). A lock and a map: names are looked up to start talking, not
// per message. Thread: any.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <throng/vm/pid.hpp>
#include <unordered_map>

namespace throng::detail {

class Names {
 public:
  enum class Added : std::uint8_t { added, name_taken, process_named };

  Added add(std::string_view name, Pid process) {
    std::unique_lock lock(mutex_);
    if (names_.contains(name)) return Added::name_taken;
    if (!owners_.emplace(process, std::string(name)).second) return Added::process_named;
    names_.emplace(std::string(name), process);
    return Added::added;
  }
  // False: nobody has it.
  bool remove(std::string_view name) {
    std::unique_lock lock(mutex_);
    auto entry = names_.find(name);
    if (entry == names_.end()) return false;
    owners_.erase(entry->second);
    names_.erase(entry);
    return true;
  }
  // The name goes with the process (SIG-6).
  void remove_owner(Pid process) {
    std::unique_lock lock(mutex_);
    auto owner = owners_.find(process);
    if (owner == owners_.end()) return;
    names_.erase(owner->second);
    owners_.erase(owner);
  }
  std::optional<Pid> find(std::string_view name) const {
    std::shared_lock lock(mutex_);
    auto entry = names_.find(name);
    if (entry == names_.end()) return std::nullopt;
    return entry->second;
  }
  std::string name_of(Pid process) const {
    std::shared_lock lock(mutex_);
    auto owner = owners_.find(process);
    return owner == owners_.end() ? std::string() : owner->second;
  }

 private:
  mutable std::shared_mutex mutex_;
  // -- guarded by mutex_: each entry of one is in the other
  std::map<std::string, Pid, std::less<>> names_;
  std::unordered_map<Pid, std::string> owners_;
};

}  // namespace throng::detail
