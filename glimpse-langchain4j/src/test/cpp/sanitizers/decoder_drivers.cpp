// Arguments for the operators on caches and on whole decoder layers: see src/main/cpp/rows.h for shapes.

#include "decoder_drivers.h"

#include "arguments.h"

namespace {

// Heads of one decoder layer's attention.
struct Heads {
    int64_t kv_heads = between(1, 3);
    int64_t heads = kv_heads * between(1, 4);
    int64_t dim = chance(50) ? 2 * between(1, 70) : one_of<int64_t>({16, 64, 80, 128});
    int64_t value_dim = chance(70) ? dim : between(1, 100);
    int64_t rotated = chance(70) ? dim : 2 * between(0, dim / 2);
};

// A cache [kvHeads, capacity, dim], and a length that leaves at least one row in it.
at::Tensor cache(const Heads& of, int64_t capacity, int64_t dim, at::ScalarType type) {
    return random_tensor({of.kv_heads, capacity, dim}, type);
}

struct Caches {
    Tensors keys, values;
    std::vector<int64_t> lengths;

    Caches(const Heads& of, int64_t count, at::ScalarType type) {
        for (int64_t i = 0; i < count; i++) {
            const int64_t length = chance(80) ? between(0, 70) : between(71, 1'300);
            const int64_t capacity = length + 1 + (chance(50) ? 0 : between(1, 64));
            keys.push_back(cache(of, capacity, of.dim, type));
            values.push_back(cache(of, capacity, of.value_dim, type));
            lengths.push_back(length);
        }
    }
};

enum class Form { PLAIN, PACKED, INT8 };

// The tensors of a linear layer: weight, bias, unit, columns, kept, sums.
Tensors linear(int64_t outputs, int64_t inputs, Form form, at::ScalarType type, bool columns) {
    const at::Tensor none = empty(type);
    if (form == Form::PACKED) {
        return {packed(outputs, inputs),
                chance(50) ? random_tensor({outputs}, at::kBFloat16) : none,
                none,
                none,
                none,
                none};
    }
    if (form == Form::INT8) {
        const int64_t count = (inputs + 8) / 9;
        const at::Tensor scale = random_tensor({outputs}, at::kFloat, Strides::DENSE);
        Tensors layer{packed_int8(outputs, inputs),
                      chance(50) ? random_tensor({outputs}, at::kFloat) : none,
                      scale,
                      none,
                      none,
                      none};
        if (columns) {
            layer[3] = at::arange(0, inputs, 9, at::TensorOptions().dtype(at::kLong));
            layer[4] = packed(outputs, (count + WHOLE_INPUTS - 1) / WHOLE_INPUTS * WHOLE_INPUTS);
        }
        return layer;
    }
    return {random_tensor({outputs, inputs}, type), bias_or_empty(outputs, type), none, none, none, none};
}

// Decoder layers and the rows of a step through them.
struct Decoder {
    at::ScalarType type = row_type();
    Form form = !packs()                ? Form::PLAIN
                : type == at::kBFloat16 ? one_of<Form>({Form::PLAIN, Form::PACKED, Form::INT8})
                                        : one_of<Form>({Form::PLAIN, Form::INT8});
    // Packed weights take whole groups of inputs.
    int64_t step = form == Form::PLAIN ? 1 : WHOLE_INPUTS;
    int64_t hidden = step * between(1, form == Form::PLAIN ? 90 : 5);
    int64_t between_layers = step * between(1, form == Form::PLAIN ? 120 : 6);
    bool columns = chance(50);
    int64_t layers = between(1, 3);
    int64_t first = between(0, layers - 1);
    int64_t count = between(1, layers - first);
    int64_t rows = chance(90) ? between(1, 17) : between(18, 40);
    Heads of = heads();
    Tensors weights;
    Caches caches{of, count* rows, type};

    Decoder() {
        for (int64_t layer = 0; layer < layers; layer++) {
            add_layer();
        }
    }

    // Attention gives the output projection whole groups of inputs.
    Heads heads() const {
        Heads some;
        if (form != Form::PLAIN) {
            some.dim = some.value_dim = some.rotated = 32;
        }
        return some;
    }

    at::Tensor norm(int64_t size) const {
        return random_tensor({size}, chance(70) ? type : row_type());
    }

    void add(const Tensors& tensors) {
        weights.insert(weights.end(), tensors.begin(), tensors.end());
    }

