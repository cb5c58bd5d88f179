// Sums of rows by the numbers of a packed weight, a block of 64 outputs at a time, with the bits of oneDNN's own products: the same additions in
// the same order, by three kinds of instructions. All ask for the weight ahead, which is what a token of an answer waits for.
#pragma once

#include <immintrin.h>

#include <cstring>
#include <type_traits>

#include "packed_layout.h"
#include "rows.h"

#define WIDE __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni,avx512bf16,amx-tile,amx-bf16,amx-int8")))

constexpr int64_t ROWS = 16;        // rows of a tile of the processor, the most that are multiplied here
constexpr int64_t REGISTER_ROWS = 2; // the most that registers multiply faster than tiles, which are loaded more slowly,
constexpr int64_t REGISTER_ROWS_OF_BYTES = 4; // and of 8 bits
constexpr int64_t PAIR_ROWS = 8;    // the most without tiles: of more, oneDNN makes better use of the registers

// One product: rows [rows][units][words of a unit], laid side by side as `By` says, by blocks of 64 outputs.
struct Product {
    const char* weight;
    const char* input;
    int64_t rows;
    int64_t outputs;
    Layout layout;
};

// What multiplies: tiles, whose rows are bfloat16 or signed 8 bits; registers in the order of tiles, whose rows are float32 or 8 bits around 128;
// or registers by pairs of bfloat16.
enum class By { TILES, REGISTERS, PAIRS };

inline By way_of(const Layout& layout, int64_t rows, bool int8) {
    return layout.words == PAIR_WORDS ? By::PAIRS : rows <= (int8 ? REGISTER_ROWS_OF_BYTES : REGISTER_ROWS) ? By::REGISTERS : By::TILES;
}

// Asks for what follows: from memory far ahead, and from there into the nearest cache shortly before it is needed.
WIDE inline void ask_ahead(const char* at) {
    constexpr int64_t FAR = 4 * TILE, NEAR = TILE;
    _mm_prefetch(at + FAR, _MM_HINT_T1);
    _mm_prefetch(at + NEAR, _MM_HINT_T0);
}

namespace {

// The processor's description of its tiles.
struct TileConfig {
    uint8_t palette = 1;
    uint8_t start_row = 0;
    uint8_t reserved[14] = {};
    uint16_t bytes[16] = {};
    uint8_t rows[16] = {};
};

// oneDNN keeps in mind how it has described the tiles to the processor, so its description comes back.
class Tiles {
  public:
    WIDE explicit Tiles(int64_t rows) {
        _tile_storeconfig(before);
        TileConfig config;
        for (int tile = 0; tile < 8; tile++) {
            config.bytes[tile] = 64;
            config.rows[tile] = tile >= 4 && tile < 7 ? ROWS : rows;
        }
        std::memcpy(own, &config, sizeof(own));
        // The intrinsics name the first bytes of what they read and write.
        asm volatile("" ::: "memory");
        _tile_loadconfig(own);
    }
    WIDE ~Tiles() {
        asm volatile("" ::: "memory");
        _tile_loadconfig(before);
    }
    Tiles(const Tiles&) = delete;
    Tiles& operator=(const Tiles&) = delete;

  private:
    alignas(64) char before[64];
    alignas(64) char own[64];
};

template <bool INT8>
WIDE inline void multiply(const char* weight, const char* input, int64_t stride, int64_t tiles) {
    for (int64_t t = 0; t < tiles; t++) {
        const char* at = weight + t * TILE;
#pragma GCC unroll 64
        for (int line = 0; line < 64; line++) {
            ask_ahead(at + 64 * line);
        }
        _tile_loadd(7, input + 64 * t, stride);
        _tile_loadd(4, at, 256);
        _tile_loadd(5, at + 64, 256);
        _tile_loadd(6, at + 128, 256);
        if constexpr (INT8) {
            _tile_dpbssd(0, 7, 4);
            _tile_loadd(4, at + 192, 256);
            _tile_dpbssd(1, 7, 5);
            _tile_dpbssd(2, 7, 6);
            _tile_dpbssd(3, 7, 4);
        } else {
            _tile_dpbf16ps(0, 7, 4);
            _tile_loadd(4, at + 192, 256);
            _tile_dpbf16ps(1, 7, 5);
            _tile_dpbf16ps(2, 7, 6);
            _tile_dpbf16ps(3, 7, 4);
        }
    }
}

// Adds what the tiles hold, or sets it, rows [rows][64].
template <typename NUMBER>
WIDE inline void collect(NUMBER* sums, int64_t rows, bool first) {
    alignas(64) NUMBER part[ROWS * OUTPUTS];
    _tile_stored(0, part, 256);
    _tile_stored(1, part + 16, 256);
    _tile_stored(2, part + 32, 256);
    _tile_stored(3, part + 48, 256);
    for (int64_t i = 0; i < rows * OUTPUTS; i++) {
        sums[i] = first ? part[i] : sums[i] + part[i];
    }
}

// The sums of one block by tiles, [rows][64].
template <bool INT8, typename NUMBER>
WIDE inline void block_sums_of_tiles(const Product& p, int64_t block, NUMBER* sums) {
    const int64_t stride = p.layout.units * 64;
    const char* weight = p.weight + block * p.layout.units * TILE;
    for (int64_t from = 0; from < p.layout.units; from += p.layout.chunk) {
        _tile_zero(0);
        _tile_zero(1);
        _tile_zero(2);
        _tile_zero(3);
        multiply<INT8>(weight + from * TILE, p.input + from * 64, stride, std::min(p.layout.chunk, p.layout.units - from));
        collect(sums, p.rows, from == 0);
    }
}

// Numbers that are added as tiles do, which know no numbers below the least normal one.
class Flushed {
  public:
    WIDE Flushed() : before(_mm_getcsr()) {
        constexpr unsigned RESULTS = 0x8000, OPERANDS = 0x40;
        _mm_setcsr(before | RESULTS | OPERANDS);
    }
    WIDE ~Flushed() {
        _mm_setcsr(before);
    }
    Flushed(const Flushed&) = delete;
    Flushed& operator=(const Flushed&) = delete;

