// Plain data under a race detector: an access that happens-before does not order with a conflicting one fails
// the exploration. For payloads in tests; outside an exploration it is just a T.
#pragma once

#include <throng_model/thread.hpp>
#include <utility>

namespace throng_model {

template <class T>
class Plain {
 public:
  // `name` is what the failure calls it: "data race on <name>". It must outlive the object.
  explicit Plain(T value = T(), const char* name = "plain data") : value_(std::move(value)), name_(name) {
    if (Explorer* explorer = Explorer::active()) explorer->add_plain(handle_, false);
  }
  Plain(const Plain&) = delete;

  operator T() const {  // NOLINT(google-explicit-constructor): stands for a T
    access(false);
    return value_;
  }
  T get() const { return *this; }

  Plain& operator=(T value) {
    access(true);
    value_ = std::move(value);
    return *this;
  }
  Plain& operator=(const Plain& other) { return *this = other.get(); }

 private:
  void access(bool writes) const {
    if (Explorer* explorer = Explorer::active()) explorer->access_plain(handle_, name_, writes);
  }

  T value_;
  const char* name_;
  mutable Handle handle_;
};

}  // namespace throng_model
