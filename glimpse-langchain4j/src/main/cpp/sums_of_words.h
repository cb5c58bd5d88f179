// Sums that are added word by word: pairs of bfloat16, as without tiles, and whole numbers, whose sums are exact in any order.
#pragma once

#include <algorithm>

#include "packed_product.h"

constexpr int64_t GROUP = 6;      // rows that have room in the registers, 24 of them, beside four of the weight
constexpr int64_t PART = 512;     // words of a weight that stay in the second cache while group after group goes through them
constexpr int64_t PART_LINES = 4; // of memory, of a word
constexpr int64_t ASKED = 2;      // of these, at each word

namespace {

// How a group of rows goes through a part of a weight: the first one reads it line after line, which the processor sees by itself, and is
// slower where it asks too; those behind it ask for the part that follows, until all of it is asked for.
enum class Pass { FIRST, ASKING, LATER };

template <Pass PASS>
WIDE inline void ask_behind(const char* behind, int64_t word) {
    if (PASS == Pass::ASKING) {
#pragma GCC unroll 2
        for (int line = 0; line < ASKED; line++) {
            _mm_prefetch(behind + 64 * (ASKED * word + line), _MM_HINT_T1);
        }
    }
}

// Sixteen whole numbers, as the compiler's own operation has them: of __m512i, which has eight, it keeps copies in memory.
typedef int32_t Sixteen __attribute__((vector_size(64)));

// Whole numbers, rows [rows][64]. The instruction takes rows without sign, so each is 128 too high, which is subtracted behind all: as often as
// the sum of the weights [64], which the first rows add up. `add` adds what SOME rows give by a part of a weight, from `row` on.
struct SumsOfBytes {
    static constexpr int64_t FIRST_ROWS = 5; // beside the sums of the weights

    int32_t* sums;
    int32_t* above;

    template <int SOME, Pass PASS>
    WIDE inline void add(const char* weight, const char* behind, const char* input, int64_t stride, int64_t words, int64_t row) const {
        const auto offset = (Sixteen)_mm512_set1_epi8(static_cast<char>(0x80));
        Sixteen sum[SOME][4];
        Sixteen high[4];
#pragma GCC unroll 4
        for (int j = 0; j < 4; j++) {
            high[j] = Sixteen{};
        }
#pragma GCC unroll 8
        for (int r = 0; r < SOME; r++) {
#pragma GCC unroll 4
            for (int j = 0; j < 4; j++) {
                sum[r][j] = Sixteen{};
            }
        }
        for (int64_t k = 0; k < words; k++) {
            ask_behind<PASS>(behind, k);
            Sixteen numbers[4];
#pragma GCC unroll 4
            for (int j = 0; j < 4; j++) {
                numbers[j] = (Sixteen)_mm512_loadu_si512(weight + 256 * k + 64 * j);
                if (PASS == Pass::FIRST) {
                    high[j] = __builtin_ia32_vpdpbusd_v16si(high[j], offset, numbers[j]);
                }
            }
#pragma GCC unroll 8
            for (int r = 0; r < SOME; r++) {
                const auto four = (Sixteen)_mm512_set1_epi32(reinterpret_cast<const int32_t*>(input + r * stride)[k]);
#pragma GCC unroll 4
                for (int j = 0; j < 4; j++) {
                    sum[r][j] = __builtin_ia32_vpdpbusd_v16si(sum[r][j], four, numbers[j]);
                }
            }
        }
#pragma GCC unroll 4
        for (int j = 0; j < 4; j++) {
            if (PASS == Pass::FIRST) {
                add_to(above + 16 * j, high[j]);
            }
        }
#pragma GCC unroll 8
        for (int r = 0; r < SOME; r++) {
#pragma GCC unroll 4
            for (int j = 0; j < 4; j++) {
                add_to(sums + (row + r) * OUTPUTS + 16 * j, sum[r][j]);
            }
        }
    }

    WIDE static inline void add_to(int32_t* to, Sixteen part) {
        _mm512_storeu_si512(to, _mm512_add_epi32(_mm512_loadu_si512(to), (__m512i)part));
    }
};

// Pairs of bfloat16, rows [rows][64]: those of a part are added one by one, and then to what was there.
struct SumsOfPairs {
    static constexpr int64_t FIRST_ROWS = GROUP;

    float* sums;

