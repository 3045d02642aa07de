// A schedule: what was different in a simulated run from the ordinary order, in which who was interrupted
// goes on and all others come as they were woken. The places are told by what each process had done by then,
// so that a part of a schedule still means something when another part is left out. Thread: any; plain
// values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <throng/scheduler/clock.hpp>
#include <throng/vm/pid.hpp>
#include <vector>

namespace throng::simulation {

// Who takes a step: a process, or a function that one has handed to blocking().
struct Actor {
  Pid process{};
  bool is_job = false;
  friend constexpr auto operator<=>(const Actor&, const Actor&) = default;
};

// One difference from the ordinary order.
struct Deviation {
  enum class Kind : std::uint8_t {
    goes_first,  // `other` takes a step where `actor` was to take one
    crash,       // `actor` is killed before the step
    drop,        // a message of `actor`'s is lost
    delay,       // a message of `actor`'s, or a timer that it starts, comes late by `by`
  };
  Kind kind = Kind::goes_first;
  Actor actor{};
  std::uint64_t count = 0;  // how many steps (drop, delay: messages and timers) of `actor`'s came before
  Actor other{};
  std::uint32_t worker = 0;  // where `other` takes its step
  Duration by{};
};

struct Schedule {
  std::vector<Deviation> deviations{};

  // One line, which parse() reads: `0.1@7>2.1` means that <2.1> goes first when <0.1> is to take its eighth
  // step; a star behind an actor marks its blocking() function, `/1` the second worker. `0.1@7!crash`,
  // `0.1@2!drop`, `0.1@2!delay=5000` (nanoseconds). Empty: the ordinary order.
  std::string text() const;
  // Errors: std::invalid_argument for what text() would not write.
  static Schedule parse(std::string_view text);
};

}  // namespace throng::simulation
