// matrix_multiply: a product of matrices, cut into eight products of half the size until they are small. What
// it stresses is work that breeds work through a master, and arithmetic on large arrays that all read.
#include <algorithm>
#include <bit>
#include <map>

#include "common.hpp"
#include "list.hpp"

namespace throng_bench {

using namespace throng;

namespace {

struct Matrix {
  std::size_t size;
  std::vector<double> elements;
  explicit Matrix(std::size_t side) : size(side), elements(side * side) {}
  static constexpr bool sendable = true;
  const double* row(std::size_t i) const { return &elements[i * size]; }
  double* row(std::size_t i) { return &elements[i * size]; }
};

// To add a square of the left matrix, times one of the right, to a square of the product.
struct Work {
  std::size_t row;     // of the product's square, and of the left one's
  std::size_t column;  // of the product's square, and of the right one's
  std::size_t inner;   // where the left one's columns and the right one's rows begin
  std::size_t size;
};
struct Done {};
struct Square {
  std::size_t row;
  std::size_t column;
  Matrix product;
};
struct Finish {};

struct Worker {
  Pid master;
  Shared<Matrix> left;
  Shared<Matrix> right;
  std::size_t block;  // a square of so many elements is multiplied and not cut
  std::map<std::pair<std::size_t, std::size_t>, Matrix> squares{};  // of the product, by row and column
};

// A square of the product is one worker's alone: it adds to it what nobody else may see unfinished.
void multiply(Worker& worker, const Work& work) {
  Matrix& product = worker.squares.try_emplace({work.row, work.column}, work.size).first->second;
  for (std::size_t i = 0; i < work.size; ++i) {
    double* to = product.row(i);
    for (std::size_t k = 0; k < work.size; ++k) {
      const double factor = worker.left->row(work.row + i)[work.inner + k];
      const double* from = worker.right->row(work.inner + k) + work.column;
      for (std::size_t j = 0; j < work.size; ++j) to[j] += factor * from[j];
    }
  }
}

void take_work(Worker& worker, Work work) {
  if (work.size * work.size > worker.block) {
    const std::size_t half = work.size / 2;
    for (std::size_t i = 0; i < 8; ++i)
      send(worker.master, Work{work.row + (i & 4 ? half : 0), work.column + (i & 2 ? half : 0),
                               work.inner + (i & 1 ? half : 0), half});
  } else {
    multiply(worker, work);
  }
  send(worker.master, Done{});
}

void finish(Worker& worker, Finish) {
  for (auto& [place, product] : worker.squares)
    send(worker.master, Square{place.first, place.second, std::move(product)});
  worker.squares.clear();
  send(worker.master, Done{});
}

std::size_t direct(Crew& crew, const std::vector<Pid>& workers, std::size_t size, std::size_t square) {
  std::size_t sent = 0, done = 0;
  auto give = [&](Work work) {
    ++sent;
    send(workers[(work.row + work.column) / square % workers.size()], work);
  };
  give({0, 0, 0, size});
  while (done < sent) crew.take(give, [&](Done) { ++done; });
  return sent;
}

Matrix collect(Crew& crew, const std::vector<Pid>& workers, std::size_t size) {
  Matrix product(size);
  for (Pid worker : workers) send(worker, Finish{});
  for (std::size_t done = 0; done < workers.size();)
    crew.take([&](Done) { ++done; },
              [&](Square square) {
                for (std::size_t i = 0; i < square.product.size; ++i)
                  std::copy_n(square.product.row(i), square.product.size,
                              product.row(square.row + i) + square.column);
              });
  return product;
}

// In row i and column j the left matrix has i + j, the right one i + 2j: whole numbers, and not the same all
// along a row or a column, so that a product of the wrong squares shows.
Matrix matrix(std::size_t size, std::size_t times_column) {
  Matrix matrix(size);
  for (std::size_t i = 0; i < size; ++i)
    for (std::size_t j = 0; j < size; ++j) matrix.row(i)[j] = static_cast<double>(i + times_column * j);
  return matrix;
}

// Sums of k and of its squares give the product, and doubles hold it exactly.
void check(const Matrix& product) {
  const std::size_t n = product.size, sum = n * (n - 1) / 2, squares = sum * (2 * n - 1) / 3;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      const std::size_t expected = squares + (i + 2 * j) * sum + 2 * i * j * n;
      require(product.row(i)[j] == static_cast<double>(expected), "an element of the product is wrong");
    }
  }
}

Outcome multiply_all(const Parameters& parameters) {
  const std::size_t size = parameters.count, block = parameters.size("block");
  std::size_t square = size;
  while (square * square > block) square /= 2;
  Worker worker{self(), Shared<Matrix>(matrix(size, 1)), Shared<Matrix>(matrix(size, 2)), block};
  Stopwatch watch;
  Crew crew;
  std::vector<Pid> workers;
  for (std::size_t i = 0; i < parameters.processes; ++i)
    workers.push_back(crew.spawn(
        [](Worker made) { return rest(std::move(made), take_work, finish, end_of<Worker>); }, worker));
  const std::size_t tasks = direct(crew, workers, size, square);
  const Matrix product = collect(crew, workers, size);
  stop_all(crew, workers);
  Outcome outcome = outcome_of(tasks, watch);
  check(product);
  return outcome;
}

}  // namespace

Outcome matrix_multiply(Runtime& runtime, const Parameters& parameters) {
  needs(std::has_single_bit(parameters.count) && parameters.size("block") > 0,
        "matrix_multiply needs a count that is a power of two, and a block");
  return runtime.run(multiply_all, parameters);
}

}  // namespace throng_bench
