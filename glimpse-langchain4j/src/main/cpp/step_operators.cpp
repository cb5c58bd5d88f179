// The operators for what a step does between its products (step_rows.h).

#include <cmath>
#include <cstring>

#include "plain_rows.h"
#include "rows.h"
#include "step_rows.h"

namespace {

const StepRows& kernels() {
    return *of_lanes(&step_rows_16, &step_rows_8);
}

bool is_bfloat16(const at::Tensor& tensor) {
    TORCH_CHECK(
        tensor.is_cpu() && tensor.layout() == at::kStrided && !tensor.is_neg()
            && (tensor.scalar_type() == at::kBFloat16 || tensor.scalar_type() == at::kFloat),
        "rows of steps are bfloat16 or float32 in a CPU's memory, not ", tensor.scalar_type());
    return tensor.scalar_type() == at::kBFloat16;
}

// Rows [rows, width] of a type, whose numbers lie side by side.
at::Tensor as_rows(const at::Tensor& tensor, const at::Tensor& like, int64_t rows) {
    is_bfloat16(tensor);
    TORCH_CHECK(
        tensor.dim() == 2 && tensor.size(0) >= rows && tensor.scalar_type() == like.scalar_type(), "not ", rows, " rows of ", like.scalar_type(),
        ": ", tensor.sizes(), " of ", tensor.scalar_type());
    return tensor.stride(1) == 1 || tensor.size(1) == 1 ? tensor : tensor.contiguous();
}

// The weight of a norm, in the type of the rows or float32.
at::Tensor as_weight(const at::Tensor& weight, const at::Tensor& rows, int64_t width) {
    is_bfloat16(weight);
    TORCH_CHECK(weight.dim() == 1 && weight.size(0) == width, "a norm of ", width, " numbers has a weight ", weight.sizes());
    return weight.scalar_type() == rows.scalar_type() || weight.scalar_type() == at::kFloat ? weight.contiguous() : weight.to(rows.scalar_type());
}

// Numbers of a tensor from one place on.
void* at_place(const at::Tensor& tensor, int64_t place) {
    return static_cast<char*>(tensor.data_ptr()) + place * tensor.element_size();
}

// Calls `work` with each of so many, by as many threads as there are.
template <typename WORK>
void each(int64_t count, const WORK& work) {
    in_turn(count, [&](const auto& next) { next(work); });
}

// One row each of sequences, checked.
struct Attention {
    at::Tensor queries;    // [rows, heads * (1 or 2) * dim]
    at::Tensor keys;       // [rows, kvHeads * dim]
    at::Tensor values;     // [rows, kvHeads * valueDim]
    int64_t rows;
    int64_t heads;
    int64_t kv_heads;
    int64_t dim;
    int64_t value_dim;
    int64_t of_head;       // numbers of a head of queries, with its gate
};

// A cache of a row, with room for it.
void check(const at::Tensor& cache, const Attention& a, int64_t dim, int64_t length) {
    is_bfloat16(cache);
    TORCH_CHECK(
        cache.dim() == 3 && cache.size(0) == a.kv_heads && cache.size(2) == dim && cache.scalar_type() == a.queries.scalar_type()
            && (cache.stride(2) == 1 || dim == 1) && length >= 0 && length < cache.size(1),
        "no row ", length, " of ", a.kv_heads, " heads of ", dim, " numbers in a cache ", cache.sizes(), " of ", cache.scalar_type());
}

Attention checked(
    const std::vector<at::Tensor>& parts, const std::vector<at::Tensor>& keys, const std::vector<at::Tensor>& values,
    const std::vector<int64_t>& lengths, int64_t heads, bool gates) {
    const auto rows = static_cast<int64_t>(lengths.size());
    TORCH_CHECK(
        rows > 0 && keys.size() == lengths.size() && values.size() == lengths.size() && (parts.size() == 2 || parts.size() == 3) && heads > 0,
        "attention of ", rows, " rows in ", keys.size(), " and ", values.size(), " caches, of ", parts.size(), " parts");
    TORCH_CHECK(keys[0].dim() == 3 && values[0].dim() == 3, "caches ", keys[0].sizes(), " and ", values[0].sizes());
    Attention a;
    a.rows = rows;
    a.heads = heads;
    a.kv_heads = keys[0].size(0);
    a.dim = keys[0].size(2);
    a.value_dim = values[0].size(2);
    a.values = as_rows(parts[0], parts[0], rows);
    a.queries = as_rows(parts[1], parts[0], rows);
    const int64_t of_keys = a.kv_heads * a.dim;
    if (parts.size() == 2) {
        TORCH_CHECK(a.queries.size(1) > of_keys, "no queries beside ", of_keys, " keys in ", a.queries.sizes());
        a.keys = a.queries.slice(1, a.queries.size(1) - of_keys);
        a.queries = a.queries.slice(1, 0, a.queries.size(1) - of_keys);
    } else {
        a.keys = as_rows(parts[2], parts[0], rows);
    }
    a.of_head = a.queries.size(1) / heads;
    TORCH_CHECK(
        a.kv_heads > 0 && a.dim > 0 && heads % a.kv_heads == 0 && a.queries.size(1) == heads * a.of_head
            && (a.of_head == a.dim || (gates && a.of_head == 2 * a.dim && a.value_dim == a.dim)) && a.keys.size(1) == of_keys
            && a.values.size(1) == a.kv_heads * a.value_dim,
        heads, " heads of queries ", a.queries.sizes(), ", keys ", a.keys.sizes(), " and values ", a.values.sizes(), " do not fit caches ",
        keys[0].sizes(), " and ", values[0].sizes());
    for (int64_t i = 0; i < rows; i++) {
        check(keys[i], a, a.dim, lengths[i]);
        check(values[i], a, a.value_dim, lengths[i]);
    }
    return a;
}

// Cosines and sines of rows at the positions that each frequency follows.
template <typename POSITIONS>
std::vector<at::Tensor> tables(const POSITIONS& positions, int64_t rows, const at::Tensor& frequencies, at::ScalarType type) {
    const int64_t half = frequencies.size(0);
    const at::Tensor angles = frequencies.contiguous();
    at::Tensor cosine = at::empty({rows, 2 * half}, angles.options());
    at::Tensor sine = at::empty({rows, half}, angles.options());
    for (int64_t i = 0; i < half; i++) {
        const int64_t* places = positions(i);
        for (int64_t row = 0; row < rows; row++) {
            const float angle = static_cast<float>(places[row]) * angles.data_ptr<float>()[i];
            auto* to = cosine.data_ptr<float>() + row * 2 * half + i;
            to[0] = to[half] = static_cast<float>(std::cos(static_cast<double>(angle)));
            sine.data_ptr<float>()[row * half + i] = static_cast<float>(std::sin(static_cast<double>(angle)));
        }
    }
    return {cosine.to(type), sine.to(type)};
}

} // namespace

