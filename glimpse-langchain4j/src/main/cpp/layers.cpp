// Rows of steps through whole layers of a decoder, and from ids to scores, in one call, by the other operators of this library, as the text of a layer calls them one by one:
// docs/adr/0033-rows-of-steps-by-a-library-of-our-own.md.

#include <ATen/record_function.h>

#include <algorithm>
#include <cstring>

#include "packed_layout.h"
#include "rows.h"

namespace {

// Places of the tensors of a layer, in the order of DecoderStack.LAYER, and of those of one of its products.
constexpr int64_t INPUT_NORM = 0, QUERIES = 1, KEYS = 7, VALUES = 13, OUTPUT = 19, QUERY_NORM = 25, KEY_NORM = 26, POST_NORM = 27, GATE = 28,
                  UP = 34, DOWN = 40, TENSORS = 46;
constexpr size_t TENSORS_OF_PRODUCT = 6;
constexpr int64_t WEIGHT = 0, BIAS = 1, UNIT = 2, COLUMNS = 3, KEPT = 4;

// A profiler is told of each call, as of those of a text.
template <typename CALL>
auto told(const char* name, const CALL& call) {
    RECORD_FUNCTION(name, std::vector<c10::IValue>());
    return call();
}

bool is_joined(const at::Tensor& weight) {
    return weight.numel() == 0;
}

// A linear layer: see WeightNames.PRODUCT.
struct Linear {
    const at::Tensor& weight;
    const at::Tensor& bias;
    const at::Tensor& unit;
    const at::Tensor& columns;
    const at::Tensor& kept;

    Linear(const c10::List<at::Tensor>& tensors, int64_t place)
        : weight(tensors.get(place + WEIGHT)), bias(tensors.get(place + BIAS)), unit(tensors.get(place + UNIT)),
          columns(tensors.get(place + COLUMNS)), kept(tensors.get(place + KEPT)) {}

    // Tells those who wait that this comes next.
    void comes_next() const {
        if (Team* const team = Team::here(); team != nullptr && !is_joined(weight)) {
            const int64_t bytes = weight.numel() * weight.element_size();
            team->comes_next(weight.is_mkldnn() ? address(weight) : static_cast<const char*>(weight.data_ptr()), bytes);
        }
    }
    bool is_numbers() const {
        return weight.is_mkldnn() && weight.scalar_type() == at::kChar;
    }
    // Whether it is multiplied by threads of this library: oneDNN has none beside them.
    bool is_ours() const {
        return !weight.is_mkldnn() || (layout_of(weight, is_numbers()).units > 0 && (!kept.is_mkldnn() || layout_of(kept, false).units > 0));
    }
    // Whether rows of a type are multiplied by it here: not by fbgemm, whose numbers lie in bytes, nor while its inputs are watched.
    bool fits(at::ScalarType type, bool packed) const {
        if (is_joined(weight)) {
            return true;
        }
        if (is_numbers()) {
            return packed && (kept.numel() == 0 || (kept.is_mkldnn() && kept.scalar_type() == at::kBFloat16));
        }
        const bool plain = weight.is_cpu() && weight.layout() == at::kStrided && weight.scalar_type() == type;
        return unit.numel() == 0 && (weight.is_mkldnn() ? packed && type == at::kBFloat16 : plain);
    }
};

// An input as wide as a packed weight, which may have columns of zeros behind its own.
at::Tensor as_wide(const at::Tensor& input, const at::Tensor& weight) {
    const int64_t own = input.size(1);
    if (weight.size(1) == own) {
        return input;
    }
    TORCH_CHECK(own < weight.size(1), "rows ", input.sizes(), " do not fit a weight ", weight.sizes());
    const at::Tensor rows = input.contiguous();
    at::Tensor wide = at::zeros({rows.size(0), weight.size(1)}, rows.options());
    for (int64_t row = 0; row < rows.size(0); row++) {
        std::copy_n(rows.data_ptr<at::BFloat16>() + row * own, own, wide.data_ptr<at::BFloat16>() + row * weight.size(1));
    }
    return wide;
}

std::optional<at::Tensor> if_any(const at::Tensor& bias) {
    return bias.numel() == 0 ? std::optional<at::Tensor>() : bias;
}

std::vector<at::Tensor> numbers(const at::Tensor& rows, const Linear& layer) {
    return told("glimpse::numbers_of_rows", [&] { return numbers_of_rows(rows, layer.columns, layer.kept.numel() > 0); });
}

// What products of one input share: its rows, and for layers of 8 bits these as whole numbers.
struct Input {
    at::Tensor rows;
    std::vector<at::Tensor> parts;

