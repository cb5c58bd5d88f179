// Random tensors in memory whose bounds are checked: for the driver that runs the native library under sanitizers.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

using Sizes = std::vector<int64_t>;

// Makes all random choices from here on repeatable.
void seed_random(uint64_t seed);

// A whole number from `low` to `high`, both included.
int64_t between(int64_t low, int64_t high);

// True in `percent` of all calls.
bool chance(int64_t percent);

// One of the values.
template <typename VALUE>
VALUE one_of(const std::vector<VALUE>& values) {
    return values[between(0, static_cast<int64_t>(values.size()) - 1)];
}

// Strides that a tensor may have.
enum class Strides {
    DENSE, // contiguous
    ROWS, // the elements of the last dimension side by side; gaps or permuted dimensions elsewhere
    ANY // transposed, too
};

// A tensor whose first element, and whose last one, may border on memory that a sanitizer or the memory protection
// guards. Its values are random; some tensors have NaN, infinities, subnormal numbers and zeros of both signs among
// them.
at::Tensor random_tensor(const Sizes& sizes, at::ScalarType type, Strides strides = Strides::ROWS);

// A tensor of int64 values from 0 to `limit` - 1.
at::Tensor random_indices(const Sizes& sizes, int64_t limit);

// These values in guarded memory.
at::Tensor guarded(const at::Tensor& values, Strides strides);
