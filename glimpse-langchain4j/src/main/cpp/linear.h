// Linear layers of a decoder, and their products with rows of a step where these lie.
#pragma once

#include <ATen/record_function.h>

#include <initializer_list>
#include <vector>

#include "packed.h"
#include "plain.h"
#include "step_work.h"

// A profiler is told of each call, as of those of a text.
template <typename CALL>
auto told(const char* name, const CALL& call) {
    RECORD_FUNCTION(name, std::vector<c10::IValue>());
    return call();
}

// Rows side by side, in bfloat16 or float32.
struct DenseRows {
    char* at;
    int64_t count;
    int64_t width;
    at::ScalarType type;

    int64_t row_bytes() const {
        return width * (type == at::kBFloat16 ? 2 : 4);
    }
    at::Tensor tensor() const {
        return at::from_blob(at, {count, width}, at::TensorOptions().dtype(type));
    }
};

// A linear layer, whose tensors lie one behind the other: see WeightNames.PRODUCT.
class Linear {
  public:
    static constexpr size_t TENSORS = 6;

    Linear(const c10::List<at::Tensor>& tensors, int64_t place);

    // Whether it is multiplied as a part of another one.
    bool is_joined() const {
        return weight.numel() == 0;
    }
    bool is_numbers() const {
        return packed && weight.scalar_type() == at::kChar;
    }
    int64_t outputs() const {
        return is_numbers() ? weight.size(1) : weight.size(0);
    }
    // Whether it is multiplied by threads of this library: oneDNN has none beside them.
    bool is_ours() const {
        return !packed || (lain.layout.units > 0 && (!kept.is_mkldnn() || lain_kept.layout.units > 0));
    }
    // Whether rows of a type are multiplied by it here: not by fbgemm, whose numbers lie in bytes, nor while its inputs are watched.
    bool fits(at::ScalarType type, bool by_packed) const;

    // Whether its numbers still lie where they did when it was read.
    bool lies_as_read() const {
        return where(weight) == at && where(kept) == kept_at;
    }
    // Whether rows as whole numbers are the same for both.
    bool shares_numbers(const Linear& other) const;

    // Tells the team, if any, that this is read first, or behind what is multiplied next.
    void comes_first() const;
    void comes_behind() const;

  private:
    friend class Input;

    static const char* where(const at::Tensor& numbers) {
        return numbers.is_mkldnn() ? address(numbers) : numbers.has_storage() ? static_cast<const char*>(numbers.data_ptr()) : nullptr;
    }

    // Whether there are columns that are none of its numbers.
    bool keeps() const {
        return columns.numel() > 0 && kept.numel() > 0;
    }
    // Whether so many rows are multiplied where they lie; else by the operators.
    bool takes_numbers(int64_t rows) const;
    bool takes_narrow(int64_t rows) const;

    const at::Tensor& weight;
    const at::Tensor& bias;
    const at::Tensor& unit;
    const at::Tensor& columns;
    const at::Tensor& kept;
    const bool packed;
    const int64_t bytes; // that are read of the weight
    const char* const at;
    const char* const kept_at;
    const Packed lain;
    const Packed lain_kept;
};

// Rows that some linear layers multiply, with what these products share: for those of 8 bits the rows as whole numbers.
class Input {
  public:
    // The rows may be written over where all of `by` are of 8 bits.
    void is(const DenseRows& rows, std::initializer_list<const Linear*> by);

    // What a layer gives for them, before the product by `next`.
    void product(const Linear& by, const Linear& next, const DenseRows& result) const;
    DenseRows product(const Linear& by, const Linear& next, Room& room) const;

  private:
    void multiply_by_operators(const Linear& by, const DenseRows& result) const;

    DenseRows rows;
    NumberedRows numbered;
    Room copied, numbers, units, columns;
};
