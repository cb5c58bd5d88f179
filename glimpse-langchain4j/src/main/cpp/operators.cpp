// The operators by which compute texts call this library, and the one for weights as checkpoints hold them.

#include <ATen/Version.h>
#include <torch/library.h>

#include <cpuid.h>

#include <exception>
#include <string>

#include "packed.h"
#include "plain_rows.h"
#include "rows.h"

// So that a library can be told to be that of another text (FewRowsSourceTest).
extern "C" __attribute__((visibility("default"), used)) const char glimpse_rows_source[] = "glimpse-source:" SOURCE_HASH;

// Of glibc 2.32, read by headers of libstdc++; 0 says that there may be threads. Of its own, the library needs no glibc as new as that.
extern "C" {
__attribute__((visibility("hidden"))) char __libc_single_threaded = 0;
}

namespace {

constexpr int64_t PLAIN_OUTPUTS = 32; // of a block

// Registered when the library is loaded. A second copy of it in a process is refused, and must not end the process; with another libtorch than
// that of the headers there are no operators.
bool register_operators() {
    try {
        if (at::show_config().find("TORCH_VERSION=2.7.1") == std::string::npos) {
            return false;
        }
        static torch::Library library(torch::Library::DEF, "glimpse", std::nullopt, __FILE__, __LINE__);
        library.def("multiplies_packed() -> bool", multiplies_packed);
        library.def("multiplies_rows() -> bool", multiplies_rows);
        library.def("pack_rows(Tensor[] parts, int outputs, int inputs) -> Tensor", pack_rows);
        library.def("linear_packed(Tensor input, Tensor weight, Tensor? bias) -> Tensor", linear_packed);
        library.def("linear_as_packed(Tensor input, Tensor weight, Tensor? bias) -> Tensor", linear_as_packed);
        library.def("linear_numbers_packed(Tensor input, Tensor weight, Tensor unit) -> Tensor", linear_numbers_packed);
        library.def("linear_of_rows(Tensor input, Tensor weight, Tensor bias) -> Tensor", linear_of_rows);
        library.def("norm_of_rows(Tensor input, Tensor weight, float eps) -> Tensor", norm_of_rows);
        library.def("gate_of_rows(Tensor[] parts) -> Tensor", gate_of_rows);
        library.def("numbers_of_rows(Tensor input, Tensor columns, bool keep) -> Tensor[]", numbers_of_rows);
        library.def("worth_of_rows(Tensor product, Tensor unit, Tensor? kept, Tensor bias, ScalarType type) -> Tensor", worth_of_rows);
        library.def(
            "attention_of_rows(Tensor[] parts, Tensor q_norm, Tensor k_norm, float eps, Tensor cosine, Tensor sine, Tensor(a!)[] keys, "
            "Tensor(b!)[] values, int[] lengths, int heads) -> Tensor",
            attention_of_rows);
        library.def(
            "attention_of_prompts(Tensor query, Tensor[] keys, Tensor[] values, int[] counts, int[] starts) -> Tensor", attention_of_prompts);
        library.def("tables_of_rows(Tensor positions, Tensor axis, Tensor frequencies, ScalarType type) -> Tensor[]", tables_of_rows);
        library.def("sums_of_scores(Tensor scores) -> Tensor", sums_of_scores);
        library.def(
            "layers_of_rows(Tensor hidden, Tensor cosine, Tensor sine, Tensor(a!)[] keys, Tensor(b!)[] values, int[] lengths, Tensor[] weights, "
            "int first, int count, int heads, float eps, bool packed) -> Tensor[]",
            layers_of_rows);
        library.def(
            "step_of_rows(Tensor table, int[] ids, int[] positions, Tensor frequencies, ScalarType type, Tensor(a!)[] keys, Tensor(b!)[] values, "
            "int[] lengths, Tensor[] weights, int first, int count, int heads, float eps, bool packed, Tensor last_norm, Tensor[] head) -> Tensor[]",
            step_of_rows);
        return true;
    } catch (const std::exception&) {
        return false;
    }
}

const bool registered = register_operators();

} // namespace

