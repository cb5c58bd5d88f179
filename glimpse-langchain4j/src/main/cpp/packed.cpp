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

// The numbers of one row of a block, as worth_of_rows adds them: each sum rounded by itself.
struct Worth {
    const float* of_row;    // [rows]
    const float* of_output; // [outputs]
    const float* bias;      // [outputs] or null
};

// As step_rows.cpp narrows: what is below the least normal number stays, and what is none is one and the same.
WIDE inline __m256i narrowed(__m512 values) {
    const __m512i bits = _mm512_castps_si512(values);
    const __m512i even = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
    const __m512i rounded = _mm512_srli_epi32(_mm512_add_epi32(bits, _mm512_add_epi32(even, _mm512_set1_epi32(0x7fff))), 16);
    const __mmask16 none = _mm512_cmp_ps_mask(values, values, _CMP_UNORD_Q);
    return _mm512_cvtepi32_epi16(_mm512_mask_mov_epi32(rounded, none, _mm512_set1_epi32(0x7fc0)));
}

WIDE inline void store(__m512 values, __mmask16 mask, at::BFloat16* to) {
    _mm256_mask_storeu_epi16(to, mask, narrowed(values));
}

WIDE inline void store(__m512 values, __mmask16 mask, float* to) {
    _mm512_mask_storeu_ps(to, mask, values);
}

// One block of sums of numbers, with what kept columns gave, or null, as numbers of the result.
template <typename RESULT>
WIDE void write_worth(const int32_t* sums, const float* kept, const Product& p, int64_t block, const Worth& worth, RESULT* result) {
    for (int64_t row = 0; row < p.rows; row++) {
        const __m512 unit = _mm512_set1_ps(worth.of_row[row]);
        for (int64_t from = 0; from < OUTPUTS && block * OUTPUTS + from < p.outputs; from += 16) {
            const int64_t output = block * OUTPUTS + from;
            const auto mask = static_cast<__mmask16>((1u << std::min<int64_t>(16, p.outputs - output)) - 1);
            const int64_t place = row * OUTPUTS + from;
            const __m512 product = _mm512_mul_ps(
                _mm512_cvtepi32_ps(_mm512_loadu_si512(sums + place)), _mm512_maskz_loadu_ps(mask, worth.of_output + output));
            __m512 value = _mm512_mul_round_ps(product, unit, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
            if (kept != nullptr) {
                const auto narrow = (__m256i)_mm512_cvtneps_pbh(_mm512_loadu_ps(kept + place));
                value = _mm512_add_ps(value, _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(narrow), 16)));
            }
            if (worth.bias != nullptr) {
                value = _mm512_add_ps(value, _mm512_maskz_loadu_ps(mask, worth.bias + output));
            }
            store(value, mask, result + row * p.outputs + output);
        }
    }
}

at::Tensor by_onednn(const c10::OperatorHandle& operation, torch::jit::Stack stack) {
    operation.callBoxed(stack);
    return stack.back().toTensor();
}

// The layout of a weight of bfloat16, with no units if rows are not multiplied by it here.
Layout layout_for(const at::Tensor& input, const at::Tensor& weight) {
    return are_few(input, at::kBFloat16) && weight.is_mkldnn() && weight.size(1) == input.size(-1) ? layout_of(weight, false) : Layout();
}

// That of a weight of 8 bits, whose outputs have a unit each.
Layout layout_for(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& unit) {
    return are_few(input, at::kByte) && weight.is_mkldnn() && weight.size(0) == input.size(-1) && fits(unit, at::kFloat, weight.size(1))
            && unit.is_contiguous()
        ? layout_of(weight, true)
        : Layout();
}

// A product with the rows that it reads, laid as it reads them.
class Laid {
  public:
    // Of rows in bfloat16.
    Laid(const at::Tensor& input, const at::Tensor& weight, const Layout& layout)
        : product{address(weight), nullptr, 0, rows_of(input), weight.size(0), layout} {
        const at::Tensor rows = input.contiguous();
        const int64_t inputs = input.size(-1);
        if (way_of(layout, product.rows, false) == By::ORDER_OF_TILES) {
            wide = widened(rows);
            product.input = reinterpret_cast<const char*>(wide.data());
            product.stride = inputs * 4;
        } else {
            narrow = apart(rows.data_ptr<at::BFloat16>(), product.rows, inputs);
            product.input = reinterpret_cast<const char*>(narrow.data());
            product.stride = inputs * 2 + PADDING;
        }
    }

