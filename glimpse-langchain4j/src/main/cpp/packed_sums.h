// Sums of rows by the numbers of a packed weight, a block of 64 outputs at a time, with the bits of oneDNN's own products: the same additions in
// the same order.
#pragma once

#include "rows.h"
#include "sums_of_tiles.h"
#include "sums_of_words.h"

constexpr int64_t SUMMED = 515;      // rows whose sums by one block are there at once, 129 KB: those of a prompt's slice
constexpr int64_t LEAST_SHARED = 48; // rows that are worth reading a block of a weight for

// Which sums: those of 64 outputs, of the rows of a product that are the ones from `first` on of the result.
struct Block {
    const Product& product;
    int64_t number;
    int64_t first;
};

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

// Whose turn it is: all rows of one block, or all blocks of some rows, which stay in the nearest caches.
enum class First { ROWS, BLOCKS };

// The sums of all blocks of more rows than tiles have, word by word, of so many rows at a time. Rows are shared out too where there are fewer blocks
// than keep all threads at work to the end. `weight` has a product's block at its place, perhaps in a room of the thread's, once for what comes in turn.
template <typename NUMBER, typename WEIGHT, typename TAKER>
void each_block_of_many_rows(const Product& p, First first_in_turn, const WEIGHT& weight, const TAKER& take) {
    const int64_t blocks = blocks_of(p.outputs);
    const int64_t wanted = std::min((4 * at::get_num_threads() + blocks - 1) / blocks, p.rows / LEAST_SHARED);
    const int64_t parts = std::max((p.rows + SUMMED - 1) / SUMMED, wanted);
    const int64_t most = (p.rows + parts - 1) / parts;
    in_turn(blocks * parts, [&](const auto& next) {
        Room room;
        Room others;
        Room laid;
        NUMBER* const sums = room.of<NUMBER>(most * OUTPUTS);
        int64_t last = -1;
        Product own = p;
        next([&](int64_t share) {
            const int64_t block = first_in_turn == First::ROWS ? share / parts : share % blocks;
            const int64_t part = first_in_turn == First::ROWS ? share % parts : share / blocks;
            const int64_t first = part * p.rows / parts;
            if (block != last) {
                weight(own, block, laid);
                last = block;
            }
            const Product some = own.part(first, (part + 1) * p.rows / parts - first);
            block_sums_of_words(some, 0, sums);
            take(sums, Block{some, block, first}, others);
        });
    });
}

// The sums of all blocks, each handed on as soon as it is there, with a room of the thread that has it.
template <bool INT8, typename NUMBER, typename TAKER>
void each_block(const Product& p, const TAKER& take) {
    if (p.rows > ROWS) {
        const int64_t bytes = p.layout.units * p.layout.words * WORD;
        each_block_of_many_rows<NUMBER>(
            p, First::BLOCKS, [&](Product& own, int64_t block, Room&) { own.weight = p.weight + block * bytes; }, take);
        return;
    }
    const By by = way_of(p.layout, p.rows, INT8);
    in_turn(blocks_of(p.outputs), [&](const auto& next) {
        alignas(64) NUMBER sums[ROWS * OUTPUTS];
        Room others;
        if (by != By::TILES) {
            next([&](int64_t block) {
                block_sums_without_tiles<INT8>(p, by, block, sums);
                take(sums, Block{p, block, 0}, others);
            });
            return;
        }
        const Tiles tiles(p.rows);
        next([&](int64_t block) {
            block_sums_of_tiles<INT8>(p, block, sums);
            take(sums, Block{p, block, 0}, others);
        });
    });
}

} // namespace