    Input(const at::Tensor& input, const Linear& layer) : rows(input) {
        if (layer.is_numbers()) {
            parts = numbers(rows, layer);
        }
    }
};

// What a layer gives for its input, before the product by `next`.
at::Tensor product(const Input& input, const Linear& layer, const Linear& next) {
    if (!layer.is_numbers()) {
        const at::Tensor result = layer.weight.is_mkldnn()
            ? told("glimpse::linear_packed", [&] { return linear_packed(as_wide(input.rows, layer.weight), layer.weight, if_any(layer.bias)); })
            : told("glimpse::linear_of_rows", [&] { return linear_of_rows(input.rows, layer.weight, layer.bias); });
        next.comes_next();
        return result;
    }
    std::vector<at::Tensor> parts = input.parts.empty() ? numbers(input.rows, layer) : input.parts;
    if (parts.size() > 2) {
        parts[2] = as_wide(parts[2], layer.kept);
    }
    const at::Tensor result = told("glimpse::linear_of_numbers", [&] {
        return worth_of_numbers(parts, layer.weight, layer.unit, layer.kept, layer.bias, input.rows.scalar_type());
    });
    next.comes_next();
    return result;
}

at::Tensor norm(const at::Tensor& rows, const at::Tensor& weight, double eps) {
    return told("glimpse::norm_of_rows", [&] { return norm_of_rows(rows, weight, eps); });
}

at::Tensor add_to(const at::Tensor& rows, at::Tensor to) {
    return told("aten::add_", [&] { return to.add_(rows); });
}

// Values, queries and keys; of one product values, and queries and keys side by side.
std::vector<at::Tensor> projections(
    const Input& read, const Linear& values, const Linear& queries, const Linear& keys, const Linear& next, int64_t head) {
    if (is_joined(queries.weight)) {
        const at::Tensor both = product(read, values, next);
        return {both.slice(1, 0, head), both.slice(1, head)};
    }
    const at::Tensor first = product(read, values, queries);
    const at::Tensor second = product(read, queries, keys);
    return {first, second, product(read, keys, next)};
}

// Rows of a step, and what all layers read and write of them, by layer and within one by row.
struct Rows {
    const c10::List<at::Tensor>& keys;
    const c10::List<at::Tensor>& values;
    const std::vector<int64_t>& lengths;
    const at::Tensor& cosine;
    const at::Tensor& sine;
};

// So many layers behind the first ones of `weights`, which holds those of one after the other.
struct Layers {
    const c10::List<at::Tensor>& weights;
    const int64_t first;
    const int64_t count;
    const int64_t heads;
    const double eps;

