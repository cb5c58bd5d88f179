// Linear layers of a decoder, and their products with rows of a step where these lie.

#include "linear.h"

#include <algorithm>
#include <cstring>

#include "packed_product.h"

namespace {

// Places of the tensors of a linear layer.
constexpr int64_t WEIGHT = 0, BIAS = 1, UNIT = 2, COLUMNS = 3, KEPT = 4;

// An input as wide as a packed weight, which may have columns of zeros behind its own.
at::Tensor as_wide(const at::Tensor& input, const at::Tensor& weight) {
    return input.size(1) == weight.size(1) ? input : at::constant_pad_nd(input, {0, weight.size(1) - input.size(1)});
}

// Of numbers that lie over one another there are less than it has.
int64_t bytes_of(const at::Tensor& weight) {
    int64_t numbers = weight.numel();
    if (weight.layout() == at::kStrided && numbers > 0) {
        int64_t last = 0;
        for (int64_t i = 0; i < weight.dim(); i++) {
            last += (weight.size(i) - 1) * weight.stride(i);
        }
        numbers = std::min(numbers, last + 1);
    }
    return numbers * weight.element_size();
}

Packed lain_of(const at::Tensor& weight) {
    return weight.is_mkldnn() ? packed_of(weight, weight.scalar_type() == at::kChar) : Packed();
}

} // namespace

Linear::Linear(const c10::List<at::Tensor>& tensors, int64_t place)
    : weight(tensors.get(place + WEIGHT)), bias(tensors.get(place + BIAS)), unit(tensors.get(place + UNIT)),
      columns(tensors.get(place + COLUMNS)), kept(tensors.get(place + KEPT)), packed(weight.is_mkldnn()), bytes(bytes_of(weight)),
      at(where(weight)), kept_at(where(kept)), lain(lain_of(weight)), lain_kept(lain_of(kept)) {}

bool Linear::fits(at::ScalarType type, bool by_packed) const {
    if (is_joined()) {
        return true;
    }
    if (is_numbers()) {
        return by_packed && (kept.numel() == 0 || (kept.is_mkldnn() && kept.scalar_type() == at::kBFloat16));
    }
    const bool plain = is_there(weight) && weight.scalar_type() == type;
    return unit.numel() == 0 && (packed ? by_packed && type == at::kBFloat16 : plain);
}

bool Linear::shares_numbers(const Linear& other) const {
    const bool none = columns.numel() == 0 && other.columns.numel() == 0;
    const bool same = none || (columns.scalar_type() == other.columns.scalar_type() && columns.equal(other.columns));
    return !is_numbers() || !other.is_numbers() || (same && keeps() == other.keeps());
}

void Linear::comes_first() const {
    if (Team* const team = Team::here(); team != nullptr && !is_joined()) {
        team->comes_first(at, bytes);
    }
}

void Linear::comes_behind() const {
    if (Team* const team = Team::here(); team != nullptr && !is_joined()) {
        team->comes_behind(at, bytes);
    }
}

bool Linear::takes_numbers(int64_t rows) const {
    return is_numbers() && lain.layout.units > 0 && takes(lain.layout, rows, true) && ::fits(unit, at::kFloat, lain.outputs) && unit.is_contiguous()
        && (bias.numel() == 0 || (bias.dim() == 1 && bias.size(0) == lain.outputs)) && (columns.numel() == 0 || columns.scalar_type() == at::kLong)
        && (!keeps() || (lain_kept.layout.units > 0 && lain_kept.outputs == lain.outputs && columns.numel() <= lain_kept.inputs));
}

bool Linear::takes_narrow(int64_t rows) const {
    return packed && !is_numbers() && lain.layout.units > 0 && takes(lain.layout, rows, false)
        && (bias.numel() == 0 || ::fits(bias, at::kBFloat16, lain.outputs));
}

