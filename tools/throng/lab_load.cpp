// `throng lab --load`: a shared object of the user's, with a workload, policies, or both.
#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <throng/scheduler/policies.hpp>

#include "lab.hpp"

namespace throng::command {
namespace {

template <class Argument>
auto function_of(void* library, const char* name) {
  return reinterpret_cast<void (*)(Argument&)>(dlsym(library, name));
}

std::string names_of(const LabPolicies& own) {
  std::string names;
  for (const LabPolicies::Entry& entry : own.entries()) names += (names.empty() ? "" : ", ") + entry.name;
  return names;
}

// Which of two policies of one name was measured nobody could tell.
void check_policies(const std::string& path, const LabPolicies& own) {
  std::vector<std::string_view> taken = policies::names();
  for (const LabPolicies::Entry& entry : own.entries()) {
    if (entry.name.empty() || !entry.factory)
      throw std::runtime_error(fmt::format("throng: {} adds a policy \"{}\" that has no {}; give it one",
                                           path, entry.name, entry.name.empty() ? "name" : "factory"));
    if (std::ranges::find(taken, entry.name) != taken.end())
      throw std::runtime_error(
          fmt::format("throng: {} adds a policy \"{}\", and there is one of that name; give it another", path,
                      entry.name));
    taken.push_back(entry.name);
  }
}

void load_one(const std::string& path, Loaded& loaded) {
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr)
    throw std::runtime_error(fmt::format("throng: {} could not be loaded: {}", path, dlerror()));
  auto* workload = function_of<LabRun>(library, "throng_lab_workload");
  auto* add_policies = function_of<LabPolicies>(library, "throng_lab_policies");
  if (workload == nullptr && add_policies == nullptr) {
    throw std::runtime_error(fmt::format(
        "throng: {} has neither a function throng_lab_workload nor throng_lab_policies; write one as "
        "docs/lab.md says, with extern \"C\"",
        path));
  }
  if (workload != nullptr) loaded.workload = {path, "the workload of " + path, workload};
  if (add_policies != nullptr) add_policies(loaded.policies);
  check_policies(path, loaded.policies);
}

}  // namespace

Loaded load(const std::vector<std::string>& paths) {
  Loaded loaded;
  for (const std::string& path : paths) load_one(path, loaded);
  return loaded;
}

PolicyFactory policy_of(const LabPolicies& own, const std::string& name) {
  auto found = std::ranges::find(own.entries(), name, &LabPolicies::Entry::name);
  if (found != own.entries().end()) return found->factory;
  try {
    return policies::named(name);
  } catch (const std::invalid_argument& error) {
    if (own.entries().empty()) throw;
    throw std::invalid_argument(fmt::format("{}, and of your own {}", error.what(), names_of(own)));
  }
}

}  // namespace throng::command
