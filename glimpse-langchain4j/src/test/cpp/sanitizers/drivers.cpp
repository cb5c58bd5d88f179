// Arguments for the operators on rows: see src/main/cpp/rows.h for shapes.

#include "arguments.h"
#include "decoder_drivers.h"

namespace {

Sizes leading(int64_t rows, int64_t last) {
    return chance(70) ? Sizes{rows, last} : chance(50) ? Sizes{1, rows, last} : Sizes{2, rows, last};
}

Stack pack_rows() {
    const int64_t inputs = chance(70) ? whole_inputs() : width();
    Tensors parts;
    int64_t outputs = 0;
    const auto type = chance(90) ? at::kBFloat16 : at::kFloat;
    for (int64_t i = between(1, 3); i > 0; i--) {
        const int64_t rows = between(1, 150);
        parts.push_back(random_tensor({rows, inputs}, type));
        outputs += rows;
    }
    return {
        list(parts), outputs + (chance(50) ? 0 : between(1, TILE_OUTPUTS)),
        chance(60) ? inputs : (inputs + WHOLE_INPUTS - 1) / WHOLE_INPUTS * WHOLE_INPUTS};
}

Stack linear_packed() {
    const int64_t inputs = whole_inputs(), outputs = between(1, 300);
    return {
        random_tensor(leading(row_count(), inputs), at::kBFloat16, Strides::ANY), packed(outputs, inputs),
        bias_or_none(outputs)};
}

Stack linear_as_packed() {
    const int64_t inputs = chance(50) ? whole_inputs() : width(), outputs = between(1, 300);
    return {
        random_tensor(leading(row_count(), inputs), at::kBFloat16, Strides::ANY),
        random_tensor({outputs, inputs}, at::kBFloat16), bias_or_none(outputs)};
}

Stack linear_numbers_packed() {
    const int64_t inputs = whole_inputs(), outputs = between(1, 300);
    return {
        random_tensor(leading(row_count(), inputs), at::kByte, Strides::ANY), packed_int8(outputs, inputs),
        random_tensor({outputs}, at::kFloat, Strides::DENSE)};
}

Stack linear_of_rows() {
    const auto type = row_type();
    const int64_t inputs = width(), outputs = between(1, 150);
    return {
        random_tensor(leading(row_count(), inputs), type, Strides::ANY), random_tensor({outputs, inputs}, type),
        bias_or_empty(outputs, type)};
}

Stack norm_of_rows() {
    const int64_t size = width();
    return {
        random_tensor({row_count(), size}, row_type(), Strides::ANY), random_tensor({size}, row_type(), Strides::ANY),
        1e-6};
}

Stack gate_of_rows() {
    const auto type = row_type();
    const int64_t rows = row_count(), size = width();
    if (chance(50)) {
        return {list({random_tensor({rows, 2 * size}, type, Strides::ANY)})};
    }
    return {list({random_tensor({rows, size}, type, Strides::ANY), random_tensor({rows, size}, type, Strides::ANY)})};
}

Stack numbers_of_rows() {
    const int64_t size = width();
    const at::Tensor columns = random_indices({chance(40) ? 0 : between(1, size)}, size);
    return {random_tensor({row_count(), size}, row_type(), Strides::ANY), columns, chance(50)};
}

Stack worth_of_rows() {
    const int64_t rows = row_count(), size = chance(95) ? width() : between(8'190, 8'400);
    const auto kept =
        chance(50) ? std::optional<at::Tensor>(random_tensor({rows, size}, at::kBFloat16, Strides::ANY)) : std::nullopt;
    return {
        random_tensor({rows, size}, at::kFloat, Strides::ANY), random_tensor({rows, 1}, at::kFloat, Strides::ANY), kept,
        bias_or_empty(size, row_type()), static_cast<int64_t>(row_type())};
}

Stack tables_of_rows() {
    const int64_t half = between(1, 70), axes = between(1, 4);
    return {
        random_indices({axes, row_count()}, 40'000), random_indices({half}, axes),
        random_tensor({half}, at::kFloat, Strides::ANY),
        static_cast<int64_t>(one_of<at::ScalarType>({at::kBFloat16, at::kFloat, at::kHalf}))};
}

Stack sums_of_scores() {
    return {random_tensor({row_count(), chance(80) ? width() : between(8'000, 17'000)}, row_type(), Strides::ANY)};
}

} // namespace

std::map<std::string, Driver> drivers() {
    return {
        {"glimpse::multiplies_packed", [] { return Stack(); }},
        {"glimpse::multiplies_rows", [] { return Stack(); }},
        {"glimpse::pack_rows", pack_rows},
        {"glimpse::linear_packed", linear_packed},
        {"glimpse::linear_as_packed", linear_as_packed},
        {"glimpse::linear_numbers_packed", linear_numbers_packed},
        {"glimpse::linear_of_rows", linear_of_rows},
        {"glimpse::norm_of_rows", norm_of_rows},
        {"glimpse::gate_of_rows", gate_of_rows},
        {"glimpse::numbers_of_rows", numbers_of_rows},
        {"glimpse::worth_of_rows", worth_of_rows},
        {"glimpse::attention_of_rows", attention_of_rows},
        {"glimpse::attention_of_prompts", attention_of_prompts},
        {"glimpse::tables_of_rows", tables_of_rows},
        {"glimpse::sums_of_scores", sums_of_scores},
        {"glimpse::layers_of_rows", layers_of_rows},
        {"glimpse::step_of_rows", step_of_rows},
    };
}
