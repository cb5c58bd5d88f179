// What the operators of this library have in common.
#pragma once

#include <ATen/ATen.h>
#include <ATen/EmptyTensor.h>
#include <ATen/core/List.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <type_traits>
#include <vector>

#include "team.h"

// Matrices of the same inputs, one below the other, as oneDNN packs a weight [outputs, inputs], with zeros where they are smaller. One of bfloat16 is laid
// here, if oneDNN lays what it packs to try a new shape as this library does.
at::Tensor pack_rows(const std::vector<at::Tensor>& parts, int64_t outputs, int64_t inputs);

// y = x W^T + b in bfloat16: x [..., inputs], packed W [outputs, inputs], b [outputs].
at::Tensor linear_packed(const at::Tensor& input, const at::Tensor& weight, const std::optional<at::Tensor>& bias);

// The same by a W as checkpoints hold it, with the bits that linear_packed gives by it (of fewer than 64 outputs but for the sign of a zero where all
// products are too small for a number): few rows add words that are turned in registers, and for more rows each block is laid as oneDNN would before it is
// multiplied by. What is not multiplied here so, those with a history, with tiles, and weights whose inputs do not lie side by side, is libtorch's.
at::Tensor linear_as_packed(const at::Tensor& input, const at::Tensor& weight, const std::optional<at::Tensor>& bias);

// Rows of numbers of 8 bits around 128 by a packed weight of such, times what the 1 of each output is worth: [..., outputs] in float32.
at::Tensor linear_numbers_packed(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& unit);

// worth_of_rows of such a product, with that of columns that are kept beside it: parts as numbers_of_rows gives them, `kept` the packed weight of
// their third, if there is one.
at::Tensor worth_of_numbers(
    const std::vector<at::Tensor>& parts, const at::Tensor& weight, const at::Tensor& unit, const at::Tensor& kept, const at::Tensor& bias,
    at::ScalarType type);

// Whether this processor has instructions for linear_packed.
bool multiplies_packed();

// y = x W^T + b as checkpoints hold W, in bfloat16 or float32, each row by itself, and with the bits of linear_as_packed where that has those of
// linear_packed: an empty b means none.
at::Tensor linear_of_rows(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias);

// Whether this processor has instructions for linear_of_rows.
bool multiplies_rows();

// Numbers that are computed at once: by the instructions that libtorch takes too (ATEN_CPU_CAPABILITY), 0 where it takes none of these.
int64_t lanes();

// Whether what is read line after line is there sooner if it is asked for: on AMD's Zen 5 it is, on its Zen 4 it is there later.
bool gains_by_asking();

// The kernels that are compiled for as many.
template <typename KERNELS>
KERNELS* of_lanes(KERNELS* of_16, KERNELS* of_8) {
    TORCH_CHECK(lanes() > 0, "no AVX2 here");
    return lanes() == 16 ? of_16 : of_8;
}

// RMSNorm of rows [rows, width], in their type.
at::Tensor norm_of_rows(const at::Tensor& input, const at::Tensor& weight, double eps);

// silu(gate) * up of rows: of gate and up, or of both side by side.
at::Tensor gate_of_rows(const std::vector<at::Tensor>& parts);

// Rows as whole numbers of 8 bits around 128, what the 1 of each is worth [rows, 1], and, if they are kept, the columns that are none of the
// numbers, in bfloat16.
std::vector<at::Tensor> numbers_of_rows(const at::Tensor& input, const at::Tensor& columns, bool keep);

// What products of such rows are worth, in a type: products [rows, outputs] float32 times the unit of each row [rows, 1], with what kept columns
// gave, and a bias if it is not empty.
at::Tensor worth_of_rows(
    const at::Tensor& product, const at::Tensor& unit, const std::optional<at::Tensor>& kept, const at::Tensor& bias, at::ScalarType type);

// What attention gives for one row each of sequences: values, queries and keys of all, or values and behind them queries and keys side by side
// [rows, …]; queries may have gates behind those of each head. Queries and keys are normed, if there is a weight for that, and turned; keys and
// values go to row lengths[i] of the caches of row i [kvHeads, capacity, headDim], whose rows up to there are read. -> [rows, heads * headDim]
at::Tensor attention_of_rows(
    const std::vector<at::Tensor>& parts, const at::Tensor& q_norm, const at::Tensor& k_norm, double eps, const at::Tensor& cosine,
    const at::Tensor& sine, const std::vector<at::Tensor>& keys, const std::vector<at::Tensor>& values, const std::vector<int64_t>& lengths,
    int64_t heads);