    template <int SOME, Pass PASS>
    WIDE inline void add(const char* weight, const char* behind, const char* input, int64_t stride, int64_t words, int64_t row) const {
        __m512 sum[SOME][4];
#pragma GCC unroll 8
        for (int r = 0; r < SOME; r++) {
#pragma GCC unroll 4
            for (int j = 0; j < 4; j++) {
                sum[r][j] = _mm512_setzero_ps();
            }
        }
        for (int64_t k = 0; k < words; k++) {
            ask_behind<PASS>(behind, k);
            __m512bh pairs[4];
#pragma GCC unroll 4
            for (int j = 0; j < 4; j++) {
                pairs[j] = (__m512bh)_mm512_loadu_si512(weight + 256 * k + 64 * j);
            }
#pragma GCC unroll 8
            for (int r = 0; r < SOME; r++) {
                const __m512bh pair = (__m512bh)_mm512_set1_epi32(reinterpret_cast<const int32_t*>(input + r * stride)[k]);
#pragma GCC unroll 4
                for (int j = 0; j < 4; j++) {
                    sum[r][j] = _mm512_dpbf16_ps(sum[r][j], pairs[j], pair);
                }
            }
        }
#pragma GCC unroll 8
        for (int r = 0; r < SOME; r++) {
#pragma GCC unroll 4
            for (int j = 0; j < 4; j++) {
                float* const to = sums + (row + r) * OUTPUTS + 16 * j;
                _mm512_storeu_ps(to, _mm512_add_ps(_mm512_loadu_ps(to), sum[r][j]));
            }
        }
    }
};

template <Pass PASS, typename SUMS>
WIDE inline void add_group(
    const SUMS& sums, int64_t some, const char* weight, const char* behind, const char* input, int64_t stride, int64_t words, int64_t row) {
    const char* const from = input + row * stride;
    switch (some) {
        case 1: return sums.template add<1, PASS>(weight, behind, from, stride, words, row);
        case 2: return sums.template add<2, PASS>(weight, behind, from, stride, words, row);
        case 3: return sums.template add<3, PASS>(weight, behind, from, stride, words, row);
        case 4: return sums.template add<4, PASS>(weight, behind, from, stride, words, row);
        case 5: return sums.template add<5, PASS>(weight, behind, from, stride, words, row);
        default: return sums.template add<GROUP, PASS>(weight, behind, from, stride, words, row);
    }
}

// All rows through one part of a weight.
template <typename SUMS>
WIDE inline void add_part(const SUMS& sums, int64_t rows, const char* weight, const char* input, int64_t stride, int64_t words) {
    const char* behind = weight + 64 * PART_LINES * words;
    const char* const asked = behind + 64 * PART_LINES * words;
    const int64_t first = std::min(rows, SUMS::FIRST_ROWS);
    add_group<Pass::FIRST>(sums, first, weight, behind, input, stride, words, 0);
    for (int64_t row = first; row < rows; row += GROUP) {
        const int64_t some = std::min(GROUP, rows - row);
        if (behind < asked) {
            add_group<Pass::ASKING>(sums, some, weight, behind, input, stride, words, row);
            behind += 64 * ASKED * words;
        } else {
            add_group<Pass::LATER>(sums, some, weight, behind, input, stride, words, row);
        }
    }
}

// All rows through one block of a weight, a part of so many words at most at a time.
template <typename SUMS>
WIDE inline void add_block(const SUMS& sums, const Product& p, int64_t block, int64_t part) {
    const int64_t words = p.layout.units * p.layout.words;
    const char* const weight = p.weight + block * words * 64 * PART_LINES;
    for (int64_t from = 0; from < words; from += part) {
        add_part(sums, p.rows, weight + from * 64 * PART_LINES, p.input + from * 4, p.stride, std::min(part, words - from));
    }
}

// The sums of one block of whole numbers, [rows][64].
WIDE inline void block_sums_of_words(const Product& p, int64_t block, int32_t* sums) {
    alignas(64) int32_t above[OUTPUTS] = {};
    std::fill(sums, sums + p.rows * OUTPUTS, 0);
    add_block(SumsOfBytes{sums, above}, p, block, PART);
    for (int64_t i = 0; i < p.rows * OUTPUTS; i++) {
        sums[i] -= above[i % OUTPUTS];
    }
}

// The sums of one block of pairs, [rows][64].
WIDE inline void block_sums_of_words(const Product& p, int64_t block, float* sums) {
    std::fill(sums, sums + p.rows * OUTPUTS, 0.0f);
    add_block(SumsOfPairs{sums}, p, block, p.layout.chunk * p.layout.words);
}

} // namespace
