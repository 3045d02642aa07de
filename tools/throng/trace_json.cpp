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
    for (std::size_t i = 0; i < recording_.tracks.size(); ++i)
      all_.push_back({{"ph", "M"},
                      {"pid", 1},
                      {"tid", i},
                      {"name", "thread_name"},
                      {"args", {{"name", recording_.tracks[i].name}}}});
    std::vector<Placed> events = in_order(recording_);
    for (const Placed& placed : events) learn_name(placed);
    for (const Placed& placed : events) take(placed);
    for (std::size_t i = 0; i < open_.size(); ++i)
      if (open_[i]) close(i, std::max(recording_.length, open_[i]->time), 0, "open");
    return std::move(all_);
  }

 private:
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

  void close(std::size_t track, Duration end, std::uint32_t reductions, std::string_view reason) {
    RecordedEvent run = *std::exchange(open_[track], std::nullopt);
    Json event = at("X", {track, &run}, name_of(run.subject));
    event["cat"] = "run";
    event["dur"] = microseconds(end) - microseconds(run.time);
    event["args"] = {{"process", Pid(run.subject).text()}, {"reductions", reductions}, {"stop", reason}};
    all_.push_back(std::move(event));
  }

  void take(const Placed& placed) {
    const RecordedEvent& event = *placed.event;
    switch (event.kind) {
      case EventKind::run:
        if (open_[placed.track]) close(placed.track, event.time, 0, "open");
        open_[placed.track] = event;
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

  void flow(const Placed& placed, const char* phase, std::uint64_t id) {
    Json event = at(phase, placed, "message");
    event["cat"] = "message";
    event["id"] = id;
    if (*phase == 'f') event["bp"] = "e";
    all_.push_back(std::move(event));
  }

  const Recording& recording_;
  std::vector<std::optional<RecordedEvent>> open_;  // by track: the run that is on
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
