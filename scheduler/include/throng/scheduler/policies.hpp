// The policies that come with the library, by name. Each is a page of code in policies/, to be read and
// changed, and has a page in docs/policies/. Thread: any.
#pragma once

#include <string_view>
#include <throng/scheduler/policy.hpp>
#include <vector>

namespace throng::policies {

// For RuntimeOptions::policy and Runtime::set_policy(). "built_in" gives the empty factory. Errors:
// std::invalid_argument with all the names, for a name that is none of them.
PolicyFactory named(std::string_view name);
// All of them, "built_in" first.
std::vector<std::string_view> names();

}  // namespace throng::policies
