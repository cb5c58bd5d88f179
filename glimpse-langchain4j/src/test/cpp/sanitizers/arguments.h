// Parts of arguments that several drivers make.
#pragma once

#include <ATen/core/List.h>

#include <optional>

#include "drivers.h"
#include "random_tensors.h"

using torch::jit::Stack;
using Tensors = std::vector<at::Tensor>;

constexpr int64_t TILE_OUTPUTS = 64, WHOLE_INPUTS = 32;

// bfloat16 or float32.
at::ScalarType row_type();

// Rows of an answer's steps mostly, of a prompt sometimes.
int64_t row_count();

// A number of columns around the widths of vector registers and blocks.
int64_t width();

// A number of inputs that a packed weight may have.
int64_t whole_inputs();

c10::List<at::Tensor> list(const Tensors& tensors);

at::Tensor empty(at::ScalarType type);

at::Tensor bias_or_empty(int64_t outputs, at::ScalarType type);

std::optional<at::Tensor> bias_or_none(int64_t outputs);

// A weight of bfloat16 as pack_rows packs it.
at::Tensor packed(int64_t outputs, int64_t inputs);

// A weight of int8 values as oneDNN packs it.
at::Tensor packed_int8(int64_t outputs, int64_t inputs);
