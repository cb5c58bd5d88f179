// Products of few rows by packed weights, on numbers where they lie.
#pragma once

#include "packed_layout.h"
#include "plain.h"
#include "rows.h"

// A weight that oneDNN has packed; without units it is not multiplied by here.
struct Packed {
    const char* at = nullptr;
    int64_t inputs = 0;
    int64_t outputs = 0;
    Layout layout;
};

// Bytes behind each row that products read: rows a power of two apart would keep one another out of the nearest cache.
constexpr int64_t PADDING = 64;

Packed packed_of(const at::Tensor& weight, bool int8);

// Rows in bfloat16, side by side; as wide as a weight, or narrower: what is behind them counts as zeros then.
struct NarrowRows {
    const at::BFloat16* at;
    int64_t count;
    int64_t width;
};

void multiply(const Packed& weight, const NarrowRows& rows, const float* bias, at::BFloat16* result);

// Whether rows of bfloat16 have the same bits by a weight as checkpoints hold it as they have by it packed.
bool multiplies_as_packed();

// With these bits, if there are such; rows as wide as the weight.
void multiply_as_packed(const PlainWeight& weight, const NarrowRows& rows, const float* bias, at::BFloat16* result);

// Rows of whole numbers around 128, as wide as a weight, what the 1 of each is worth, and the columns that are none of them.
struct NumberedRows {
    const uint8_t* numbers;
    int64_t stride;
    const float* units;
    NarrowRows kept; // null if there are none
};

// What the product is worth by `unit`s of outputs, with that of kept columns: rows in bfloat16 or in float32.
void multiply(
    const Packed& weight, const NumberedRows& rows, const float* unit, const Packed& kept, const float* bias, bool bfloat16, void* result);

// Numbers of these sums in float32, without what kept columns give.
void multiply(const Packed& weight, const NumberedRows& rows, const float* unit, float* result);

// Whether there is a number for each output.
bool fits(const at::Tensor& numbers, at::ScalarType type, int64_t outputs);