  private:
    const unsigned before;
};

// Adds one unit to sums [SOME][4] of float32 as a tile does: the products of even places, those of odd ones, both, then to what is there.
template <int SOME>
WIDE inline void add_unit(const char* at, const float* input, int64_t stride, __m512 (&sum)[SOME][4]) {
    const __m512i upper = _mm512_set1_epi32(static_cast<int>(0xffff0000));
    __m512 even[SOME][4] = {};
    __m512 odd[SOME][4] = {};
#pragma GCC unroll 16
    for (int k = 0; k < TILE_WORDS; k++) {
#pragma GCC unroll 4
        for (int j = 0; j < 4; j++) {
            const char* line = at + 256 * k + 64 * j;
            ask_ahead(line);
            const __m512i pairs = _mm512_loadu_si512(line);
            const __m512 first = _mm512_castsi512_ps(_mm512_slli_epi32(pairs, 16));
            const __m512 second = _mm512_castsi512_ps(_mm512_and_si512(pairs, upper));
#pragma GCC unroll 2
            for (int r = 0; r < SOME; r++) {
                even[r][j] = _mm512_fmadd_ps(first, _mm512_set1_ps(input[r * stride + 2 * k]), even[r][j]);
                odd[r][j] = _mm512_fmadd_ps(second, _mm512_set1_ps(input[r * stride + 2 * k + 1]), odd[r][j]);
            }
        }
    }
    for (int r = 0; r < SOME; r++) {
        for (int j = 0; j < 4; j++) {
            sum[r][j] = _mm512_add_ps(sum[r][j], _mm512_add_ps(even[r][j], odd[r][j]));
        }
    }
}

// The sums of some units, [SOME][64]. Never a part of its caller, so that the compiler moves no addition to where numbers are not flushed.
template <int SOME>
WIDE __attribute__((noinline)) void add_units(const char* weight, const float* input, int64_t stride, int64_t units, float* sums) {
    __m512 sum[SOME][4] = {};
    for (int64_t unit = 0; unit < units; unit++) {
        add_unit<SOME>(weight + unit * TILE, input + unit * 32, stride, sum);
    }
    for (int r = 0; r < SOME; r++) {
        for (int j = 0; j < 4; j++) {
            _mm512_store_ps(sums + r * OUTPUTS + 16 * j, sum[r][j]);
        }
    }
}

// The sums of one block by registers, [SOME][64].
template <int SOME>
WIDE inline void block_sums_of_registers(const Product& p, int64_t block, float* sums) {
    const char* weight = p.weight + block * p.layout.units * TILE;
    const auto* input = reinterpret_cast<const float*>(p.input);
    alignas(64) float part[SOME * OUTPUTS];
    for (int64_t from = 0; from < p.layout.units; from += p.layout.chunk) {
        {
            const Flushed flushed;
            add_units<SOME>(weight + from * TILE, input + from * 32, p.layout.units * 32, std::min(p.layout.chunk, p.layout.units - from), part);
        }
        for (int64_t i = 0; i < SOME * OUTPUTS; i++) {
            sums[i] = from == 0 ? part[i] : sums[i] + part[i];
        }
    }
}

// The same of whole numbers, whose sums are exact in any order. The instruction takes rows without sign, so each is 128 too high, which is
// subtracted: as often as the sum of the weights.
template <int SOME>
WIDE inline void block_sums_of_registers(const Product& p, int64_t block, int32_t* sums) {
    const int64_t words = p.layout.units * TILE_WORDS;
    const char* weight = p.weight + block * p.layout.units * TILE;
    const auto* input = reinterpret_cast<const uint32_t*>(p.input);
    const __m512i offset = _mm512_set1_epi8(static_cast<char>(0x80));
    __m512i sum[SOME][4] = {};
    __m512i above[4] = {};
    for (int64_t k = 0; k < words; k++) {
#pragma GCC unroll 4
        for (int j = 0; j < 4; j++) {
            const char* line = weight + 256 * k + 64 * j;
            ask_ahead(line);
            const __m512i numbers = _mm512_loadu_si512(line);
            above[j] = _mm512_dpbusd_epi32(above[j], offset, numbers);
            for (int r = 0; r < SOME; r++) {
                sum[r][j] = _mm512_dpbusd_epi32(sum[r][j], _mm512_set1_epi32(static_cast<int>(input[r * words + k])), numbers);
            }
        }
    }
    for (int r = 0; r < SOME; r++) {
        for (int j = 0; j < 4; j++) {
            _mm512_storeu_si512(sums + r * OUTPUTS + 16 * j, _mm512_sub_epi32(sum[r][j], above[j]));
        }
    }
}

template <typename NUMBER>
inline void block_sums_of_registers(const Product& p, int64_t block, NUMBER* sums) {
    if (p.rows == 1) {
        block_sums_of_registers<1>(p, block, sums);
    } else if (p.rows == 2) {
        block_sums_of_registers<2>(p, block, sums);
    } else if constexpr (std::is_same_v<NUMBER, int32_t>) {
        p.rows == 3 ? block_sums_of_registers<3>(p, block, sums) : block_sums_of_registers<4>(p, block, sums);
    }
}

// Adds so many rows by pairs of inputs to sums [ROWS_AT_ONCE][64].
template <int ROWS_AT_ONCE>
WIDE inline void multiply_pairs(const char* weight, const uint32_t* input, int64_t stride, int64_t words, float* sums) {
    __m512 sum[ROWS_AT_ONCE][4] = {};
    for (int64_t k = 0; k < words; k++) {
        const char* at = weight + k * 256;
        __m512bh pairs[4];
        for (int j = 0; j < 4; j++) {
            pairs[j] = (__m512bh)_mm512_loadu_si512(at + 64 * j);
            ask_ahead(at + 64 * j);
        }
        for (int r = 0; r < ROWS_AT_ONCE; r++) {
            const __m512bh pair = (__m512bh)_mm512_set1_epi32(static_cast<int>(input[r * stride + k]));
            for (int j = 0; j < 4; j++) {
                sum[r][j] = _mm512_dpbf16_ps(sum[r][j], pairs[j], pair);
            }
        }
    }
    for (int r = 0; r < ROWS_AT_ONCE; r++) {
        for (int j = 0; j < 4; j++) {
            float* to = sums + r * OUTPUTS + 16 * j;
            _mm512_storeu_ps(to, _mm512_add_ps(_mm512_loadu_ps(to), sum[r][j]));
        }
    }
}

// The sums of one block by pairs, [rows][64].
WIDE inline void block_sums_of_pairs(const Product& p, int64_t block, float* sums) {
    const int64_t words = p.layout.units * p.layout.words;
    const char* weight = p.weight + block * words * 256;
    const auto* input = reinterpret_cast<const uint32_t*>(p.input);
    std::fill(sums, sums + p.rows * OUTPUTS, 0.0f);
    const int64_t chunk = p.layout.chunk * p.layout.words;
    for (int64_t from = 0; from < words; from += chunk) {
        const int64_t some = std::min(chunk, words - from);
        int64_t row = 0;
        for (; row + 4 <= p.rows; row += 4) {
            multiply_pairs<4>(weight + from * 256, input + row * words + from, words, some, sums + row * OUTPUTS);
        }
        for (; row + 2 <= p.rows; row += 2) {
            multiply_pairs<2>(weight + from * 256, input + row * words + from, words, some, sums + row * OUTPUTS);
        }
        if (row < p.rows) {
            multiply_pairs<1>(weight + from * 256, input + row * words + from, words, some, sums + row * OUTPUTS);
        }
    }
}

// The sums of all blocks, each handed on as soon as it is there.
template <bool INT8, typename NUMBER, typename TAKER>
void each_block(const Product& p, const TAKER& take) {
    const By by = way_of(p.layout, p.rows, INT8);
    in_turn((p.outputs + OUTPUTS - 1) / OUTPUTS, [&](const auto& next) {
        alignas(64) NUMBER sums[ROWS * OUTPUTS];
        if (by == By::REGISTERS) {
            next([&](int64_t block) {
                block_sums_of_registers(p, block, sums);
                take(sums, block);
            });
            return;
        }
        if constexpr (!INT8) {
            if (by == By::PAIRS) {
                next([&](int64_t block) {
                    block_sums_of_pairs(p, block, sums);
                    take(sums, block);
                });
                return;
            }
        }
        const Tiles tiles(p.rows);
        next([&](int64_t block) {
            block_sums_of_tiles<INT8>(p, block, sums);
            take(sums, block);
        });
    });
}

} // namespace
