// Words of weights as checkpoints hold them, laid as packed ones lie.
#pragma once

#include <immintrin.h>

#include <cstdint>

#include "packed_product.h"

constexpr int64_t WORDS_AT_ONCE = 16; // words of four bytes that a register holds

namespace {

// Words of 16 outputs, those of one in each register, become word by word those of all.
WIDE __attribute__((always_inline)) inline void turn(__m512i (&words)[16]) {
    __m512i b[16];
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++) {
        b[2 * i] = _mm512_unpacklo_epi32(words[2 * i], words[2 * i + 1]);
        b[2 * i + 1] = _mm512_unpackhi_epi32(words[2 * i], words[2 * i + 1]);
    }
#pragma GCC unroll 4
    for (int i = 0; i < 16; i += 4) {
        words[i] = _mm512_unpacklo_epi64(b[i], b[i + 2]);
        words[i + 1] = _mm512_unpackhi_epi64(b[i], b[i + 2]);
        words[i + 2] = _mm512_unpacklo_epi64(b[i + 1], b[i + 3]);
        words[i + 3] = _mm512_unpackhi_epi64(b[i + 1], b[i + 3]);
    }
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        b[i] = _mm512_shuffle_i32x4(words[i], words[4 + i], 0x88);
        b[4 + i] = _mm512_shuffle_i32x4(words[i], words[4 + i], 0xdd);
        b[8 + i] = _mm512_shuffle_i32x4(words[8 + i], words[12 + i], 0x88);
        b[12 + i] = _mm512_shuffle_i32x4(words[8 + i], words[12 + i], 0xdd);
    }
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        words[i] = _mm512_shuffle_i32x4(b[i], b[8 + i], 0x88);
        words[4 + i] = _mm512_shuffle_i32x4(b[4 + i], b[12 + i], 0x88);
        words[8 + i] = _mm512_shuffle_i32x4(b[i], b[8 + i], 0xdd);
        words[12 + i] = _mm512_shuffle_i32x4(b[4 + i], b[12 + i], 0xdd);
    }
}

// Which of the next 32 inputs there are, if so many are left.
inline __mmask32 inputs_there(int64_t left) {
    return static_cast<__mmask32>(left >= 32 ? 0xffffffffu : left <= 0 ? 0u : (1u << left) - 1);
}

} // namespace