    // Of numbers of 8 bits, whose weight has its outputs behind its inputs.
    static Laid of_numbers(const at::Tensor& input, const at::Tensor& weight, const Layout& layout) {
        Laid laid(Product{address(weight), nullptr, input.size(-1) + PADDING, rows_of(input), weight.size(1), layout});
        const at::Tensor around_128 = input.contiguous();
        laid.bytes = apart(static_cast<const char*>(around_128.data_ptr()), laid.product.rows, input.size(-1));
        if (way_of(layout, laid.product.rows, true) == By::TILES) {
            for (char& number : laid.bytes) {
                number ^= static_cast<char>(0x80);
            }
        }
        laid.product.input = laid.bytes.data();
        return laid;
    }

    Laid(const Laid&) = delete;
    Laid(Laid&&) = default;

    Product product;

  private:
    explicit Laid(const Product& of) : product(of) {}

    std::vector<float> wide;
    std::vector<at::BFloat16> narrow;
    std::vector<char> bytes;
};

} // namespace

at::Tensor linear_packed(const at::Tensor& input, const at::Tensor& weight, const std::optional<at::Tensor>& bias) {
    static const auto onednn = c10::Dispatcher::singleton().findSchemaOrThrow("mkldnn::_linear_pointwise", "");
    const Layout layout = !bias.has_value() || fits(*bias, at::kBFloat16, weight.size(0)) ? layout_for(input, weight) : Layout();
    if (layout.units == 0) {
        const std::optional<at::Tensor> dense = bias.has_value() ? std::optional<at::Tensor>(bias->contiguous()) : bias;
        return by_onednn(onednn, {input, weight, dense, "none", c10::List<std::optional<at::Scalar>>(), std::optional<std::string>("")});
    }
    const Laid laid(input, weight, layout);
    const Product& p = laid.product;
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
    const Layout layout = layout_for(input, weight, unit);
    if (layout.units == 0) {
        return by_onednn(
            onednn,
            {input, 1.0, static_cast<int64_t>(128), weight, unit, at::zeros({1}, at::kLong), std::optional<at::Tensor>(), 1.0,
             static_cast<int64_t>(0), std::optional<at::ScalarType>(at::kFloat), "none", c10::List<std::optional<at::Scalar>>(),
             std::optional<std::string>("")});
    }
    const Laid laid = Laid::of_numbers(input, weight, layout);
    const Product& p = laid.product;
    at::Tensor result = result_for(input, p.outputs, at::kFloat);
    auto* to = result.data_ptr<float>();
    const auto* units = unit.data_ptr<float>();
    each_block<true, int32_t>(p, [&](const int32_t* sums, int64_t block) { write(sums, p, block, units, to); });
    return result;
}

at::Tensor worth_of_numbers(
    const std::vector<at::Tensor>& parts, const at::Tensor& weight, const at::Tensor& unit, const at::Tensor& kept, const at::Tensor& bias,
    at::ScalarType type) {
    const Layout layout = layout_for(parts[0], weight, unit);
    const bool keeps = parts.size() > 2;
    const Layout of_kept = keeps ? layout_for(parts[2], kept) : Layout();
    const bool fit = type == at::kFloat || type == at::kBFloat16;
    if (layout.units == 0 || (keeps && (of_kept.units == 0 || kept.size(0) != weight.size(1))) || !fit
        || (bias.numel() > 0 && (bias.dim() != 1 || bias.size(0) != weight.size(1)))) {
        const auto others = keeps ? std::optional<at::Tensor>(linear_packed(parts[2], kept, std::nullopt)) : std::nullopt;
        return worth_of_rows(linear_numbers_packed(parts[0], weight, unit), parts[1], others, bias, type);
    }
    const Laid laid = Laid::of_numbers(parts[0], weight, layout);
    const Product& p = laid.product;
    std::optional<Laid> beside;
    if (keeps) {
        beside.emplace(parts[2], kept, of_kept);
    }
    const std::vector<float> added = widened(bias);
    const Worth worth{parts[1].data_ptr<float>(), unit.data_ptr<float>(), added.empty() ? nullptr : added.data()};
    at::Tensor result = result_for(parts[0], p.outputs, type);
    each_block<true, int32_t>(p, [&](const int32_t* sums, int64_t block) {
        alignas(64) float others[ROWS * OUTPUTS];
        if (keeps) {
            block_sums<false>(beside->product, block, others);
        }
        if (type == at::kFloat) {
            write_worth(sums, keeps ? others : nullptr, p, block, worth, result.data_ptr<float>());
        } else {
            write_worth(sums, keeps ? others : nullptr, p, block, worth, result.data_ptr<at::BFloat16>());
        }
    });
    return result;
}

bool multiplies_packed() {
    return has_tiles() || has_pairs() || has_bytes();
}
