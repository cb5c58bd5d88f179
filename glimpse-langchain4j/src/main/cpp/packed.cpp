// Products of few rows by weights that oneDNN has packed. Why this is here, and how it is built:
// docs/adr/0033-rows-of-steps-by-a-library-of-our-own.md.

#include <ATen/core/dispatch/Dispatcher.h>

#include <cstdint>
#include <vector>

#include "packed_sums.h"

namespace {

WIDE inline void store(const float* sums, const float* bias, __mmask16 mask, at::BFloat16* to) {
    __m512 sum = _mm512_loadu_ps(sums);
    if (bias != nullptr) {
        sum = _mm512_add_ps(sum, _mm512_maskz_loadu_ps(mask, bias));
    }
    _mm256_mask_storeu_epi16(to, mask, (__m256i)_mm512_cvtneps_pbh(sum));
}

WIDE inline void store(const int32_t* sums, const float* unit, __mmask16 mask, float* to) {
    const __m512 sum = _mm512_cvtepi32_ps(_mm512_loadu_si512(sums));
    _mm512_mask_storeu_ps(to, mask, _mm512_mul_ps(sum, _mm512_maskz_loadu_ps(mask, unit)));
}

// The sums of one block as numbers of the result, with what there is for each output: a bias or null, or what its 1 is worth.
template <typename NUMBER, typename RESULT>
WIDE void write(const NUMBER* sums, const Product& p, int64_t block, const float* of_output, RESULT* result) {
    for (int64_t row = 0; row < p.rows; row++) {
        for (int64_t from = 0; from < OUTPUTS; from += 16) {
            const int64_t output = block * OUTPUTS + from;
            if (output >= p.outputs) {
                break;
            }
            const int64_t left = std::min<int64_t>(16, p.outputs - output);
            const auto mask = static_cast<__mmask16>((1u << left) - 1);
            const float* here = of_output == nullptr ? nullptr : of_output + output;
            store(sums + row * OUTPUTS + from, here, mask, result + row * p.outputs + output);
        }
    }
}

bool are_few(const at::Tensor& input, at::ScalarType type) {
    return input.is_cpu() && !input.is_neg() && input.scalar_type() == type && rows_of(input) >= 1 && rows_of(input) <= ROWS;
}

// Whether there is a number for each output.
bool fits(const at::Tensor& numbers, at::ScalarType type, int64_t outputs) {
    return numbers.is_cpu() && !numbers.is_neg() && numbers.scalar_type() == type && numbers.dim() == 1 && numbers.size(0) == outputs;
}

// Bytes from one row of an input to the next: no power of two, at which rows would keep one another out of the nearest cache.
constexpr int64_t PADDING = 64;

template <typename NUMBER>
std::vector<NUMBER> apart(const NUMBER* numbers, int64_t rows, int64_t inputs) {
    const int64_t stride = inputs + PADDING / static_cast<int64_t>(sizeof(NUMBER));
    std::vector<NUMBER> laid(rows * stride);
    for (int64_t row = 0; row < rows; row++) {
        std::copy(numbers + row * inputs, numbers + (row + 1) * inputs, laid.begin() + row * stride);
    }
    return laid;
}

at::Tensor by_onednn(const c10::OperatorHandle& operation, torch::jit::Stack stack) {
    operation.callBoxed(stack);
    return stack.back().toTensor();
}

} // namespace

at::Tensor linear_packed(const at::Tensor& input, const at::Tensor& weight, const std::optional<at::Tensor>& bias) {
    static const auto onednn = c10::Dispatcher::singleton().findSchemaOrThrow("mkldnn::_linear_pointwise", "");
    Layout layout;
    if (are_few(input, at::kBFloat16) && weight.is_mkldnn() && weight.size(1) == input.size(-1)
        && (!bias.has_value() || fits(*bias, at::kBFloat16, weight.size(0)))) {
        layout = layout_of(weight, false);
    }
    if (layout.units == 0) {
        const std::optional<at::Tensor> dense = bias.has_value() ? std::optional<at::Tensor>(bias->contiguous()) : bias;
        return by_onednn(onednn, {input, weight, dense, "none", c10::List<std::optional<at::Scalar>>(), std::optional<std::string>("")});
    }
    const int64_t inputs = input.size(-1);
    const at::Tensor rows = input.contiguous();
    std::vector<at::BFloat16> narrow;
    std::vector<float> wide;
    Product p{address(weight), nullptr, 0, rows_of(input), weight.size(0), layout};
    if (way_of(layout, p.rows, false) == By::ORDER_OF_TILES) {
        wide = widened(rows);
        p.input = reinterpret_cast<const char*>(wide.data());
        p.stride = inputs * 4;
    } else {
        narrow = apart(rows.data_ptr<at::BFloat16>(), p.rows, inputs);
        p.input = reinterpret_cast<const char*>(narrow.data());
        p.stride = inputs * 2 + PADDING;
    }
    at::Tensor result = result_for(input, p.outputs, at::kBFloat16);
    auto* to = result.data_ptr<at::BFloat16>();
    const std::vector<float> added = bias.has_value() ? widened(*bias) : std::vector<float>();
    const float* biases = added.empty() ? nullptr : added.data();
    each_block<false, float>(p, [&](const float* sums, int64_t block) { write(sums, p, block, biases, to); });
    return result;
}

at::Tensor linear_numbers_packed(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& unit) {
    static const auto onednn = c10::Dispatcher::singleton().findSchemaOrThrow("onednn::qlinear_pointwise", "");
    // oneDNN reads as many as there are outputs, side by side, and divides by the number of inputs.
    TORCH_CHECK(
        !weight.is_mkldnn() || weight.scalar_type() != at::kChar
            || (input.dim() > 0 && input.size(-1) > 0 && fits(unit, at::kFloat, weight.size(1)) && unit.is_contiguous()),
        "rows ", input.sizes(), " and ", unit.sizes(), " numbers of ", unit.scalar_type(), " side by side do not fit a weight ", weight.sizes());
    Layout layout;
    if (are_few(input, at::kByte) && weight.is_mkldnn() && weight.size(0) == input.size(-1) && fits(unit, at::kFloat, weight.size(1))
        && unit.is_contiguous()) {
        layout = layout_of(weight, true);
    }
    if (layout.units == 0) {
        return by_onednn(
            onednn,
            {input, 1.0, static_cast<int64_t>(128), weight, unit, at::zeros({1}, at::kLong), std::optional<at::Tensor>(), 1.0,
             static_cast<int64_t>(0), std::optional<at::ScalarType>(at::kFloat), "none", c10::List<std::optional<at::Scalar>>(),
             std::optional<std::string>("")});
    }
    const at::Tensor around_128 = input.contiguous();
    std::vector<char> laid = apart(static_cast<const char*>(around_128.data_ptr()), rows_of(input), input.size(-1));
    if (way_of(layout, rows_of(input), true) == By::TILES) {
        for (char& number : laid) {
            number ^= static_cast<char>(0x80);
        }
    }
    const Product p{address(weight), laid.data(), input.size(-1) + PADDING, rows_of(input), weight.size(1), layout};
    at::Tensor result = result_for(input, p.outputs, at::kFloat);
    auto* to = result.data_ptr<float>();
    const auto* units = unit.data_ptr<float>();
    each_block<true, int32_t>(p, [&](const int32_t* sums, int64_t block) { write(sums, p, block, units, to); });
    return result;
}

bool multiplies_packed() {
    return has_tiles() || has_pairs() || has_bytes();
}
