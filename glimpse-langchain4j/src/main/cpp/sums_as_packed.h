// Sums of few rows by a weight as checkpoints hold it, with the bits of those by a packed one: words of 16 outputs at a time are turned in registers, and
// added in the same order. Packed weights are read as they lie, so they need no turning; this is for those that are not packed, or not yet.
#pragma once

#include <utility>

#include "packed_product.h"
#include "pages.h"
#include "plain.h"
#include "rows.h"
#include "words.h"

namespace {

constexpr int64_t TURNED = 16;     // outputs that are turned at once
constexpr int64_t ROWS_BESIDE = 8; // rows whose sums have room in the registers beside them; those of more are read word by word
constexpr int64_t FEWER_ROWS = 12; // that are not multiplied as if they were ROWS
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

// Lines behind what is read are asked for one after the other, as memory gives them soonest: into the first cache, or the second one.
enum class AskBehind { FAR, NEAR };

// Part of whoever calls it: what is nothing but asking the compiler leaves out.
template <AskBehind ASK>
WIDE __attribute__((always_inline)) inline void ask_behind(const char* at, int64_t line) {
    if (line % (PAGE / LINE) == 0) {
        _mm_prefetch(at + LINE * line + PAGES_AHEAD * PAGE, _MM_HINT_T1);
    }
    _mm_prefetch(at + LINE * line, ASK == AskBehind::NEAR ? _MM_HINT_T0 : _MM_HINT_T1);
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
#pragma GCC unroll 8
        for (int r = 0; r < SOME; r++) {
            const __m512bh pair = (__m512bh)_mm512_set1_epi32(reinterpret_cast<const int32_t*>(product.input + r * product.stride)[word]);
            sum[r] = _mm512_dpbf16_ps(sum[r], (__m512bh)pairs, pair);
        }
    }

    WIDE __attribute__((always_inline)) inline void end() {
#pragma GCC unroll 8
        for (int r = 0; r < SOME; r++) {
            float* const to = sums + r * OUTPUTS;
            _mm512_storeu_ps(to, _mm512_add_ps(_mm512_loadu_ps(to), sum[r]));
        }
        begin();
    }
};

