// Compiled once for LANES of 8 (AVX2) and once for 16 (AVX-512), as step_rows.cpp.

#include "lanes.h"
#include "step_rows.h"

namespace {

constexpr float INFINITE = __builtin_inff();

// Half as many numbers, twice as wide.
typedef double Wide __attribute__((vector_size(4 * LANES)));
typedef int64_t WideWords __attribute__((vector_size(4 * LANES)));
typedef float Half __attribute__((vector_size(2 * LANES)));

// e to the power of numbers that are at most 0, to 15 digits: 2^k e^r for |r| <= ln 2 / 2. Far below it is next to nothing.
inline Wide exponential(Wide values) {
    constexpr double LOWEST = -700, PER_POWER = 1.4426950408889634, POWER = 0.6931471803691238, REST = 1.9082149292705877e-10;
    constexpr double WHOLE = 0x1.8p52; // numbers beside it are whole
    const Wide x = values < LOWEST ? Wide{} + LOWEST : values;
    const Wide powers = x * PER_POWER + WHOLE;
    const Wide k = powers - WHOLE;
    const Wide r = (x - k * POWER) - k * REST;
    constexpr double TERMS[] = {1.0 / 479001600.0, 1.0 / 39916800.0, 1.0 / 3628800.0, 1.0 / 362880.0, 1.0 / 40320.0, 1.0 / 5040.0, 1.0 / 720.0,
                                1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0};
    Wide series = Wide{} + 1.0 / 6227020800.0;
#pragma GCC unroll 13
    for (int term = 0; term < 13; term++) {
        series = series * r + TERMS[term];
    }
    const Wide result = reinterpret_cast<Wide>(reinterpret_cast<WideWords>(series) + (reinterpret_cast<WideWords>(powers) << 52));
    return x == x ? result : x;
}

// The next ones of some scores, behind the last of which there is nothing.
template <typename NUMBER>
inline Lanes next(const NUMBER* scores, int64_t left) {
    if (left >= LANES) {
        return load(scores);
    }
    Lanes some = Lanes{} - INFINITE;
    for (int64_t i = 0; i < left; i++) {
        some[i] = load_one(scores + i);
    }
    return some;
}

template <typename NUMBER>
inline float most_of(const NUMBER* scores, int64_t count) {
    Lanes most = Lanes{} - INFINITE;
    for (int64_t i = 0; i < count; i += LANES) {
        const Lanes some = next(scores + i, count - i);
        most = some > most ? some : most;
    }
    float result = most[0];
    for (int i = 1; i < LANES; i++) {
        result = most[i] > result ? most[i] : result;
    }
    return result;
}

template <typename NUMBER>
inline double weigh(const NUMBER* scores, int64_t count, float most) {
    Wide sums[2] = {};
    for (int64_t i = 0; i < count; i += LANES) {
        const Lanes below = next(scores + i, count - i) - most;
        Half halves[2];
        __builtin_memcpy(halves, &below, sizeof(below));
        sums[0] += exponential(__builtin_convertvector(halves[0], Wide));
        sums[1] += exponential(__builtin_convertvector(halves[1], Wide));
    }
    const Wide sum = sums[0] + sums[1];
    double result = 0;
    for (int i = 0; i < LANES / 2; i++) {
        result += sum[i];
    }
    return result;
}

template <typename NUMBER>
inline int64_t place_of(const NUMBER* scores, int64_t count, float score) {
    int64_t place = 0;
    while (place < count && load_one(scores + place) != score) {
        place++;
    }
    return place;
}

const float* wide(const ScoreRows& rows) {
    return static_cast<const float*>(rows.scores);
}

const uint16_t* narrow(const ScoreRows& rows) {
    return static_cast<const uint16_t*>(rows.scores);
}

float most(const ScoreRows& rows, int64_t from, int64_t count) {
    return rows.bfloat16 ? most_of(narrow(rows) + from, count) : most_of(wide(rows) + from, count);
}

double sum(const ScoreRows& rows, int64_t from, int64_t count, float most) {
    return rows.bfloat16 ? weigh(narrow(rows) + from, count, most) : weigh(wide(rows) + from, count, most);
}

int64_t place(const ScoreRows& rows, int64_t from, int64_t count, float score) {
    return rows.bfloat16 ? place_of(narrow(rows) + from, count, score) : place_of(wide(rows) + from, count, score);
}

} // namespace

#if LANES == 16
extern const ScoreKernels score_rows_16 = {most, sum, place};
#else
extern const ScoreKernels score_rows_8 = {most, sum, place};
#endif
