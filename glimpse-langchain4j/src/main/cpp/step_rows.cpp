// Compiled as plain_rows.cpp is: once for LANES of 8 (AVX2) and once for 16 (AVX-512).

#include "step_rows.h"

#include "lanes.h"
#include "plain_rows.h"

namespace {

constexpr float INFINITE = __builtin_inff();

// e to the power of values, to about the last bit; 0 and infinity where float32 ends.
inline Lanes exponential(Lanes values) {
    constexpr float HIGHEST = 88.72284f, LOWEST = -87.33655f;
    const Lanes zero = {};
    const Lanes low = values < LOWEST ? zero + LOWEST : values;
    const Lanes within = low > HIGHEST ? zero + HIGHEST : low;
    // 2^n * e^rest; the constant rounds to a whole number
    const Lanes shifted = within * 1.44269504f + 12582912.0f;
    const Lanes n = shifted - 12582912.0f;
    Lanes rest = within - n * 0.693359375f;
    rest = rest + n * 2.12194440e-4f;
    Lanes sum = zero + 1.9875691500e-4f;
    sum = sum * rest + 1.3981999507e-3f;
    sum = sum * rest + 8.3334519073e-3f;
    sum = sum * rest + 4.1665795894e-2f;
    sum = sum * rest + 1.6666665459e-1f;
    sum = sum * rest + 5.0000001201e-1f;
    sum = sum * rest * rest + rest + 1.0f;
    // 2^n in two halves: 2^128 is no float32
    const Words whole = reinterpret_cast<Words>(shifted) - 0x4b400000u;
    const Words half = reinterpret_cast<Words>(reinterpret_cast<decltype(zero < zero)>(whole) >> 1);
    const Lanes first = reinterpret_cast<Lanes>((half + 127u) << 23);
    const Lanes second = reinterpret_cast<Lanes>((whole - half + 127u) << 23);
    Lanes result = sum * first * second;
    result = values < LOWEST ? zero : result;
    result = values > HIGHEST ? zero + INFINITE : result;
    return values == values ? result : values;
}

// Of one number, with the bits that it has among others.
inline float exponential_of(float value) {
    const Lanes all = Lanes{} + value;
    return exponential(all)[0];
}

template <typename NUMBER>
inline float mean_of_squares(const NUMBER* input, int64_t width) {
    Lanes sums = {};
    int64_t i = 0;
    for (; i + LANES <= width; i += LANES) {
        const Lanes values = load(input + i);
        sums += values * values;
    }
    float parts[LANES];
    store(sums, parts);
    float sum = sum_of(parts);
    for (; i < width; i++) {
        const float value = load_one(input + i);
        sum += value * value;
    }
    return sum / static_cast<float>(width);
}

template <typename NUMBER, typename WEIGHT>
inline void norm_row(const NUMBER* input, const WEIGHT* weight, int64_t width, float eps, NUMBER* result) {
    const float by = 1.0f / __builtin_sqrtf(mean_of_squares(input, width) + eps);
    int64_t i = 0;
    for (; i + LANES <= width; i += LANES) {
        store(rounded(load(input + i) * by, input) * load(weight + i), result + i);
    }
    for (; i < width; i++) {
        store_one(rounded_one(load_one(input + i) * by, input) * load_one(weight + i), result + i);
    }
}

template <typename NUMBER>
inline void norm_row(const NUMBER* input, const void* weight, bool wide, int64_t width, float eps, NUMBER* result) {
    if (wide) {
        norm_row(input, static_cast<const float*>(weight), width, eps, result);
    } else {
        norm_row(input, static_cast<const NUMBER*>(weight), width, eps, result);
    }
}

template <typename NUMBER>
inline void norm(const NormRows& p, int64_t row) {
    norm_row(
        static_cast<const NUMBER*>(p.input) + row * p.stride, p.weight, p.wide, p.width, p.eps, static_cast<NUMBER*>(p.result) + row * p.width);
}

template <typename NUMBER>
inline Lanes gate_of(Lanes gate, Lanes up) {
    const NUMBER* type = nullptr;
    return rounded(gate / (exponential(-gate) + 1.0f), type) * up;
}

template <typename NUMBER>
inline void gate(const GateRows& p, int64_t row, int64_t from, int64_t to) {
    const NUMBER* gates = static_cast<const NUMBER*>(p.gate) + row * p.gate_stride;
    const NUMBER* ups = static_cast<const NUMBER*>(p.up) + row * p.up_stride;
    NUMBER* result = static_cast<NUMBER*>(p.result) + row * p.width;
    int64_t i = from;
    for (; i + LANES <= to; i += LANES) {
        store(gate_of<NUMBER>(load(gates + i), load(ups + i)), result + i);
    }
    for (; i < to; i++) {
        const Lanes zero = {};
        store_one(gate_of<NUMBER>(zero + load_one(gates + i), zero + load_one(ups + i))[0], result + i);
    }
}

template <typename NUMBER>
inline void number(const NumberRows& p, int64_t row) {
    // A byte that is written may be any of the description's.
    NUMBER* const input = static_cast<NUMBER*>(p.input) + row * p.stride;
    uint8_t* const numbers = p.numbers + row * p.number_stride;
    const int64_t width = p.width;
    for (int64_t i = 0; p.kept != nullptr && i < p.column_count; i++) {
        store_one(load_one(input + p.columns[i]), p.kept + row * p.kept_stride + i);
    }
    for (int64_t i = 0; i < p.column_count; i++) {
        input[p.columns[i]] = 0;
    }
    Words largest = {};
    uint32_t most = 0;
    int64_t i = 0;
    // Bits of numbers without their sign are in the order of the numbers, and above all of them is what is none.
    for (; i + LANES <= width; i += LANES) {
        const Words bits = reinterpret_cast<Words>(load(input + i)) & 0x7fffffffu;
        largest = bits > largest ? bits : largest;
    }
    for (int lane = 0; lane < LANES; lane++) {
        most = largest[lane] > most ? largest[lane] : most;
    }
    for (; i < width; i++) {
        const float value = load_one(input + i);
        uint32_t bits;
        __builtin_memcpy(&bits, &value, 4);
        bits &= 0x7fffffffu;
        most = bits > most ? bits : most;
    }
    float highest;
    __builtin_memcpy(&highest, &most, 4);
    const float unit = highest / 127.0f;
    p.units[row] = unit;
    const Lanes by = Lanes{} + (unit < 1e-30f ? 1e-30f : unit);
    const auto around_128 = [&](Lanes values) {
        // The constant rounds to a whole number, to the even one of two.
        const Lanes shifted = values / by + 12582912.0f;
        return __builtin_convertvector(reinterpret_cast<Words>(shifted) + 128u, Bytes);
    };
    for (i = 0; i + LANES <= width; i += LANES) {
        *reinterpret_cast<LooseBytes*>(numbers + i) = around_128(load(input + i));
    }
    for (; i < width; i++) {
        numbers[i] = around_128(Lanes{} + load_one(input + i))[0];
    }
}

template <typename NUMBER>
inline void sum(const SumRows& p) {
    const NUMBER* input = static_cast<const NUMBER*>(p.input);
    NUMBER* to = static_cast<NUMBER*>(p.to);
    int64_t i = 0;
    for (; i + LANES <= p.count; i += LANES) {
        store(load(to + i) + load(input + i), to + i);
    }
    for (; i < p.count; i++) {
        store_one(load_one(to + i) + load_one(input + i), to + i);
    }
}

// With each sum rounded by itself, as libtorch's are.
template <typename NUMBER>
__attribute__((optimize("fp-contract=off"))) inline void worth(const WorthRows& p, int64_t row, int64_t from, int64_t to) {
    const float* product = p.product + row * p.width;
    const uint16_t* kept = p.kept == nullptr ? nullptr : p.kept + row * p.kept_stride;
    NUMBER* result = static_cast<NUMBER*>(p.result) + row * p.width;
    const float unit = p.units[row];
    for (int64_t i = from; i < to; i++) {
        float sum = product[i] * unit;
        if (kept != nullptr) {
            sum += widened(kept[i]);
        }
        if (p.bias != nullptr) {
            sum += p.bias[i];
        }
        store_one(sum, result + i);
    }
}

template <typename NUMBER>
inline void head(const Head& p, NUMBER* result) {
    const NUMBER* input = static_cast<const NUMBER*>(p.input);
    if (p.norm != nullptr) {
        norm_row(input, p.norm, p.wide, p.dim, p.eps, result);
    } else {
        __builtin_memcpy(result, input, p.dim * sizeof(NUMBER));
    }
    const NUMBER* cosine = static_cast<const NUMBER*>(p.cosine);
    const NUMBER* sine = static_cast<const NUMBER*>(p.sine);
    const int64_t half = p.turned / 2;
    for (int64_t i = 0; i < half; i++) {
        const float first = load_one(result + i);
        const float second = load_one(result + half + i);
        const float turn = load_one(sine + i);
        store_one(rounded_one(first * load_one(cosine + i), input) - second * turn, result + i);
        store_one(rounded_one(second * load_one(cosine + half + i), input) + first * turn, result + half + i);
    }
}

// Weights [SOME][KEYS_OF_CHUNK] of values, LANES words of them at a time, a word being one float32 or two bfloat16.
template <int SOME>
inline void mix_words(const float* weights, const float* values, int64_t stride, int64_t count, float* result, int64_t of_query) {
    Lanes sum[SOME] = {};
    for (int64_t k = 0; k < count; k++) {
        const Lanes words = load(values + k * stride);
        for (int g = 0; g < SOME; g++) {
            sum[g] += words * weights[g * KEYS_OF_CHUNK + k];
        }
    }
    for (int g = 0; g < SOME; g++) {
        store(sum[g], result + g * of_query);
    }
}

template <int SOME>
inline void mix_words(const float* weights, const uint16_t* values, int64_t stride, int64_t count, float* result, int64_t of_query) {
    Lanes even[SOME] = {};
    Lanes odd[SOME] = {};
    for (int64_t k = 0; k < count; k++) {
        const Words words = *reinterpret_cast<const LooseWords*>(values + k * stride);
        const Lanes first = reinterpret_cast<Lanes>(words << 16);
        const Lanes second = reinterpret_cast<Lanes>(words & 0xffff0000u);
        for (int g = 0; g < SOME; g++) {
            even[g] += first * weights[g * KEYS_OF_CHUNK + k];
            odd[g] += second * weights[g * KEYS_OF_CHUNK + k];
        }
    }
    for (int g = 0; g < SOME; g++) {
        for (int i = 0; i < LANES; i++) {
            result[g * of_query + 2 * i] = even[g][i];
            result[g * of_query + 2 * i + 1] = odd[g][i];
        }
    }
}

template <int SOME, typename NUMBER>
inline void mix_values(const Chunk& p, const float* weights, float* result) {
    const NUMBER* values = static_cast<const NUMBER*>(p.values);
    const int64_t of_query = 2 + p.value_dim;
    const int64_t at_once = LANES * (4 / sizeof(NUMBER));
    int64_t d = 0;
    for (; d + at_once <= p.value_dim; d += at_once) {
        mix_words<SOME>(weights, values + d, p.value_stride, p.count, result + d, of_query);
    }
    for (; d < p.value_dim; d++) {
        for (int g = 0; g < SOME; g++) {
            float sum = 0;
            for (int64_t k = 0; k < p.count; k++) {
                sum += load_one(values + k * p.value_stride + d) * weights[g * KEYS_OF_CHUNK + k];
            }
            result[g * of_query + d] = sum;
        }
    }
}

// Scores to weights, in place: e to the power of how far each is below the largest. -> the largest, and the sum of the weights
inline void weigh(float* scores, int64_t count, float scale, float* largest, float* total) {
    float most = -INFINITE;
    for (int64_t k = 0; k < count; k++) {
        scores[k] *= scale;
        most = scores[k] > most ? scores[k] : most;
    }
    // No number is above what is none, and nothing is infinitely far below what is infinite.
    const float from = most == -INFINITE ? 0 : most;
    Lanes sums = {};
    int64_t k = 0;
    for (; k + LANES <= count; k += LANES) {
        const Lanes weights = exponential(load(scores + k) - from);
        store(weights, scores + k);
        sums += weights;
    }
    float parts[LANES];
    store(sums, parts);
    float sum = sum_of(parts);
    for (; k < count; k++) {
        scores[k] = exponential_of(scores[k] - from);
        sum += scores[k];
    }
    *largest = most;
    *total = sum;
}

template <typename NUMBER>
inline void attend(const Chunk& p) {
    constexpr int64_t KEYS = 32; // whose scores are added up at once
    constexpr bool BFLOAT16 = sizeof(NUMBER) == 2;
    float* scores = p.scratch;
    float* sums = p.scratch + p.group * KEYS_OF_CHUNK;
    PlainRows product{};
    product.weight = static_cast<const char*>(p.keys);
    product.stride = p.key_stride * static_cast<int64_t>(sizeof(NUMBER));
    product.input = p.queries;
    product.result = scores;
    product.rows = p.group;
    product.inputs = p.dim;
    product.outputs = KEYS_OF_CHUNK;
    product.bfloat16 = BFLOAT16;
    product.wide = true;
    for (int64_t from = 0; from < p.count; from += KEYS) {
        const int64_t to = from + KEYS < p.count ? from + KEYS : p.count;
        const int64_t behind = to < p.count ? to : from;
#if LANES == 16
        plain_rows_16(product, from, to, behind, sums);
#else
        plain_rows_8(product, from, to, behind, sums);
#endif
    }
    const int64_t of_query = 2 + p.value_dim;
    for (int64_t g = 0; g < p.group; g++) {
        float* result = p.result + g * of_query;
        weigh(scores + g * KEYS_OF_CHUNK, p.count, p.scale, result, result + 1);
    }
    int64_t g = 0;
    for (; g + 4 <= p.group; g += 4) {
        mix_values<4, NUMBER>(p, scores + g * KEYS_OF_CHUNK, p.result + g * of_query + 2);
    }
    for (; g < p.group; g++) {
        mix_values<1, NUMBER>(p, scores + g * KEYS_OF_CHUNK, p.result + g * of_query + 2);
    }
}

template <typename NUMBER>
inline void mix(const Mixed& p) {
    float most = -INFINITE;
    for (int64_t c = 0; c < p.chunks; c++) {
        most = p.parts[c * p.stride] > most ? p.parts[c * p.stride] : most;
    }
    const float from = most == -INFINITE ? 0 : most;
    float total = 0;
    float* sums = p.parts + 2;
    for (int64_t c = 0; c < p.chunks; c++) {
        const float* part = p.parts + c * p.stride;
        const float worth = exponential_of(part[0] - from);
        total += worth * part[1];
        for (int64_t d = 0; d < p.value_dim; d++) {
            sums[d] = c == 0 ? worth * part[2 + d] : sums[d] + worth * part[2 + d];
        }
    }
    const NUMBER* gate = static_cast<const NUMBER*>(p.gate);
    NUMBER* result = static_cast<NUMBER*>(p.result);
    for (int64_t d = 0; d < p.value_dim; d++) {
        float value = sums[d] / total;
        if (gate != nullptr) {
            const float open = 1.0f / (1.0f + exponential_of(-load_one(gate + d)));
            value = rounded_one(value, result) * rounded_one(open, result);
        }
        store_one(value, result + d);
    }
}

void norm_any(const NormRows& p, int64_t row) {
    p.bfloat16 ? norm<uint16_t>(p, row) : norm<float>(p, row);
}

void gate_any(const GateRows& p, int64_t row, int64_t from, int64_t to) {
    p.bfloat16 ? gate<uint16_t>(p, row, from, to) : gate<float>(p, row, from, to);
}

void number_any(const NumberRows& p, int64_t row) {
    p.bfloat16 ? number<uint16_t>(p, row) : number<float>(p, row);
}

void sum_any(const SumRows& p) {
    p.bfloat16 ? sum<uint16_t>(p) : sum<float>(p);
}

void worth_any(const WorthRows& p, int64_t row, int64_t from, int64_t to) {
    p.bfloat16 ? worth<uint16_t>(p, row, from, to) : worth<float>(p, row, from, to);
}

void head_any(const Head& p, void* result) {
    p.bfloat16 ? head(p, static_cast<uint16_t*>(result)) : head(p, static_cast<float*>(result));
}

void attend_any(const Chunk& p) {
    p.bfloat16 ? attend<uint16_t>(p) : attend<float>(p);
}

void mix_any(const Mixed& p) {
    p.bfloat16 ? mix<uint16_t>(p) : mix<float>(p);
}

} // namespace

#if LANES == 16
const StepRows step_rows_16 = {norm_any, gate_any, number_any, sum_any, worth_any, head_any, attend_any, mix_any};
#else
const StepRows step_rows_8 = {norm_any, gate_any, number_any, sum_any, worth_any, head_any, attend_any, mix_any};
#endif
