// The work of step_rows.h by all threads.

#include "step_work.h"

#include <cmath>
#include <cstring>
#include <vector>

#include "plain_rows.h"

namespace {

// Heads of keys and values into the caches, and of queries [rows][heads] as they are multiplied.
void turn_heads(const AttentionRows& a, float* laid, int64_t of_query) {
    const StepRows& step = step_kernels();
    const int64_t bytes = a.bfloat16 ? 2 : 4;
    const int64_t group = a.heads / a.kv_heads;
    each(a.rows * a.kv_heads, [&](int64_t i) {
        const int64_t row = i / a.kv_heads;
        const int64_t k = i % a.kv_heads;
        const auto head = [&](const char* from, const void* norm, bool wide, void* to) {
            step.head(Head{from, norm, a.cosine + row * a.cosine_stride, a.sine + row * a.sine_stride, a.dim, a.turned, a.eps, a.bfloat16, wide}, to);
        };
        const Cache& key = a.key_caches[row];
        const Cache& value = a.value_caches[row];
        head(a.keys + row * a.key_stride + k * a.dim * bytes, a.key_norm, a.key_wide, key.at + k * key.of_head + a.lengths[row] * key.of_row);
        std::memcpy(
            value.at + k * value.of_head + a.lengths[row] * value.of_row, a.values + row * a.value_stride + k * a.value_dim * bytes,
            a.value_dim * bytes);
        std::vector<float> place(a.dim);
        PlainRows one{};
        one.rows = 1;
        one.inputs = a.dim;
        one.bfloat16 = a.bfloat16;
        for (int64_t q = k * group; q < (k + 1) * group; q++) {
            head(a.queries + row * a.query_stride + q * a.of_head * bytes, a.query_norm, a.query_wide, place.data());
            of_lanes(lay_rows_16, lay_rows_8)(one, place.data(), laid + (row * a.heads + q) * of_query);
        }
    });
}

} // namespace

bool is_bfloat16(const at::Tensor& tensor) {
    TORCH_CHECK(
        is_there(tensor) && (tensor.scalar_type() == at::kBFloat16 || tensor.scalar_type() == at::kFloat),
        "rows of steps are bfloat16 or float32 in a CPU's memory, not ", tensor.scalar_type());
    return tensor.scalar_type() == at::kBFloat16;
}

at::Tensor as_rows(const at::Tensor& tensor, at::ScalarType type, int64_t rows) {
    is_bfloat16(tensor);
    TORCH_CHECK(
        tensor.dim() == 2 && tensor.size(0) >= rows && tensor.scalar_type() == type, "not ", rows, " rows of ", type, ": ", tensor.sizes(), " of ",
        tensor.scalar_type());
    return with_dense_rows(tensor);
}

const char* start(const at::Tensor& tensor) {
    return static_cast<const char*>(tensor.data_ptr());
}

int64_t row_bytes(const at::Tensor& tensor) {
    return tensor.stride(0) * tensor.element_size();
}

void AttentionRows::turn_by(const at::Tensor& cosines, const at::Tensor& sines) {
    turned = cosines.size(1);
    cosine = start(cosines);
    sine = start(sines);
    cosine_stride = row_bytes(cosines);
    sine_stride = row_bytes(sines);
}

Norm::Norm(const at::Tensor& of, at::ScalarType type) : weight(of), given(of.data_ptr()) {
    if (weight.numel() == 0) {
        return;
    }
    is_bfloat16(weight);
    TORCH_CHECK(weight.dim() == 1, "a norm has a weight ", weight.sizes());
    const at::Tensor read = weight.scalar_type() == type || weight.scalar_type() == at::kFloat ? weight.contiguous() : weight.to(type).contiguous();
    if (!read.is_same(weight)) {
        own = read;
    }
    at = read.data_ptr();
    width = read.size(0);
    wide = read.scalar_type() == at::kFloat;
}

void Norm::check(int64_t numbers) const {
    TORCH_CHECK(width == numbers, "a norm of ", numbers, " numbers has a weight ", weight.sizes());
}

void check_columns(const int64_t* places, int64_t count, int64_t width) {
    for (int64_t i = 0; i < count; i++) {
        TORCH_CHECK(places[i] >= 0 && places[i] < width, "no column ", places[i], " in rows of ", width);
    }
}

void AttentionRows::norm_by(const Norm& of_queries, const Norm& of_keys, double by) {
    for (const Norm* norm : {&of_queries, &of_keys}) {
        if (norm->at != nullptr) {
            norm->check(dim);
        }
    }
    query_norm = of_queries.at;
    key_norm = of_keys.at;
    query_wide = of_queries.wide;
    key_wide = of_keys.wide;
    eps = static_cast<float>(by);
}

