// Parts of arguments that several drivers make.

#include "arguments.h"

#include <ATen/core/dispatch/Dispatcher.h>

at::ScalarType row_type() {
    return one_of<at::ScalarType>({at::kBFloat16, at::kFloat});
}

int64_t row_count() {
    return chance(85) ? between(1, 17) : between(18, 90);
}

int64_t width() {
    return chance(50)
               ? between(1, 80)
               : one_of<int64_t>({31, 32, 33, 63, 64, 65, 127, 128, 129, 192, 255, 256, 288, 511, 520, 1'024, 1'111});
}

int64_t whole_inputs() {
    return WHOLE_INPUTS * (chance(80) ? between(1, 12) : between(13, 80));
}

c10::List<at::Tensor> list(const Tensors& tensors) {
    return c10::List<at::Tensor>(tensors);
}

at::Tensor empty(at::ScalarType type) {
    return at::empty({0}, at::TensorOptions().dtype(type));
}

at::Tensor bias_or_empty(int64_t outputs, at::ScalarType type) {
    return chance(50) ? random_tensor({outputs}, chance(70) ? type : row_type(), Strides::ANY) : empty(type);
}

std::optional<at::Tensor> bias_or_none(int64_t outputs) {
    return chance(50) ? std::optional<at::Tensor>(random_tensor({outputs}, at::kBFloat16, Strides::ANY)) : std::nullopt;
}

at::Tensor packed(int64_t outputs, int64_t inputs) {
    return call("glimpse::pack_rows", {list({random_tensor({outputs, inputs}, at::kBFloat16)}), outputs, inputs})
        .back()
        .toTensor();
}

at::Tensor packed_int8(int64_t outputs, int64_t inputs) {
    const at::Tensor weight = random_tensor({outputs, inputs}, at::kChar, Strides::DENSE);
    return call("onednn::qlinear_prepack", {weight, c10::IValue()}).back().toTensor();
}

Stack call(const std::string& name, Stack arguments) {
    c10::Dispatcher::singleton().findSchemaOrThrow(name.c_str(), "").callBoxed(arguments);
    return arguments;
}

bool packs() {
    static const bool known = [] {
        try {
            packed(TILE_OUTPUTS, WHOLE_INPUTS);
            return true;
        } catch (const std::exception&) {
            return false;
        }
    }();
    return known;
}