// What attention gives for the rows of prompts, one prompt's behind the other's: queries [heads, rows, headDim], of which the first counts[i] rows behind those
// of other prompts lie at starts[i] of the caches of prompt i [kvHeads, capacity, headDim], where their keys and values are already; a row sees those
// up to it. Rows past a capacity, which is a multiple of 64, are zeros, and so are those past all prompts. A row has the same bits whatever the
// others are, those of its own prompt among them, as long as the values up to the next multiple of 64 are finite. -> [rows, heads * headDim]
at::Tensor attention_of_prompts(
    const at::Tensor& query, const std::vector<at::Tensor>& keys, const std::vector<at::Tensor>& values, const std::vector<int64_t>& counts,
    const std::vector<int64_t>& starts);

// By what heads are turned at positions [rows of positions, rows], each frequency by the row of positions that its axis says: cosines [rows, headDim],
// whose halves are equal, and sines [rows, headDim / 2], in a type.
std::vector<at::Tensor> tables_of_rows(const at::Tensor& positions, const at::Tensor& axis, const at::Tensor& frequencies, at::ScalarType type);

// The same for rows at positions that all frequencies follow.
std::vector<at::Tensor> tables_at(const int64_t* positions, int64_t rows, const at::Tensor& frequencies, at::ScalarType type);

// Of rows of scores [rows, words] the logarithm of the sum of their exponentials, which is not a number where one of them is none or infinite, the place of
// the first that is the largest, and that score: [rows, 3] in float64.
at::Tensor sums_of_scores(const at::Tensor& scores);

// Rows [rows, width] of a step through `count` layers behind the first ones of `weights`, which holds those of one layer after the other; keys,
// values and lengths by layer, and within one by row, as for attention_of_rows. Nothing where a layer is not multiplied here: by packed weights only
// if `packed` says that these products are to be used. A list of weights is read once, and again when it holds other tensors, or these lie elsewhere:
// those of norms that are neither float32 nor of the rows' type are copied, and not to be changed in place.
std::vector<at::Tensor> layers_of_rows(
    const at::Tensor& hidden, const at::Tensor& cosine, const at::Tensor& sine, const c10::List<at::Tensor>& keys,
    const c10::List<at::Tensor>& values, const std::vector<int64_t>& lengths, const c10::List<at::Tensor>& weights, int64_t first, int64_t count,
    int64_t heads, double eps, bool packed);

// A step as a whole, from ids and positions of its rows to their scores [rows, words] and what sums_of_scores says of them: rows of the table, through all
// layers as above, through the norm behind them and the head, the tensors of a product. Nothing where one of them is not multiplied here.
std::vector<at::Tensor> step_of_rows(
    const at::Tensor& table, const std::vector<int64_t>& ids, const std::vector<int64_t>& positions, const at::Tensor& frequencies,
    at::ScalarType type, const c10::List<at::Tensor>& keys, const c10::List<at::Tensor>& values, const std::vector<int64_t>& lengths,
    const c10::List<at::Tensor>& weights, int64_t first, int64_t count, int64_t heads, double eps, bool packed, const at::Tensor& last_norm,
    const c10::List<at::Tensor>& head);

// Whether all numbers of a tensor lie in this process' memory, as they are.
inline bool is_there(const at::Tensor& tensor) {
    return tensor.is_cpu() && tensor.layout() == at::kStrided && !tensor.is_neg() && !tensor._is_zerotensor()
        && (tensor.numel() == 0
            || at::detail::computeStorageNbytes(tensor.sizes(), tensor.strides(), tensor.element_size(), tensor.storage_offset())
                <= tensor.storage().nbytes());
}

// Whether it has rows, and the numbers of each lie side by side.
inline bool has_dense_rows(const at::Tensor& tensor) {
    return tensor.dim() == 2 && (tensor.stride(1) == 1 || tensor.size(1) == 1);
}

inline at::Tensor with_dense_rows(const at::Tensor& tensor) {
    return has_dense_rows(tensor) ? tensor : tensor.contiguous();
}

inline int64_t rows_of(const at::Tensor& input) {
    const int64_t inputs = input.size(-1);
    return inputs == 0 ? 0 : input.numel() / inputs;
}

