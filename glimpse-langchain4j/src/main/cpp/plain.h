// Products by weights as checkpoints hold them, on numbers where they lie.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>

struct PlainWeight {
    const char* at; // [outputs, inputs]
    int64_t stride; // bytes from one output to the next
    int64_t inputs;
    int64_t outputs;
    bool bfloat16;

    // One that is multiplied by here: see plain_weight.
    explicit PlainWeight(const at::Tensor& weight)
        : at(static_cast<const char*>(weight.data_ptr())),
          stride(weight.stride(0) * weight.element_size()),
          inputs(weight.size(1)),
          outputs(weight.size(0)),
          bfloat16(weight.scalar_type() == at::kBFloat16) {}
};

// Refuses a weight, or a bias that is not empty, that is no such.
PlainWeight plain_weight(const at::Tensor& weight, const at::Tensor& bias);

// Rows side by side in the type of the weight, and so the result.
void multiply(const PlainWeight& weight, const void* rows, int64_t count, const float* bias, void* result);
