// Sums of few rows by a weight as checkpoints hold it, with the bits of those by a packed one: words of 16 outputs at a time are turned in registers, and
// added in the same order. Packed weights are read as they lie, so they need no turning; this is for those that are not packed, or not yet.
#pragma once

#include "packed_product.h"
#include "pages.h"
#include "plain.h"
#include "rows.h"
#include "words.h"

namespace {

constexpr int64_t TURNED = 16;     // outputs that are turned at once
constexpr int64_t ROWS_BESIDE = 8; // rows whose sums have room in the registers beside them
constexpr int64_t MOST_WOVEN = 4;  // rows that are done so soon that asking has to be spread over that time

// Where the rows of 16 outputs begin; the last one's stands for those behind it, whose sums nobody reads.
struct TurnedOutputs {
    const char* at[TURNED];
    const char* behind; // what is read next
    int64_t before;     // words from the beginning of a line of memory to that of each row, where it is the same for all

    TurnedOutputs(const PlainWeight& weight, int64_t first, int64_t behind) : behind(weight.at + behind * weight.stride) {
        for (int64_t i = 0; i < TURNED; i++) {
            at[i] = weight.at + std::min(first + i, weight.outputs - 1) * weight.stride;
        }
        const auto from_line = static_cast<int64_t>(reinterpret_cast<uintptr_t>(at[0]) % LINE);
        before = weight.stride % LINE == 0 && from_line % 4 == 0 ? from_line / 4 : 0;
    }
};

// Lines behind what is read are asked for one after the other, as memory gives them soonest, by the first rows: into the first cache, or the second one.
enum class AskBehind { NOTHING, FAR, NEAR };

// Part of whoever calls it: what is nothing but asking the compiler leaves out.
template <AskBehind ASK>
WIDE __attribute__((always_inline)) inline void ask_behind(const char* at, int64_t line) {
    if constexpr (ASK != AskBehind::NOTHING) {
        if (line % (PAGE / LINE) == 0) {
            _mm_prefetch(at + LINE * line + PAGES_AHEAD * PAGE, _MM_HINT_T1);
        }
        _mm_prefetch(at + LINE * line, ASK == AskBehind::NEAR ? _MM_HINT_T0 : _MM_HINT_T1);
    }
}

// What is written before this is done before it, and what is written behind it behind.
template <int SOME, typename REGISTER>
WIDE __attribute__((always_inline)) inline void in_this_order(REGISTER& value) {
    if constexpr (SOME <= MOST_WOVEN) {
        asm volatile("" : "+v"(value) : : "memory");
    }
}

// Sums of a chunk of words so far, of SOME rows by 16 outputs.
template <int SOME>
struct TurnedSums {
    const Product& product;
    int64_t row;
    float* sums; // [rows][64], to which those of a chunk are added
    int64_t left;
    __m512 sum[SOME];

    WIDE __attribute__((always_inline)) inline void begin() {
        left = product.layout.chunk * product.layout.words;
#pragma GCC unroll 8
        for (int r = 0; r < SOME; r++) {
            sum[r] = _mm512_setzero_ps();
        }
    }

    // What one word gives, whose place among the inputs is known.
    WIDE __attribute__((always_inline)) inline void add(__m512i pairs, int64_t word) {
        const char* const input = product.input + row * product.stride;
#pragma GCC unroll 8
        for (int r = 0; r < SOME; r++) {
            const __m512bh pair = (__m512bh)_mm512_set1_epi32(reinterpret_cast<const int32_t*>(input + r * product.stride)[word]);
            sum[r] = _mm512_dpbf16_ps(sum[r], (__m512bh)pairs, pair);
        }
    }