at::Tensor norm_of_rows(const at::Tensor& input, const at::Tensor& weight, double eps) {
    const at::Tensor rows = as_rows(input, input, 0);
    const at::Tensor by = as_weight(weight, rows, rows.size(1));
    at::Tensor result = at::empty({rows.size(0), rows.size(1)}, rows.options());
    const NormRows p{rows.data_ptr(), rows.stride(0), by.data_ptr(), result.data_ptr(), rows.size(1), static_cast<float>(eps),
                     is_bfloat16(rows), by.scalar_type() == at::kFloat};
    const auto norm = kernels().norm;
    // The work of a row is less than that of waking a thread.
    for (int64_t row = 0; row < rows.size(0); row++) {
        norm(p, row);
    }
    return result;
}

at::Tensor gate_of_rows(const std::vector<at::Tensor>& parts) {
    constexpr int64_t AT_ONCE = 2048;
    TORCH_CHECK(parts.size() == 1 || parts.size() == 2, "gate and up in ", parts.size(), " parts");
    const at::Tensor first = as_rows(parts[0], parts[0], 0);
    const int64_t rows = first.size(0);
    const int64_t width = parts.size() == 1 ? first.size(1) / 2 : first.size(1);
    const at::Tensor up = parts.size() == 1 ? first.slice(1, width) : as_rows(parts[1], first, rows);
    TORCH_CHECK(up.size(0) == rows && up.size(1) == width, "a gate ", first.sizes(), " beside ", up.sizes());
    at::Tensor result = at::empty({rows, width}, first.options());
    const GateRows p{first.data_ptr(), up.data_ptr(), first.stride(0), up.stride(0), result.data_ptr(), width, is_bfloat16(first)};
    const auto gate = kernels().gate;
    const int64_t pieces = (width + AT_ONCE - 1) / AT_ONCE;
    each(rows * pieces, [&](int64_t i) {
        const int64_t from = i % pieces * AT_ONCE;
        gate(p, i / pieces, from, std::min(width, from + AT_ONCE));
    });
    return result;
}

