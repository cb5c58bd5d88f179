// The operators for what a step does between its products (step_rows.h).

#include <cmath>

#include "step_work.h"

namespace {

// Numbers of a tensor from one place on.
void* at_place(const at::Tensor& tensor, int64_t place) {
    return static_cast<char*>(tensor.data_ptr()) + place * tensor.element_size();
}

// Cosines and sines of rows at the positions that each frequency follows.
template <typename NUMBER, typename POSITIONS>
std::vector<at::Tensor> tables(const POSITIONS& positions, int64_t rows, const at::Tensor& frequencies, at::ScalarType type) {
    const int64_t half = frequencies.size(0);
    const at::Tensor angles = frequencies.contiguous();
    at::Tensor cosine = at::empty({rows, 2 * half}, angles.options().dtype(type));
    at::Tensor sine = at::empty({rows, half}, angles.options().dtype(type));
    for (int64_t i = 0; i < half; i++) {
        const int64_t* places = positions(i);
        for (int64_t row = 0; row < rows; row++) {
            const float angle = static_cast<float>(places[row]) * angles.data_ptr<float>()[i];
            auto* to = cosine.data_ptr<NUMBER>() + row * 2 * half + i;
            to[0] = to[half] = static_cast<NUMBER>(static_cast<float>(std::cos(static_cast<double>(angle))));
            sine.data_ptr<NUMBER>()[row * half + i] = static_cast<NUMBER>(static_cast<float>(std::sin(static_cast<double>(angle))));
        }
    }
    return {cosine, sine};
}

template <typename POSITIONS>
std::vector<at::Tensor> tables_in(const POSITIONS& positions, int64_t rows, const at::Tensor& frequencies, at::ScalarType type) {
    // libtorch reads past its table of types for a number that is none
    TORCH_CHECK(type == at::kBFloat16 || type == at::kFloat || type == at::kHalf, "no tables of type ", static_cast<int>(type));
    if (type == at::kBFloat16) {
        return tables<at::BFloat16>(positions, rows, frequencies, type);
    }
    const std::vector<at::Tensor> wide = tables<float>(positions, rows, frequencies, at::kFloat);
    return {wide[0].to(type), wide[1].to(type)};
}

} // namespace

at::Tensor norm_of_rows(const at::Tensor& input, const at::Tensor& weight, double eps) {
    const at::Tensor rows = as_rows(input, input.scalar_type(), 0);
    const Norm by(weight, rows.scalar_type());
    by.check(rows.size(1));
    at::Tensor result = at::empty({rows.size(0), rows.size(1)}, rows.options());
    const NormRows p{rows.data_ptr(), rows.stride(0), by.at, result.data_ptr(), rows.size(1), static_cast<float>(eps),
                     is_bfloat16(rows), by.wide};
    norm_rows(p, rows.size(0));
    return result;
}

at::Tensor gate_of_rows(const std::vector<at::Tensor>& parts) {
    TORCH_CHECK(parts.size() == 1 || parts.size() == 2, "gate and up in ", parts.size(), " parts");
    const at::Tensor first = as_rows(parts[0], parts[0].scalar_type(), 0);
    const int64_t rows = first.size(0);
    const int64_t width = parts.size() == 1 ? first.size(1) / 2 : first.size(1);
    const at::Tensor up = parts.size() == 1 ? first.slice(1, width) : as_rows(parts[1], first.scalar_type(), rows);
    TORCH_CHECK(up.size(0) == rows && up.size(1) == width, "a gate ", first.sizes(), " beside ", up.sizes());
    at::Tensor result = at::empty({rows, width}, first.options());
    const GateRows p{first.data_ptr(), up.data_ptr(), first.stride(0), up.stride(0), result.data_ptr(), width, is_bfloat16(first)};
    gate_rows(p, rows);
    return result;
}

std::vector<at::Tensor> numbers_of_rows(const at::Tensor& input, const at::Tensor& columns, bool keep) {
    const at::Tensor rows = as_rows(input, input.scalar_type(), 0);
    const int64_t width = rows.size(1);
    TORCH_CHECK(
        is_there(columns) && columns.dim() == 1 && (columns.scalar_type() == at::kLong || columns.numel() == 0),
        "places of columns are whole numbers, not ", columns.sizes(), " of ", columns.scalar_type());
    const at::Tensor places = columns.to(at::kLong).contiguous();
    const auto* place = places.data_ptr<int64_t>();
    check_columns(place, places.size(0), width);
    at::Tensor numbers = at::empty({rows.size(0), width}, rows.options().dtype(at::kByte));
    at::Tensor units = at::empty({rows.size(0), 1}, rows.options().dtype(at::kFloat));
    std::vector<at::Tensor> result = {numbers, units};
    if (keep && places.size(0) > 0) {
        result.push_back(at::empty({rows.size(0), places.size(0)}, rows.options().dtype(at::kBFloat16)));
    }
    const at::Tensor own = rows.clone(at::MemoryFormat::Contiguous);
    const NumberRows p{own.data_ptr(), width, place, places.size(0), result.size() > 2 ? static_cast<uint16_t*>(result[2].data_ptr()) : nullptr,
                       places.size(0), numbers.data_ptr<uint8_t>(), width, units.data_ptr<float>(), width, is_bfloat16(rows)};
    number_rows(p, rows.size(0));
    return result;
}

