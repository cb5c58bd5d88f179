// A layer of a decoder, and rows of a step through it.
#pragma once

#include <algorithm>
#include <vector>

#include "linear.h"

constexpr int64_t TENSORS_OF_LAYER = 46;

// What layers read and write of rows beside their weights, by layer and within one by row.
struct Caches {
    const c10::List<at::Tensor>& keys;
    const c10::List<at::Tensor>& values;
    const std::vector<int64_t>& lengths; // rows that are in them already
    const at::Tensor& cosine;
    const at::Tensor& sine;
};

// What layers write between their products, each over what the one before has written.
struct Rooms {
    Room normed, first, second, third, mixed, product;
    Input input;
    std::vector<Cache> keys, values;
};

DenseRows normed(const DenseRows& rows, const Norm& norm, double eps, Room& room);

class Layer {
  public:
    // Of the tensors from a place on, which stay where they are.
    Layer(const c10::List<at::Tensor>& weights, int64_t place);

    template <typename TEST>
    bool all(const TEST& test) const {
        return test(queries) && test(keys) && test(values) && test(output) && test(gate) && test(up) && test(down);
    }
    // Whether linear layers of one input read the same of it.
    bool shares_numbers() const {
        return values.shares_numbers(queries) && values.shares_numbers(keys) && queries.shares_numbers(keys) && gate.shares_numbers(up);
    }
    bool lies_as_read() const {
        return all([](const Linear& linear) { return linear.lies_as_read(); })
            && std::all_of(norms.begin(), norms.end(), [](const Norm& norm) { return norm.lies_as_read(); });
    }
    // Before rows of a type go through it.
    void read_norms(const c10::List<at::Tensor>& weights, int64_t place, at::ScalarType type);

    const Linear& first() const {
        return values;
    }
    const Linear& last() const {
        return down;
    }

    // Rows become what the layer, of so many behind the first one of the caches, makes of them, before the product by `next`.
    void run(const DenseRows& hidden, const Caches& of, int64_t layer, int64_t heads, double eps, const Linear& next, Rooms& rooms) const;

  private:
    DenseRows attended(const DenseRows& hidden, const Caches& of, int64_t layer, int64_t heads, double eps, Rooms& rooms) const;
    DenseRows opened(const DenseRows& read, Rooms& rooms) const;

    Linear queries, keys, values, output, gate, up, down;
    std::vector<Norm> norms;
};