std::vector<at::Tensor> numbers_of_rows(const at::Tensor& input, const at::Tensor& columns, bool keep) {
    const at::Tensor rows = as_rows(input, input, 0);
    const int64_t width = rows.size(1);
    TORCH_CHECK(
        columns.is_cpu() && columns.dim() == 1 && (columns.scalar_type() == at::kLong || columns.numel() == 0),
        "places of columns are whole numbers, not ", columns.sizes(), " of ", columns.scalar_type());
    const at::Tensor places = columns.to(at::kLong).contiguous();
    const auto* place = places.data_ptr<int64_t>();
    for (int64_t i = 0; i < places.size(0); i++) {
        TORCH_CHECK(place[i] >= 0 && place[i] < width, "no column ", place[i], " in rows of ", width);
    }
    at::Tensor numbers = at::empty({rows.size(0), width}, rows.options().dtype(at::kByte));
    at::Tensor units = at::empty({rows.size(0), 1}, rows.options().dtype(at::kFloat));
    NumberRows p{rows.data_ptr(), rows.stride(0), place, places.size(0), nullptr, numbers.data_ptr<uint8_t>(), units.data_ptr<float>(),
                 width, is_bfloat16(rows)};
    const auto number = kernels().number;
    in_turn(rows.size(0), [&](const auto& next) {
        std::vector<float> scratch(width);
        NumberRows own = p;
        own.scratch = scratch.data();
        next([&](int64_t row) { number(own, row); });
    });
    std::vector<at::Tensor> result = {numbers, units};
    if (keep && places.size(0) > 0) {
        result.push_back(at::index_select(rows, 1, places).to(at::kBFloat16));
    }
    return result;
}

at::Tensor worth_of_rows(
    const at::Tensor& product, const at::Tensor& unit, const std::optional<at::Tensor>& kept, const at::Tensor& bias, at::ScalarType type) {
    TORCH_CHECK(
        product.is_cpu() && product.scalar_type() == at::kFloat && product.dim() == 2 && unit.is_cpu() && unit.scalar_type() == at::kFloat
            && unit.numel() == product.size(0) && (type == at::kFloat || type == at::kBFloat16),
        "products ", product.sizes(), " of ", product.scalar_type(), " by units ", unit.sizes(), " do not become ", type);
    const int64_t rows = product.size(0);
    const int64_t width = product.size(1);
    const at::Tensor sums = product.contiguous();
    const at::Tensor units = unit.contiguous();
    at::Tensor others;
    if (kept.has_value()) {
        TORCH_CHECK(
            kept->is_cpu() && kept->scalar_type() == at::kBFloat16 && kept->dim() == 2 && kept->size(0) == rows && kept->size(1) == width,
            "products ", product.sizes(), " beside ", kept->sizes(), " of kept columns");
        others = kept->stride(1) == 1 || width == 1 ? *kept : kept->contiguous();
    }
    TORCH_CHECK(bias.numel() == 0 || (bias.is_cpu() && bias.dim() == 1 && bias.size(0) == width), "products ", product.sizes(), " with a bias ", bias.sizes());
    const std::vector<float> added = widened(bias);
    at::Tensor result = at::empty({rows, width}, product.options().dtype(type));
    const WorthRows p{sums.data_ptr<float>(), units.data_ptr<float>(),
                      others.defined() ? static_cast<const uint16_t*>(others.data_ptr()) : nullptr, others.defined() ? others.stride(0) : 0,
                      added.empty() ? nullptr : added.data(), result.data_ptr(), width, type == at::kBFloat16};
    const auto worth = kernels().worth;
    constexpr int64_t AT_ONCE = 8192;
    const int64_t pieces = (width + AT_ONCE - 1) / AT_ONCE;
    each(rows * pieces, [&](int64_t i) {
        const int64_t from = i % pieces * AT_ONCE;
        worth(p, i / pieces, from, std::min(width, from + AT_ONCE));
    });
    return result;
}

