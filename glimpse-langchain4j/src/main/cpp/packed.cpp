// Products of few rows by weights that oneDNN has packed. Why this is here, and how it is built:
// docs/adr/0033-rows-of-steps-by-a-library-of-our-own.md.

#include <cstdint>
#include <vector>

#include "packed.h"
#include "packed_sums.h"
#include "packing.h"
#include "sums_as_packed.h"

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

bool are_rows(const at::Tensor& input, at::ScalarType type) {
    return is_there(input) && input.scalar_type() == type && input.dim() > 0 && rows_of(input) >= 1;
}

// Rows so far apart, with zeros behind them up to `inputs`.
template <typename NUMBER>
const char* apart(const NUMBER* numbers, int64_t stride, int64_t width, int64_t rows, int64_t inputs, Room& room) {
    const int64_t apart = inputs + PADDING / static_cast<int64_t>(sizeof(NUMBER));
    NUMBER* const laid = room.of<NUMBER>(rows * apart);
    const auto lay = [&](int64_t row) {
        std::copy_n(numbers + row * stride, width, laid + row * apart);
        std::fill(laid + row * apart + width, laid + row * apart + inputs, NUMBER());
    };
    if (rows <= ROWS) {
        for (int64_t row = 0; row < rows; row++) {
            lay(row);
        }
    } else {
        in_turn(rows, [&](const auto& next) { next(lay); });
    }
    return reinterpret_cast<const char*>(laid);
}

// Bytes from one line of memory to the next that lies in the same places of the nearest cache.
constexpr int64_t SAME_LINES = 4096;

// Whether many rows so many bytes apart can be read where they are: not on the same lines of the nearest cache, and each word by itself.
bool lie_apart(const void* at, int64_t rows, int64_t bytes) {
    return rows > ROWS && bytes % SAME_LINES != 0 && bytes % 4 == 0 && reinterpret_cast<uintptr_t>(at) % 4 == 0;
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

// The layout of a weight of bfloat16, with no units if rows are not multiplied by it here.
Layout layout_for(const at::Tensor& input, const at::Tensor& weight) {
    if (!are_rows(input, at::kBFloat16) || !weight.is_mkldnn() || weight.size(1) != input.size(-1)) {
        return Layout();
    }
    const Layout layout = layout_of(weight, false);
    return takes(layout, rows_of(input), false) ? layout : Layout();
}

// That of a weight of 8 bits, whose outputs have a unit each.
Layout layout_for(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& unit) {
    if (!are_rows(input, at::kByte) || !weight.is_mkldnn() || weight.size(0) != input.size(-1) || !fits(unit, at::kFloat, weight.size(1))
        || !unit.is_contiguous()) {
        return Layout();
    }
    const Layout layout = layout_of(weight, true);
    return takes(layout, rows_of(input), true) ? layout : Layout();
}

// A product with the rows that it reads, laid as it reads them.
class Laid {
  public:
    Laid(const Packed& weight, const NarrowRows& rows) : product{weight.at, nullptr, 0, rows.count, weight.outputs, weight.layout} {
        if (way_of(weight.layout, rows.count, false) == By::ORDER_OF_TILES) {
            float* const wide = room.of<float>(rows.count * weight.inputs);
            for (int64_t row = 0; row < rows.count; row++) {
                std::copy_n(rows.at + row * rows.width, rows.width, wide + row * weight.inputs);
                std::fill(wide + row * weight.inputs + rows.width, wide + (row + 1) * weight.inputs, 0.0f);
            }
            product.input = reinterpret_cast<const char*>(wide);
            product.stride = weight.inputs * 4;
        } else if (rows.width == weight.inputs && lie_apart(rows.at, rows.count, weight.inputs * 2)) {
            product.input = reinterpret_cast<const char*>(rows.at);
            product.stride = weight.inputs * 2;
        } else {
            product.input = apart(rows.at, rows.width, rows.width, rows.count, weight.inputs, room);
            product.stride = weight.inputs * 2 + PADDING;
        }
    }

    Laid(const Packed& weight, const NumberedRows& rows)
        : product{weight.at, reinterpret_cast<const char*>(rows.numbers), rows.stride, rows.kept.count, weight.outputs, weight.layout} {
        const bool by_tiles = way_of(weight.layout, product.rows, true) == By::TILES;
        if (by_tiles || (product.rows > 1 && rows.stride == weight.inputs && !lie_apart(rows.numbers, product.rows, rows.stride))) {
            product.input = apart(rows.numbers, rows.stride, weight.inputs, product.rows, weight.inputs, room);
            product.stride = weight.inputs + PADDING;
        }
        if (by_tiles) {
            auto* const around_zero = room.of<char>(product.rows * product.stride);
            for (int64_t i = 0; i < product.rows * product.stride; i++) {
                around_zero[i] ^= static_cast<char>(0x80);
            }
        }
    }

    Laid(const Laid&) = delete;

    Product product;

  private:
    Room room;
};

} // namespace