    // How many of each layer there are, of a size for messages.
    int64_t rows(at::IntArrayRef size, const std::vector<int64_t>& lengths, const c10::List<at::Tensor>& keys,
                 const c10::List<at::Tensor>& values) const {
        const auto every = static_cast<int64_t>(lengths.size());
        const int64_t there = static_cast<int64_t>(weights.size()) / TENSORS;
        TORCH_CHECK(
            count > 0 && every > 0 && every % count == 0 && static_cast<int64_t>(keys.size()) == every
                && static_cast<int64_t>(values.size()) == every && first >= 0 && first <= there - count,
            "rows ", size, " through ", count, " layers behind ", first, " of ", weights.size(), " tensors, with ", keys.size(), " and ", values.size(),
            " caches for ", every);
        return every / count;
    }
    // Whether all are multiplied here for rows of this type.
    bool fit(at::ScalarType type, bool packed) const {
        return all([&](const Linear& layer) { return layer.fits(type, packed); });
    }
    bool are_ours() const {
        return all([](const Linear& layer) { return layer.is_ours(); });
    }
    Linear first_read() const {
        return Linear(weights, first * TENSORS + VALUES);
    }
    // Rows through all of them, before the product by `behind`.
    at::Tensor run(const at::Tensor& hidden, const Rows& of, const Linear& behind) const;

  private:
    template <typename TEST>
    bool all(const TEST& test) const {
        for (int64_t place = first * TENSORS; place < (first + count) * TENSORS; place += TENSORS) {
            for (const int64_t linear : {QUERIES, KEYS, VALUES, OUTPUT, GATE, UP, DOWN}) {
                if (!test(Linear(weights, place + linear))) {
                    return false;
                }
            }
        }
        return true;
    }
};

at::Tensor Layers::run(const at::Tensor& hidden, const Rows& of, const Linear& behind) const {
    const int64_t rows = hidden.size(0);
    at::Tensor result = hidden;
    for (int64_t layer = 0; layer < count; layer++) {
        const int64_t place = (first + layer) * TENSORS;
        std::vector<at::Tensor> own_keys, own_values;
        for (int64_t i = layer * rows; i < (layer + 1) * rows; i++) {
            own_keys.push_back(of.keys.get(i));
            own_values.push_back(of.values.get(i));
        }
        const std::vector<int64_t> own_lengths(of.lengths.begin() + layer * rows, of.lengths.begin() + (layer + 1) * rows);
        const at::Tensor& query_norm = weights.get(place + QUERY_NORM);
        const Linear of_values(weights, place + VALUES), output(weights, place + OUTPUT), gate(weights, place + GATE), up(weights, place + UP),
            down(weights, place + DOWN);
        const Input read(norm(result, weights.get(place + INPUT_NORM), eps), of_values);
        const int64_t width = own_values[0].size(0) * own_values[0].size(2);
        const std::vector<at::Tensor> parts
            = projections(read, of_values, Linear(weights, place + QUERIES), Linear(weights, place + KEYS), output, width);
        const at::Tensor mixed = told("glimpse::attention_of_rows", [&] {
            return attention_of_rows(
                parts, query_norm, weights.get(place + KEY_NORM), eps, of.cosine, of.sine, own_keys, own_values, own_lengths, heads);
        });
        const at::Tensor attended = add_to(result, product(Input(mixed, output), output, gate));
        const Input read_too(norm(attended, weights.get(place + POST_NORM), eps), gate);
        std::vector<at::Tensor> opened = {product(read_too, gate, is_joined(up.weight) ? down : up)};
        if (!is_joined(up.weight)) {
            opened.push_back(product(read_too, up, down));
        }
        const at::Tensor let_through = told("glimpse::gate_of_rows", [&] { return gate_of_rows(opened); });
        const Linear next = layer + 1 < count ? Linear(weights, place + TENSORS + VALUES) : behind;
        result = add_to(attended, product(Input(let_through, down), down, next));
    }
    return result;
}

// With a team where all is multiplied by threads of this library: what comes next is then what the layers read first.
template <typename WORK>
void run(const Layers& layers, bool ours, const WORK& work) {
    if (ours) {
        Team::lead([&] {
            layers.first_read().comes_next();
            work();
        });
    } else {
        work();
    }
}

// Rows of a table [words, width], in a type.
at::Tensor embedded(const at::Tensor& table, const std::vector<int64_t>& ids, at::ScalarType type) {
    TORCH_CHECK(
        table.is_cpu() && table.layout() == at::kStrided && !table.is_neg() && table.dim() == 2 && (table.stride(1) == 1 || table.size(1) == 1),
        "no rows side by side in a table ", table.sizes());
    const int64_t width = table.size(1);
    at::Tensor rows = at::empty({static_cast<int64_t>(ids.size()), width}, table.options());
    const auto bytes = static_cast<size_t>(width * table.element_size());
    for (size_t i = 0; i < ids.size(); i++) {
        TORCH_CHECK(ids[i] >= 0 && ids[i] < table.size(0), "no token ", ids[i], " of ", table.size(0));
        std::memcpy(
            static_cast<char*>(rows.data_ptr()) + i * bytes,
            static_cast<const char*>(table.data_ptr()) + ids[i] * table.stride(0) * table.element_size(), bytes);
    }
    return rows.to(type);
}

} // namespace

