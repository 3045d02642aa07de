// The ids of the runtime: small values, freely copied and sent; comparing and hashing them needs no runtime.
// A pid names one process for ever: its place in the process table is reused, its serial is not (SPN-5).
#pragma once

#include <cstdint>
#include <string>
#include <throng/scheduler/timer_key.hpp>

namespace throng {

class Pid {
 public:
  static constexpr bool sendable = true;
  static constexpr unsigned index_bits = 26;

  constexpr Pid() = default;
  constexpr explicit Pid(std::uint64_t bits) : bits_(bits) {}
  constexpr std::uint64_t bits() const noexcept { return bits_; }
  constexpr std::uint64_t index() const noexcept { return bits_ & ((std::uint64_t{1} << index_bits) - 1); }
  constexpr std::uint64_t serial() const noexcept { return bits_ >> index_bits; }
  // The null pid names nobody: sending to it does nothing.
  constexpr explicit operator bool() const noexcept { return bits_ != 0; }
  std::string text() const { return "<" + std::to_string(index()) + "." + std::to_string(serial()) + ">"; }
  friend constexpr auto operator<=>(Pid, Pid) = default;

 private:
  std::uint64_t bits_ = 0;
};

// Names one act of monitoring; its Down carries it (MON-1). Only its owner can end it (MON-4).
class Monitor {
 public:
  static constexpr bool sendable = true;
  constexpr Monitor() = default;
  constexpr Monitor(Pid owner, std::uint64_t reference) : owner_(owner), reference_(reference) {}
  constexpr Pid owner() const noexcept { return owner_; }
  constexpr std::uint64_t reference() const noexcept { return reference_; }
  friend constexpr auto operator<=>(Monitor, Monitor) = default;

 private:
  Pid owner_;
  std::uint64_t reference_ = 0;
};

// An address of its creator that the creator can take back (ALI-1).
class Alias {
 public:
  static constexpr bool sendable = true;
  constexpr Alias() = default;
  constexpr Alias(Pid owner, std::uint64_t reference) : owner_(owner), reference_(reference) {}
  constexpr Pid owner() const noexcept { return owner_; }
  constexpr std::uint64_t reference() const noexcept { return reference_; }
  friend constexpr auto operator<=>(Alias, Alias) = default;

 private:
  Pid owner_;
  std::uint64_t reference_ = 0;
};

// Names one request to spawn; its SpawnReply carries it (SPN-4).
class SpawnRequest {
 public:
  static constexpr bool sendable = true;
  constexpr SpawnRequest() = default;
  constexpr explicit SpawnRequest(std::uint64_t reference) : reference_(reference) {}
  constexpr std::uint64_t reference() const noexcept { return reference_; }
  friend constexpr auto operator<=>(SpawnRequest, SpawnRequest) = default;

 private:
  std::uint64_t reference_ = 0;
};

// Names one timer; stays valid, and harmless, after the timer has fired.
class TimerId {
 public:
  static constexpr bool sendable = true;
  constexpr TimerId() = default;
  constexpr explicit TimerId(detail::TimerKey key) : key_(key) {}
  constexpr detail::TimerKey key() const noexcept { return key_; }

 private:
  detail::TimerKey key_{};
};

}  // namespace throng

template <>
struct std::hash<throng::Pid> {
  std::size_t operator()(throng::Pid pid) const noexcept { return std::hash<std::uint64_t>{}(pid.bits()); }
};
template <>
struct std::hash<throng::Monitor> {
  std::size_t operator()(throng::Monitor monitor) const noexcept {
    return std::hash<std::uint64_t>{}(monitor.reference());
  }
};