    Tensors layer_of(int64_t outputs, int64_t inputs) const {
        return linear(outputs, inputs, form, type, columns);
    }

    void add_layer() {
        const Tensors none(6, empty(type));
        const int64_t queries = of.heads * of.dim, keys = of.kv_heads * of.dim, values = of.kv_heads * of.value_dim;
        const bool joined = chance(50), normed = chance(50);
        add({norm(hidden)});
        add(joined ? none : layer_of(queries, hidden));
        add(joined ? none : layer_of(keys, hidden));
        add(layer_of(joined ? values + queries + keys : values, hidden));
        add(layer_of(hidden, of.heads * of.value_dim));
        add({normed ? norm(of.dim) : empty(type), normed ? norm(of.dim) : empty(type), norm(hidden)});
        const bool both = chance(50);
        add(layer_of(both ? 2 * between_layers : between_layers, hidden));
        add(both ? none : layer_of(between_layers, hidden));
        add(layer_of(hidden, between_layers));
    }
};

} // namespace

Stack attention_of_rows() {
    const auto type = row_type();
    const Heads of;
    const int64_t rows = chance(90) ? between(1, 17) : between(18, 30);
    const bool normed = chance(50);
    const bool gated = normed && of.value_dim == of.dim && chance(40);
    const int64_t queries = of.heads * of.dim * (gated ? 2 : 1), keys = of.kv_heads * of.dim,
                  values = of.kv_heads * of.value_dim;
    const int64_t more = chance(80) ? 0 : between(1, 3);
    Tensors parts{random_tensor({rows + more, values}, type, Strides::ANY)};
    if (chance(50)) {
        parts.push_back(random_tensor({rows, queries + keys}, type, Strides::ANY));
    } else {
        parts.push_back(random_tensor({rows, queries}, type, Strides::ANY));
        parts.push_back(random_tensor({rows + more, keys}, type, Strides::ANY));
    }
    const auto norm = [&] { return normed ? random_tensor({of.dim}, row_type(), Strides::ANY) : empty(type); };
    const Caches caches(of, rows, type);
    return {
        list(parts),
        norm(),
        norm(),
        1e-6,
        random_tensor({rows, of.rotated}, type, Strides::ANY),
        random_tensor({rows, of.rotated / 2}, type, Strides::ANY),
        list(caches.keys),
        list(caches.values),
        caches.lengths,
        of.heads};
}

Stack attention_of_prompts() {
    constexpr int64_t STEP = 64;
    const auto type = row_type();
    const Heads of;
    Tensors keys, values;
    std::vector<int64_t> counts, starts;
    int64_t rows = 0;
    for (int64_t i = between(1, 3); i > 0; i--) {
        const int64_t capacity = STEP * between(1, 4);
        starts.push_back(between(0, capacity));
        counts.push_back(between(0, 90));
        keys.push_back(cache(of, capacity, of.dim, type));
        values.push_back(cache(of, capacity, of.value_dim, type));
        rows += counts.back();
    }
    rows += chance(50) ? 0 : between(1, 20);
    return {random_tensor({of.heads, rows, of.dim}, type, Strides::ANY), list(keys), list(values), counts, starts};
}

Stack layers_of_rows() {
    const Decoder d;
    return {
        random_tensor({d.rows, d.hidden}, d.type, Strides::ANY),
        random_tensor({d.rows, d.of.rotated}, d.type, Strides::ANY),
        random_tensor({d.rows, d.of.rotated / 2}, d.type, Strides::ANY),
        list(d.caches.keys),
        list(d.caches.values),
        d.caches.lengths,
        list(d.weights),
        d.first,
        d.count,
        d.of.heads,
        1e-6,
        chance(90)};
}

Stack step_of_rows() {
    const Decoder d;
    const int64_t words = between(1, 400);
    std::vector<int64_t> ids, positions;
    for (int64_t row = 0; row < d.rows; row++) {
        ids.push_back(between(0, words - 1));
        positions.push_back(between(0, 40'000));
    }
    return {
        random_tensor({words, d.hidden}, row_type()),
        ids,
        positions,
        random_tensor({d.of.rotated / 2}, at::kFloat),
        static_cast<int64_t>(d.type),
        list(d.caches.keys),
        list(d.caches.values),
        d.caches.lengths,
        list(d.weights),
        d.first,
        d.count,
        d.of.heads,
        1e-6,
        chance(90),
        d.norm(d.hidden),
        list(d.layer_of(words, d.hidden))};
}