std::vector<at::Tensor> layers_of_rows(
    const at::Tensor& hidden, const at::Tensor& cosine, const at::Tensor& sine, const c10::List<at::Tensor>& keys,
    const c10::List<at::Tensor>& values, const std::vector<int64_t>& lengths, const c10::List<at::Tensor>& weights, int64_t first, int64_t count,
    int64_t heads, double eps, bool packed) {
    const Layers layers{weights, first, count, heads, eps};
    const int64_t rows = layers.rows(hidden.sizes(), lengths, keys, values);
    TORCH_CHECK(hidden.dim() == 2, "rows ", hidden.sizes());
    if (hidden.size(0) != rows || !layers.fit(hidden.scalar_type(), packed)) {
        return {};
    }
    at::Tensor result;
    run(layers, layers.are_ours(), [&] {
        const Linear last(weights, (first + count - 1) * TENSORS + DOWN);
        result = layers.run(hidden, Rows{keys, values, lengths, cosine, sine}, last);
    });
    return {result};
}

std::vector<at::Tensor> step_of_rows(
    const at::Tensor& table, const std::vector<int64_t>& ids, const std::vector<int64_t>& positions, const at::Tensor& frequencies,
    at::ScalarType type, const c10::List<at::Tensor>& keys, const c10::List<at::Tensor>& values, const std::vector<int64_t>& lengths,
    const c10::List<at::Tensor>& weights, int64_t first, int64_t count, int64_t heads, double eps, bool packed, const at::Tensor& last_norm,
    const c10::List<at::Tensor>& head) {
    const Layers layers{weights, first, count, heads, eps};
    const int64_t rows = layers.rows({static_cast<int64_t>(ids.size())}, lengths, keys, values);
    TORCH_CHECK(
        static_cast<int64_t>(ids.size()) == rows && static_cast<int64_t>(positions.size()) >= rows && head.size() >= TENSORS_OF_PRODUCT,
        ids.size(), " ids at ", positions.size(), " positions for ", rows, " rows, and a head of ", head.size(), " tensors");
    const Linear words(head, 0);
    const bool computes = type == at::kBFloat16 || type == at::kFloat;
    if (!computes || !layers.fit(type, packed) || is_joined(words.weight) || !words.fits(type, packed)) {
        return {};
    }
    std::vector<at::Tensor> found;
    run(layers, layers.are_ours() && words.is_ours(), [&] {
        const at::Tensor hidden = told("glimpse::embedding_of_rows", [&] { return embedded(table, ids, type); });
        const std::vector<at::Tensor> turned
            = told("glimpse::tables_of_rows", [&] { return tables_at(positions.data(), rows, frequencies, type); });
        const at::Tensor through = layers.run(hidden, Rows{keys, values, lengths, turned[0], turned[1]}, words);
        const at::Tensor scores = product(Input(norm(through, last_norm, eps), words), words, words);
        found = {scores, told("glimpse::sums_of_scores", [&] { return sums_of_scores(scores); })};
    });
    return found;
}
