// What the operators for steps and whole layers have in common: the work of step_rows.h by all threads, on numbers where they lie.
#pragma once

#include <algorithm>
#include <cstdint>

#include "rows.h"
#include "step_rows.h"

const StepRows& step_kernels();

// Whether a tensor holds rows of a step in bfloat16; in float32 else, or it is refused.
bool is_bfloat16(const at::Tensor& tensor);

// Rows [rows, width] of a type, whose numbers lie side by side; there may be more.
at::Tensor as_rows(const at::Tensor& tensor, at::ScalarType type, int64_t rows);

const char* start(const at::Tensor& tensor);

// Bytes from one row to the next.
int64_t row_bytes(const at::Tensor& tensor);

// The weight of a norm of rows of a type, in that type or float32; none if it is empty.
struct Norm {
    Norm(const at::Tensor& weight, at::ScalarType type);

    // Refuses rows of other widths, and where there is none.
    void check(int64_t numbers) const;
    // Whether it still lies where it did when it was read.
    bool lies_as_read() const {
        return weight.data_ptr() == given;
    }

    const at::Tensor& weight;
    const void* given;
    at::Tensor own; // where it had to be converted
    const void* at = nullptr;
    int64_t width = 0;
    bool wide = false;
};

// Refuses places that are none in rows of so many numbers.
void check_columns(const int64_t* places, int64_t count, int64_t width);

// Bytes of a cache of keys or values [kvHeads, capacity, dim] from one head to the next, and from one row to the next.
struct Cache {
    char* at;
    int64_t of_head;
    int64_t of_row;
};

// Attention of one row each of sequences: heads are normed, if there is a weight for that, and turned; keys and values go into their caches behind
// `lengths` rows, which are read up to there. Distances are bytes.
struct AttentionRows {
    const char* queries;
    const char* keys;
    const char* values;
    int64_t query_stride; // from one row to the next
    int64_t key_stride;
    int64_t value_stride;
    int64_t rows;
    int64_t heads;
    int64_t kv_heads;
    int64_t dim;
    int64_t value_dim;
    int64_t of_head; // numbers of a head of queries, with its gate
    const void* query_norm; // [dim] or null, in float32 if wide
    const void* key_norm;
    bool query_wide;
    bool key_wide;
    float eps;
    const char* cosine; // [rows, turned]
    const char* sine;   // [rows, turned / 2]
    int64_t cosine_stride;
    int64_t sine_stride;
    int64_t turned;
    const Cache* key_caches;
    const Cache* value_caches;
    const int64_t* lengths;
    char* result; // [rows, heads * value_dim], side by side
    bool bfloat16;

    void norm_by(const Norm& of_queries, const Norm& of_keys, double by);
    void turn_by(const at::Tensor& cosines, const at::Tensor& sines);
};

// A cache with room for a row behind `length` rows of so many heads; refused with its sizes if it has none.
Cache cache_for(const at::Tensor& cache, at::ScalarType type, int64_t kv_heads, int64_t dim, int64_t length);

// Refuses heads that do not fit so many numbers of queries, keys and values of a row, or so many sines.
void check_heads(const AttentionRows& attention, int64_t queries, int64_t keys, int64_t values, int64_t sines);

void attend_rows(const AttentionRows& attention);

void gate_rows(const GateRows& gate, int64_t rows);

void number_rows(const NumberRows& numbers, int64_t rows);

// The work of a row is less than that of waking a thread.
inline void norm_rows(const NormRows& norm, int64_t rows) {
    const auto one = step_kernels().norm;
    for (int64_t row = 0; row < rows; row++) {
        one(norm, row);
    }
}

// Calls `work` with each of so many, by as many threads as there are.
template <typename WORK>
void each(int64_t count, const WORK& work) {
    in_turn(count, [&](const auto& next) { next(work); });
}