void Input::is(const DenseRows& of, std::initializer_list<const Linear*> by) {
    rows = of;
    numbered = NumberedRows{};
    const auto takes = [&](const Linear* layer) { return layer->is_joined() || layer->takes_numbers(of.count); };
    const auto first = std::find_if(by.begin(), by.end(), [&](const Linear* layer) { return layer->takes_numbers(of.count); });
    if (first == by.end()) {
        return;
    }
    DenseRows read = of;
    if (!std::all_of(by.begin(), by.end(), takes)) {
        read.at = copied.of<char>(of.count * of.row_bytes());
        std::memcpy(read.at, of.at, of.count * of.row_bytes());
    }
    const Linear& layer = **first;
    const at::Tensor places = layer.columns.contiguous();
    const int64_t count = places.numel();
    const auto* place = count == 0 ? nullptr : places.data_ptr<int64_t>();
    check_columns(place, count, of.width);
    const int64_t stride = of.width + PADDING;
    auto* const bytes = numbers.of<uint8_t>(of.count * stride);
    auto* const worth = units.of<float>(of.count);
    auto* const aside = layer.keeps() ? columns.of<uint16_t>(of.count * count) : nullptr;
    told("glimpse::numbers_of_rows", [&] {
        number_rows(
            NumberRows{read.at, of.width, place, count, aside, count, bytes, stride, worth, of.width, of.type == at::kBFloat16}, of.count);
    });
    numbered = NumberedRows{bytes, stride, worth, {reinterpret_cast<const at::BFloat16*>(aside), of.count, count}};
}

DenseRows Input::product(const Linear& by, const Linear& next, Room& room) const {
    DenseRows result{nullptr, rows.count, by.outputs(), rows.type};
    result.at = room.of<char>(result.count * result.row_bytes());
    product(by, next, result);
    return result;
}

void Input::product(const Linear& by, const Linear& next, const DenseRows& result) const {
    next.comes_behind();
    const Bias added(by.bias);
    const float* bias = added.data();
    if (by.takes_numbers(rows.count)) {
        TORCH_CHECK(
            rows.width == by.lain.inputs && (numbered.kept.at != nullptr) == by.keeps(), "rows of ", rows.width, ", ", numbered.kept.width,
            " of them kept, do not fit a weight ", by.weight.sizes(), " with columns ", by.columns.sizes());
        told("glimpse::linear_of_numbers", [&] {
            multiply(by.lain, numbered, by.unit.data_ptr<float>(), by.lain_kept, bias, rows.type == at::kBFloat16, result.at);
        });
    } else if (by.takes_narrow(rows.count)) {
        TORCH_CHECK(rows.width <= by.lain.inputs, "rows of ", rows.width, " do not fit a weight ", by.weight.sizes());
        told("glimpse::linear_packed", [&] {
            multiply(
                by.lain, NarrowRows{reinterpret_cast<const at::BFloat16*>(rows.at), rows.count, rows.width}, bias,
                reinterpret_cast<at::BFloat16*>(result.at));
        });
    } else if (!by.packed) {
        TORCH_CHECK(rows.width == by.weight.size(1), "rows of ", rows.width, " do not fit a weight ", by.weight.sizes());
        told("glimpse::linear_of_rows", [&] { multiply(plain_weight(by.weight, by.bias), rows.at, rows.count, bias, result.at); });
    } else {
        multiply_by_operators(by, result);
    }
}

void Input::multiply_by_operators(const Linear& by, const DenseRows& result) const {
    const at::Tensor input = rows.tensor();
    at::Tensor product;
    if (by.is_numbers()) {
        std::vector<at::Tensor> parts
            = told("glimpse::numbers_of_rows", [&] { return numbers_of_rows(input, by.columns, by.kept.numel() > 0); });
        if (parts.size() > 2) {
            parts[2] = as_wide(parts[2], by.kept);
        }
        product = told("glimpse::linear_of_numbers", [&] { return worth_of_numbers(parts, by.weight, by.unit, by.kept, by.bias, rows.type); });
    } else {
        product = told("glimpse::linear_packed", [&] {
            return linear_packed(as_wide(input, by.weight), by.weight, by.bias.numel() == 0 ? std::optional<at::Tensor>() : by.bias);
        });
    }
    result.tensor().copy_(product);
}
