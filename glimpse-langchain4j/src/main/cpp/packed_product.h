// A product of few rows by a packed weight, and what multiplies it.
#pragma once

#include <immintrin.h>

#include <cstdint>

#include "packed_layout.h"

#define WIDE __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni,avx512bf16,amx-tile,amx-bf16,amx-int8")))

constexpr int64_t ROWS = 16;        // rows of a tile of the processor, the most that a step has
constexpr int64_t REGISTER_ROWS = 2; // the most that registers multiply faster than tiles, which are loaded more slowly,
constexpr int64_t REGISTER_ROWS_OF_BYTES = 4; // and of 8 bits

// One product: rows [rows][units][words of a unit], laid side by side as `By` says, by blocks of 64 outputs.
struct Product {
    const char* weight;
    const char* input;
    int64_t stride; // bytes from one row of the input to the next
    int64_t rows;
    int64_t outputs;
    Layout layout;
    const char* next = nullptr; // what is read behind a block and lies elsewhere, as much as that

    // That of some of its rows.
    Product part(int64_t first, int64_t count) const {
        Product some = *this;
        some.input += first * stride;
        some.rows = count;
        return some;
    }
};

// What multiplies: tiles, whose rows are bfloat16 or signed 8 bits; registers in the order of tiles, whose rows are float32; or registers word by
// word, whose rows are bfloat16 or 8 bits around 128.
enum class By { TILES, ORDER_OF_TILES, WORDS };

inline By way_of(const Layout& layout, int64_t rows, bool int8) {
    if (int8) {
        return rows <= REGISTER_ROWS_OF_BYTES || !has_tiles() ? By::WORDS : By::TILES;
    }
    return layout.words == PAIR_WORDS ? By::WORDS : rows <= REGISTER_ROWS ? By::ORDER_OF_TILES : By::TILES;
}

// Whether rows are multiplied here: as many as tiles have, or any number word by word.
inline bool takes(const Layout& layout, int64_t rows, bool int8) {
    return rows <= ROWS || way_of(layout, rows, int8) == By::WORDS;
}

// Bytes behind what is read from where on memory is asked for.
constexpr int64_t FAR = 4 * TILE;
