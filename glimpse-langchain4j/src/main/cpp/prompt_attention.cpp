// What rows of prompts attend to. libtorch's own operations compute it, each piece of it on one thread: a region of OpenMP's for each of some
// twenty operations a prompt costs more than what they compute, and a product on several threads may have other bits than on one.

#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <vector>

#include "rows.h"

namespace {

constexpr int64_t STEP = 64; // rows and keys, counted from a sequence's first

// Some rows of a prompt, behind each other in all of them, within one step of its sequence.
struct Piece {
    int64_t prompt;
    int64_t head; // of keys and values
    int64_t row;  // the first, in all rows
    int64_t rows;
    int64_t place; // in the step
    int64_t read;  // keys up to the end of the step
};

class PromptAttention {
  public:
    PromptAttention(const at::Tensor& asked, const std::vector<at::Tensor>& from, const std::vector<at::Tensor>& of, const at::Tensor& to)
        : query(asked), keys(from), values(of), result(to), group(query.size(0) / keys[0].size(0)),
          later(at::ones({STEP, STEP}, query.options().dtype(at::kBool)).triu(1)) {}

    void add(int64_t prompt, int64_t first, int64_t rows, int64_t start) {
        for (int64_t row = 0; row < rows;) {
            const int64_t place = (start + row) % STEP;
            const int64_t some = std::min(STEP - place, rows - row);
            for (int64_t head = 0; head < keys[prompt].size(0); head++) {
                pieces.push_back({prompt, head, first + row, some, place, start + row - place + STEP});
            }
            row += some;
        }
    }

    void run() const {
        std::atomic<int64_t> next{0};
        const auto count = static_cast<int64_t>(pieces.size());
        // By one thread in a region, if there is but one piece: it would be on several outside of one.
        at::parallel_for(0, at::get_num_threads(), 1, [&](int64_t, int64_t) {
            const c10::InferenceMode inference;
            for (int64_t i = next++; i < count; i = next++) {
                attend(pieces[i]);
            }
        });
    }

  private:
    // Queries of a piece and zeros [group, STEP, dim] against keys [read, dim]; scores and softmax are float32.
    void attend(const Piece& p) const {
        const at::Tensor& of = values[p.prompt];
        at::Tensor rows = at::zeros({group, STEP, query.size(2)}, query.options().dtype(at::kFloat));
        rows.slice(1, p.place, p.place + p.rows).copy_(query.slice(0, p.head * group, (p.head + 1) * group).slice(1, p.row, p.row + p.rows));
        rows.mul_(1.0 / std::sqrt(static_cast<double>(query.size(2))));
        const at::Tensor wide = keys[p.prompt].select(0, p.head).slice(0, 0, p.read).to(at::kFloat);
        const at::Tensor scores = at::mm(rows.view({group * STEP, -1}), wide.t()).view({group, STEP, p.read});
        scores.slice(2, p.read - STEP).masked_fill_(later, -std::numeric_limits<double>::infinity());
        const at::Tensor weights = at::softmax(scores, -1).to(query.scalar_type()).view({group * STEP, p.read});
        const at::Tensor mixed = at::mm(weights, of.select(0, p.head).slice(0, 0, p.read)).view({group, STEP, -1});
        result.slice(0, p.row, p.row + p.rows)
            .slice(1, p.head * group, (p.head + 1) * group)
            .copy_(mixed.slice(1, p.place, p.place + p.rows).transpose(0, 1));
    }

    const at::Tensor& query;               // [heads, rows, dim]
    const std::vector<at::Tensor>& keys;   // by prompt [kv heads, capacity, dim]
    const std::vector<at::Tensor>& values; // by prompt [kv heads, capacity, dim of values]
    const at::Tensor& result;              // [rows, heads, dim of values]
    const int64_t group;                   // heads of a head of keys
    const at::Tensor later;                // [STEP, STEP]
    std::vector<Piece> pieces;
};

} // namespace

at::Tensor attention_of_prompts(
    const at::Tensor& query, const std::vector<at::Tensor>& keys, const std::vector<at::Tensor>& values, const std::vector<int64_t>& counts,
    const std::vector<int64_t>& starts) {
    const auto type = query.scalar_type();
    const auto fits = [&](const at::Tensor& tensor) {
        return is_there(tensor) && tensor.dim() == 3 && tensor.scalar_type() == type;
    };
    TORCH_CHECK(type == at::kBFloat16 || type == at::kFloat, "prompts attend in bfloat16 and float32, not in ", type);
    TORCH_CHECK(
        fits(query) && !counts.empty() && keys.size() == counts.size() && values.size() == counts.size()
            && starts.size() == counts.size(),
        "rows ", query.sizes(), " of ", counts.size(), " prompts that begin at ", starts.size(), " places of ", keys.size(), " and ", values.size(),
        " caches");
    const int64_t heads = query.size(0);
    for (size_t i = 0; i < counts.size(); i++) {
        const at::Tensor &key = keys[i], &value = values[i];
        TORCH_CHECK(
            fits(key) && fits(value) && key.size(0) > 0 && heads % key.size(0) == 0
                && key.size(0) == keys[0].size(0) && key.size(2) == query.size(2) && value.size(0) == key.size(0) && value.size(1) == key.size(1)
                && value.size(2) == values[0].size(2) && key.size(1) % STEP == 0,
            "caches ", key.sizes(), " of ", key.scalar_type(), " and ", value.sizes(), " of ", value.scalar_type(), " of rows ", query.sizes(), " of ", type);
    }
    at::Tensor result = at::zeros({query.size(1), heads, values[0].size(2)}, query.options());
    PromptAttention attention(query, keys, values, result);
    int64_t first = 0;
    for (size_t i = 0; i < counts.size(); i++) {
        TORCH_CHECK(
            counts[i] >= 0 && counts[i] <= query.size(1) - first && starts[i] >= 0 && starts[i] <= keys[i].size(1), counts[i], " rows behind ", first,
            " of ", query.size(1), " begin at ", starts[i], " of ", keys[i].size(1));
        // Those past the capacity are padding.
        attention.add(static_cast<int64_t>(i), first, std::min(counts[i], keys[i].size(1) - starts[i]), starts[i]);
        first += counts[i];
    }
    attention.run();
    return result.view({query.size(1), heads * values[0].size(2)});
}
