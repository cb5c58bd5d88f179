// Weights of bfloat16 laid as oneDNN lays them.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

// Matrices below one another as a weight [outputs, inputs], with zeros where they are smaller.
struct Matrices {
    std::vector<at::Tensor> parts; // the numbers of a row side by side
    int64_t outputs;
    int64_t inputs;

    // Bytes of a row.
    int64_t width() const {
        return 2 * parts[0].size(1);
    }

    // The weight of the first outputs.
    Matrices first(int64_t count) const;

    // Where the 64 rows of a block lie; null behind the last one.
    void rows(int64_t block, const char** rows) const;
};

// One block of 64 outputs word by word, to the beginning of a line of memory; past the caches, if nobody reads it soon.
void lay_block(const Matrices& matrices, int64_t block, int64_t words, bool past_caches, char* to);