    WIDE __attribute__((always_inline)) inline void end() {
#pragma GCC unroll 8
        for (int r = 0; r < SOME; r++) {
            float* const to = sums + (row + r) * OUTPUTS;
            _mm512_storeu_ps(to, _mm512_add_ps(_mm512_loadu_ps(to), sum[r]));
        }
        begin();
    }
};

// Adds to sums [rows][64] what SOME rows give by 16 outputs, line of memory by line.
template <int SOME, AskBehind ASK>
WIDE void add_turned(const Product& p, const TurnedOutputs& outputs, int64_t inputs, int64_t row, float* sums) {
    const int64_t words = p.layout.units * p.layout.words;
    TurnedSums<SOME> of_rows{p, row, sums, 0, {}};
    of_rows.begin();
    for (int64_t line = 0; line * WORDS_AT_ONCE < outputs.before + words; line++) {
        const int64_t word = line * WORDS_AT_ONCE - outputs.before;
        __m512i pairs[TURNED];
        if (word >= 0 && 2 * (word + WORDS_AT_ONCE) <= inputs) {
#pragma GCC unroll 16
            for (int i = 0; i < TURNED; i++) {
                pairs[i] = _mm512_loadu_si512(outputs.at[i] + 4 * word);
                in_this_order<SOME>(pairs[i]);
                if (i % 2 == 0) {
                    ask_behind<ASK>(outputs.behind, line * TURNED + i / 2);
                }
            }
            turn(pairs);
            const bool ends = of_rows.left <= WORDS_AT_ONCE;
            const int64_t last = of_rows.left - 1;
#pragma GCC unroll 16
            for (int i = 0; i < WORDS_AT_ONCE; i++) {
                of_rows.add(pairs[i], word + i);
                in_this_order<SOME>(of_rows.sum[0]);
                if (i % 2 == 0) {
                    ask_behind<ASK>(outputs.behind, line * TURNED + (TURNED + i) / 2);
                }
                if (ends && i == last) {
                    of_rows.end();
                }
            }
            of_rows.left -= ends ? WORDS_AT_ONCE - 1 - last : WORDS_AT_ONCE;
            continue;
        }
        const int64_t from = std::max<int64_t>(0, -word);
        const __mmask32 there = inputs_there(inputs - 2 * word) & ~inputs_there(2 * from);
#pragma GCC unroll 16
        for (int i = 0; i < TURNED; i++) {
            pairs[i] = _mm512_maskz_loadu_epi16(there, outputs.at[i] + 4 * word);
            ask_behind<ASK>(outputs.behind, line * TURNED + i);
        }
        turn(pairs);
        alignas(64) int32_t some[TURNED * WORDS_AT_ONCE];
#pragma GCC unroll 16
        for (int i = 0; i < WORDS_AT_ONCE; i++) {
            _mm512_store_si512(some + TURNED * i, pairs[i]);
        }
        for (int64_t i = from; i < std::min(WORDS_AT_ONCE, words - word); i++) {
            of_rows.add(_mm512_load_si512(some + TURNED * i), word + i);
            if (--of_rows.left == 0) {
                of_rows.end();
            }
        }
    }
    if (of_rows.left < p.layout.chunk * p.layout.words) {
        of_rows.end();
    }
}

template <AskBehind ASK>
void add_some_turned(int64_t some, const Product& p, const TurnedOutputs& outputs, int64_t inputs, int64_t row, float* sums) {
    switch (some) {
        case 1: return add_turned<1, ASK>(p, outputs, inputs, row, sums);
        case 2: return add_turned<2, ASK>(p, outputs, inputs, row, sums);
        case 3: return add_turned<3, ASK>(p, outputs, inputs, row, sums);
        case 4: return add_turned<4, ASK>(p, outputs, inputs, row, sums);
        case 5: return add_turned<5, ASK>(p, outputs, inputs, row, sums);
        case 6: return add_turned<6, ASK>(p, outputs, inputs, row, sums);
        case 7: return add_turned<7, ASK>(p, outputs, inputs, row, sums);
        default: return add_turned<ROWS_BESIDE, ASK>(p, outputs, inputs, row, sums);
    }
}

// The sums of one block of 64 outputs, [rows][64]. The product says how rows lie, and what the weight would look like if it were packed; `behind` which
// block is read next.
template <typename BEHIND>
inline void block_sums_as_packed(const Product& p, const PlainWeight& weight, int64_t block, float* sums, const BEHIND& behind) {
    std::fill(sums, sums + p.rows * OUTPUTS, 0.0f);
    const auto ask = gains_by_asking() ? add_some_turned<AskBehind::NEAR> : add_some_turned<AskBehind::FAR>;
    const int64_t end = std::min((block + 1) * OUTPUTS, p.outputs);
    for (int64_t first = block * OUTPUTS; first < end; first += TURNED) {
        const TurnedOutputs outputs(weight, first, first + TURNED < end ? first + TURNED : behind() * OUTPUTS);
        for (int64_t row = 0; row < p.rows; row += ROWS_BESIDE) {
            const auto add = row == 0 ? ask : add_some_turned<AskBehind::NOTHING>;
            add(std::min(ROWS_BESIDE, p.rows - row), p, outputs, weight.inputs, row, sums + first % OUTPUTS);
        }
    }
}

} // namespace
