// Arguments for the operators of the native library.
#pragma once

#include <ATen/core/stack.h>

#include <functional>
#include <map>
#include <string>

// Makes arguments of one call that fit each other.
using Driver = std::function<torch::jit::Stack()>;

// A driver for each operator, by its name.
std::map<std::string, Driver> drivers();

// Whether oneDNN packs weights of bfloat16 here, which it refuses without instructions for them. Operators by packed
// weights need that.
bool packs();

// Calls an operator.
torch::jit::Stack call(const std::string& name, torch::jit::Stack arguments);
