// Rows of steps through whole layers of a decoder, and from ids to scores, in one call, by the same work as the other operators of this library, which
// the text of a layer calls one by one: docs/adr/0033-rows-of-steps-by-a-library-of-our-own.md.

#include <algorithm>
#include <cstring>
#include <memory>
#include <mutex>

#include "layer.h"

namespace {

// Layers behind the first ones of `weights`, which holds the tensors of one after the other, for rows of a type.
struct Layers {
    Layers(const c10::List<at::Tensor>& weights, int64_t first, int64_t count, at::ScalarType type, bool packed);

    // Read once while there is such a list: what a step needs to know of its weights lies together then. It would come from all over memory, behind
    // each product, which leaves nothing of it in the caches.
    static std::shared_ptr<const Layers> of(
        const c10::List<at::Tensor>& weights, int64_t first, int64_t count, at::ScalarType type, bool packed);

    // Rows become what all of them make of them, before the product by `behind`.
    void run(const DenseRows& rows, const Caches& of, int64_t heads, double eps, const Linear& behind) const;

    bool fit;  // whether all are multiplied here for rows of the type
    bool ours; // and by threads of this library
    std::vector<Layer> layers;
};

Layers::Layers(const c10::List<at::Tensor>& weights, int64_t first, int64_t count, at::ScalarType type, bool packed) {
    layers.reserve(count);
    for (int64_t layer = first; layer < first + count; layer++) {
        layers.emplace_back(weights, layer * TENSORS_OF_LAYER);
    }
    const auto all = [&](const auto& test) {
        return std::all_of(layers.begin(), layers.end(), [&](const Layer& layer) { return layer.all(test); });
    };
    fit = (type == at::kBFloat16 || type == at::kFloat) && all([&](const Linear& linear) { return linear.fits(type, packed); })
        && std::all_of(layers.begin(), layers.end(), [](const Layer& layer) { return layer.shares_numbers(); });
    ours = fit && all([](const Linear& linear) { return linear.is_ours(); });
    for (int64_t layer = 0; fit && layer < count; layer++) {
        layers[layer].read_norms(weights, (first + layer) * TENSORS_OF_LAYER, type);
    }
}

// Layers that were read, and by what they are known again: where the list holds their tensors, which tensors these are, and where those lie.
// Tensors are only known, since a list that is remembered would hold them.
struct Known {
    const at::Tensor* begin;
    int64_t first;
    int64_t count;
    at::ScalarType type;
    bool packed;
    std::vector<KnownTensor> tensors;
    std::shared_ptr<const Layers> layers;

