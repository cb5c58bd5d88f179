// Compiled once for LANES of 8 (AVX2) and once for 16 (AVX-512). A number of the result is LANES sums, each over every LANES-th input in turn, then
// their sum: whatever the rows, so that a row has the same bits alone and among others.

#include "lanes.h"
#include "pages.h"
#include "plain_rows.h"

namespace {

// Outputs at once for one row, and for several, and how many of these at once: as many as have room in the registers.
constexpr int ONE_OUTPUTS = 8;
constexpr int OUTPUTS_AT_ONCE = 4;
constexpr int ROWS_AT_ONCE = LANES == 16 ? 4 : 2;

typedef int Places __attribute__((vector_size(4 * LANES)));

// A group of inputs of so many outputs and rows.
template <bool BFLOAT16, int OUTPUTS, int ROWS>
inline void add(const char* weight, int64_t stride, const float* input, int64_t row, Lanes (&sum)[OUTPUTS][ROWS]) {
    Words words[OUTPUTS];
    for (int o = 0; o < OUTPUTS; o++) {
        words[o] = *reinterpret_cast<const LooseWords*>(weight + o * stride);
    }
    for (int part = 0; part < (BFLOAT16 ? 2 : 1); part++) {
        Lanes numbers[OUTPUTS];
        for (int o = 0; o < OUTPUTS; o++) {
            numbers[o] = reinterpret_cast<Lanes>(!BFLOAT16 ? words[o] : part == 0 ? words[o] << 16 : words[o] & 0xffff0000u);
        }
        for (int r = 0; r < ROWS; r++) {
            Lanes x = load(input + r * row + part * LANES);
            asm("" : "+v"(x)); // is read once, and not for each output
            for (int o = 0; o < OUTPUTS; o++) {
                sum[o][r] += numbers[o] * x;
            }
        }
    }
}

// Asks for the share that one of so many passes over the same weights has of what comes behind them, line after line, as memory gives it soonest;
// into the second cache, or one pass into the first, which the compiler knows then to be the only one.
template <int OUTPUTS, bool NEAR>
inline void ask(uintptr_t behind, int64_t line, int64_t of_pass, int64_t of_passes) {
    const int64_t pass = NEAR ? 0 : of_pass;
    const int64_t passes = NEAR ? 1 : of_passes;
    if (pass == 0 && line % (PAGE / LINE / OUTPUTS) == 0) {
        __builtin_prefetch(reinterpret_cast<const char*>(behind + line * OUTPUTS * LINE + PAGES_AHEAD * PAGE), 0, 2);
    }
    for (int64_t o = pass; o < OUTPUTS; o += passes) {
        __builtin_prefetch(reinterpret_cast<const char*>(behind + (line * OUTPUTS + o) * LINE), 0, NEAR ? 3 : 2);
    }
}

// Rows of so many outputs against so many of the input: sums [outputs][rows][LANES], which stay in registers. The first inputs begin them.
template <bool BFLOAT16, int OUTPUTS, int ROWS, bool NEAR>
inline void multiply(
    const char* weight, int64_t stride, const char* behind, const float* input, int64_t row, int64_t groups, float* sums, int64_t of_output, bool first,
    int64_t pass, int64_t passes) {
    constexpr int64_t INPUTS = BFLOAT16 ? 2 * LANES : LANES;
    constexpr int64_t GROUPS = LINE / sizeof(Words);
    Lanes sum[OUTPUTS][ROWS] = {};
    for (int o = 0; o < OUTPUTS && !first; o++) {
        for (int r = 0; r < ROWS; r++) {
            sum[o][r] = load(sums + o * of_output + r * LANES);
        }
    }
    int64_t g = 0;
    for (; g + GROUPS <= groups; g += GROUPS) {
        ask<OUTPUTS, NEAR>(reinterpret_cast<uintptr_t>(behind), g / GROUPS, pass, passes);
        for (int64_t i = g; i < g + GROUPS; i++) {
            add<BFLOAT16>(weight + i * sizeof(Words), stride, input + i * INPUTS, row, sum);
        }
    }
    for (; g < groups; g++) {
        add<BFLOAT16>(weight + g * sizeof(Words), stride, input + g * INPUTS, row, sum);
    }
    for (int o = 0; o < OUTPUTS; o++) {
        for (int r = 0; r < ROWS; r++) {
            store(sum[o][r], sums + o * of_output + r * LANES);
        }
    }
}

// Which of the passes over the same weights comes next, and from which row.
struct Passes {
    int64_t row;
    int64_t pass;
    const int64_t passes;
};

template <bool BFLOAT16, int OUTPUTS, int ROWS>
inline void rows_at_once(
    const PlainRows& p, const char* weight, const char* behind, const float* input, int64_t row, int64_t groups, float* sums, bool first, Passes& at) {
    for (; at.row + ROWS <= p.rows; at.row += ROWS, at.pass++) {
        const auto some = p.near && at.passes == 1 ? multiply<BFLOAT16, OUTPUTS, ROWS, true> : multiply<BFLOAT16, OUTPUTS, ROWS, false>;
        some(weight, p.stride, behind, input + at.row * row, row, groups, sums + at.row * LANES, p.rows * LANES, first, at.pass, at.passes);
    }
}

template <bool BFLOAT16, int OUTPUTS>
inline void all_rows(
    const PlainRows& p, const char* weight, const char* behind, const float* input, int64_t row, int64_t groups, float* sums, bool first) {
    Passes at{0, 0, p.rows / ROWS_AT_ONCE + p.rows % ROWS_AT_ONCE / 2 + p.rows % 2};
    rows_at_once<BFLOAT16, OUTPUTS, ROWS_AT_ONCE>(p, weight, behind, input, row, groups, sums, first, at);
    rows_at_once<BFLOAT16, OUTPUTS, 2>(p, weight, behind, input, row, groups, sums, first, at);
    rows_at_once<BFLOAT16, OUTPUTS, 1>(p, weight, behind, input, row, groups, sums, first, at);
}

template <bool BFLOAT16>
inline void all_outputs(const PlainRows& p, const char* weight, const char* behind, int64_t row, int64_t groups, int64_t outputs, float* sums) {
    const auto next = [&](int64_t o) { return o < outputs ? weight + o * p.stride : behind; };
    const bool most = p.rows == 1 && !p.near; // what is asked for stays in the nearest cache until it is read: fewer outputs then
    int64_t o = 0;
    for (; most && o + ONE_OUTPUTS <= outputs; o += ONE_OUTPUTS) {
        all_rows<BFLOAT16, ONE_OUTPUTS>(p, weight + o * p.stride, next(o + ONE_OUTPUTS), p.input, row, groups, sums + o * LANES, true);
    }
    for (; o + OUTPUTS_AT_ONCE <= outputs; o += OUTPUTS_AT_ONCE) {
        all_rows<BFLOAT16, OUTPUTS_AT_ONCE>(p, weight + o * p.stride, next(o + OUTPUTS_AT_ONCE), p.input, row, groups, sums + o * p.rows * LANES, true);
    }
    for (; o < outputs; o++) {
        all_rows<BFLOAT16, 1>(p, weight + o * p.stride, next(o + 1), p.input, row, groups, sums + o * p.rows * LANES, true);
    }
}

template <bool BFLOAT16>
inline void sum_up(const PlainRows& p, int64_t from, int64_t to, int64_t behind, float* sums) {
    const int64_t group = plain_rows_group(BFLOAT16, LANES);
    const int64_t whole = p.inputs / group;
    const int64_t left = p.inputs - whole * group;
    const int64_t row = plain_rows_row(p.inputs, BFLOAT16, LANES);
    if (whole > 0) {
        all_outputs<BFLOAT16>(p, p.weight + from * p.stride, p.weight + behind * p.stride, row, whole, to - from, sums);
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
            all_rows<BFLOAT16, 1>(rest, last, last, p.input + whole * group, row, 1, sums + (o - from) * p.rows * LANES, whole == 0);
        }
    }
}

