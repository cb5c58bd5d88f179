// Numbers that are computed side by side, LANES of them, and how they lie in memory. Only where plain_rows.cpp and step_rows.cpp are compiled, once for
// each kind of processor.
#pragma once

#include <stdint.h>

namespace {

typedef float Lanes __attribute__((vector_size(4 * LANES)));
typedef float LooseLanes __attribute__((vector_size(4 * LANES), aligned(4)));
typedef uint32_t Words __attribute__((vector_size(4 * LANES)));
typedef uint32_t LooseWords __attribute__((vector_size(4 * LANES), aligned(2), may_alias));
typedef uint16_t Halves __attribute__((vector_size(2 * LANES)));
typedef uint16_t LooseHalves __attribute__((vector_size(2 * LANES), aligned(2), may_alias));
typedef uint8_t Bytes __attribute__((vector_size(LANES)));
typedef uint8_t LooseBytes __attribute__((vector_size(LANES), aligned(1), may_alias));

// To the nearest, to the even one of two; what is not a number stays none.
inline uint16_t narrowed(float value) {
    uint32_t bits;
    __builtin_memcpy(&bits, &value, 4);
    const uint32_t rounded = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
    return static_cast<uint16_t>((bits & 0x7fffffff) > 0x7f800000 ? 0x7fc0 : rounded);
}

inline float widened(uint16_t value) {
    const uint32_t bits = static_cast<uint32_t>(value) << 16;
    float wide;
    __builtin_memcpy(&wide, &bits, 4);
    return wide;
}

inline Halves narrowed(Lanes values) {
    const Words bits = reinterpret_cast<Words>(values);
    const Words rounded = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
    const Words none = reinterpret_cast<Words>((bits & 0x7fffffffu) > 0x7f800000u);
    return __builtin_convertvector((rounded & ~none) | (none & 0x7fc0u), Halves);
}

inline Lanes load(const float* from) {
    return *reinterpret_cast<const LooseLanes*>(from);
}

inline Lanes load(const uint16_t* from) {
    return reinterpret_cast<Lanes>(__builtin_convertvector(Halves(*reinterpret_cast<const LooseHalves*>(from)), Words) << 16);
}

inline void store(Lanes values, float* to) {
    *reinterpret_cast<LooseLanes*>(to) = values;
}

inline void store(Lanes values, uint16_t* to) {
    *reinterpret_cast<LooseHalves*>(to) = narrowed(values);
}

inline float load_one(const float* from) {
    return *from;
}

inline float load_one(const uint16_t* from) {
    return widened(*from);
}

inline void store_one(float value, float* to) {
    *to = value;
}

inline void store_one(float value, uint16_t* to) {
    *to = narrowed(value);
}

// As a number is after it has been stored.
inline Lanes rounded(Lanes values, const float*) {
    return values;
}

inline Lanes rounded(Lanes values, const uint16_t*) {
    return reinterpret_cast<Lanes>(__builtin_convertvector(narrowed(values), Words) << 16);
}

inline float rounded_one(float value, const float*) {
    return value;
}

inline float rounded_one(float value, const uint16_t*) {
    return widened(narrowed(value));
}

inline float sum_of(const float* parts) {
    float half[LANES];
    for (int i = 0; i < LANES; i++) {
        half[i] = parts[i];
    }
    for (int width = LANES / 2; width > 0; width /= 2) {
        for (int i = 0; i < width; i++) {
            half[i] += half[i + width];
        }
    }
    return half[0];
}

} // namespace