int64_t lanes() {
    static const int64_t known = [] {
        const std::string capability = at::get_cpu_capability();
        __builtin_cpu_init();
        const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
        const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")
            && __builtin_cpu_supports("avx512dq");
        if (capability == "AVX512" && avx2 && avx512) {
            return 16;
        }
        return (capability == "AVX512" || capability == "AVX2") && avx2 ? 8 : 0;
    }();
    return known;
}

bool gains_by_asking() {
    static const bool known = [] {
        constexpr unsigned ZEN_5 = 0x1a; // the family
        unsigned a = 0, b = 0, c = 0, d = 0;
        __builtin_cpu_init();
        if (!__builtin_cpu_is("amd") || __get_cpuid(1, &a, &b, &c, &d) == 0) {
            return false;
        }
        return ((a >> 8) & 0xf) + ((a >> 20) & 0xff) >= ZEN_5;
    }();
    return known;
}

bool multiplies_rows() {
    return lanes() > 0;
}

PlainWeight plain_weight(const at::Tensor& weight, const at::Tensor& bias) {
    const auto type = weight.scalar_type();
    TORCH_CHECK(type == at::kBFloat16 || type == at::kFloat, "rows are multiplied in bfloat16 and float32, not in ", type);
    for (const at::Tensor& tensor : {weight, bias}) {
        TORCH_CHECK(is_there(tensor), "rows are multiplied in a CPU's memory");
    }
    TORCH_CHECK(
        has_dense_rows(weight) && (bias.numel() == 0 || (bias.dim() == 1 && bias.size(0) == weight.size(0))),
        "rows do not fit a weight ", weight.sizes(), " of ", type, " with a bias ", bias.sizes());
    return PlainWeight(weight);
}

void multiply(const PlainWeight& weight, const void* rows, int64_t count, const float* bias, void* result) {
    if (weight.bfloat16 && multiplies_as_packed()) {
        multiply_as_packed(
            weight, NarrowRows{static_cast<const at::BFloat16*>(rows), count, weight.inputs}, bias, static_cast<at::BFloat16*>(result));
        return;
    }
    const auto multiply = of_lanes(plain_rows_16, plain_rows_8);
    PlainRows p{};
    p.weight = weight.at;
    p.stride = weight.stride;
    p.bias = bias;
    p.result = result;
    p.rows = count;
    p.inputs = weight.inputs;
    p.outputs = weight.outputs;
    p.bfloat16 = weight.bfloat16;
    p.near = gains_by_asking();
    Numbers laid(p.rows * plain_rows_row(p.inputs, p.bfloat16, lanes()));
    p.input = laid.data();
    of_lanes(lay_rows_16, lay_rows_8)(p, rows, laid.data());
    in_turn((p.outputs + PLAIN_OUTPUTS - 1) / PLAIN_OUTPUTS, [&](const auto& next) {
        Room room;
        float* const sums = room.of<float>(p.rows * PLAIN_OUTPUTS * lanes());
        next([&](int64_t block, const auto& behind) {
            multiply(p, block * PLAIN_OUTPUTS, std::min(p.outputs, (block + 1) * PLAIN_OUTPUTS), behind() * PLAIN_OUTPUTS, sums);
        });
    });
}

at::Tensor linear_of_rows(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias) {
    const PlainWeight by = plain_weight(weight, bias);
    const auto type = weight.scalar_type();
    TORCH_CHECK(is_there(input), "rows are multiplied in a CPU's memory");
    TORCH_CHECK(
        input.scalar_type() == type && input.dim() > 0 && input.size(-1) == weight.size(1), "rows ", input.sizes(), " of ", input.scalar_type(),
        " do not fit a weight ", weight.sizes(), " of ", type, " with a bias ", bias.sizes());
    if (input.numel() == 0 || weight.numel() == 0) {
        return at::linear(input, weight, bias.numel() == 0 ? std::optional<at::Tensor>() : bias.to(type));
    }
    const at::Tensor rows = input.contiguous();
    at::Tensor result = result_for(input, weight.size(0), type);
    const Bias added(bias);
    multiply(by, rows.data_ptr(), rows_of(input), added.data(), result.data_ptr());
    return result;
}