// Of sums in blocks of 2 * WIDTH numbers: each block's second half added to its first, those of two vectors side by side.
template <int WIDTH>
inline Lanes halved(Lanes a, Lanes b) {
    constexpr int NEAR = WIDTH < 4 ? 4 : LANES; // halves stay within so many places, which costs a processor less
    Places low, high;
    for (int i = 0; i < LANES; i++) {
        const int place = i % NEAR % (NEAR / 2);
        low[i] = i / NEAR * NEAR + place / WIDTH * 2 * WIDTH + place % WIDTH + (i % NEAR < NEAR / 2 ? 0 : LANES);
        high[i] = low[i] + WIDTH;
    }
    return __builtin_shuffle(a, b, low) + __builtin_shuffle(a, b, high);
}

template <int WIDTH>
inline Lanes halved_all(Lanes* sums) {
    if constexpr (WIDTH == 0) {
        return sums[0];
    } else {
        for (int i = 0; i < WIDTH; i++) {
            sums[i] = halved<WIDTH>(sums[2 * i], sums[2 * i + 1]);
        }
        return halved_all<WIDTH / 2>(sums);
    }
}

// Of LANES outputs, whose sums are so many numbers apart, what sum_of gives for each.
inline Lanes sums_of(const float* sums, int64_t of_output) {
    constexpr int64_t FOURS = LANES / 4;
    Lanes each[LANES];
    for (int64_t i = 0; i < LANES; i++) {
        each[i] = load(sums + (i % FOURS * 4 + i / FOURS) * of_output); // in the order from which halving brings them to their places
    }
    return halved_all<LANES / 2>(each);
}

// What is not a number would keep the bits of one of two.
inline Lanes one_none(Lanes values) {
    const Words is_none = reinterpret_cast<Words>(values != values);
    return reinterpret_cast<Lanes>((reinterpret_cast<Words>(values) & ~is_none) | (is_none & 0x7fc00000u));
}

inline void outputs(const PlainRows& p, int64_t from, int64_t to, int64_t behind, float* sums) {
    if (p.bfloat16) {
        sum_up<true>(p, from, to, behind, sums);
    } else {
        sum_up<false>(p, from, to, behind, sums);
    }
    const int64_t of_output = p.rows * LANES;
    for (int64_t r = 0; r < p.rows; r++) {
        float* const own = sums + r * LANES;
        int64_t o = from;
        for (; o + LANES <= to; o += LANES) {
            Lanes sum = sums_of(own + (o - from) * of_output, of_output);
            if (p.bias != nullptr) {
                sum += load(p.bias + o);
            }
            if (p.bfloat16 && !p.wide) {
                store(sum, static_cast<uint16_t*>(p.result) + r * p.outputs + o);
            } else {
                store(one_none(sum), static_cast<float*>(p.result) + r * p.outputs + o);
            }
        }
        for (; o < to; o++) {
            const float total = sum_of(own + (o - from) * of_output);
            const float sum = p.bias == nullptr ? total : total + p.bias[o];
            if (p.bfloat16 && !p.wide) {
                static_cast<uint16_t*>(p.result)[r * p.outputs + o] = narrowed(sum);
            } else {
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

void plain_rows(const PlainRows& product, int64_t from, int64_t to, int64_t behind, float* sums) {
    outputs(product, from, to, behind, sums);
}
