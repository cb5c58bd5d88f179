// Products of rows by weights as checkpoints hold them, of which each row has the same bits alone and among others. No headers but this one where
// plain_rows.cpp is compiled, since what is compiled there for one kind of processor must not stand in for others.
#pragma once

#include <stdint.h>

struct PlainRows {
    const char* weight; // [outputs, inputs], bfloat16 or float32
    int64_t stride;     // bytes from one output to the next
    const float* input; // [rows][groups][lanes], of bfloat16 [rows][groups][2][lanes]: even places and odd ones; zeros behind the inputs,
                        // rows plain_rows_row apart
    const float* bias;  // [outputs] or null
    void* result;       // [rows, outputs] in the type of the weight, or wide
    int64_t rows;
    int64_t inputs;
    int64_t outputs;
    bool bfloat16;
    bool wide;          // whether the result is float32 whatever the weight
    bool near;          // whether weights that one pass reads are asked for into the nearest cache
};

// Inputs of one group.
static inline int64_t plain_rows_group(bool bfloat16, int64_t lanes) {
    return bfloat16 ? 2 * lanes : lanes;
}

// Numbers from one row of the input to the next: no power of two, at which rows would keep one another out of the caches.
static inline int64_t plain_rows_row(int64_t inputs, bool bfloat16, int64_t lanes) {
    const int64_t group = plain_rows_group(bfloat16, lanes);
    return ((inputs + group - 1) / group + 1) * group;
}

// Lays rows of an input, one behind the other in the type of the weight, as they are multiplied; what is behind them is zero already.
void lay_rows_8(const PlainRows& product, const void* rows, float* laid);
void lay_rows_16(const PlainRows& product, const void* rows, float* laid);

// Outputs from, from + 1, … of all rows, while those from `behind` on are asked for; sums of rows * (to - from) * lanes numbers are the caller's.
void plain_rows_8(const PlainRows& product, int64_t from, int64_t to, int64_t behind, float* sums);
void plain_rows_16(const PlainRows& product, int64_t from, int64_t to, int64_t behind, float* sums);
