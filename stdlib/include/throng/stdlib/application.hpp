// Applications: the parts that a program starts and stops as wholes, each with a tree of processes of its
// own, in the order of what they need (APP-1).
//
//   application::load({.name = "store", .start = [] { return supervisor::start_link({...}).pid(); }});
//   application::load({.name = "shop", .dependencies = {"store"}, .start = start_shop});
//   application::ensure_all_started("shop", application::Type::permanent);
//   application::End end = application::wait_for_end();
//
// Each runtime has its own; the functions of a specification run in a process that stands above the
// application's tree. Thread: in a process.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <throng/base/expected.hpp>
#include <throng/vm/errors.hpp>
#include <throng/vm/pid.hpp>
#include <vector>

namespace throng::application {

// What becomes of the others when an application ends by itself. A stop() that was asked for is none of
// these.
enum class Type : std::uint8_t {
  permanent,  // they are stopped, the newest first, whatever the reason; see wait_for_end()
  transient,  // the same, unless the reason is normal
  temporary,  // it is reported, and nothing else
};

using Env = std::map<std::string, std::string>;

struct Spec {
  static constexpr bool sendable = true;  // its functions are without state

  std::string name{};
  std::string description{};
  std::vector<std::string> dependencies{};  // must run before this one starts
  // Gives the top process of the application, linked to the caller: supervisor::start_link(…).pid(). Null:
  // there is no process, as in a library.
  Pid (*start)() = nullptr;
  // Called for each phase in turn when the top process is up; the application has started when all are
  // through.
  std::vector<std::string> phases{};
  void (*start_phase)(const std::string& phase) = nullptr;
  void (*prep_stop)() = nullptr;  // before the top process is asked to end, when a stop was asked for
  void (*stop)() = nullptr;       // after it has ended, for whatever reason
  Env env{};                      // values that nobody has put before
};

// A start, a stop or a load that was refused or went wrong. Uncaught, the caller ends with the reason.
class Failed : public ExitsWith {
 public:
  using ExitsWith::ExitsWith;
};

// Makes it known. Errors: Failed if there is one of this name, or it has none.
void load(Spec spec);
// Errors: Failed if it is not known, or runs.
void unload(const std::string& name);
std::vector<std::string> loaded_applications();
std::optional<Spec> spec_of(const std::string& name);

// Starts one whose dependencies run, and waits until it has started. Errors: Failed, with what the start
// function threw; or because it runs already, is unknown, or one of its dependencies does not run.
void start(const std::string& name, Type type = Type::temporary);
Expected<void, ExitReason> try_start(const std::string& name, Type type = Type::temporary);
// Starts it and, before it, what it needs and does not run; the names of those that were started, in order.
// Errors: Failed; what was started for it is then stopped again.
std::vector<std::string> ensure_all_started(const std::string& name, Type type = Type::temporary);
// prep_stop, the end of its top process, stop; returns when all that is done. Errors: Failed if it does not
// run.
void stop(const std::string& name);
// All of them, the newest first.
void stop_all();

struct Running {
  std::string name{};
  std::string description{};
  Type type = Type::temporary;
  Pid top{};  // null: it has no process
};
// Those that have started, the newest first.
std::vector<Running> which_applications();

// Why all applications were stopped: this one ended, and its type says that the others do not go on.
struct End {
  std::string name{};
  ExitReason reason{};
};
// Returns when that has happened and all have been stopped: for the first process of a program. Afterwards
// nothing can be started in this runtime any more.
End wait_for_end();

// What an application is configured with. Anybody may ask and put, at any time, for any name.
std::optional<std::string> get_env(const std::string& application, const std::string& key);
std::string get_env(const std::string& application, const std::string& key, std::string otherwise);
void put_env(const std::string& application, const std::string& key, std::string value);
void delete_env(const std::string& application, const std::string& key);
Env get_all_env(const std::string& application);

}  // namespace throng::application
