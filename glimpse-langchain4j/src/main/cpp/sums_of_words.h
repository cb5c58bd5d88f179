// Sums that are added word by word: pairs of bfloat16, as without tiles, and whole numbers, whose sums are exact in any order.
#pragma once

#include <algorithm>

#include "packed_product.h"
#include "pages.h"
#include "rows.h"

constexpr int64_t GROUP = 6;         // rows that have room in the registers, 24 of them, beside four of the weight
constexpr int64_t PART = 512;        // words of a weight that stay in the second cache while group after group goes through them
constexpr int64_t NEAR_PART = 32;    // that stay in the first one, beside the sums of a step's rows
constexpr int64_t AHEAD = 48 * WORD; // bytes from what is read to what is asked for near

namespace {

// How many lines a group of rows asks for at each word: into the second cache or, near, into the first one.
enum class Ask { NOTHING = 0, ONE_NEAR = 1, TWO = 2, FOUR_NEAR = 4 };

constexpr int64_t lines(Ask ask) {
    return static_cast<int64_t>(ask);
}

template <Ask ASK>
WIDE inline void ask_for(const char* at, int64_t word) {
    for (int64_t line = 0; line < lines(ASK); line++) {
        _mm_prefetch(at + 64 * (lines(ASK) * word + line), ASK == Ask::TWO ? _MM_HINT_T1 : _MM_HINT_T0);
    }
}

// Sixteen whole numbers, as the compiler's own operation has them: of __m512i, which has eight, it keeps copies in memory.
typedef int32_t Sixteen __attribute__((vector_size(64)));

// A part of a block of a weight, and of the rows. Sums of a chunk that does not end with it stay open.
struct Part {
    const char* weight;
    const char* next; // what is read behind it
    const char* input;
    int64_t stride;
    int64_t words;
    bool begins;
    bool ends;
};

// Whole numbers, rows [rows][64]. The instruction takes rows without sign, so each is 128 too high, which is subtracted behind all: as often as
// the sum of the weights [64], which the first rows add up. `add` adds what SOME rows give by a part of a weight, from `row` on.
struct SumsOfBytes {
    static constexpr int64_t FIRST_ROWS = 5; // beside the sums of the weights

    int32_t* sums;
    int32_t* above;

    template <int SOME, bool FIRST, Ask ASK>
    WIDE inline void add(const Part& part, const char* asked, int64_t row) const {
        const char* const input = part.input + row * part.stride;
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
        for (int64_t k = 0; k < part.words; k++) {
            ask_for<ASK>(asked, k);
            Sixteen numbers[4];
#pragma GCC unroll 4
            for (int j = 0; j < 4; j++) {
                numbers[j] = (Sixteen)_mm512_loadu_si512(part.weight + WORD * k + 64 * j);
                if (FIRST) {
                    high[j] = __builtin_ia32_vpdpbusd_v16si(high[j], offset, numbers[j]);
                }
            }
#pragma GCC unroll 8
            for (int r = 0; r < SOME; r++) {
                const auto four = (Sixteen)_mm512_set1_epi32(reinterpret_cast<const int32_t*>(input + r * part.stride)[k]);
#pragma GCC unroll 4
                for (int j = 0; j < 4; j++) {
                    sum[r][j] = __builtin_ia32_vpdpbusd_v16si(sum[r][j], four, numbers[j]);
                }
            }
        }
#pragma GCC unroll 4
        for (int j = 0; j < 4; j++) {
            if (FIRST) {
                add_to(above + 16 * j, high[j], part.begins);
            }
        }
#pragma GCC unroll 8
        for (int r = 0; r < SOME; r++) {
#pragma GCC unroll 4
            for (int j = 0; j < 4; j++) {
                add_to(sums + (row + r) * OUTPUTS + 16 * j, sum[r][j], part.begins);
            }
        }
    }

    WIDE static inline void add_to(int32_t* to, Sixteen numbers, bool begins) {
        const auto before = begins ? Sixteen{} : (Sixteen)_mm512_loadu_si512(to);
        _mm512_storeu_si512(to, (__m512i)(before + numbers));
    }
};

// Pairs of bfloat16, rows [rows][64]: those of a chunk are added one by one, and then to what was there. `open` [ROWS][64] has those of a chunk
// that goes on; of more rows parts are whole chunks.
struct SumsOfPairs {
    static constexpr int64_t FIRST_ROWS = GROUP;

    float* sums;
    float* open;