at::Tensor attention_of_rows(
    const std::vector<at::Tensor>& parts, const at::Tensor& q_norm, const at::Tensor& k_norm, double eps, const at::Tensor& cosine,
    const at::Tensor& sine, const std::vector<at::Tensor>& keys, const std::vector<at::Tensor>& values, const std::vector<int64_t>& lengths,
    int64_t heads) {
    const Attention a = checked(parts, keys, values, lengths, heads, q_norm.numel() > 0);
    const bool bfloat16 = is_bfloat16(a.queries);
    const at::Tensor cosines = as_rows(cosine, a.queries, a.rows);
    const at::Tensor sines = as_rows(sine, a.queries, a.rows);
    const int64_t turned = cosines.size(1);
    TORCH_CHECK(turned <= a.dim && turned % 2 == 0 && sines.size(1) == turned / 2, "heads of ", a.dim, " are turned by ", cosines.sizes(), " and ",
                sines.sizes());
    const at::Tensor query_norm = q_norm.numel() == 0 ? q_norm : as_weight(q_norm, a.queries, a.dim);
    const at::Tensor key_norm = k_norm.numel() == 0 ? k_norm : as_weight(k_norm, a.queries, a.dim);
    const StepRows& step = kernels();
    const int64_t group = heads / a.kv_heads;
    const int64_t laid = plain_rows_row(a.dim, bfloat16, lanes());
    at::Tensor result = at::empty({a.rows, heads * a.value_dim}, a.queries.options());

    // Heads, turned: keys into the caches, queries as they are multiplied.
    Numbers asked(a.rows * heads * laid);
    each(a.rows * a.kv_heads, [&](int64_t i) {
        const int64_t row = i / a.kv_heads;
        const int64_t k = i % a.kv_heads;
        const auto head = [&](const at::Tensor& from, int64_t place, const at::Tensor& norm, void* to) {
            const Head h{at_place(from, row * from.stride(0) + place), norm.numel() == 0 ? nullptr : norm.data_ptr(),
                         at_place(cosines, row * cosines.stride(0)), at_place(sines, row * sines.stride(0)), a.dim, turned,
                         static_cast<float>(eps), bfloat16, norm.scalar_type() == at::kFloat};
            step.head(h, to);
        };
        head(a.keys, k * a.dim, key_norm, at_place(keys[row], k * keys[row].stride(0) + lengths[row] * keys[row].stride(1)));
        std::memcpy(
            at_place(values[row], k * values[row].stride(0) + lengths[row] * values[row].stride(1)),
            at_place(a.values, row * a.values.stride(0) + k * a.value_dim), a.value_dim * a.values.element_size());
        std::vector<float> place(a.dim);
        PlainRows one{};
        one.rows = 1;
        one.inputs = a.dim;
        one.bfloat16 = bfloat16;
        for (int64_t q = k * group; q < (k + 1) * group; q++) {
            head(a.queries, q * a.of_head, query_norm, place.data());
            of_lanes(lay_rows_16, lay_rows_8)(one, place.data(), asked.data() + (row * heads + q) * laid);
        }
    });

    // Chunks of keys: their bounds do not depend on who computes them.
    std::vector<int64_t> firsts(a.rows + 1);
    for (int64_t row = 0; row < a.rows; row++) {
        firsts[row + 1] = firsts[row] + (lengths[row] + KEYS_OF_CHUNK) / KEYS_OF_CHUNK;
    }
    std::vector<int64_t> row_of(firsts[a.rows]);
    for (int64_t row = 0; row < a.rows; row++) {
        std::fill(row_of.begin() + firsts[row], row_of.begin() + firsts[row + 1], row);
    }
    const int64_t of_query = 2 + a.value_dim;
    std::vector<float> parts_of(firsts[a.rows] * heads * of_query);
    in_turn(firsts[a.rows] * a.kv_heads, [&](const auto& next) {
        Numbers scratch(chunk_scratch(group));
        next([&](int64_t i) {
            const int64_t chunk = i / a.kv_heads;
            const int64_t k = i % a.kv_heads;
            const int64_t row = row_of[chunk];
            const int64_t from = (chunk - firsts[row]) * KEYS_OF_CHUNK;
            const at::Tensor& key = keys[row];
            const at::Tensor& value = values[row];
            step.attend(Chunk{
                at_place(key, k * key.stride(0) + from * key.stride(1)), at_place(value, k * value.stride(0) + from * value.stride(1)),
                key.stride(1), value.stride(1), asked.data() + (row * heads + k * group) * laid,
                std::min(KEYS_OF_CHUNK, lengths[row] + 1 - from), group, a.dim, a.value_dim, 1.0f / std::sqrt(static_cast<float>(a.dim)),
                scratch.data(), parts_of.data() + (chunk * heads + k * group) * of_query, bfloat16});
        });
    });
    each(a.rows * a.kv_heads, [&](int64_t i) {
        const int64_t row = i / a.kv_heads;
        for (int64_t q = i % a.kv_heads * group; q < (i % a.kv_heads + 1) * group; q++) {
            const bool gated = a.of_head > a.dim;
            step.mix(Mixed{
                parts_of.data() + (firsts[row] * heads + q) * of_query, heads * of_query, firsts[row + 1] - firsts[row],
                gated ? at_place(a.queries, row * a.queries.stride(0) + q * a.of_head + a.dim) : nullptr,
                at_place(result, row * result.stride(0) + q * a.value_dim), a.value_dim, bfloat16});
        }
    });
    return result;
}