at::Tensor worth_of_rows(
    const at::Tensor& product, const at::Tensor& unit, const std::optional<at::Tensor>& kept, const at::Tensor& bias, at::ScalarType type) {
    TORCH_CHECK(
        is_there(product) && product.scalar_type() == at::kFloat && product.dim() == 2 && is_there(unit) && unit.scalar_type() == at::kFloat
            && unit.numel() == product.size(0) && (type == at::kFloat || type == at::kBFloat16),
        "products ", product.sizes(), " of ", product.scalar_type(), " by units ", unit.sizes(), " do not become ", type);
    const int64_t rows = product.size(0);
    const int64_t width = product.size(1);
    const at::Tensor sums = product.contiguous();
    const at::Tensor units = unit.contiguous();
    at::Tensor others;
    if (kept.has_value()) {
        TORCH_CHECK(
            is_there(*kept) && kept->scalar_type() == at::kBFloat16 && kept->dim() == 2 && kept->size(0) == rows && kept->size(1) == width,
            "products ", product.sizes(), " beside ", kept->sizes(), " of kept columns");
        others = with_dense_rows(*kept);
    }
    TORCH_CHECK(bias.numel() == 0 || (is_there(bias) && bias.dim() == 1 && bias.size(0) == width), "products ", product.sizes(), " with a bias ", bias.sizes());
    const Bias added(bias);
    at::Tensor result = at::empty({rows, width}, product.options().dtype(type));
    const WorthRows p{sums.data_ptr<float>(), units.data_ptr<float>(),
                      others.defined() ? static_cast<const uint16_t*>(others.data_ptr()) : nullptr, others.defined() ? others.stride(0) : 0,
                      added.data(), result.data_ptr(), width, type == at::kBFloat16};
    const auto worth = step_kernels().worth;
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
    AttentionRows a{};
    a.rows = static_cast<int64_t>(lengths.size());
    TORCH_CHECK(
        a.rows > 0 && keys.size() == lengths.size() && values.size() == lengths.size() && (parts.size() == 2 || parts.size() == 3) && heads > 0,
        "attention of ", a.rows, " rows in ", keys.size(), " and ", values.size(), " caches, of ", parts.size(), " parts");
    TORCH_CHECK(keys[0].dim() == 3 && values[0].dim() == 3, "caches ", keys[0].sizes(), " and ", values[0].sizes());
    a.heads = heads;
    a.kv_heads = keys[0].size(0);
    a.dim = keys[0].size(2);
    a.value_dim = values[0].size(2);
    const at::Tensor own_values = as_rows(parts[0], parts[0].scalar_type(), a.rows);
    at::Tensor queries = as_rows(parts[1], parts[0].scalar_type(), a.rows), own_keys;
    if (parts.size() == 2) {
        const int64_t of_keys = a.kv_heads * a.dim;
        TORCH_CHECK(queries.size(1) > of_keys, "no queries beside ", of_keys, " keys in ", queries.sizes());
        own_keys = queries.slice(1, queries.size(1) - of_keys);
        queries = queries.slice(1, 0, queries.size(1) - of_keys);
    } else {
        own_keys = as_rows(parts[2], parts[0].scalar_type(), a.rows);
    }
    a.bfloat16 = is_bfloat16(queries);
    const at::Tensor cosines = as_rows(cosine, queries.scalar_type(), a.rows), sines = as_rows(sine, queries.scalar_type(), a.rows);
    a.turn_by(cosines, sines);
    a.of_head = queries.size(1) / heads;
    const Norm query_norm(q_norm, queries.scalar_type()), key_norm(k_norm, queries.scalar_type());
    a.norm_by(query_norm, key_norm, eps);
    check_heads(a, queries.size(1), own_keys.size(1), own_values.size(1), sines.size(1));
    std::vector<Cache> key_caches, value_caches;
    for (int64_t i = 0; i < a.rows; i++) {
        key_caches.push_back(cache_for(keys[i], queries.scalar_type(), a.kv_heads, a.dim, lengths[i]));
        value_caches.push_back(cache_for(values[i], queries.scalar_type(), a.kv_heads, a.value_dim, lengths[i]));
    }
    a.key_caches = key_caches.data();
    a.value_caches = value_caches.data();
    a.lengths = lengths.data();
    a.queries = start(queries);
    a.keys = start(own_keys);
    a.values = start(own_values);
    a.query_stride = row_bytes(queries);
    a.key_stride = row_bytes(own_keys);
    a.value_stride = row_bytes(own_values);
    at::Tensor result = at::empty({a.rows, heads * a.value_dim}, queries.options());
    a.result = static_cast<char*>(result.data_ptr());
    attend_rows(a);
    return result;
}

std::vector<at::Tensor> tables_of_rows(const at::Tensor& positions, const at::Tensor& axis, const at::Tensor& frequencies, at::ScalarType type) {
    TORCH_CHECK(
        is_there(positions) && positions.dim() == 2 && positions.scalar_type() == at::kLong && is_there(axis) && axis.dim() == 1
            && axis.scalar_type() == at::kLong && is_there(frequencies) && frequencies.sizes() == axis.sizes()
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
    return tables_in([&](int64_t i) { return from[i]; }, rows, frequencies, type);
}

std::vector<at::Tensor> tables_at(const int64_t* positions, int64_t rows, const at::Tensor& frequencies, at::ScalarType type) {
    TORCH_CHECK(is_there(frequencies) && frequencies.dim() == 1 && frequencies.scalar_type() == at::kFloat, "frequencies ", frequencies.sizes());
    return tables_in([&](int64_t) { return positions; }, rows, frequencies, type);
}

at::Tensor sums_of_scores(const at::Tensor& scores) {
    constexpr int64_t AT_ONCE = 8192; // whoever computes them
    const at::Tensor rows = as_rows(scores, scores.scalar_type(), 1);
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