    template <int SOME, bool FIRST, Ask ASK>
    WIDE inline void add(const Part& part, const char* asked, int64_t row) const {
        const char* const input = part.input + row * part.stride;
        __m512 sum[SOME][4];
#pragma GCC unroll 8
        for (int r = 0; r < SOME; r++) {
#pragma GCC unroll 4
            for (int j = 0; j < 4; j++) {
                sum[r][j] = part.begins ? _mm512_setzero_ps() : _mm512_loadu_ps(open + (row + r) * OUTPUTS + 16 * j);
            }
        }
        for (int64_t k = 0; k < part.words; k++) {
            ask_for<ASK>(asked, k);
            __m512bh pairs[4];
#pragma GCC unroll 4
            for (int j = 0; j < 4; j++) {
                pairs[j] = (__m512bh)_mm512_loadu_si512(part.weight + WORD * k + 64 * j);
            }
#pragma GCC unroll 8
            for (int r = 0; r < SOME; r++) {
                const __m512bh pair = (__m512bh)_mm512_set1_epi32(reinterpret_cast<const int32_t*>(input + r * part.stride)[k]);
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
                const int64_t place = (row + r) * OUTPUTS + 16 * j;
                if (part.ends) {
                    _mm512_storeu_ps(sums + place, _mm512_add_ps(_mm512_loadu_ps(sums + place), sum[r][j]));
                } else {
                    _mm512_storeu_ps(open + place, sum[r][j]);
                }
            }
        }
    }
};

template <bool FIRST, Ask ASK, typename SUMS>
WIDE inline void add_group(const SUMS& sums, int64_t some, const Part& part, const char* asked, int64_t row) {
    switch (some) {
        case 1: return sums.template add<1, FIRST, ASK>(part, asked, row);
        case 2: return sums.template add<2, FIRST, ASK>(part, asked, row);
        case 3: return sums.template add<3, FIRST, ASK>(part, asked, row);
        case 4: return sums.template add<4, FIRST, ASK>(part, asked, row);
        case 5: return sums.template add<5, FIRST, ASK>(part, asked, row);
        default: return sums.template add<FIRST ? SUMS::FIRST_ROWS : GROUP, FIRST, ASK>(part, asked, row);
    }
}

// For a line of each page whose lines will be asked for.
WIDE inline void ask_for_pages(const Part& part) {
    for (int64_t byte = 0; byte < WORD * part.words; byte += PAGE) {
        _mm_prefetch(part.weight + AHEAD + PAGES_AHEAD * PAGE + byte, _MM_HINT_T1);
    }
}

// All rows through one part. Those behind the first group ask for the part that follows, until all of it is asked for; the first one for what it
// is about to read itself, where that is sooner there then.
template <bool NEAR, typename SUMS>
WIDE inline void add_part(const SUMS& sums, int64_t rows, const Part& part) {
    constexpr Ask FIRST = NEAR ? Ask::FOUR_NEAR : Ask::NOTHING;
    constexpr Ask LATER = NEAR ? Ask::ONE_NEAR : Ask::TWO;
    const int64_t first = std::min(rows, SUMS::FIRST_ROWS);
    if (NEAR && part.words <= NEAR_PART) {
        ask_for_pages(part);
    }
    add_group<true, FIRST>(sums, first, part, part.weight + AHEAD, 0);
    const char* asked = part.next + (NEAR ? AHEAD : 0);
    const char* const all = asked + WORD * part.words;
    for (int64_t row = first; row < rows; row += GROUP) {
        const int64_t some = std::min(GROUP, rows - row);
        if (asked < all) {
            add_group<false, LATER>(sums, some, part, asked, row);
            asked += 64 * lines(LATER) * part.words;
        } else {
            add_group<false, Ask::NOTHING>(sums, some, part, asked, row);
        }
    }
}

// All rows through one block of a weight, in chunks of so many words.
template <typename SUMS>
WIDE inline void add_block(const SUMS& sums, const Product& p, int64_t block, int64_t chunk) {
    const int64_t words = p.layout.units * p.layout.words;
    const char* const weight = p.weight + block * words * WORD;
    const bool near = gains_by_asking();
    const int64_t most = near && p.rows <= ROWS ? NEAR_PART : PART;
    for (int64_t begin = 0; begin < words; begin += chunk) {
        const int64_t end = std::min(begin + chunk, words);
        for (int64_t from = begin; from < end; from += most) {
            const int64_t to = std::min(from + most, end);
            const char* const next = p.next == nullptr ? weight + to * WORD : p.next + from * WORD;
            const Part part{weight + from * WORD, next, p.input + from * 4, p.stride, to - from, from == begin, to == end};
            near ? add_part<true>(sums, p.rows, part) : add_part<false>(sums, p.rows, part);
        }
    }
}

// The sums of one block of whole numbers, [rows][64].
WIDE inline void block_sums_of_words(const Product& p, int64_t block, int32_t* sums) {
    alignas(64) int32_t above[OUTPUTS];
    add_block(SumsOfBytes{sums, above}, p, block, p.layout.units * p.layout.words);
    for (int64_t row = 0; row < p.rows; row++) {
#pragma GCC unroll 4
        for (int j = 0; j < 4; j++) {
            int32_t* const to = sums + row * OUTPUTS + 16 * j;
            _mm512_storeu_si512(to, _mm512_sub_epi32(_mm512_loadu_si512(to), _mm512_load_si512(above + 16 * j)));
        }
    }
}

// The sums of one block of pairs, [rows][64].
WIDE inline void block_sums_of_words(const Product& p, int64_t block, float* sums) {
    static_assert(MOST_UNITS * PAIR_WORDS <= PART, "no chunk of more rows than ROWS goes on");
    std::fill(sums, sums + p.rows * OUTPUTS, 0.0f);
    alignas(64) float open[ROWS * OUTPUTS];
    add_block(SumsOfPairs{sums, open}, p, block, p.layout.chunk * p.layout.words);
}

} // namespace