Cache cache_for(const at::Tensor& cache, at::ScalarType type, int64_t kv_heads, int64_t dim, int64_t length) {
    is_bfloat16(cache);
    TORCH_CHECK(
        cache.dim() == 3 && cache.size(0) == kv_heads && cache.size(2) == dim && cache.scalar_type() == type && (cache.stride(2) == 1 || dim == 1)
            && length >= 0 && length < cache.size(1),
        "no row ", length, " of ", kv_heads, " heads of ", dim, " numbers in a cache ", cache.sizes(), " of ", cache.scalar_type());
    const int64_t bytes = cache.element_size();
    return {static_cast<char*>(cache.data_ptr()), cache.stride(0) * bytes, cache.stride(1) * bytes};
}

void check_heads(const AttentionRows& a, int64_t queries, int64_t keys, int64_t values, int64_t sines) {
    TORCH_CHECK(
        a.turned <= a.dim && a.turned % 2 == 0 && sines == a.turned / 2, "heads of ", a.dim, " are turned by ", a.turned, " cosines and ", sines,
        " sines");
    const bool gates = a.query_norm != nullptr;
    TORCH_CHECK(
        a.kv_heads > 0 && a.dim > 0 && a.heads % a.kv_heads == 0 && queries == a.heads * a.of_head
            && (a.of_head == a.dim || (gates && a.of_head == 2 * a.dim && a.value_dim == a.dim)) && keys == a.kv_heads * a.dim
            && values == a.kv_heads * a.value_dim,
        a.heads, " heads of queries in ", queries, " numbers, keys in ", keys, " and values in ", values, " do not fit ",
        a.kv_heads, " heads of ", a.dim, " and ", a.value_dim, " in caches");
}

const StepRows& step_kernels() {
    return *of_lanes(&step_rows_16, &step_rows_8);
}

void attend_rows(const AttentionRows& a) {
    const StepRows& step = step_kernels();
    const int64_t bytes = a.bfloat16 ? 2 : 4;
    const int64_t group = a.heads / a.kv_heads;
    const int64_t laid = plain_rows_row(a.dim, a.bfloat16, lanes());
    Numbers asked(a.rows * a.heads * laid);
    turn_heads(a, asked.data(), laid);

    // Chunks of keys: their bounds do not depend on who computes them.
    std::vector<int64_t> firsts(a.rows + 1);
    for (int64_t row = 0; row < a.rows; row++) {
        firsts[row + 1] = firsts[row] + (a.lengths[row] + KEYS_OF_CHUNK) / KEYS_OF_CHUNK;
    }
    std::vector<int64_t> row_of(firsts[a.rows]);
    for (int64_t row = 0; row < a.rows; row++) {
        std::fill(row_of.begin() + firsts[row], row_of.begin() + firsts[row + 1], row);
    }
    const int64_t of_query = 2 + a.value_dim;
    Room parts;
    float* const parts_of = parts.of<float>(firsts[a.rows] * a.heads * of_query);
    in_turn(firsts[a.rows] * a.kv_heads, [&](const auto& next) {
        Room scratch;
        float* const own = scratch.of<float>(chunk_scratch(group));
        next([&](int64_t i) {
            const int64_t chunk = i / a.kv_heads;
            const int64_t k = i % a.kv_heads;
            const int64_t row = row_of[chunk];
            const int64_t from = (chunk - firsts[row]) * KEYS_OF_CHUNK;
            const Cache& key = a.key_caches[row];
            const Cache& value = a.value_caches[row];
            step.attend(Chunk{
                key.at + k * key.of_head + from * key.of_row, value.at + k * value.of_head + from * value.of_row, key.of_row / bytes,
                value.of_row / bytes, asked.data() + (row * a.heads + k * group) * laid, std::min(KEYS_OF_CHUNK, a.lengths[row] + 1 - from), group,
                a.dim, a.value_dim, 1.0f / std::sqrt(static_cast<float>(a.dim)), own, parts_of + (chunk * a.heads + k * group) * of_query,
                a.bfloat16});
        });
    });
    each(a.rows * a.kv_heads, [&](int64_t i) {
        const int64_t row = i / a.kv_heads;
        for (int64_t q = i % a.kv_heads * group; q < (i % a.kv_heads + 1) * group; q++) {
            const bool gated = a.of_head > a.dim;
            step.mix(Mixed{
                parts_of + (firsts[row] * a.heads + q) * of_query, a.heads * of_query, firsts[row + 1] - firsts[row],
                gated ? a.queries + row * a.query_stride + (q * a.of_head + a.dim) * bytes : nullptr,
                a.result + (row * a.heads + q) * a.value_dim * bytes, a.value_dim, a.bfloat16});
        }
    });
}

void gate_rows(const GateRows& gate, int64_t rows) {
    constexpr int64_t AT_ONCE = 2048;
    const auto some = step_kernels().gate;
    const int64_t pieces = (gate.width + AT_ONCE - 1) / AT_ONCE;
    each(rows * pieces, [&](int64_t i) {
        const int64_t from = i % pieces * AT_ONCE;
        some(gate, i / pieces, from, std::min(gate.width, from + AT_ONCE));
    });
}

void number_rows(const NumberRows& numbers, int64_t rows) {
    const auto number = step_kernels().number;
    each(rows, [&](int64_t row) { number(numbers, row); });
}
