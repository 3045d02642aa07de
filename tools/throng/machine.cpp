#include "machine.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cmath>
#include <ctime>
#include <fstream>
#include <thread>

namespace throng::command {
namespace {

#ifdef __clang__
constexpr const char* compiler = "clang " __clang_version__;
#else
constexpr const char* compiler = "g++ " __VERSION__;
#endif

std::string cpu_model() {
  std::ifstream file("/proc/cpuinfo");
  std::string line;
  while (std::getline(file, line)) {
    if (!line.starts_with("model name")) continue;
    std::size_t begin = line.find_first_not_of(": \t", line.find(':'));
    if (begin != std::string::npos) return line.substr(begin);
  }
  return "unknown CPU";
}

}  // namespace

MachineInfo this_machine() {
  MachineInfo info;
  info.cpu = cpu_model();
  info.cpus = std::thread::hardware_concurrency();
  const double bytes =
      static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE));
  info.memory_gib = static_cast<std::uint64_t>(std::lround(bytes / (1 << 30)));
  utsname name{};
  info.kernel = ::uname(&name) == 0 ? std::string(name.sysname) + " " + name.release : "unknown system";
  info.compiler = compiler;
  info.compiler.erase(info.compiler.find_last_not_of(' ') + 1);  // clang's version ends in one
  return info;
}

std::string MachineInfo::text() const {
  return fmt::format("{}, {} CPU{}, {} GiB, {}, {}", cpu, cpus, cpus == 1 ? "" : "s", memory_gib, kernel,
                     compiler);
}

std::string difference(const MachineInfo& one, const MachineInfo& other) {
  if (one.cpu != other.cpu) return fmt::format("{} and {}", one.cpu, other.cpu);
  if (one.cpus != other.cpus) return fmt::format("{} and {} CPUs", one.cpus, other.cpus);
  if (one.memory_gib != other.memory_gib)
    return fmt::format("{} and {} GiB", one.memory_gib, other.memory_gib);
  if (one.kernel != other.kernel) return fmt::format("{} and {}", one.kernel, other.kernel);
  return {};
}

std::string utc_now() { return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr))); }

}  // namespace throng::command
