// TSK-4: who started a task, and what is reported when one fails.
#include "semantics/support.hpp"

using namespace semantics;

namespace {

int fail(const std::string& text) { throw std::runtime_error(text); }
// The exception of an await that gives no value.
template <class T>
ExitReason failure_of(Task<T>& task, Duration timeout = patience) {
  try {
    static_cast<void>(task.await(timeout));
  } catch (const TaskFailed& failed) {
    return failed.reason();
  }
  return ExitReason::normal;
}

}  // namespace

TEST_CASE("TSK-4: a task knows who started it, and who started that one") {
  Runtime runtime(quiet(1));
  auto [none, chain] = runtime.run([] {
    auto outer = task::async([] {
      std::vector<Pid> inner = task::async([] { return task::callers(); }).await();
      return std::pair{self(), inner};
    });
    auto [middle, callers] = outer.await();
    return std::pair{task::callers().empty(), callers == std::vector<Pid>{middle, self()}};
  });
  CHECK(none);
  CHECK(chain);
}

namespace {

struct Reports {
  std::mutex mutex;
  std::vector<logger::Event> events;
};

class Collector final : public logger::Handler {
 public:
  explicit Collector(Reports& reports) : reports_(reports) {}
  void write(const logger::Event& event) override {
    std::lock_guard lock(reports_.mutex);
    reports_.events.push_back(event);
  }

 private:
  Reports& reports_;
};

std::string field_of(const logger::Event& event, std::string_view name) {
  for (const auto& [key, value] : event.fields)
    if (key == name) return value;
  return "";
}

}  // namespace

TEST_CASE("TSK-4: the report of a task's crash names its function, its arguments' types and its starter") {
  Reports reports;
  Runtime runtime(quiet(1));
  Pid starter = runtime.run(trusted([&reports] {
    logger::add_handler("collect", std::make_unique<Collector>(reports));
    auto failing = task::async_nolink(fail, "for the report");
    failure_of(failing);
    auto ending = task::async_nolink([] { exit(ExitReason::shutdown); });
    failure_of(ending);
    logger::remove_handler("collect");
    return self();
  }));
  std::vector<logger::Event> about_tasks;
  for (const logger::Event& event : reports.events)
    if (field_of(event, "report") == "task") about_tasks.push_back(event);
  REQUIRE(about_tasks.size() == 1);
  const logger::Event& event = about_tasks[0];
  CHECK(event.level == logger::Level::error);
  CHECK(event.text.find("started from " + starter.text()) != std::string::npos);
  CHECK(event.text.find("for the report") != std::string::npos);
  CHECK(field_of(event, "function").find("int (*)(") == 0);
  CHECK(field_of(event, "arguments") == "std::string");
  CHECK(field_of(event, "callers") == starter.text());
}
