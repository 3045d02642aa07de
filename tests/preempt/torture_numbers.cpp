// See torture.hpp: values that lie in registers while the slow path runs.
#include <array>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "torture.hpp"

namespace torture {
namespace {

std::string line(const char* name, double value) {
  char text[80];
  std::snprintf(text, sizeof text, "%s %.9g\n", name, value);
  return text;
}

[[gnu::noinline]] void axpy(std::vector<float>& y, const std::vector<float>& x, float factor) {
  for (std::size_t i = 0; i < y.size(); ++i) {
    y[i] += factor * x[i];
  }
}

[[gnu::noinline]] unsigned sum(const std::vector<unsigned>& values) {
  unsigned result = 0;
  for (unsigned value : values) {
    result += value * 3;
  }
  return result;
}

[[gnu::noinline]] std::uint8_t largest(const std::vector<std::uint8_t>& bytes) {
  std::uint8_t result = 0;
  for (std::uint8_t byte : bytes) {
    result = byte > result ? byte : result;
  }
  return result;
}

double vectors() {
  std::vector<float> x(777), y(777);
  std::vector<unsigned> words(1001);
  std::vector<std::uint8_t> bytes(901);
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = static_cast<float>(i % 64);
    y[i] = static_cast<float>(i % 32);
  }
  for (std::size_t i = 0; i < words.size(); ++i) {
    words[i] = static_cast<unsigned>(i * 2654435761u);
  }
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::uint8_t>(i * 37 % 251);
  }
  for (int round = 0; round < 20; ++round) {
    axpy(y, x, 0.5f);
  }
  double total = 0;
  for (float value : y) {
    total += value;
  }
  return total + sum(words) + largest(bytes);
}

// Sixteen of each kind alive in one loop, which is more than there are registers.
[[gnu::noinline]] double many_at_once(std::uint64_t seed) {
  std::array<std::uint64_t, 8> a{};
  std::array<double, 12> d{};
  for (std::size_t i = 0; i < a.size(); ++i) {
    a[i] = seed + i;
  }
  for (std::size_t i = 0; i < d.size(); ++i) {
    d[i] = static_cast<double>(i);
  }
  auto [a0, a1, a2, a3, a4, a5, a6, a7] = a;
  auto [d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, d10, d11] = d;
  for (int i = 0; i < 3000; ++i) {
    a0 = a0 * 3 + a7, a1 ^= a0 >> 5, a2 += a1, a3 ^= a2 << 3, a4 += a3, a5 ^= a4 >> 7, a6 += a5, a7 ^= a6;
    d0 = d0 * 0.5 + d11, d1 = d1 * 0.25 + d0, d2 = d2 * 0.5 + 1, d3 = d3 * 0.5 + d2, d4 = d4 * 0.125 + d3;
    d5 = d5 * 0.5 + d4, d6 = d6 * 0.25 + d5, d7 = d7 * 0.5 + d6, d8 = d8 * 0.25 + d7, d9 = d9 * 0.5 + 2;
    d10 = d10 * 0.25 + d9, d11 = d11 * 0.125 + d10;
  }
  const double mixed = d0 + d1 + d2 + d3 + d4 + d5 + d6 + d7 + d8 + d9 + d10 + d11;
  return mixed + static_cast<double>((a0 ^ a1 ^ a2 ^ a3 ^ a4 ^ a5 ^ a6 ^ a7) & 0xfffff);
}

[[gnu::noinline]] double long_doubles(int n) {
  long double a = 1, b = 0.5L, c = 0.25L, d = 3;
  for (int i = 0; i < n; ++i) {
    a = a * 0.5L + b, b = b * 0.25L + c, c = c * 0.5L + d, d = d * 0.125L + 1;
  }
  return static_cast<double>(a + b * 3 + c * 5 + d * 7);
}

[[gnu::noinline]] double wide_integers(int n) {
  __extension__ unsigned __int128 value = 12345;
  for (int i = 0; i < n; ++i) {
    value = value * 6364136223846793005u + 1442695040888963407u;
  }
  return static_cast<double>(static_cast<std::uint32_t>(value >> 64));
}

[[gnu::noinline]] double matrix(std::size_t n) {
  std::vector<double> a(n * n), b(n * n), c(n * n);
  for (std::size_t i = 0; i < n * n; ++i) {
    a[i] = static_cast<double>(i % 7);
    b[i] = static_cast<double>(i % 11);
  }
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < n; ++k) {
      for (std::size_t j = 0; j < n; ++j) {
        c[i * n + j] += a[i * n + k] * b[k * n + j];
      }
    }
  }
  return c[n + 1] + c[n * n - 1];
}

}  // namespace

std::string numbers() {
  return line("vectors", vectors()) + line("many at once", many_at_once(42)) +
         line("long doubles", long_doubles(2000)) + line("wide integers", wide_integers(3000)) +
         line("matrix", matrix(24));
}

}  // namespace torture
