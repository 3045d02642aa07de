// What all processes of a runtime share of its applications: who the controller is, and their values.
#pragma once

#include <map>
#include <mutex>
#include <shared_mutex>
#include <throng/stdlib/application.hpp>
#include <throng/vm/possession.hpp>
#include <throng/vm/runtime_local.hpp>

#include "held.hpp"

namespace throng::detail {

class Directory {
 public:
  Pid controller() const {
    HeldShared lock(mutex_);
    return controller_;
  }
  // Who it is: the one that is there, or the new one.
  Pid offer(Pid controller) {
    Held lock(mutex_);
    if (!controller_) controller_ = controller;
    return controller_;
  }
  void forget(Pid controller) {
    Held lock(mutex_);
    if (controller_ == controller) controller_ = Pid();
  }

  std::optional<std::string> get(const std::string& application, const std::string& key) const {
    HeldShared lock(mutex_);
    auto env = env_.find(application);
    if (env == env_.end()) return std::nullopt;
    auto entry = env->second.find(key);
    return entry == env->second.end() ? std::nullopt : std::optional(entry->second);
  }
  application::Env all(const std::string& application) const {
    HeldShared lock(mutex_);
    auto env = env_.find(application);
    return env == env_.end() ? application::Env() : env->second;
  }
  void put(const std::string& application, const std::string& key, std::string value) {
    Held lock(mutex_);
    env_[application].insert_or_assign(key, std::move(value));
  }
  void put_where_missing(const std::string& application, const application::Env& values) {
    Held lock(mutex_);
    env_[application].insert(values.begin(), values.end());
  }
  void remove(const std::string& application, const std::string& key) {
    Held lock(mutex_);
    if (auto env = env_.find(application); env != env_.end()) env->second.erase(key);
  }
  void remove_all(const std::string& application) {
    Held lock(mutex_);
    env_.erase(application);
  }

 private:
  mutable std::shared_mutex mutex_;
  Pid controller_;                               // guarded by mutex_
  std::map<std::string, application::Env> env_;  // guarded by mutex_
};

inline Directory& directory() { return throng::runtime_local<Directory>(); }

// A controller that is gone is not found any more.
class Office final : public Possession {
 public:
  explicit Office(Directory& directory) noexcept : directory_(directory) {}
  void give_up(const Farewell& farewell) noexcept override { directory_.forget(farewell.process()); }

 private:
  Directory& directory_;
};

}  // namespace throng::detail