Packed packed_of(const at::Tensor& weight, bool int8) {
    return {address(weight), weight.size(int8 ? 0 : 1), weight.size(int8 ? 1 : 0), layout_of(weight, int8)};
}

bool fits(const at::Tensor& numbers, at::ScalarType type, int64_t outputs) {
    return is_there(numbers) && numbers.scalar_type() == type && numbers.dim() == 1 && numbers.size(0) == outputs;
}

void multiply(const Packed& weight, const NarrowRows& rows, const float* bias, at::BFloat16* result) {
    const Laid laid(weight, rows);
    each_block<false, float>(laid.product, [&](const float* sums, const Block& block, Room&) {
        write(sums, block.product, block.number, bias, result + block.first * weight.outputs);
    });
}

void multiply(const Packed& weight, const NumberedRows& rows, const float* unit, float* result) {
    const Laid laid(weight, rows);
    each_block<true, int32_t>(laid.product, [&](const int32_t* sums, const Block& block, Room&) {
        write(sums, block.product, block.number, unit, result + block.first * weight.outputs);
    });
}

void multiply(
    const Packed& weight, const NumberedRows& rows, const float* unit, const Packed& kept, const float* bias, bool bfloat16, void* result) {
    const Laid laid(weight, rows);
    std::optional<Laid> beside;
    if (rows.kept.at != nullptr) {
        beside.emplace(kept, rows.kept);
    }
    each_block<true, int32_t>(laid.product, [&](const int32_t* sums, const Block& block, Room& others) {
        float* of_kept = nullptr;
        if (beside.has_value()) {
            of_kept = others.of<float>(block.product.rows * OUTPUTS);
            block_sums<false>(beside->product.part(block.first, block.product.rows), block.number, of_kept);
        }
        const Worth worth{rows.units + block.first, unit, bias};
        const int64_t at = block.first * weight.outputs;
        if (bfloat16) {
            write_worth(sums, of_kept, block.product, block.number, worth, static_cast<at::BFloat16*>(result) + at);
        } else {
            write_worth(sums, of_kept, block.product, block.number, worth, static_cast<float*>(result) + at);
        }
    });
}

bool multiplies_as_packed() {
    return lanes() == WORDS_AT_ONCE && has_pairs() && !has_tiles();
}

void multiply_as_packed(const PlainWeight& weight, const NarrowRows& rows, const float* bias, at::BFloat16* result) {
    const int64_t inputs = (weight.inputs + WHOLE_INPUTS - 1) / WHOLE_INPUTS * WHOLE_INPUTS;
    const Layout layout = layout_of_pairs(inputs);
    const auto multiply_few = [&](const Product& product) {
        in_turn(blocks_of(weight.outputs), [&](const auto& next) {
            alignas(64) float sums[ROWS * OUTPUTS];
            next([&](int64_t block, const auto& behind) {
                block_sums_as_packed(product, weight, block, sums, behind);
                write(sums, product, block, bias, result);
            });
        });
    };
    if (rows.count > ROWS_BESIDE && rows.count <= ROWS) {
        Room room;
        char* const laid = room.of<char>(inputs / 2 * LINE);
        lay_words(rows.at, rows.count, rows.width, inputs / 2, laid);
        multiply_few(Product{nullptr, laid, LINE, rows.count, weight.outputs, layout});
        return;
    }
    const Laid laid(Packed{nullptr, inputs, weight.outputs, layout}, rows);
    if (rows.count <= ROWS) {
        multiply_few(laid.product);
        return;
    }
    const int64_t words = inputs / 2;
    const auto numbers = at::TensorOptions().dtype(at::kBFloat16);
    const Matrices matrices{
        {at::from_blob(const_cast<char*>(weight.at), {weight.outputs, weight.inputs}, {weight.stride / 2, 1}, numbers)}, weight.outputs, inputs};
    each_block_of_many_rows<float>(
        laid.product, First::ROWS,
        [&](Product& own, int64_t block, Room& room) {
            char* const block_of_weight = room.of<char>(words * WORD);
            lay_block(matrices, block, words, false, block_of_weight);
            own.weight = block_of_weight;
            own.next = weight.at + (block + 1) * OUTPUTS * weight.stride;
        },
        [&](const float* sums, const Block& block, Room&) {
            write(sums, block.product, block.number, bias, result + block.first * weight.outputs);
        });
}

