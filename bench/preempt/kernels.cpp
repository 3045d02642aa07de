// Eleven small computations and the time each takes: what checks cost is the ratio of two builds of this
// file. Built and compared by preempt_overhead.py, not with the other benchmarks.
//
//   kernels [RUNS [KERNEL]]     one line per kernel: its name, the smallest and the median of its runs in ms
//   of the
//                               processor, its result
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "slices.hpp"

namespace {

// Hides a value from the optimizer, so that nothing is computed beforehand.
template <class T>
T opaque(T value) {
  asm volatile("" : "+r"(value));
  return value;
}

[[gnu::noinline]] std::uint64_t sum(const std::vector<std::uint64_t>& values) {
  std::uint64_t result = 0;
  for (const std::uint64_t value : values) {
    result = result * 3 + value;
  }
  return result;
}

[[gnu::noinline]] std::uint64_t fnv(const std::string& text) {
  std::uint64_t hash = 14695981039346656037u;
  for (const char letter : text) {
    hash = (hash ^ static_cast<unsigned char>(letter)) * 1099511628211u;
  }
  return hash;
}

[[gnu::noinline]] std::uint64_t xorshift(std::uint64_t state, long rounds) {
  for (long i = 0; i < rounds; ++i) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
  }
  return state;
}

[[gnu::noinline]] std::uint64_t matmul(std::size_t n) {
  std::vector<double> a(n * n, 1.5), b(n * n, 2.0), c(n * n, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < n; ++k) {
      for (std::size_t j = 0; j < n; ++j) {
        c[i * n + j] += a[i * n + k] * b[k * n + j];
      }
    }
  }
  return static_cast<std::uint64_t>(c[n + 1]);
}

[[gnu::noinline]] std::uint64_t sort(std::size_t count) {
  std::vector<std::uint32_t> values(count);
  std::uint32_t state = 12345;
  for (std::uint32_t& value : values) {
    value = state = state * 1664525u + 1013904223u;
  }
  std::sort(values.begin(), values.end());
  return values[count / 2];
}

[[gnu::noinline]] int fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }

// A recursive descent over text: counts values and adds up numbers.
class Json {
 public:
  explicit Json(const std::string& text) : at_(text.data()), end_(at_ + text.size()) {}

  std::uint64_t value() {
    blank();
    switch (*at_) {
      case '{':
        return list('}', true);
      case '[':
        return list(']', false);
      case '"':
        return string();
      default:
        return number();
    }
  }

 private:
  void blank() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n')) {
      ++at_;
    }
  }
  std::uint64_t list(char end, bool with_keys) {
    std::uint64_t result = 1;
    for (++at_, blank(); *at_ != end; blank()) {
      if (with_keys) {
        result += string();
        blank();
        ++at_;
      }
      result += value();
      blank();
      at_ += *at_ == ',' ? 1 : 0;
    }
    ++at_;
    return result;
  }
  std::uint64_t string() {
    const char* begin = ++at_;
    while (*at_ != '"') {
      at_ += *at_ == '\\' ? 2 : 1;
    }
    return static_cast<std::uint64_t>(at_++ - begin);
  }
  std::uint64_t number() {
    std::uint64_t result = 0;
    while (*at_ >= '0' && *at_ <= '9') {
      result = result * 10 + static_cast<std::uint64_t>(*at_++ - '0');
    }
    return result;
  }
  const char* at_;
  const char* end_;
};

std::string json_text(int entries) {
  std::string text = "[";
  for (int i = 0; i < entries; ++i) {
    text += (i > 0 ? ", " : "") +
            ("{\"id\": " + std::to_string(i) + ", \"name\": \"entry " + std::to_string(i * 7));
    text += "\", \"tags\": [\"one\", \"two\", [1, 2, 3]]}\n";
  }
  return text + "]";
}

