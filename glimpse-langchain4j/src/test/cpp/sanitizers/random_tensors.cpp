// Random tensors in memory whose bounds are checked.

#include "random_tensors.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <random>

namespace {

std::mt19937_64 generator;

// Memory of exactly so many bytes: from the heap, where AddressSanitizer guards both ends, or with an inaccessible page
// before or after it, which also stops instructions that AddressSanitizer does not instrument (masked loads and
// stores).
at::Tensor memory(int64_t bytes) {
    const auto options = at::TensorOptions().dtype(at::kByte);
    if (bytes == 0 || chance(40)) {
        auto* const data = new char[bytes];
        return at::from_blob(data, {bytes}, [](void* at) { delete[] static_cast<char*>(at); }, options);
    }
    const int64_t page = sysconf(_SC_PAGESIZE);
    const int64_t pages = (bytes + page - 1) / page;
    const int64_t whole = (pages + 2) * page;
    auto* const data =
        static_cast<char*>(mmap(nullptr, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    TORCH_CHECK(data != MAP_FAILED, "no memory for ", whole, " bytes");
    mprotect(data, page, PROT_NONE);
    mprotect(data + whole - page, page, PROT_NONE);
    char* const at = chance(70) ? data + whole - page - bytes : data + page;
    return at::from_blob(at, {bytes}, [data, whole](void*) { munmap(data, whole); }, options);
}

at::Tensor random_values(const Sizes& sizes, at::ScalarType type) {
    const auto options = at::TensorOptions().dtype(at::kFloat);
    if (type == at::kByte || type == at::kChar) {
        return at::randint(
            type == at::kByte ? 0 : -127, type == at::kByte ? 256 : 128, sizes, at::TensorOptions().dtype(type));
    }
    at::Tensor values = at::randn(sizes, options).mul_(one_of<double>({0.01, 1, 1, 1, 30}));
    if (values.numel() > 0 && chance(15)) {
        static const std::vector<float> special = {
            std::numeric_limits<float>::quiet_NaN(),
            std::numeric_limits<float>::infinity(),
            -std::numeric_limits<float>::infinity(),
            std::numeric_limits<float>::max(),
            -std::numeric_limits<float>::max(),
            std::numeric_limits<float>::denorm_min(),
            std::numeric_limits<float>::min(),
            0.0f,
            -0.0f};
        const int64_t count = between(1, std::max<int64_t>(1, values.numel() / 8));
        for (int64_t i = 0; i < count; i++) {
            values.data_ptr<float>()[between(0, values.numel() - 1)] = one_of(special);
        }
    }
    return values.to(type);
}

} // namespace

void seed_random(uint64_t seed) {
    generator.seed(seed);
    at::manual_seed(seed);
}

int64_t between(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(generator);
}

bool chance(int64_t percent) {
    return between(0, 99) < percent;
}

at::Tensor guarded(const at::Tensor& values, Strides strides) {
    const int64_t dims = values.dim();
    // Dimensions from the innermost one outwards.
    std::vector<int64_t> order(dims);
    std::iota(order.rbegin(), order.rend(), 0);
    if (strides == Strides::ANY && chance(30)) {
        std::shuffle(order.begin(), order.end(), generator);
    } else if (strides == Strides::ROWS && dims > 2 && chance(30)) {
        std::shuffle(order.begin() + 1, order.end(), generator);
    }
    const bool gaps = strides != Strides::DENSE && chance(40);
    std::vector<int64_t> steps(dims);
    int64_t step = 1, last = 0;
    for (const int64_t dim : order) {
        steps[dim] = step;
        last += (values.size(dim) - 1) * step;
        step = values.size(dim) * step + (gaps ? between(0, 9) : 0);
    }
    const int64_t elements = values.numel() == 0 ? 0 : last + 1;
    const int64_t offset = chance(30) ? between(1, 7) : 0;
    const at::Tensor storage = memory((offset + elements) * values.element_size());
    const at::Tensor result = at::from_blob(
        static_cast<char*>(storage.data_ptr()) + offset * values.element_size(), values.sizes(), steps, [storage](void*) {},
        values.options());
    result.copy_(values);
    return result;
}

at::Tensor random_tensor(const Sizes& sizes, at::ScalarType type, Strides strides) {
    return guarded(random_values(sizes, type), strides);
}

at::Tensor random_indices(const Sizes& sizes, int64_t limit) {
    return guarded(at::randint(0, limit, sizes, at::TensorOptions().dtype(at::kLong)), Strides::ANY);
}
