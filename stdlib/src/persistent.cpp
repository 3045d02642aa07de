#include <throng/stdlib/persistent.hpp>

#include <array>
#include <mutex>
#include <string>
#include <throng/vm/process.hpp>
#include <throng/vm/runtime_local.hpp>
#include <unordered_map>

#include "held.hpp"
#include "shared_lock.hpp"

namespace throng {
namespace {

using detail::Message;
using detail::MessageType;

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
};

// A lock that readers take in one of many places and writers in all.
class ManyDoors {
 public:
  static constexpr std::size_t doors = 16;

  void lock() {
    for (Door& door : doors_) door.mutex.lock();
  }
  void unlock() {
    for (Door& door : doors_) door.mutex.unlock();
  }
  detail::SharedLock& near(Pid reader) noexcept { return doors_[reader.index() % doors].mutex; }

 private:
  struct alignas(64) Door {
    detail::SharedLock mutex;
  };
  std::array<Door, doors> doors_;
};

// The runtime's values. No user's code runs under the lock: old values are destroyed behind it.
class Values {
 public:
  // What it replaced. An empty message: there was none. With only_new it comes back itself if it was refused.
  Message put(std::string_view key, Message value, bool only_new) {
    const MessageType& type = *value.get()->type;
    detail::Held lock(mutex_);
    auto of_key = values_.find(key);
    if (of_key == values_.end()) of_key = values_.try_emplace(std::string(key)).first;
    for (Message& other : of_key->second) {
      if (!detail::same_type(*other.get()->type, type)) continue;
      if (!only_new) std::swap(other, value);
      return value;
    }
    of_key->second.push_back(std::move(value));
    return {};
  }

  bool get(std::string_view key, const MessageType& type, void (*take)(void*, const void*), void* context) {
    detail::HeldShared lock(mutex_.near(self()));
    auto of_key = values_.find(key);
    if (of_key == values_.end()) return false;
    for (const Message& value : of_key->second) {
      if (!detail::same_type(*value.get()->type, type)) continue;
      take(context, value.payload());
      return true;
    }
    return false;
  }

  Message erase(std::string_view key, const MessageType& type) {
    detail::Held lock(mutex_);
    auto of_key = values_.find(key);
    if (of_key == values_.end()) return {};
    for (auto value = of_key->second.begin(); value != of_key->second.end(); ++value) {
      if (!detail::same_type(*value->get()->type, type)) continue;
      Message old = std::move(*value);
      of_key->second.erase(value);
      if (of_key->second.empty()) values_.erase(of_key);
      return old;
    }
    return {};
  }

  std::vector<persistent::Entry> entries() {
    detail::HeldShared lock(mutex_.near(self()));
    std::vector<persistent::Entry> all;
    for (const auto& [key, of_key] : values_) {
      for (const Message& value : of_key) all.push_back({key, std::string(value.get()->type->name)});
    }
    return all;
  }

 private:
  ManyDoors mutex_;
  // guarded by mutex_; few keys have more than one type
  std::unordered_map<std::string, std::vector<Message>, TextHash, std::equal_to<>> values_;
};

Values& values() { return runtime_local<Values>(); }

}  // namespace

namespace detail {

void put_persistent(std::string_view key, Message value) {
  charge(2);
  Message old = values().put(key, std::move(value), false);
}

bool put_new_persistent(std::string_view key, Message value) {
  charge(2);
  Message refused = values().put(key, std::move(value), true);
  return !refused;
}

bool get_persistent(std::string_view key, const MessageType& type, void (*take)(void*, const void*),
                    void* context) {
  charge(1);
  return values().get(key, type, take, context);
}

bool erase_persistent(std::string_view key, const MessageType& type) {
  charge(2);
  Message old = values().erase(key, type);
  return static_cast<bool>(old);
}

void no_persistent(std::string_view key, std::string_view type) {
  throw std::out_of_range("throng: persistent::get(\"" + std::string(key) +
                          "\"): there is no value of type " + std::string(type) +
                          "; put one before, or ask with find()");
}

}  // namespace detail

std::vector<persistent::Entry> persistent::entries() { return values().entries(); }
std::size_t persistent::size() { return values().entries().size(); }

}  // namespace throng