// Adds to sums [rows][64] what SOME rows give by 16 outputs, line of memory by line.
template <int SOME, AskBehind ASK>
WIDE void add_turned(const Product& p, const TurnedOutputs& outputs, int64_t inputs, float* sums) {
    const int64_t words = p.layout.units * p.layout.words;
    TurnedSums<SOME> of_rows{p, sums, 0, {}};
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
void add_some_turned(const Product& p, const TurnedOutputs& outputs, int64_t inputs, float* sums) {
    switch (p.rows) {
        case 1: return add_turned<1, ASK>(p, outputs, inputs, sums);
        case 2: return add_turned<2, ASK>(p, outputs, inputs, sums);
        case 3: return add_turned<3, ASK>(p, outputs, inputs, sums);
        case 4: return add_turned<4, ASK>(p, outputs, inputs, sums);
        case 5: return add_turned<5, ASK>(p, outputs, inputs, sums);
        case 6: return add_turned<6, ASK>(p, outputs, inputs, sums);
        case 7: return add_turned<7, ASK>(p, outputs, inputs, sums);
        default: return add_turned<ROWS_BESIDE, ASK>(p, outputs, inputs, sums);
    }
}

// Up to 16 rows word by word, and zeros where there are fewer: [words][16], of whole sixteens of words.
WIDE inline void lay_words(const at::BFloat16* rows, int64_t count, int64_t width, int64_t words, char* laid) {
    for (int64_t word = 0; word < words; word += WORDS_AT_ONCE) {
        const __mmask32 there = inputs_there(width - 2 * word);
        __m512i pairs[TURNED];
#pragma GCC unroll 16
        for (int64_t r = 0; r < TURNED; r++) {
            pairs[r] = r < count ? _mm512_maskz_loadu_epi16(there, rows + r * width + 2 * word) : _mm512_setzero_si512();
        }
        turn(pairs);
#pragma GCC unroll 16
        for (int64_t i = 0; i < WORDS_AT_ONCE; i++) {
            _mm512_store_si512(laid + LINE * (word + i), pairs[i]);
        }
    }
}

// Sums of many rows, each in a register of its own: GCC keeps those of a loop in memory.
template <typename PLACES>
struct ManySums;

template <size_t... ROW>
struct ManySums<std::index_sequence<ROW...>> {
    __m512 sum[sizeof...(ROW)];

    WIDE __attribute__((always_inline)) inline ManySums() {
        ((sum[ROW] = _mm512_setzero_ps()), ...);
    }

    // What one word gives, and of rows the word that is multiplied by it, which is read as it is multiplied: there is no register left.
    WIDE __attribute__((always_inline)) inline void add(__m512i pairs, const char* word) {
        (add_one(sum[ROW], pairs, reinterpret_cast<const int32_t*>(word)[ROW]), ...);
    }

    WIDE __attribute__((always_inline)) inline void end(float* to) {
        (end_one(sum[ROW], to + ROW * OUTPUTS), ...);
    }

  private:
    WIDE __attribute__((always_inline)) static inline void add_one(__m512& sum, __m512i pairs, const int32_t& pair) {
        asm("vdpbf16ps %2%{1to16%}, %1, %0" : "+v"(sum) : "v"(pairs), "m"(pair));
    }

    WIDE __attribute__((always_inline)) static inline void end_one(__m512& sum, float* to) {
        _mm512_storeu_ps(to, _mm512_add_ps(_mm512_loadu_ps(to), sum));
        sum = _mm512_setzero_ps();
    }
};

// Adds to sums [16][64] what SOME rows, which lie word by word, give by 16 outputs. Words are turned once for all rows, and lie in the nearest cache.
template <int64_t SOME, AskBehind ASK>
WIDE void add_many_turned(const Product& p, const TurnedOutputs& outputs, int64_t inputs, float* sums) {
    const int64_t words = p.layout.units * p.layout.words;
    const int64_t chunk = p.layout.chunk * p.layout.words;
    int64_t left = chunk;
    ManySums<std::make_index_sequence<SOME>> of_rows;
    alignas(64) char turned[LINE * WORDS_AT_ONCE];
    for (int64_t line = 0; line * WORDS_AT_ONCE < outputs.before + words; line++) {
        const int64_t word = line * WORDS_AT_ONCE - outputs.before;
        const int64_t from = std::max<int64_t>(0, -word);
        const int64_t to = std::min(WORDS_AT_ONCE, words - word);
        const __mmask32 there = inputs_there(inputs - 2 * word) & ~inputs_there(2 * from);
        __m512i pairs[TURNED];
#pragma GCC unroll 16
        for (int i = 0; i < TURNED; i++) {
            pairs[i] = _mm512_maskz_loadu_epi16(there, outputs.at[i] + 4 * word);
            ask_behind<ASK>(outputs.behind, line * TURNED + i);
        }
        turn(pairs);
#pragma GCC unroll 16
        for (int i = 0; i < WORDS_AT_ONCE; i++) {
            _mm512_store_si512(turned + LINE * i, pairs[i]);
        }
        for (int64_t i = from; i < to; i++) {
            of_rows.add(_mm512_load_si512(turned + LINE * i), p.input + p.stride * (word + i));
            if (--left == 0) {
                of_rows.end(sums);
                left = chunk;
            }
        }
    }
    if (left < chunk) {
        of_rows.end(sums);
    }
}

template <AskBehind ASK>
void add_all_turned(const Product& p, const TurnedOutputs& outputs, int64_t inputs, float* sums) {
    if (p.rows > FEWER_ROWS) {
        return add_many_turned<ROWS, ASK>(p, outputs, inputs, sums);
    }
    if (p.rows > ROWS_BESIDE) {
        return add_many_turned<FEWER_ROWS, ASK>(p, outputs, inputs, sums);
    }
    add_some_turned<ASK>(p, outputs, inputs, sums);
}

// The sums of one block of 64 outputs, [rows][64], of more than ROWS_BESIDE [16][64]. The product says how rows lie, more than ROWS_BESIDE as lay_words lays them, and what the weight would look
// like if it were packed; `behind` which block is read next.
template <typename BEHIND>
inline void block_sums_as_packed(const Product& p, const PlainWeight& weight, int64_t block, float* sums, const BEHIND& behind) {
    std::fill(sums, sums + (p.rows > ROWS_BESIDE ? ROWS : p.rows) * OUTPUTS, 0.0f);
    const auto add = gains_by_asking() ? add_all_turned<AskBehind::NEAR> : add_all_turned<AskBehind::FAR>;
    const int64_t end = std::min((block + 1) * OUTPUTS, p.outputs);
    for (int64_t first = block * OUTPUTS; first < end; first += TURNED) {
        const TurnedOutputs outputs(weight, first, first + TURNED < end ? first + TURNED : behind() * OUTPUTS);
        add(p, outputs, weight.inputs, sums + first % OUTPUTS);
    }
}

} // namespace