at::Tensor linear_as_packed(const at::Tensor& input, const at::Tensor& weight, const std::optional<at::Tensor>& bias) {
    const bool fitting = are_rows(input, at::kBFloat16) && is_there(weight) && weight.scalar_type() == at::kBFloat16 && has_dense_rows(weight)
        && weight.numel() > 0 && weight.size(1) == input.size(-1) && (!bias.has_value() || fits(*bias, at::kBFloat16, weight.size(0)));
    if (!fitting || !multiplies_as_packed() || at::GradMode::is_enabled()) {
        return at::linear(input, weight, bias);
    }
    const at::Tensor rows = input.contiguous();
    at::Tensor result = result_for(input, weight.size(0), at::kBFloat16);
    const Bias added(bias);
    multiply_as_packed(
        PlainWeight(weight), NarrowRows{rows.data_ptr<at::BFloat16>(), rows_of(input), weight.size(1)}, added.data(),
        result.data_ptr<at::BFloat16>());
    return result;
}

at::Tensor linear_packed(const at::Tensor& input, const at::Tensor& weight, const std::optional<at::Tensor>& bias) {
    static const auto onednn = c10::Dispatcher::singleton().findSchemaOrThrow("mkldnn::_linear_pointwise", "");
    const Layout layout = !bias.has_value() || fits(*bias, at::kBFloat16, weight.size(0)) ? layout_for(input, weight) : Layout();
    if (layout.units == 0) {
        const std::optional<at::Tensor> dense = bias.has_value() ? std::optional<at::Tensor>(bias->contiguous()) : bias;
        return by_onednn(onednn, {input, weight, dense, "none", c10::List<std::optional<at::Scalar>>(), std::optional<std::string>("")});
    }
    const at::Tensor rows = input.contiguous();
    at::Tensor result = result_for(input, weight.size(0), at::kBFloat16);
    const Bias added(bias);
    multiply(
        Packed{address(weight), input.size(-1), weight.size(0), layout}, NarrowRows{rows.data_ptr<at::BFloat16>(), rows_of(input), input.size(-1)},
        added.data(), result.data_ptr<at::BFloat16>());
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
    const at::Tensor numbers = input.contiguous();
    at::Tensor result = result_for(input, weight.size(1), at::kFloat);
    multiply(
        Packed{address(weight), input.size(-1), weight.size(1), layout},
        NumberedRows{numbers.data_ptr<uint8_t>(), input.size(-1), nullptr, {nullptr, rows_of(input), 0}}, unit.data_ptr<float>(),
        result.data_ptr<float>());
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
    const at::Tensor numbers = parts[0].contiguous();
    const at::Tensor columns = keeps ? parts[2].contiguous() : at::Tensor();
    const Bias added(bias);
    at::Tensor result = result_for(parts[0], weight.size(1), type);
    const int64_t inputs = parts[0].size(-1);
    multiply(
        Packed{address(weight), inputs, weight.size(1), layout},
        NumberedRows{numbers.data_ptr<uint8_t>(), inputs, parts[1].data_ptr<float>(),
                     {keeps ? columns.data_ptr<at::BFloat16>() : nullptr, rows_of(parts[0]), keeps ? columns.size(-1) : 0}},
        unit.data_ptr<float>(), keeps ? Packed{address(kept), columns.size(-1), kept.size(0), of_kept} : Packed(),
        added.data(), type == at::kBFloat16, result.data_ptr());
    return result;
}

bool multiplies_packed() {
    return has_tiles() || has_pairs() || has_bytes();
}
