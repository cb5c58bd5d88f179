// Sums that are added word by word: pairs of bfloat16, as without tiles, and whole numbers, whose sums are exact in any order.
#pragma once

#include <algorithm>

#include "packed_product.h"

constexpr int64_t ROWS_AT_ONCE = 4; // that have room in the registers beside the weights
constexpr int64_t PIECE = 256;      // words that stay in a cache while more rows than these go through them

namespace {

// Where rows go through a piece of a weight in several passes, those behind the first one ask for so many lines of the piece behind for each word.
// The first one reads it line after line, which the processor sees by itself, and is slower where it asks too.
template <int LINES>
WIDE inline void ask_behind(const char* behind, int64_t word) {
#pragma GCC unroll 2
    for (int line = 0; line < LINES; line++) {
        _mm_prefetch(behind + 64 * (LINES * word + line), _MM_HINT_T1);
    }
}

// Whole numbers, rows [rows][64]. The instruction takes rows without sign, so each is 128 too high, which is subtracted behind all: as often as
// the sum of the weights [64], which the first rows add up. `add` adds what SOME rows give by a piece of a weight, from `row` on, in the first pass
// where LINES is 0.
struct SumsOfBytes {
    int32_t* sums;
    int32_t* above;

    template <int SOME, int LINES>
    WIDE inline void add(const char* weight, const char* behind, const uint32_t* input, int64_t stride, int64_t words, int64_t row) const {
        const __m512i offset = _mm512_set1_epi8(static_cast<char>(0x80));
        __m512i sum[SOME][4] = {};
        __m512i high[4] = {};
        for (int64_t k = 0; k < words; k++) {
            ask_behind<LINES>(behind, k);
#pragma GCC unroll 4
            for (int j = 0; j < 4; j++) {
                const __m512i numbers = _mm512_loadu_si512(weight + 256 * k + 64 * j);
                if (LINES == 0) {
                    high[j] = _mm512_dpbusd_epi32(high[j], offset, numbers);
                }
#pragma GCC unroll 4
                for (int r = 0; r < SOME; r++) {
                    sum[r][j] = _mm512_dpbusd_epi32(sum[r][j], _mm512_set1_epi32(static_cast<int>(input[r * stride + k])), numbers);
                }
            }
        }
#pragma GCC unroll 4
        for (int j = 0; j < 4; j++) {
            if (LINES == 0) {
                add_to(above + 16 * j, high[j]);
            }
#pragma GCC unroll 4
            for (int r = 0; r < SOME; r++) {
                add_to(sums + (row + r) * OUTPUTS + 16 * j, sum[r][j]);
            }
        }
    }

    WIDE static inline void add_to(int32_t* to, __m512i part) {
        _mm512_storeu_si512(to, _mm512_add_epi32(_mm512_loadu_si512(to), part));
    }
};

// Pairs of bfloat16, rows [rows][64], added one by one.
struct SumsOfPairs {
    float* sums;

