// What the tests of behaviours share: checks that are collected in a process and asserted on the host's
// thread, and a log handler that hands its events to a process.
#pragma once

#include "semantics/support.hpp"

namespace behaviours {

using namespace semantics;

// Collects what does not hold. The result is empty if everything does.
class Checks {
 public:
  void operator()(bool holds, const std::string& what) {
    if (!holds) failed_ += (failed_.empty() ? "not: " : "; not: ") + what;
  }
  std::string result() const { return failed_; }

 private:
  std::string failed_;
};

// Runs body(checks) as a process of this runtime.
template <class F>
void check_in(Runtime& runtime, F body) {
  CHECK(runtime.run(
            [](F test) {
              Checks checks;
              test(checks);
              return checks.result();
            },
            body) == "");
}

// On one worker, where everything takes turns, and on two.
template <class F>
void on_both(F body) {
  on_one_and_two_workers([body](Runtime& runtime) { check_in(runtime, body); });
}

// An event that the log handler below was given.
struct Logged {
  logger::Event event;

  std::string field(std::string_view name) const {
    for (const auto& [key, value] : event.fields) {
      if (key == name) return value;
    }
    return "";
  }
  bool mentions(std::string_view words) const { return event.text.find(words) != std::string::npos; }
};

class ToProcess final : public logger::Handler {
 public:
  explicit ToProcess(Pid to) : to_(to) {}
  void write(const logger::Event& event) override { send(to_, Logged{event}); }

 private:
  Pid to_;
};

inline void log_to_me(logger::Level least = logger::Level::debug) {
  logger::add_handler("test", std::make_unique<ToProcess>(self()), {.level = least});
}

// Everything that was logged before this call, by the caller or by whom it has heard of since.
inline std::vector<Logged> logged() {
  logger::flush();
  std::vector<Logged> events;
  while (auto event = receive<Logged>(0ms)) events.push_back(std::move(*event));
  return events;
}

// Those whose field has this value.
inline std::vector<Logged> logged_with(std::string_view field, std::string_view value) {
  std::vector<Logged> found;
  for (Logged& event : logged()) {
    if (event.field(field) == value) found.push_back(std::move(event));
  }
  return found;
}

inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

template <class T>
bool contains(const std::vector<T>& all, const T& one) {
  for (const T& each : all) {
    if (each == one) return true;
  }
  return false;
}

// The texts that have arrived, in their order.
inline std::vector<std::string> texts() {
  std::vector<std::string> found;
  while (auto text = receive<Text>(0ms)) found.push_back(std::move(text->value));
  return found;
}

inline std::string joined(const std::vector<std::string>& parts) {
  std::string all;
  for (const std::string& part : parts) all += (all.empty() ? "" : " ") + part;
  return all;
}

// The next texts, as many as that, however long they take.
inline std::string next_texts(int count) {
  std::vector<std::string> found;
  for (int i = 0; i < count; ++i) found.push_back(expect<Text>().value);
  return joined(found);
}

}  // namespace behaviours
