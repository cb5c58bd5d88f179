// Compiled once for LANES of 8 (AVX2) and once for 16 (AVX-512). A number of the result is LANES sums, each over every LANES-th input in turn, then
// their sum: whatever the rows, so that a row has the same bits alone and among others.

#include "lanes.h"
#include "plain_rows.h"

namespace {

constexpr int64_t AHEAD = 4096;       // bytes ahead of what is read that are asked for: less is half as fast on AMD (Zen 4)
constexpr int64_t CHUNK = 16384;       // bytes of a row of the input that several rows go through at a time, so that all of them stay near

// Rows of so many outputs against so many of the input: sums [outputs][rows][LANES], which stay in registers.
template <bool BFLOAT16, bool AHEAD_TOO, int OUTPUTS, int ROWS>
inline void multiply(const char* weight, int64_t stride, const float* input, int64_t row, int64_t groups, float* sums, int64_t of_output) {
    Lanes sum[OUTPUTS][ROWS];
    for (int o = 0; o < OUTPUTS; o++) {
        for (int r = 0; r < ROWS; r++) {
            sum[o][r] = *reinterpret_cast<const LooseLanes*>(sums + o * of_output + r * LANES);
        }
    }
    for (int64_t g = 0; g < groups; g++) {
        Words words[OUTPUTS];
        for (int o = 0; o < OUTPUTS; o++) {
            const char* at = weight + o * stride + g * sizeof(Lanes);
            words[o] = *reinterpret_cast<const LooseWords*>(at);
            if (AHEAD_TOO) {
                __builtin_prefetch(reinterpret_cast<const char*>(reinterpret_cast<uintptr_t>(at) + AHEAD));
            }
        }
        if (BFLOAT16) {
            Lanes even[OUTPUTS], odd[OUTPUTS];
            for (int o = 0; o < OUTPUTS; o++) {
                even[o] = reinterpret_cast<Lanes>(words[o] << 16);
                odd[o] = reinterpret_cast<Lanes>(words[o] & 0xffff0000u);
            }
            for (int r = 0; r < ROWS; r++) {
                const float* x = input + r * row + g * 2 * LANES;
                const Lanes first = *reinterpret_cast<const LooseLanes*>(x);
                const Lanes second = *reinterpret_cast<const LooseLanes*>(x + LANES);
                for (int o = 0; o < OUTPUTS; o++) {
                    sum[o][r] += even[o] * first;
                    sum[o][r] += odd[o] * second;
                }
            }
        } else {
            for (int r = 0; r < ROWS; r++) {
                const Lanes x = *reinterpret_cast<const LooseLanes*>(input + r * row + g * LANES);
                for (int o = 0; o < OUTPUTS; o++) {
                    sum[o][r] += reinterpret_cast<Lanes>(words[o]) * x;
                }
            }
        }
    }
    for (int o = 0; o < OUTPUTS; o++) {
        for (int r = 0; r < ROWS; r++) {
            *reinterpret_cast<LooseLanes*>(sums + o * of_output + r * LANES) = sum[o][r];
        }
    }
}

template <bool BFLOAT16, int OUTPUTS>
inline void all_rows(const PlainRows& p, const char* weight, const float* input, int64_t row, int64_t groups, float* sums) {
    const int64_t of_output = p.rows * LANES;
    int64_t r = 0;
    if (p.rows >= 4) {
        multiply<BFLOAT16, true, OUTPUTS, 4>(weight, p.stride, input, row, groups, sums, of_output);
        r = 4;
    }
    for (; r + 4 <= p.rows; r += 4) {
        multiply<BFLOAT16, false, OUTPUTS, 4>(weight, p.stride, input + r * row, row, groups, sums + r * LANES, of_output);
    }
    for (; r + 2 <= p.rows; r += 2) {
        multiply<BFLOAT16, true, OUTPUTS, 2>(weight, p.stride, input + r * row, row, groups, sums + r * LANES, of_output);
    }
    if (r < p.rows) {
        multiply<BFLOAT16, true, OUTPUTS, 1>(weight, p.stride, input + r * row, row, groups, sums + r * LANES, of_output);
    }
}

// As many outputs at once as have room in the registers beside their rows.
template <bool BFLOAT16>
inline void all_outputs(const PlainRows& p, const char* weight, const float* input, int64_t row, int64_t groups, int64_t outputs, float* sums) {
    constexpr int FEW = LANES == 16 ? 4 : 2;
    int64_t o = 0;
    for (; p.rows == 1 && o + 8 <= outputs; o += 8) {
        all_rows<BFLOAT16, 8>(p, weight + o * p.stride, input, row, groups, sums + o * p.rows * LANES);
    }
    for (; o + FEW <= outputs; o += FEW) {
        all_rows<BFLOAT16, FEW>(p, weight + o * p.stride, input, row, groups, sums + o * p.rows * LANES);
    }
    for (; o < outputs; o++) {
        all_rows<BFLOAT16, 1>(p, weight + o * p.stride, input, row, groups, sums + o * p.rows * LANES);
    }
}

template <bool BFLOAT16>
inline void sum_up(const PlainRows& p, int64_t from, int64_t to, float* sums) {
    const int64_t group = plain_rows_group(BFLOAT16, LANES);
    const int64_t whole = p.inputs / group;
    const int64_t left = p.inputs - whole * group;
    const int64_t row = plain_rows_row(p.inputs, BFLOAT16, LANES);
    const int64_t at_once = p.rows == 1 ? whole : CHUNK / 4 / group / (p.rows < 8 ? p.rows : 8) + 1;
    for (int64_t i = 0; i < (to - from) * p.rows * LANES; i++) {
        sums[i] = 0;
    }
    for (int64_t g = 0; g < whole; g += at_once) {
        const int64_t groups = g + at_once < whole ? at_once : whole - g;
        all_outputs<BFLOAT16>(p, p.weight + from * p.stride + g * sizeof(Lanes), p.input + g * group, row, groups, to - from, sums);
    }
    if (left > 0) {
        PlainRows rest = p;
        char last[sizeof(Lanes)];
        rest.weight = last;
        for (int64_t o = from; o < to; o++) {
            const int64_t bytes = left * (BFLOAT16 ? 2 : 4);
            for (int64_t i = 0; i < static_cast<int64_t>(sizeof(Lanes)); i++) {
                last[i] = i < bytes ? p.weight[o * p.stride + whole * sizeof(Lanes) + i] : 0;
            }
            all_rows<BFLOAT16, 1>(rest, last, p.input + whole * group, row, 1, sums + (o - from) * p.rows * LANES);
        }
    }
}

inline void outputs(const PlainRows& p, int64_t from, int64_t to, float* sums) {
    if (p.bfloat16) {
        sum_up<true>(p, from, to, sums);
    } else {
        sum_up<false>(p, from, to, sums);
    }
    for (int64_t r = 0; r < p.rows; r++) {
        for (int64_t o = from; o < to; o++) {
            const float* parts = sums + ((o - from) * p.rows + r) * LANES;
            const float total = sum_of(parts);
            const float sum = p.bias == nullptr ? total : total + p.bias[o];
            if (p.bfloat16 && !p.wide) {
                static_cast<uint16_t*>(p.result)[r * p.outputs + o] = narrowed(sum);
            } else {
                // What is not a number would keep the bits of one of two.
                static_cast<float*>(p.result)[r * p.outputs + o] = sum == sum ? sum : __builtin_nanf("");
            }
        }
    }
}

inline void lay(const PlainRows& p, const void* rows, float* laid) {
    const int64_t row = plain_rows_row(p.inputs, p.bfloat16, LANES);
    const int64_t group = plain_rows_group(p.bfloat16, LANES);
    for (int64_t r = 0; r < p.rows; r++) {
        float* to = laid + r * row;
        if (!p.bfloat16) {
            __builtin_memcpy(to, static_cast<const float*>(rows) + r * p.inputs, 4 * p.inputs);
            continue;
        }
        const uint16_t* from = static_cast<const uint16_t*>(rows) + r * p.inputs;
        const int64_t whole = p.inputs / group * group;
        for (int64_t i = 0; i < whole; i += group) {
            const Words words = *reinterpret_cast<const LooseWords*>(from + i);
            *reinterpret_cast<LooseLanes*>(to + i) = reinterpret_cast<Lanes>(words << 16);
            *reinterpret_cast<LooseLanes*>(to + i + LANES) = reinterpret_cast<Lanes>(words & 0xffff0000u);
        }
        for (int64_t i = whole; i < p.inputs; i++) {
            const uint32_t bits = static_cast<uint32_t>(from[i]) << 16;
            __builtin_memcpy(to + whole + (i - whole) % 2 * LANES + (i - whole) / 2, &bits, 4);
        }
    }
}

} // namespace

#if LANES == 16
#define plain_rows plain_rows_16
#define lay_rows lay_rows_16
#else
#define plain_rows plain_rows_8
#define lay_rows lay_rows_8
#endif

void lay_rows(const PlainRows& product, const void* rows, float* laid) {
    lay(product, rows, laid);
}

void plain_rows(const PlainRows& product, int64_t from, int64_t to, float* sums) {
    outputs(product, from, to, sums);
}
