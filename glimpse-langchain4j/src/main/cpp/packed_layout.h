// How weights lie that oneDNN has packed.
//
// A packed weight [outputs, inputs] lies as [outputs / 64][units of inputs][words of a unit][64][4 bytes]. With AMX a unit has 16 words, 32 inputs of
// bfloat16 or 64 of 8 bits: 4,096 bytes, of which the 16 rows of each of four tiles of the processor lie 256 bytes apart. Without AMX a
// unit of bfloat16 has 8 words, 16 inputs; one of 8 bits is the same.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>

constexpr int64_t TILE = 4096;     // bytes of a unit of 16 words
constexpr int64_t OUTPUTS = 64;    // of a block
constexpr int64_t TILE_WORDS = 16; // of a unit
constexpr int64_t PAIR_WORDS = 8;
constexpr int64_t MOST_UNITS = 64; // behind which oneDNN begins a new sum

// How a weight lies, if it lies as above; else it has no units.
struct Layout {
    int64_t words = 0; // of a unit
    int64_t units = 0;
    int64_t chunk = 0; // units of a sum
};

// Whether the processor multiplies pairs of bfloat16.
bool has_pairs();

// Whether it multiplies four numbers of 8 bits at once.
bool has_bytes();

// Whether it has tiles, and the system lets this process have them.
bool has_tiles();

// Where the numbers of a packed weight lie.
const char* address(const at::Tensor& packed);

// The layout of a weight, in 8 bits or in bfloat16; read once for a tensor.
Layout layout_of(const at::Tensor& weight, bool int8);
