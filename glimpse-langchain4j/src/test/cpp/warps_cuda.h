// What step.cu asks of CUDA, on a processor: compiled in front of it by warps.cpp.
#pragma once

#include "warps.h"

#define __device__
#define __global__
#define __forceinline__ inline
#define __launch_bounds__(...)
#define __shared__ static thread_local
#define __align__(bytes) __attribute__((aligned(bytes)))
#define threadIdx (warps::block()->current->thread)
#define blockIdx (warps::block()->index)
#define gridDim (warps::block()->grid)
#define blockDim (warps::block()->threads)

namespace kernels {

typedef unsigned short Half;

inline float __int_as_float(int bits) {
    float value;
    memcpy(&value, &bits, 4);
    return value;
}

inline float __uint_as_float(unsigned bits) {
    return __int_as_float(static_cast<int>(bits));
}

inline uint4 make_uint4(unsigned x, unsigned y, unsigned z, unsigned w) {
    return {x, y, z, w};
}

inline int min(int a, int b) {
    return a < b ? a : b;
}

inline float rsqrtf(float value) {
    return 1.0f / sqrtf(value);
}

template <typename T>
T __ldcg(const T* from) {
    T value;
    __atomic_load(from, &value, __ATOMIC_RELAXED);
    return value;
}

inline unsigned atomicAdd(unsigned* to, unsigned value) {
    return __atomic_fetch_add(to, value, __ATOMIC_RELAXED);
}

inline void __threadfence() {
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

inline void __syncthreads() {
    warps::block()->wait_for_block();
}

inline void __syncwarp() {
    warps::block()->wait_for_warp(warps::FOR_WARP, [](warps::Warp&) {});
}

template <typename T>
T __shfl_xor_sync(unsigned, T value, int mask) {
    return warps::shuffled(value, mask);
}

// In place of what is in assembly.

inline void wait_for_earlier() {
    warps::block()->wait_for_earlier();
}

inline void let_next_begin() {}

inline float wide(Half value) {
#if FLOAT16
    return _cvtsh_ss(value);
#else
    return __uint_as_float(static_cast<unsigned>(value) << 16);
#endif
}

inline Half narrow(float value) {
#if FLOAT16
    return _cvtss_sh(value, _MM_FROUND_TO_NEAREST_INT);
#else
    unsigned bits;
    memcpy(&bits, &value, 4);
    return value != value ? 0x7fff : static_cast<Half>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
#endif
}

inline void copy_behind(uint4* to, const Half* from) {
    *to = make_uint4(warps::NO_NUMBER, warps::NO_NUMBER, warps::NO_NUMBER, warps::NO_NUMBER);
    warps::block()->current->copies.add({to, from});
}

inline void end_of_group() {
    warps::Copies& own = warps::block()->current->copies;
    if (warps::block()->drawn() % 4 == 0) {
        own.land(own.open);
    }
    own.commit();
}

template <int LEFT>
inline void wait_for_groups() {
    warps::block()->current->copies.land_but(LEFT);
}

// Where the tensor cores' 16 x 16 by 16 x 8 has its numbers in the lanes of a warp (PTX ISA, mma.m16n8k16): the first pair of four lanes has the first eight
// columns of a row, the second those eight rows further down, the third and the fourth the next eight columns; the right side's two, columns of eight rows.
inline void multiply_tiles(warps::Warp& warp) {
    float left[16][16];
    float right[16][8];
    for (int of = 0; of < 6; of++) {
        const Half* halves = reinterpret_cast<const Half*>(warp.tile[of]);
        for (int i = 0; i < 64; i++) {
            if (of < 4) {
                left[of % 2 * 8 + i / 8][of / 2 * 8 + i % 8] = wide(halves[i]);
            } else {
                right[(of - 4) * 8 + i % 8][i / 8] = wide(halves[i]);
            }
        }
    }
    for (int row = 0; row < 16; row++) {
        __m256 sum = _mm256_setzero_ps();
        for (int k = 0; k < 16; k++) {
            sum += left[row][k] * _mm256_loadu_ps(right[k]);
        }
        for (int two = 0; two < 4; two++) {
            float* of_lane = &warp.sums[warp.turn][row % 8 * 4 + two][row / 8 * 2];
            of_lane[0] = sum[2 * two];
            of_lane[1] = sum[2 * two + 1];
        }
    }
}

inline void multiply_tile(float (&sum)[4], unsigned a0, unsigned a1, unsigned a2, unsigned a3, unsigned b0, unsigned b1) {
    warps::Warp& warp = warps::block()->warp_of(*warps::block()->current);
    const int lane = static_cast<int>(threadIdx.x) % warps::LANES;
    const int turn = warp.turn;
    const unsigned own[6] = {a0, a1, a2, a3, b0, b1};
    for (int of = 0; of < 6; of++) {
        warp.tile[of][lane] = own[of];
    }
    warps::block()->wait_for_warp(warps::FOR_TILE, multiply_tiles);
    for (int i = 0; i < 4; i++) {
        sum[i] += warp.sums[turn][lane][i];
    }
}

inline void fetch(const Half* from) {
    static_cast<void>(*static_cast<const volatile Half*>(from));
}

} // namespace kernels