[[gnu::noinline]] std::uint64_t map(std::uint32_t count) {
  std::map<std::uint32_t, std::uint32_t> tree;
  std::uint32_t state = 1;
  for (std::uint32_t i = 0; i < count; ++i) {
    state = state * 1664525u + 1013904223u;
    tree[state >> 14] += i;
  }
  std::uint64_t result = 0;
  for (const auto& [key, value] : tree) {
    result += key ^ value;
  }
  return result;
}

[[gnu::noinline]] std::uint64_t spin(long rounds) {
  std::uint64_t value = 0;
  for (long i = 0; i < rounds; ++i) {
    asm volatile("" : "+r"(value));
  }
  return value;
}

[[gnu::noinline]] std::uint64_t func(const std::vector<std::function<std::uint64_t(std::uint64_t)>>& steps,
                                     long rounds) {
  std::uint64_t value = 1;
  for (long i = 0; i < rounds; ++i) {
    for (const auto& step : steps) {
      value = step(value);
    }
  }
  return value;
}

[[gnu::noinline]] void daxpy(std::vector<double>& y, const std::vector<double>& x, double factor) {
  for (std::size_t i = 0; i < y.size(); ++i) {
    y[i] += factor * x[i];
  }
}

// Of this thread in user and kernel mode: others use the machine too.
double processor_ms() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) * 1e-6;
}

int runs = 5;
std::string_view only;

template <class F>
void measure(const char* name, F run) {
  if (!only.empty() && only != name) {
    return;
  }
  std::vector<double> times;
  std::uint64_t result = 0;
  if (slices::begin != nullptr) {
    slices::begin();
  }
  for (int i = 0; i < runs; ++i) {
    const double begin = processor_ms();
    result = opaque(run());
    times.push_back(processor_ms() - begin);
  }
  std::sort(times.begin(), times.end());
  std::printf("%s %.3f %.3f %llx", name, times[0], times[times.size() / 2],
              static_cast<unsigned long long>(result));
  if (slices::print != nullptr) {
    slices::print();
  }
  std::printf("\n");
}

}  // namespace

int main(int count, char** arguments) {
  runs = count > 1 ? std::atoi(arguments[1]) : runs;
  only = count > 2 ? arguments[2] : "";
  const std::vector<std::uint64_t> numbers(1 << 16, 7);
  const std::string text(1 << 20, 'x'), json = json_text(20000);
  const std::vector<double> x(4096, 0.5);
  std::vector<double> y(4096, 1.0);
  std::vector<std::function<std::uint64_t(std::uint64_t)>> steps;
  for (std::uint64_t i = 1; i < 5; ++i) {
    steps.emplace_back([i](std::uint64_t value) { return value * 3 + i; });
  }
  const auto often = [](int times, auto run) {
    std::uint64_t result = 0;
    for (int i = 0; i < opaque(times); ++i) {
      result += run();
      asm volatile("" ::: "memory");  // else a function of the same arguments is called once
    }
    return result;
  };
  measure("sum", [&] { return often(400, [&] { return sum(*opaque(&numbers)); }); });
  measure("fnv", [&] { return often(12, [&] { return fnv(*opaque(&text)); }); });
  measure("xorshift", [&] { return xorshift(opaque(88172645463325252u), 12000000); });
  measure("matmul", [&] { return matmul(opaque(std::size_t{288})); });
  measure("sort", [&] { return sort(opaque(std::size_t{1} << 18)); });
  measure("fib", [&] { return static_cast<std::uint64_t>(fib(opaque(37))); });
  measure("json", [&] { return Json(json).value(); });
  measure("map", [&] { return map(opaque(150000u)); });
  measure("spin", [&] { return spin(opaque(60000000L)); });
  measure("func", [&] { return func(steps, opaque(6000000L)); });
  measure("daxpy", [&] {
    return often(20000, [&] {
      daxpy(y, x, 0.25);
      return std::uint64_t{1};
    });
  });
  return 0;
}
