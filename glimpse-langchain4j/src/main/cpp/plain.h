// Products by weights as checkpoints hold them, on numbers where they lie.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <optional>

struct PlainWeight {
    const char* at; // [outputs, inputs]
    int64_t stride; // bytes from one output to the next
    int64_t inputs;
    int64_t outputs;
    bool bfloat16;
};

// Refuses a weight, or a bias that there is and is not empty, that is no such.
PlainWeight plain_weight(const at::Tensor& weight, const std::optional<at::Tensor>& bias);

// Rows side by side in the type of the weight, and so the result.
void multiply(const PlainWeight& weight, const void* rows, int64_t count, const float* bias, void* result);