inline at::Tensor result_for(const at::Tensor& input, int64_t outputs, at::ScalarType type) {
    std::vector<int64_t> sizes = input.sizes().vec();
    sizes.back() = outputs;
    return at::empty(sizes, input.options().dtype(type));
}

// Numbers from the beginning of a line of memory on, so that none of a processor's registers of them lies in two; zeros.
class Numbers {
public:
    explicit Numbers(int64_t count) : room(count + LINE) {}

    float* data() {
        return reinterpret_cast<float*>((reinterpret_cast<uintptr_t>(room.data()) + 4 * LINE - 1) / (4 * LINE) * (4 * LINE));
    }

private:
    static constexpr int64_t LINE = 16;
    std::vector<float> room;
};

// Memory that is written over again and again, from the beginning of a line of memory on; what lies in it before is none of anybody's.
class Room {
public:
    template <typename NUMBER>
    NUMBER* of(int64_t count) {
        const auto bytes = static_cast<size_t>(count) * sizeof(NUMBER);
        if (bytes > size) {
            room.reset(new char[bytes + LINE]);
            size = bytes;
        }
        return reinterpret_cast<NUMBER*>((reinterpret_cast<uintptr_t>(room.get()) + LINE - 1) / LINE * LINE);
    }

private:
    static constexpr size_t LINE = 64;
    std::unique_ptr<char[]> room;
    size_t size = 0;
};

// A bias in float32, for as long as this is there.
class Bias {
  public:
    explicit Bias(const std::optional<at::Tensor>& bias) {
        if (!bias.has_value() || bias->numel() == 0) {
            return;
        }
        dense = bias->contiguous();
        if (dense.scalar_type() == at::kBFloat16) {
            auto* const to = wide.of<float>(dense.numel());
            std::copy_n(dense.data_ptr<at::BFloat16>(), dense.numel(), to);
            at = to;
        } else {
            dense = dense.to(at::kFloat);
            at = dense.data_ptr<float>();
        }
    }

    // Null if there is none, or it is empty.
    const float* data() const {
        return at;
    }

  private:
    at::Tensor dense;
    Room wide;
    const float* at = nullptr;
};

// Blocks of which each thread takes some at a time.
class Turns {
  public:
    Turns(int64_t blocks, int64_t threads) : blocks(blocks), threads(threads) {}

    // Hands the blocks that this thread takes to `block`, and what tells the one behind it, if it takes that: which is this one where there is none. Who
    // asks behind the last one takes more at once.
    template <typename BLOCK>
    void each(const BLOCK& block) {
        Share share = take();
        while (share.from < blocks) {
            std::optional<Share> later;
            for (int64_t i = share.from; i < share.to; i++) {
                if constexpr (std::is_invocable_v<BLOCK, int64_t>) {
                    block(i);
                } else {
                    block(i, [&] {
                        if (i + 1 == share.to && !later.has_value()) {
                            later = take();
                        }
                        const int64_t behind = later.has_value() ? later->from : i + 1;
                        return behind < blocks ? behind : i;
                    });
                }
            }
            share = later.has_value() ? *later : take();
        }
    }

  private:
    struct Share {
        int64_t from;
        int64_t to;
    };

    // None if all are taken.
    Share take() {
        int64_t from = next.load();
        while (from < blocks) {
            const int64_t to = from + std::max<int64_t>(1, (blocks - from) / (2 * threads));
            if (next.compare_exchange_weak(from, to)) {
                return {from, to};
            }
        }
        return {blocks, blocks};
    }

    const int64_t blocks;
    const int64_t threads;
    std::atomic<int64_t> next{0};
};

// Blocks in turn by all threads, fewer at a time towards the end, so that all end together: one that others of the machine keep from its core takes
// fewer. Each thread runs `work`, which hands what is to be done with a block to its argument.
template <typename WORK>
void in_turn(int64_t blocks, const WORK& work) {
    Team* const team = Team::here();
    const int64_t threads = std::min<int64_t>(team == nullptr ? at::get_num_threads() : team->size(), blocks);
    Turns turns(blocks, threads);
    const auto share = [&] { work([&](const auto& block) { turns.each(block); }); };
    if (threads == 1) {
        share();
    } else if (team != nullptr) {
        team->run(share);
    } else {
        at::parallel_for(0, threads, 1, [&](int64_t, int64_t) { share(); });
    }
}
