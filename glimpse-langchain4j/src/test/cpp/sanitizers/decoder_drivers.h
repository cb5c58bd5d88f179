// Drivers of the operators on caches and on whole decoder layers.
#pragma once

#include <ATen/core/stack.h>

torch::jit::Stack attention_of_rows();
torch::jit::Stack attention_of_prompts();
torch::jit::Stack layers_of_rows();
torch::jit::Stack step_of_rows();
