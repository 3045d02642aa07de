#include "memory.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <limits>
#include <optional>
#include <sstream>
#include <string>

namespace throng::command {
namespace {

constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

// The first number in a file; nothing if there is no file, or it says "max".
std::optional<std::size_t> number_in(const std::string& path) {
  std::ifstream file(path);
  std::size_t number = 0;
  if (file >> number) return number;
  return std::nullopt;
}

// Field 0: the address space, field 1: what is resident; in bytes.
std::size_t statm(int field) {
  std::ifstream file("/proc/self/statm");
  std::size_t pages = 0;
  for (int i = 0; i <= field; ++i) {
    if (!(file >> pages)) return 0;
  }
  return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

std::size_t left_on_machine() {
  std::ifstream file("/proc/meminfo");
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::string name;
    std::size_t kibibytes = 0;
    if (words >> name >> kibibytes && name == "MemAvailable:") return kibibytes * 1024;
  }
  return unlimited;
}

std::size_t left_of(std::optional<std::size_t> limit, std::optional<std::size_t> used) {
  if (!limit || !used) return unlimited;
  return *limit > *used ? *limit - *used : 0;
}

// Of the control group this process is in, and of the root as a container sees it; versions 2 and 1.
std::size_t left_in_group() {
  std::size_t left = unlimited;
  auto look = [&left](const std::string& folder, const char* limit, const char* used) {
    left = std::min(left, left_of(number_in(folder + limit), number_in(folder + used)));
  };
  std::ifstream groups("/proc/self/cgroup");
  std::string line;
  while (std::getline(groups, line)) {
    std::string path = line.substr(std::min(line.rfind(':'), line.size() - 1) + 1);
    if (line.starts_with("0::")) {
      look("/sys/fs/cgroup" + path, "/memory.max", "/memory.current");
      look("/sys/fs/cgroup", "/memory.max", "/memory.current");
    } else if (line.find(":memory:") != std::string::npos) {
      look("/sys/fs/cgroup/memory" + path, "/memory.limit_in_bytes", "/memory.usage_in_bytes");
      look("/sys/fs/cgroup/memory", "/memory.limit_in_bytes", "/memory.usage_in_bytes");
    }
  }
  return left;
}

}  // namespace

std::size_t resident_bytes() { return statm(1); }

std::size_t available_bytes() { return std::min(left_on_machine(), left_in_group()); }

std::size_t available_addresses() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return unlimited;
  return left_of(limit.rlim_cur, statm(0));
}

}  // namespace throng::command
