// How long slices are, asked by the kernels. Both are null in a build without checks.
#pragma once

namespace slices {

[[gnu::weak]] void begin();  // forgets what was
[[gnu::weak]] void print();  // appends to the line: slow paths, median and 99th percentile of a slice in us

}  // namespace slices
