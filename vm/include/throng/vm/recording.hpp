// A recording: what workers and processes did for a while, as events on one track per worker. Made by
// Runtime::stop_recording(), kept in a file, looked at by `throng trace` and `throng lab`. docs/recorder.md
// has the format of the file.
//
// A value like any other. Thread: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <throng/scheduler/clock.hpp>
#include <throng/scheduler/policy.hpp>
#include <throng/vm/pid.hpp>
#include <vector>

namespace throng {

struct RecorderOptions {
  // The last so many events of each worker are kept, or up to twice as many: from 16 to 16,777,216. An event
  // takes 24 bytes while it is recorded, for every worker and every spare thread there may be.
  std::size_t events_per_worker = 16384;
};

enum class EventKind : std::uint8_t {
  run,         // a run begins
  stop,        // and ends: stop_of(event) says why; amount, the reductions it used
  enqueue,     // the subject is ready: wake_of(event) says why; amount, its priority
  steal,       // subject, the number of the worker that something was taken from; amount, how many
  park,        // the worker goes to sleep
  unpark,      // and is up again; detail 1: somebody woke it
  spawn = 16,  // subject, the new process; amount, its weight; detail, its priority
  body,        // of the one just spawned: subject, the place of its name in Recording::names
  tag,         // of the one just spawned: subject, SpawnOptions::tag
  deadline,    // of the one just spawned: subject, its deadline in ns since the recording began, signed
  send,        // subject, whom to; amount, a mark that the receive has as well
  receive,     // subject, who; amount, the mark; detail, how many are left, 255: or more
  exit,        // subject, who; detail 1: with an error
};

struct RecordedEvent {
  Duration time{};  // since the recording began
  std::uint64_t subject = 0;
  std::uint32_t amount = 0;
  EventKind kind = EventKind::run;
  std::uint8_t detail = 0;
  friend bool operator==(const RecordedEvent&, const RecordedEvent&) = default;
};

// Requires: the kind is stop, or enqueue.
SchedulingPolicy::Stop stop_of(const RecordedEvent& event) noexcept;
SchedulingPolicy::Wake wake_of(const RecordedEvent& event) noexcept;
std::string_view text_of(EventKind kind) noexcept;
std::string_view text_of(SchedulingPolicy::Stop stop) noexcept;
std::string_view text_of(SchedulingPolicy::Wake wake) noexcept;

// The events of one worker, oldest first; or of all threads that are no workers.
struct RecordedTrack {
  std::string name;        // "worker 0", "spare 2", "outside"
  std::uint64_t lost = 0;  // events that were overwritten, all older than the first one here
  std::vector<RecordedEvent> events{};
  friend bool operator==(const RecordedTrack&, const RecordedTrack&) = default;
};

struct Recording {
  static constexpr std::uint32_t format_version = 1;

  std::string runtime;  // RuntimeOptions::name
  std::string machine;  // system, its release, architecture
  std::uint32_t cpus = 0;
  std::uint32_t workers = 0;
  std::int32_t slice = 0;  // RuntimeOptions::slice
  Duration length{};       // from its beginning to its end
  std::vector<std::string> names{};
  std::vector<RecordedTrack> tracks{};
  friend bool operator==(const Recording&, const Recording&) = default;

  std::uint64_t count_events() const noexcept;
  std::uint64_t count_lost() const noexcept;

  // The file's content, and back. Errors: std::runtime_error with a sentence for bytes that are no recording,
  // of another version, cut off, or damaged; `source` is what the sentence calls them.
  std::string to_bytes() const;
  static Recording from_bytes(std::string_view bytes, std::string_view source = "the recording");
  // Errors: std::runtime_error if the file cannot be written or read; and as from_bytes().
  void save(const std::string& path) const;
  static Recording load(const std::string& path);
};

}  // namespace throng
