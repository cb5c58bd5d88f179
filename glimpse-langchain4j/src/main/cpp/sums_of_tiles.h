// Sums as tiles of the processor add: by tiles, and of one and two rows by registers in the same order.
#pragma once

#include <algorithm>
#include <cstring>

#include "packed_product.h"

namespace {

constexpr int64_t NEAR = TILE;

// Asks for what follows: from memory far ahead, and from there into the nearest cache shortly before it is needed.
WIDE inline void ask_ahead(const char* at) {
    _mm_prefetch(at + FAR, _MM_HINT_T1);
    _mm_prefetch(at + NEAR, _MM_HINT_T0);
}

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
    const char* weight = p.weight + block * p.layout.units * TILE;
    for (int64_t from = 0; from < p.layout.units; from += p.layout.chunk) {
        _tile_zero(0);
        _tile_zero(1);
        _tile_zero(2);
        _tile_zero(3);
        multiply<INT8>(weight + from * TILE, p.input + from * 64, p.stride, std::min(p.layout.chunk, p.layout.units - from));
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

// The sums of one block in that order, [SOME][64].
template <int SOME>
WIDE inline void block_sums_in_order_of_tiles(const Product& p, int64_t block, float* sums) {
    const char* weight = p.weight + block * p.layout.units * TILE;
    const auto* input = reinterpret_cast<const float*>(p.input);
    alignas(64) float part[SOME * OUTPUTS];
    for (int64_t from = 0; from < p.layout.units; from += p.layout.chunk) {
        {
            const Flushed flushed;
            add_units<SOME>(weight + from * TILE, input + from * 32, p.stride / 4, std::min(p.layout.chunk, p.layout.units - from), part);
        }
        for (int64_t i = 0; i < SOME * OUTPUTS; i++) {
            sums[i] = from == 0 ? part[i] : sums[i] + part[i];
        }
    }
}

// The sums of one block of one or two rows, [rows][64].
inline void block_sums_in_order_of_tiles(const Product& p, int64_t block, float* sums) {
    p.rows == 1 ? block_sums_in_order_of_tiles<1>(p, block, sums) : block_sums_in_order_of_tiles<2>(p, block, sums);
}

} // namespace