std::vector<at::Tensor> tables_of_rows(const at::Tensor& positions, const at::Tensor& axis, const at::Tensor& frequencies, at::ScalarType type) {
    TORCH_CHECK(
        positions.is_cpu() && positions.dim() == 2 && positions.scalar_type() == at::kLong && axis.is_cpu() && axis.dim() == 1
            && axis.scalar_type() == at::kLong && frequencies.is_cpu() && frequencies.sizes() == axis.sizes()
            && frequencies.scalar_type() == at::kFloat,
        "positions ", positions.sizes(), " of ", positions.scalar_type(), " with axes ", axis.sizes(), " and frequencies ", frequencies.sizes());
    const int64_t rows = positions.size(1);
    const at::Tensor places = positions.contiguous(), axes = axis.contiguous();
    std::vector<const int64_t*> from;
    for (int64_t i = 0; i < axes.size(0); i++) {
        const int64_t row = axes.data_ptr<int64_t>()[i];
        TORCH_CHECK(row >= 0 && row < places.size(0), "no row ", row, " of ", places.size(0), " rows of positions");
        from.push_back(places.data_ptr<int64_t>() + row * rows);
    }
    return tables([&](int64_t i) { return from[i]; }, rows, frequencies, type);
}

std::vector<at::Tensor> tables_at(const int64_t* positions, int64_t rows, const at::Tensor& frequencies, at::ScalarType type) {
    TORCH_CHECK(frequencies.is_cpu() && frequencies.dim() == 1 && frequencies.scalar_type() == at::kFloat, "frequencies ", frequencies.sizes());
    return tables([&](int64_t) { return positions; }, rows, frequencies, type);
}

at::Tensor sums_of_scores(const at::Tensor& scores) {
    constexpr int64_t AT_ONCE = 8192; // whoever computes them
    const at::Tensor rows = as_rows(scores, scores, 1);
    const int64_t words = rows.size(1);
    TORCH_CHECK(words > 0, "no scores in ", scores.sizes());
    const bool bfloat16 = is_bfloat16(rows);
    const ScoreKernels& kernels = *of_lanes(&score_rows_16, &score_rows_8);
    const int64_t pieces = (words + AT_ONCE - 1) / AT_ONCE;
    std::vector<float> most(rows.size(0) * pieces);
    std::vector<double> sums(rows.size(0) * pieces);
    const auto piece = [&](int64_t i) { return ScoreRows{at_place(rows, i / pieces * rows.stride(0)), bfloat16}; };
    const auto count = [&](int64_t from) { return std::min(AT_ONCE, words - from); };
    each(rows.size(0) * pieces, [&](int64_t i) {
        const int64_t from = i % pieces * AT_ONCE;
        most[i] = kernels.most(piece(i), from, count(from));
    });
    at::Tensor result = at::empty({rows.size(0), 3}, rows.options().dtype(at::kDouble));
    auto* to = result.data_ptr<double>();
    std::vector<int64_t> first(rows.size(0)); // piece with the largest
    for (int64_t row = 0; row < rows.size(0); row++) {
        const auto own = most.begin() + row * pieces;
        first[row] = std::max_element(own, own + pieces) - most.begin();
    }
    each(rows.size(0) * pieces, [&](int64_t i) {
        const int64_t from = i % pieces * AT_ONCE;
        sums[i] = kernels.sum(piece(i), from, count(from), most[first[i / pieces]]);
    });
    for (int64_t row = 0; row < rows.size(0); row++) {
        const int64_t from = first[row] % pieces * AT_ONCE;
        const float largest = most[first[row]];
        double sum = 0;
        for (int64_t i = row * pieces; i < (row + 1) * pieces; i++) {
            sum += sums[i];
        }
        // The largest is 1 of it. Of glibc's logarithms log is of a release that libtorch does not ask for.
        const double log = largest + std::log1p(sum - 1);
        to[3 * row] = std::isfinite(log) ? log : std::nan("");
        to[3 * row + 1] = static_cast<double>(from + kernels.place(piece(first[row]), from, count(from), largest));
        to[3 * row + 2] = largest;
    }
    return result;
}
