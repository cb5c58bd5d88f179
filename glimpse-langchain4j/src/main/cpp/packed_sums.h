// Sums of rows by the numbers of a packed weight, a block of 64 outputs at a time, with the bits of oneDNN's own products: the same additions in
// the same order.
#pragma once

#include "rows.h"
#include "sums_of_tiles.h"
#include "sums_of_words.h"

namespace {

// The sums of one block by what does not need the processor's tiles to be described before, if it can be had.
template <bool INT8, typename NUMBER>
bool block_sums_without_tiles(const Product& p, By by, int64_t block, NUMBER* sums) {
    if (by == By::WORDS) {
        block_sums_of_words(p, block, sums);
        return true;
    }
    if constexpr (!INT8) {
        if (by == By::ORDER_OF_TILES) {
            block_sums_in_order_of_tiles(p, block, sums);
            return true;
        }
    }
    return false;
}

// The sums of one block.
template <bool INT8, typename NUMBER>
void block_sums(const Product& p, int64_t block, NUMBER* sums) {
    if (!block_sums_without_tiles<INT8>(p, way_of(p.layout, p.rows, INT8), block, sums)) {
        const Tiles tiles(p.rows);
        block_sums_of_tiles<INT8>(p, block, sums);
    }
}

// The sums of all blocks, each handed on as soon as it is there.
template <bool INT8, typename NUMBER, typename TAKER>
void each_block(const Product& p, const TAKER& take) {
    const By by = way_of(p.layout, p.rows, INT8);
    in_turn((p.outputs + OUTPUTS - 1) / OUTPUTS, [&](const auto& next) {
        alignas(64) NUMBER sums[ROWS * OUTPUTS];
        if (by != By::TILES) {
            next([&](int64_t block) {
                block_sums_without_tiles<INT8>(p, by, block, sums);
                take(sums, block);
            });
            return;
        }
        const Tiles tiles(p.rows);
        next([&](int64_t block) {
            block_sums_of_tiles<INT8>(p, block, sums);
            take(sums, block);
        });
    });
}

} // namespace
