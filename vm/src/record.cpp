#include "record.hpp"

#include <sys/utsname.h>
#include <unistd.h>

#include <limits>
#include <string>
#include <unordered_map>

namespace throng {

std::string_view text_of(EventKind kind) noexcept {
  switch (kind) {
    case EventKind::run:
      return "run";
    case EventKind::stop:
      return "stop";
    case EventKind::enqueue:
      return "enqueue";
    case EventKind::steal:
      return "steal";
    case EventKind::park:
      return "park";
    case EventKind::unpark:
      return "unpark";
    case EventKind::spawn:
      return "spawn";
    case EventKind::body:
      return "body";
    case EventKind::tag:
      return "tag";
    case EventKind::deadline:
      return "deadline";
    case EventKind::send:
      return "send";
    case EventKind::receive:
      return "receive";
    case EventKind::exit:
      return "exit";
  }
  return "unknown";
}

std::string_view text_of(SchedulingPolicy::Stop stop) noexcept {
  constexpr std::string_view texts[] = {"yielded", "budget", "preempted", "waits", "ended"};
  auto index = static_cast<std::size_t>(stop);
  return index < std::size(texts) ? texts[index] : "unknown";
}

std::string_view text_of(SchedulingPolicy::Wake wake) noexcept {
  constexpr std::string_view texts[] = {"created", "woken", "yielded", "preempted", "stolen", "exchanged"};
  auto index = static_cast<std::size_t>(wake);
  return index < std::size(texts) ? texts[index] : "unknown";
}

SchedulingPolicy::Stop stop_of(const RecordedEvent& event) noexcept {
  return static_cast<SchedulingPolicy::Stop>(event.detail);
}

SchedulingPolicy::Wake wake_of(const RecordedEvent& event) noexcept {
  return static_cast<SchedulingPolicy::Wake>(event.detail);
}

std::uint64_t Recording::count_events() const noexcept {
  std::uint64_t count = 0;
  for (const RecordedTrack& track : tracks) count += track.events.size();
  return count;
}

std::uint64_t Recording::count_lost() const noexcept {
  std::uint64_t count = 0;
  for (const RecordedTrack& track : tracks) count += track.lost;
  return count;
}

namespace detail {
namespace {

std::string machine_text() {
  utsname name{};
  if (uname(&name) != 0) return "unknown";
  return std::string(name.sysname) + " " + name.release + " " + name.machine;
}

std::string name_of_track(std::size_t index, std::size_t count, std::size_t workers) {
  if (index + 1 == count) return "outside";
  return (index < workers ? "worker " : "spare ") + std::to_string(index);
}

// Bodies are noted by the address of their type, which is constant data of the program's.
class NameTable {
 public:
  explicit NameTable(std::vector<std::string>& names) : names_(names) {}
  std::uint64_t place_of(std::uint64_t type_address) {
    auto [place, is_new] = places_.try_emplace(type_address, names_.size());
    if (is_new) names_.emplace_back(reinterpret_cast<const Body::Type*>(type_address)->name);
    return place->second;
  }

 private:
  std::vector<std::string>& names_;
  std::unordered_map<std::uint64_t, std::uint64_t> places_;
};

RecordedEvent recorded(const TrackEvent& event, std::int64_t began, NameTable& names) {
  RecordedEvent result{Duration(event.time - began), event.subject, event.amount,
                       static_cast<EventKind>(event.kind), event.detail};
  if (result.kind == EventKind::body) result.subject = names.place_of(event.subject);
  if (result.kind == EventKind::deadline) result.subject -= static_cast<std::uint64_t>(began);
  return result;
}

}  // namespace

void record_spawn(Machine& machine, Worker* worker, const Process& child) noexcept {
  auto put = [&](EventKind kind, std::uint64_t subject, std::uint32_t amount = 0, std::uint8_t detail = 0) {
    if (worker != nullptr) {
      note(*worker, kind, subject, amount, detail);
    } else {
      machine.scheduler.note_from_outside(static_cast<std::uint8_t>(kind), subject, amount, detail);
    }
  };
  put(EventKind::spawn, child.pid().bits(), child.weight(), static_cast<std::uint8_t>(child.priority()));
  put(EventKind::body, reinterpret_cast<std::uintptr_t>(child.body->type));
  if (child.tag() != 0) put(EventKind::tag, child.tag());
  if (child.deadline() != Clock::time_point::max())
    put(EventKind::deadline, static_cast<std::uint64_t>(child.deadline().time_since_epoch().count()));
}

std::uint64_t Machine::id_of(const Runnable& runnable) noexcept {
  return static_cast<const Process&>(runnable).pid().bits();
}

Recording Machine::recording_of(const EventRecording& events) const {
  Recording recording;
  recording.runtime = options.name;
  recording.machine = machine_text();
  recording.cpus = static_cast<std::uint32_t>(std::max(1L, sysconf(_SC_NPROCESSORS_ONLN)));
  recording.workers = options.workers;
  recording.slice = options.slice;
  recording.length = Duration(events.ended - events.began);
  NameTable name_table(recording.names);
  for (std::size_t i = 0; i < events.tracks.size(); ++i) {
    RecordedTrack track{name_of_track(i, events.tracks.size(), scheduler.worker_count()),
                        events.tracks[i].lost};
    track.events.reserve(events.tracks[i].events.size());
    for (const TrackEvent& event : events.tracks[i].events)
      track.events.push_back(recorded(event, events.began, name_table));
    recording.tracks.push_back(std::move(track));
  }
  return recording;
}

}  // namespace detail
}  // namespace throng