    template <int SOME, int LINES>
    WIDE inline void add(const char* weight, const char* behind, const uint32_t* input, int64_t stride, int64_t words, int64_t row) const {
        __m512 sum[SOME][4];
#pragma GCC unroll 4
        for (int r = 0; r < SOME; r++) {
#pragma GCC unroll 4
            for (int j = 0; j < 4; j++) {
                sum[r][j] = _mm512_loadu_ps(sums + (row + r) * OUTPUTS + 16 * j);
            }
        }
        for (int64_t k = 0; k < words; k++) {
            ask_behind<LINES>(behind, k);
            __m512bh pairs[4];
#pragma GCC unroll 4
            for (int j = 0; j < 4; j++) {
                pairs[j] = (__m512bh)_mm512_loadu_si512(weight + 256 * k + 64 * j);
            }
#pragma GCC unroll 4
            for (int r = 0; r < SOME; r++) {
                const __m512bh pair = (__m512bh)_mm512_set1_epi32(static_cast<int>(input[r * stride + k]));
#pragma GCC unroll 4
                for (int j = 0; j < 4; j++) {
                    sum[r][j] = _mm512_dpbf16_ps(sum[r][j], pairs[j], pair);
                }
            }
        }
#pragma GCC unroll 4
        for (int r = 0; r < SOME; r++) {
#pragma GCC unroll 4
            for (int j = 0; j < 4; j++) {
                _mm512_storeu_ps(sums + (row + r) * OUTPUTS + 16 * j, sum[r][j]);
            }
        }
    }
};

template <int LINES, typename SUMS>
WIDE inline void add_some(
    const SUMS& sums, int64_t some, const char* weight, const char* behind, const uint32_t* input, int64_t stride, int64_t words, int64_t row) {
    const uint32_t* from = input + row * stride;
    switch (some) {
        case 1: return sums.template add<1, LINES>(weight, behind, from, stride, words, row);
        case 2: return sums.template add<2, LINES>(weight, behind, from, stride, words, row);
        case 3: return sums.template add<3, LINES>(weight, behind, from, stride, words, row);
        default: return sums.template add<4, LINES>(weight, behind, from, stride, words, row);
    }
}

// All rows through one piece of a weight.
template <int LINES, typename SUMS>
WIDE inline void add_piece(const SUMS& sums, int64_t rows, const char* weight, const uint32_t* input, int64_t stride, int64_t words) {
    const char* behind = weight + FAR;
    add_some<0>(sums, std::min(rows, ROWS_AT_ONCE), weight, behind, input, stride, words, 0);
    for (int64_t row = ROWS_AT_ONCE; row < rows; row += ROWS_AT_ONCE) {
        behind += 64 * LINES * words;
        add_some<LINES>(sums, std::min(rows - row, ROWS_AT_ONCE), weight, behind, input, stride, words, row);
    }
}

// All rows through so many words of a weight.
template <typename SUMS>
WIDE inline void add_words(const SUMS& sums, int64_t rows, const char* weight, const uint32_t* input, int64_t stride, int64_t words) {
    if (rows <= ROWS_AT_ONCE) {
        add_some<0>(sums, rows, weight, weight, input, stride, words, 0);
        return;
    }
    for (int64_t from = 0; from < words; from += PIECE) {
        const int64_t some = std::min(PIECE, words - from);
        if (rows <= 2 * ROWS_AT_ONCE) {
            add_piece<2>(sums, rows, weight + from * 256, input + from, stride, some);
        } else {
            add_piece<1>(sums, rows, weight + from * 256, input + from, stride, some);
        }
    }
}

// The sums of one block of whole numbers, [rows][64].
WIDE inline void block_sums_of_words(const Product& p, int64_t block, int32_t* sums) {
    const int64_t words = p.layout.units * TILE_WORDS;
    alignas(64) int32_t above[OUTPUTS] = {};
    std::fill(sums, sums + p.rows * OUTPUTS, 0);
    add_words(SumsOfBytes{sums, above}, p.rows, p.weight + block * words * 256, reinterpret_cast<const uint32_t*>(p.input), p.stride / 4, words);
    for (int64_t i = 0; i < p.rows * OUTPUTS; i++) {
        sums[i] -= above[i % OUTPUTS];
    }
}

// The sums of one block of pairs, [rows][64].
WIDE inline void block_sums_of_words(const Product& p, int64_t block, float* sums) {
    const int64_t words = p.layout.units * p.layout.words;
    const int64_t chunk = p.layout.chunk * p.layout.words;
    const char* weight = p.weight + block * words * 256;
    const auto* input = reinterpret_cast<const uint32_t*>(p.input);
    std::fill(sums, sums + p.rows * OUTPUTS, 0.0f);
    alignas(64) float part[ROWS * OUTPUTS];
    for (int64_t from = 0; from < words; from += chunk) {
        std::fill(part, part + p.rows * OUTPUTS, 0.0f);
        add_words(SumsOfPairs{part}, p.rows, weight + from * 256, input + from, p.stride / 4, std::min(chunk, words - from));
        for (int64_t i = 0; i < p.rows * OUTPUTS; i++) {
            sums[i] += part[i];
        }
    }
}

} // namespace