    bool is(const Known& other) const {
        return begin == other.begin && first == other.first && count == other.count && type == other.type && packed == other.packed;
    }
    bool is_gone() const {
        return std::any_of(tensors.begin(), tensors.end(), [](const KnownTensor& tensor) { return tensor.is_gone(); });
    }
    bool holds(const c10::List<at::Tensor>& weights) const {
        for (size_t i = 0; i < tensors.size(); i++) {
            if (!tensors[i].is(weights.get(first * TENSORS_OF_LAYER + i))) {
                return false;
            }
        }
        return std::all_of(layers->layers.begin(), layers->layers.end(), [](const Layer& layer) { return layer.lies_as_read(); });
    }
};

std::shared_ptr<const Layers> Layers::of(
    const c10::List<at::Tensor>& weights, int64_t first, int64_t count, at::ScalarType type, bool packed) {
    static std::mutex lock;
    static auto& known = *new std::vector<Known>(); // no tensor is let go when the process ends
    Known asked{&weights.get(first * TENSORS_OF_LAYER), first, count, type, packed, {}, nullptr};
    const std::lock_guard locked(lock);
    for (const Known& some : known) {
        if (some.is(asked) && some.holds(weights)) {
            return some.layers;
        }
    }
    const auto gone = [&](const Known& some) { return some.is_gone() || some.is(asked); };
    known.erase(std::remove_if(known.begin(), known.end(), gone), known.end());
    asked.layers = std::make_shared<const Layers>(weights, first, count, type, packed);
    for (int64_t place = first * TENSORS_OF_LAYER; place < (first + count) * TENSORS_OF_LAYER; place++) {
        asked.tensors.emplace_back(weights.get(place));
    }
    known.push_back(asked);
    return asked.layers;
}

void Layers::run(const DenseRows& rows, const Caches& of, int64_t heads, double eps, const Linear& behind) const {
    const at::Tensor cosine = as_rows(of.cosine, rows.type, rows.count), sine = as_rows(of.sine, rows.type, rows.count);
    const Caches read{of.keys, of.values, of.lengths, cosine, sine};
    Rooms rooms;
    for (size_t i = 0; i < layers.size(); i++) {
        layers[i].run(rows, read, static_cast<int64_t>(i), heads, eps, i + 1 < layers.size() ? layers[i + 1].first() : behind, rooms);
    }
}

// How many rows there are of each layer, of a size for messages.
int64_t rows_through(
    at::IntArrayRef size, const c10::List<at::Tensor>& keys, const c10::List<at::Tensor>& values, const std::vector<int64_t>& lengths,
    const c10::List<at::Tensor>& weights, int64_t first, int64_t count, int64_t heads) {
    const auto every = static_cast<int64_t>(lengths.size());
    const int64_t there = static_cast<int64_t>(weights.size()) / TENSORS_OF_LAYER;
    TORCH_CHECK(
        count > 0 && every > 0 && every % count == 0 && static_cast<int64_t>(keys.size()) == every
            && static_cast<int64_t>(values.size()) == every && first >= 0 && first <= there - count && heads > 0,
        "rows ", size, " through ", count, " layers behind ", first, " of ", weights.size(), " tensors, with ", keys.size(), " and ",
        values.size(), " caches of ", heads, " heads for ", every);
    return every / count;
}

DenseRows rows_in(const at::Tensor& rows) {
    return {static_cast<char*>(rows.data_ptr()), rows.size(0), rows.size(1), rows.scalar_type()};
}

// With a team where all is multiplied by threads of this library: what comes next is then what the layers read first.
template <typename WORK>
void run(const Layers& layers, bool ours, const WORK& work) {
    if (ours) {
        Team::lead([&] {
            layers.layers.front().first().comes_first();
            work();
        });
    } else {
        work();
    }
}

// Rows of a table [words, width], in a type.
at::Tensor embedded(const at::Tensor& table, const std::vector<int64_t>& ids, at::ScalarType type) {
    TORCH_CHECK(
        is_there(table) && has_dense_rows(table), "no rows side by side in a table ", table.sizes());
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
    const int64_t rows = rows_through(hidden.sizes(), keys, values, lengths, weights, first, count, heads);
    TORCH_CHECK(hidden.dim() == 2, "rows ", hidden.sizes());
    if (hidden.size(0) != rows) {
        return {};
    }
    const auto layers = Layers::of(weights, first, count, hidden.scalar_type(), packed);
    if (!layers->fit) {
        return {};
    }
    const at::Tensor read = as_rows(hidden, hidden.scalar_type(), rows);
    const at::Tensor result = at::empty(read.sizes(), read.options());
    const DenseRows through = rows_in(result);
    for (int64_t row = 0; row < rows; row++) {
        std::memcpy(through.at + row * through.row_bytes(), start(read) + row * row_bytes(read), through.row_bytes());
    }
    run(*layers, layers->ours,
        [&] { layers->run(through, Caches{keys, values, lengths, cosine, sine}, heads, eps, layers->layers.back().last()); });
    return {result};
}

std::vector<at::Tensor> step_of_rows(
    const at::Tensor& table, const std::vector<int64_t>& ids, const std::vector<int64_t>& positions, const at::Tensor& frequencies,
    at::ScalarType type, const c10::List<at::Tensor>& keys, const c10::List<at::Tensor>& values, const std::vector<int64_t>& lengths,
    const c10::List<at::Tensor>& weights, int64_t first, int64_t count, int64_t heads, double eps, bool packed, const at::Tensor& last_norm,
    const c10::List<at::Tensor>& head) {
    const int64_t rows = rows_through({static_cast<int64_t>(ids.size())}, keys, values, lengths, weights, first, count, heads);
    TORCH_CHECK(
        static_cast<int64_t>(ids.size()) == rows && static_cast<int64_t>(positions.size()) >= rows && head.size() >= Linear::TENSORS,
        ids.size(), " ids at ", positions.size(), " positions for ", rows, " rows, and a head of ", head.size(), " tensors");
    const Linear words(head, 0);
    const auto layers = Layers::of(weights, first, count, type, packed);
    if (!layers->fit || words.is_joined() || !words.fits(type, packed)) {
        return {};
    }
    std::vector<at::Tensor> found;
    run(*layers, layers->ours && words.is_ours(), [&] {
        const at::Tensor hidden = told("glimpse::embedding_of_rows", [&] { return embedded(table, ids, type); });
        const std::vector<at::Tensor> turned
            = told("glimpse::tables_of_rows", [&] { return tables_at(positions.data(), rows, frequencies, type); });
        const DenseRows read = rows_in(hidden);
        layers->run(read, Caches{keys, values, lengths, turned[0], turned[1]}, heads, eps, words);
        Room own;
        Input last;
        last.is(normed(read, Norm(last_norm, type), eps, own), {&words});
        const at::Tensor scores = at::empty({rows, words.outputs()}, hidden.options());
        last.product(words, words, rows_in(scores));
        found = {scores, told("glimpse::sums_of_scores", [&] { return sums_of_scores(scores); })};
    });
    return found;
}
