// A layer of a decoder, and rows of a step through it.

#include "layer.h"

namespace {

// Places of the tensors of a layer, in the order of DecoderStack.LAYER.
constexpr int64_t INPUT_NORM = 0, QUERIES = 1, KEYS = 7, VALUES = 13, OUTPUT = 19, QUERY_NORM = 25, KEY_NORM = 26, POST_NORM = 27, GATE = 28,
                  UP = 34, DOWN = 40;

// Places in `norms`.
constexpr size_t BEFORE = 0, OF_QUERIES = 1, OF_KEYS = 2, BETWEEN = 3;

void add(const DenseRows& rows, const DenseRows& to) {
    TORCH_CHECK(rows.width == to.width, "rows of ", rows.width, " do not fit rows of ", to.width);
    told("glimpse::sum_of_rows", [&] { step_kernels().sum(SumRows{rows.at, to.at, to.count * to.width, to.type == at::kBFloat16}); });
}

} // namespace

DenseRows normed(const DenseRows& rows, const Norm& norm, double eps, Room& room) {
    norm.check(rows.width);
    const DenseRows result{room.of<char>(rows.count * rows.row_bytes()), rows.count, rows.width, rows.type};
    told("glimpse::norm_of_rows", [&] {
        norm_rows(
            NormRows{rows.at, rows.width, norm.at, result.at, rows.width, static_cast<float>(eps), rows.type == at::kBFloat16, norm.wide},
            rows.count);
    });
    return result;
}

Layer::Layer(const c10::List<at::Tensor>& weights, int64_t place)
    : queries(weights, place + QUERIES), keys(weights, place + KEYS), values(weights, place + VALUES), output(weights, place + OUTPUT),
      gate(weights, place + GATE), up(weights, place + UP), down(weights, place + DOWN) {}

void Layer::read_norms(const c10::List<at::Tensor>& weights, int64_t place, at::ScalarType type) {
    for (const int64_t norm : {INPUT_NORM, QUERY_NORM, KEY_NORM, POST_NORM}) {
        norms.emplace_back(weights.get(place + norm), type);
    }
}

// Values, queries and keys, or values and behind them queries and keys side by side; and what attention gives for them.
DenseRows Layer::attended(const DenseRows& hidden, const Caches& of, int64_t layer, int64_t heads, double eps, Rooms& rooms) const {
    const int64_t rows = hidden.count;
    const int64_t first = layer * rows;
    const at::Tensor& some_keys = of.keys.get(first);
    const at::Tensor& some_values = of.values.get(first);
    TORCH_CHECK(some_keys.dim() == 3 && some_values.dim() == 3, "caches ", some_keys.sizes(), " and ", some_values.sizes());
    AttentionRows a{};
    a.rows = rows;
    a.heads = heads;
    a.kv_heads = some_keys.size(0);
    a.dim = some_keys.size(2);
    a.value_dim = some_values.size(2);
    a.bfloat16 = hidden.type == at::kBFloat16;
    const int64_t bytes = a.bfloat16 ? 2 : 4;
    const int64_t of_keys = a.kv_heads * a.dim, of_values = a.kv_heads * a.value_dim;
    rooms.input.is(normed(hidden, norms[BEFORE], eps, rooms.normed), {&values, &queries, &keys});
    // Of one product: values, and behind them queries and keys side by side.
    const bool joined = queries.is_joined();
    DenseRows own_values = rooms.input.product(values, joined ? output : queries, rooms.first);
    a.value_stride = a.query_stride = a.key_stride = own_values.row_bytes();
    DenseRows own_queries = own_values, own_keys = own_values;
    if (joined) {
        TORCH_CHECK(
            own_values.width > of_values + of_keys, "no queries beside ", of_values + of_keys, " keys and values in rows of ", own_values.width);
        own_queries.width = own_values.width - of_values - of_keys;
        own_queries.at += of_values * bytes;
        own_keys.at = own_queries.at + own_queries.width * bytes;
        own_values.width = of_values;
        own_keys.width = of_keys;
    } else {
        own_queries = rooms.input.product(queries, keys, rooms.second);
        own_keys = rooms.input.product(keys, output, rooms.third);
        a.query_stride = own_queries.row_bytes();
        a.key_stride = own_keys.row_bytes();
    }
    a.values = own_values.at;
    a.queries = own_queries.at;
    a.keys = own_keys.at;
    a.of_head = own_queries.width / heads;
    a.norm_by(norms[OF_QUERIES], norms[OF_KEYS], eps);
    a.turn_by(of.cosine, of.sine);
    check_heads(a, own_queries.width, own_keys.width, own_values.width, of.sine.size(1));
    rooms.keys.clear();
    rooms.values.clear();
    for (int64_t i = first; i < first + rows; i++) {
        rooms.keys.push_back(cache_for(of.keys.get(i), hidden.type, a.kv_heads, a.dim, of.lengths[i]));
        rooms.values.push_back(cache_for(of.values.get(i), hidden.type, a.kv_heads, a.value_dim, of.lengths[i]));
    }
    a.key_caches = rooms.keys.data();
    a.value_caches = rooms.values.data();
    a.lengths = of.lengths.data() + first;
    const DenseRows result{rooms.mixed.of<char>(rows * heads * a.value_dim * bytes), rows, heads * a.value_dim, hidden.type};
    a.result = result.at;
    told("glimpse::attention_of_rows", [&] { attend_rows(a); });
    return result;
}

// What the gates let through, by a product of each or of both.
DenseRows Layer::opened(const DenseRows& read, Rooms& rooms) const {
    const bool both = up.is_joined();
    rooms.input.is(read, {&gate, &up});
    const DenseRows gates = rooms.input.product(gate, both ? down : up, rooms.first);
    const DenseRows ups = both ? gates : rooms.input.product(up, down, rooms.second);
    const int64_t width = both ? gates.width / 2 : gates.width;
    TORCH_CHECK(both ? gates.width % 2 == 0 : ups.width == width, "a gate of ", gates.width, " beside ", ups.width);
    const DenseRows half{nullptr, gates.count, width, gates.type};
    const DenseRows result{rooms.mixed.of<char>(half.count * half.row_bytes()), half.count, width, half.type};
    told("glimpse::gate_of_rows", [&] {
        gate_rows(
            GateRows{gates.at, both ? gates.at + half.row_bytes() : ups.at, gates.width, ups.width, result.at, width, gates.type == at::kBFloat16},
            result.count);
    });
    return result;
}

void Layer::run(const DenseRows& hidden, const Caches& of, int64_t layer, int64_t heads, double eps, const Linear& next, Rooms& rooms) const {
    rooms.input.is(attended(hidden, of, layer, heads, eps, rooms), {&output});
    add(rooms.input.product(output, gate, rooms.product), hidden);
    rooms.input.is(opened(normed(hidden, norms[BETWEEN], eps, rooms.normed), rooms), {&down});
    add(rooms.input.product(down, next, rooms.product), hidden);
}
