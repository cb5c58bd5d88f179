// What a layer does with the rows of a step between its products: norms, heads that are turned, attention to what lies in caches, gates. Each row has
// the same bits alone and among others, on any number of threads. No headers but these where step_rows.cpp is compiled, as for plain_rows.cpp.
//
// Numbers are float32 or bfloat16, as `bfloat16` says, but for weights of norms, which are float32 where `wide` says so. They are rounded where the
// layers of the model's own code round.
#pragma once

#include <stdint.h>

struct NormRows {
    const void* input;
    int64_t stride;     // numbers from one row to the next
    const void* weight; // [width]
    void* result;       // [rows, width]
    int64_t width;
    float eps;
    bool bfloat16;
    bool wide;
};

struct GateRows {
    const void* gate; // rows of `width` numbers
    const void* up;
    int64_t gate_stride;
    int64_t up_stride;
    void* result; // [rows, width]
    int64_t width;
    bool bfloat16;
};

// Rows as whole numbers around 128, the largest of a row being 127 away from that; columns whose places are given are none of them, and are zero in
// the input behind it.
struct NumberRows {
    void* input;
    int64_t stride;
    const int64_t* columns;
    int64_t column_count;
    uint16_t* kept;        // rows of these columns in bfloat16, or null
    int64_t kept_stride;
    uint8_t* numbers;
    int64_t number_stride;
    float* units;          // [rows]: what the 1 of a row is worth
    int64_t width;
    bool bfloat16;
};

// Rows that are added to others.
struct SumRows {
    const void* input; // [count]
    void* to;          // [count]
    int64_t count;
    bool bfloat16;
};

// What products of such numbers are worth: by the unit of their row, with what other columns gave and a bias.
struct WorthRows {
    const float* product; // [rows, width]
    const float* units;   // [rows]
    const uint16_t* kept; // rows of bfloat16, or null
    int64_t kept_stride;
    const float* bias;    // [width] or null
    void* result;         // [rows, width]
    int64_t width;
    bool bfloat16;
};

// One head of one row: normed if there is a weight for that, then turned; numbers from `turned` on stay as they are.
struct Head {
    const void* input;  // [dim]
    const void* norm;   // [dim] or null
    const void* cosine; // [turned]
    const void* sine;   // [turned / 2]
    int64_t dim;
    int64_t turned;
    float eps;
    bool bfloat16;
    bool wide;
};

// Keys of one sequence, from the first one of a chunk on, and the queries of one head of them.
struct Chunk {
    const void* keys;     // rows of `dim` numbers
    const void* values;   // rows of `value_dim` numbers
    int64_t key_stride;   // numbers
    int64_t value_stride; // numbers
    const float* queries; // [group] rows as lay_rows_* lays them
    int64_t count;        // keys, KEYS_OF_CHUNK at most
    int64_t group;
    int64_t dim;
    int64_t value_dim;
    float scale;
    float* scratch; // chunk_scratch numbers
    float* result;  // [group][2 + value_dim]: the largest score, the sum of the weights, and the values by them
    bool bfloat16;
};

// What chunks gave for one query, and what becomes of it.
struct Mixed {
    float* parts; // of the first chunk, whose values are written over; the next ones are `stride` numbers apart
    int64_t stride;
    int64_t chunks;
    const void* gate; // [value_dim] or null
    void* result;     // [value_dim]
    int64_t value_dim;
    bool bfloat16;
};

constexpr int64_t KEYS_OF_CHUNK = 512;

static inline int64_t chunk_scratch(int64_t group) {
    return group * KEYS_OF_CHUNK + group * 32 * 16;
}

struct StepRows {
    void (*norm)(const NormRows& rows, int64_t row);
    void (*gate)(const GateRows& rows, int64_t row, int64_t from, int64_t to);
    void (*number)(const NumberRows& rows, int64_t row);
    void (*sum)(const SumRows& rows);
    void (*worth)(const WorthRows& rows, int64_t row, int64_t from, int64_t to);
    void (*head)(const Head& head, void* result); // in the type of the input; result is not the input
    void (*attend)(const Chunk& chunk);
    void (*mix)(const Mixed& mixed);
};

// For as many lanes as plain_rows_8 and plain_rows_16.
extern const StepRows step_rows_8;
extern const StepRows step_rows_16;

// Scores of words.
struct ScoreRows {
    const void* scores;
    bool bfloat16;
};

struct ScoreKernels {
    float (*most)(const ScoreRows& rows, int64_t from, int64_t count);              // minus infinity if none is a number
    double (*sum)(const ScoreRows& rows, int64_t from, int64_t count, float most);  // of their exponentials beside the largest of all
    int64_t (*place)(const ScoreRows& rows, int64_t from, int64_t count, float score); // of the first that is equal, counted from `from`; else count
};

extern const ScoreKernels score_rows_8;
extern const ScoreKernels score_rows_16;
