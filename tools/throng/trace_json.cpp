#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_map>
#include <utility>

#include "recorded_order.hpp"
#include "trace.hpp"

namespace throng::command {
namespace {

using Json = nlohmann::ordered_json;

double microseconds(Duration time) { return static_cast<double>(time.count()) / 1000; }

class Tracer {
 public:
  explicit Tracer(const Recording& recording) : recording_(recording), open_(recording.tracks.size()) {}

  Json events() {
    metadata(0, "process_name", {{"name", recording_.runtime}});
    for (std::size_t i = 0; i < recording_.tracks.size(); ++i) {
      metadata(i, "thread_name", {{"name", recording_.tracks[i].name}});
      metadata(i, "thread_sort_index", {{"sort_index", i}});
    }
    std::vector<Placed> events = in_order(recording_);
    for (const Placed& placed : events) learn_name(placed);
    for (const Placed& placed : events) take(placed);
    for (std::size_t i = 0; i < open_.size(); ++i)
      if (open_[i]) close(i, std::max(recording_.length, open_[i]->began), 0, "open");
    return std::move(all_);
  }

 private:
  // A run that is on: its event is in its place already, and lacks what is known at its end.
  struct Open {
    Duration began;
    std::size_t place;
  };

  void metadata(std::size_t track, const char* name, Json arguments) {
    all_.push_back({{"ph", "M"}, {"pid", 1}, {"tid", track}, {"name", name}, {"args", std::move(arguments)}});
  }

  void learn_name(const Placed& placed) {
    const RecordedEvent& event = *placed.event;
    if (event.kind == EventKind::spawn) {
      spawned_[placed.track] = event.subject;
    } else if (event.kind == EventKind::body && spawned_.contains(placed.track)) {
      names_[spawned_[placed.track]] = recording_.names[event.subject];
    }
  }
  std::string name_of(std::uint64_t process) const {
    auto name = names_.find(process);
    return Pid(process).text() + (name != names_.end() ? " " + name->second : "");
  }

  Json at(const char* phase, const Placed& placed, std::string name) const {
    return {{"ph", phase},
            {"pid", 1},
            {"tid", placed.track},
            {"ts", microseconds(placed.event->time)},
            {"name", std::move(name)}};
  }

  // Before the messages of the run: with equal times, readers take the order in the file, and an arrow needs
  // a run to begin or end in.
  void open(const Placed& placed) {
    const RecordedEvent& run = *placed.event;
    open_[placed.track] = Open{run.time, all_.size()};
    Json event = at("X", placed, name_of(run.subject));
    event["cat"] = "run";
    event["args"] = {{"process", Pid(run.subject).text()}};
    all_.push_back(std::move(event));
  }

  void close(std::size_t track, Duration end, std::uint32_t reductions, std::string_view reason) {
    Open run = *std::exchange(open_[track], std::nullopt);
    Json& event = all_[run.place];
    event["dur"] = microseconds(end - run.began);
    event["args"]["reductions"] = reductions;
    event["args"]["stop"] = reason;
  }

  void take(const Placed& placed) {
    const RecordedEvent& event = *placed.event;
    switch (event.kind) {
      case EventKind::run:
        if (open_[placed.track]) close(placed.track, event.time, 0, "open");
        open(placed);
        break;
      case EventKind::stop:
        if (open_[placed.track]) close(placed.track, event.time, event.amount, text_of(stop_of(event)));
        break;
      case EventKind::send:
        flow(placed, "s", sent_[{event.subject, event.amount}] = ++flows_);
        break;
      case EventKind::receive: {
        auto sent = sent_.find({event.subject, event.amount});
        if (sent != sent_.end()) flow(placed, "f", sent->second), sent_.erase(sent);
        break;
      }
      case EventKind::enqueue:
        if (is_wake(event))
          instant(placed, std::string(text_of(wake_of(event))) + " " + name_of(event.subject));
        break;
      case EventKind::steal:
        instant(placed,
                "steal of " + std::to_string(event.amount) + " from worker " + std::to_string(event.subject));
        break;
      case EventKind::spawn:
      case EventKind::exit:
        instant(placed, std::string(text_of(event.kind)) + " " + name_of(event.subject));
        break;
      case EventKind::park:
      case EventKind::unpark:
        instant(placed, std::string(text_of(event.kind)));
        break;
      case EventKind::body:
      case EventKind::tag:
      case EventKind::deadline:
        break;
    }
  }

  void instant(const Placed& placed, std::string name) {
    Json event = at("i", placed, std::move(name));
    event["s"] = "t";
    event["cat"] = text_of(placed.event->kind);
    all_.push_back(std::move(event));
  }

  // Of a host's thread, or in a run whose beginning was overwritten: the arrow needs something to be in.
  void stand_in(const Placed& placed) {
    Json event = at("X", placed, std::string(text_of(placed.event->kind)));
    event["cat"] = "message";
    event["dur"] = microseconds(Duration(1));
    event["args"] = {{"process", Pid(placed.event->subject).text()}};
    all_.push_back(std::move(event));
  }

  void flow(const Placed& placed, const char* phase, std::uint64_t id) {
    if (!open_[placed.track]) stand_in(placed);
    Json event = at(phase, placed, "message");
    event["cat"] = "message";
    event["id"] = id;
    if (*phase == 'f') event["bp"] = "e";
    all_.push_back(std::move(event));
  }

  const Recording& recording_;
  std::vector<std::optional<Open>> open_;  // by track
  Json all_ = Json::array();
  std::unordered_map<std::size_t, std::uint64_t> spawned_;
  std::unordered_map<std::uint64_t, std::string> names_;
  std::map<std::pair<std::uint64_t, std::uint32_t>, std::uint64_t> sent_;  // on their way: the flow's number
  std::uint64_t flows_ = 0;
};

}  // namespace

std::string trace_json_of(const Recording& recording) {
  Json all{
      {"displayTimeUnit", "ns"},
      {"otherData",
       {{"runtime", recording.runtime}, {"machine", recording.machine}, {"lost", recording.count_lost()}}},
      {"traceEvents", Tracer(recording).events()}};
  return all.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace throng::command
