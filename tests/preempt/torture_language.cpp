// See torture.hpp: control flow.
#include <setjmp.h>

#include <coroutine>
#include <cstdarg>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "torture.hpp"

namespace torture {
namespace {

std::string line(const char* name, long value) {
  return std::string(name) + " " + std::to_string(value) + "\n";
}

// ---- exceptions

struct Trace {
  explicit Trace(long& where, long what) : where_(where), what_(what) {}
  Trace(const Trace&) = delete;
  Trace& operator=(const Trace&) = delete;
  ~Trace() {
    for (long i = 0; i < what_ % 5 + 20; ++i) {
      where_ = (where_ * 31 + what_) % 1000003;
    }
  }
  long& where_;
  long what_;
};

struct Problem : std::runtime_error {
  explicit Problem(int code) : std::runtime_error("problem"), code(code) {}
  int code;
};

[[gnu::noinline]] int risky(int n, long& trace) {
  Trace first(trace, n);
  Trace second(trace, n + 1);
  if (n % 3 == 0) {
    throw Problem(n);
  }
  if (n % 7 == 0) {
    throw n;
  }
  return n;
}

long exceptions_in_loops() {
  long trace = 1, sum = 0;
  for (int i = 1; i < 300; ++i) {
    try {
      Trace outer(trace, i * 3);
      sum += risky(i, trace);
    } catch (const Problem& problem) {
      sum += problem.code * 2;
      for (int j = 0; j < 30; ++j) {
        sum ^= j;
      }
    } catch (int code) {
      sum -= code;
    }
  }
  return sum * 1000003 + trace;
}

long retry_by_exception_alone() {
  long trace = 7;
  int attempt = 300;
again:
  try {
    risky(attempt, trace);
  } catch (...) {
    attempt = attempt % 3 == 0 ? attempt - 7 : attempt - 21;
    if (attempt > 0) {
      goto again;
    }
  }
  return trace + attempt;
}

long rethrow() {
  long sum = 0;
  for (int i = 0; i < 100; ++i) {
    try {
      try {
        try {
          throw Problem(i);
        } catch (Problem& problem) {
          problem.code += 5;
          throw;
        }
      } catch (const std::runtime_error&) {
        std::exception_ptr held = std::current_exception();
        for (int j = 0; j < 25; ++j) {
          sum += j;
        }
        std::rethrow_exception(held);
      }
    } catch (const Problem& problem) {
      sum += problem.code;
    }
  }
  return sum;
}

struct Chain {
  Chain(int depth, long& trace)
      : trace_(trace, depth), next_(depth > 0 ? new Chain(depth - 1, trace) : nullptr) {
    if (depth == 0) {
      throw Problem(depth);
    }
  }
  Trace trace_;
  std::unique_ptr<Chain> next_;
};

long nested_destructors() {
  long trace = 3;
  for (int i = 1; i < 30; ++i) {
    try {
      Chain chain(i, trace);
    } catch (const Problem&) {
      trace += i;
    }
  }
  return trace;
}

// ---- coroutines

struct Generator {
  struct promise_type {
    long value = 0;
    Generator get_return_object() {
      return Generator{std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    std::suspend_always yield_value(long next) noexcept {
      value = next;
      return {};
    }
    void return_void() noexcept {}
    void unhandled_exception() { throw; }
  };
  explicit Generator(std::coroutine_handle<promise_type> handle) : handle(handle) {}
  Generator(Generator&& other) noexcept : handle(std::exchange(other.handle, nullptr)) {}
  ~Generator() {
    if (handle) {
      handle.destroy();
    }
  }
  std::coroutine_handle<promise_type> handle;
};

Generator count(long from, long to) {
  for (long i = from; i < to; ++i) {
    if (i % 97 == 96) {
      throw Problem(static_cast<int>(i));
    }
    co_yield i;
    for (long j = 0; j < 20; ++j) {
      from += j;
    }
  }
}

long coroutines() {
  long sum = 0;
  for (int round = 0; round < 20; ++round) {
    Generator numbers = count(round * 10, round * 10 + 40);
    try {
      while (!numbers.handle.done()) {
        numbers.handle.resume();
        sum += numbers.handle.promise().value;
      }
    } catch (const Problem& problem) {
      sum -= problem.code;
    }
  }
  return sum;
}

// ---- jumps

long computed_goto() {
  static const unsigned char program[] = {0, 1, 2, 0, 3, 1, 0, 2, 4};
  static void* const steps[] = {&&add, &&twice, &&mix, &&back, &&end};
  const unsigned char* at = program;
  long value = 1, rounds = 0;
  goto* steps[*at];
add:
  value += 7;
  goto* steps[*++at];
twice:
  value = value * 2 % 1000003;
  goto* steps[*++at];
mix:
  for (int i = 0; i < 20; ++i) {
    value ^= i;
  }
  goto* steps[*++at];
back:
  if (++rounds < 200) {
    at = program;
    goto* steps[*at];
  }
  goto* steps[*++at];
end:
  return value;
}

[[gnu::noinline]] long irreducible(long n) {
  long value = n, i = 0;
  if (n % 2 == 0) {
    goto middle;
  }
top:
  value = value * 3 % 1000003;
  if (value % 5 == 0) {
    goto other;
  }
middle:
  value += i;
  ++i;
other:
  if (++i < 500) {
    if (value % 3 == 0) {
      goto middle;
    }
    goto top;
  }
  return value;
}

[[gnu::noinline]] void leap(jmp_buf& arrival, int code) { longjmp(arrival, code); }

long jumps_by_longjmp() {
  jmp_buf arrival;
  volatile long sum = 0;
  const int code = setjmp(arrival);
  sum = sum + code;
  if (code < 200) {
    leap(arrival, code + 1);
  }
  return sum;
}

// ---- calls

long ackermann(long m, long n) {
  return m == 0 ? n + 1 : n == 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1));
}

bool is_odd(unsigned n);
[[gnu::noinline]] bool is_even(unsigned n) { return n == 0 || is_odd(n - 1); }
[[gnu::noinline]] bool is_odd(unsigned n) { return n != 0 && is_even(n - 1); }

struct Shape {
  virtual ~Shape() = default;
  virtual long area(long n) const = 0;
};
struct Square : Shape {
  long area(long n) const override { return n * n; }
};
struct Stairs : Shape {
  long area(long n) const override {
    long sum = 0;
    for (long i = 0; i < n; ++i) {
      sum += i;
    }
    return sum;
  }
};

long virtual_calls() {
  std::vector<std::unique_ptr<Shape>> shapes;
  for (int i = 0; i < 60; ++i) {
    shapes.push_back(i % 2 == 0 ? std::unique_ptr<Shape>(new Square) : std::unique_ptr<Shape>(new Stairs));
  }
  long sum = 0;
  for (long i = 0; i < 60; ++i) {
    sum += shapes[static_cast<std::size_t>(i)]->area(i);
  }
  return sum;
}

[[gnu::noinline]] long switches(long rounds) {
  long value = 1;
  for (long i = 0; i < rounds; ++i) {
    switch ((value ^ i) & 15) {
      case 0:
        value += 3;
        continue;
      case 1:
        value *= 5;
        break;
      case 2:
        value ^= i;
        continue;
      case 3:
        value -= 7;
        break;
      case 4:
        value += value >> 3;
        break;
      case 7:
        ++i;
        continue;
      case 9:
        value ^= 0x55;
        break;
      case 12:
        value += i;
        break;
      default:
        ++value;
    }
    value &= 0xfffff;
  }
  return value;
}

long sum_of(int count, ...) {
  va_list list;
  va_start(list, count);
  long sum = 0;
  for (int i = 0; i < count; ++i) {
    sum += va_arg(list, int);
  }
  va_end(list);
  return sum;
}

long closures() {
  std::function<long(long)> fibonacci = [&](long n) {
    return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
  };
  const auto here = [](long n) noexcept {
    long* room = static_cast<long*>(__builtin_alloca(static_cast<std::size_t>(n) * sizeof(long)));
    for (long i = 0; i < n; ++i) {
      room[i] = i < 2 ? i : (room[i - 1] + room[i - 2]) % 1000003;
    }
    return room[n - 1];
  };
  return fibonacci(15) + here(100);
}

}  // namespace

std::string language() {
  std::string result = line("exceptions in loops", exceptions_in_loops());
  result += line("retry by exception", retry_by_exception_alone());
  result += line("rethrow", rethrow());
  result += line("nested destructors", nested_destructors());
  result += line("coroutines", coroutines());
  result += line("computed goto", computed_goto());
  result += line("irreducible", irreducible(10) + irreducible(11));
  result += line("longjmp", jumps_by_longjmp());
  result += line("ackermann", ackermann(2, 9));
  result += line("odd and even", is_even(1001) + 2 * is_odd(777));
  result += line("virtual calls", virtual_calls());
  result += line("switches", switches(5000));
  result += line("variadic", sum_of(9, 1, 2, 3, 4, 5, 6, 7, 8, 9));
  result += line("closures", closures());
  return result;
}

}  // namespace torture
