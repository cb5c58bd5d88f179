// Reads from oneDNN's own description of a packed weight how it lies.

#include "packed_layout.h"

#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <unordered_map>

namespace at::native {
// In libtorch's library, in none of its public headers.
TORCH_API int64_t data_ptr_from_mkldnn(const Tensor&);
} // namespace at::native

namespace {

constexpr int64_t LEAST_UNITS = 16; // of a sum, where all sums then have as many

// oneDNN's description of a tensor, as far as it is read here: byte offsets of release 3.7, which is part of libtorch 2.7.1. Whatever does not
// look as expected is left to oneDNN.
constexpr int64_t SIZE = 772, DIMS = 4, SIZES = 8, TYPE = 104, PADDED = 112, OFFSET = 304, KIND = 312, STRIDES = 320, BLOCKS = 416, BLOCK = 424,
                  BLOCK_OF = 520;

struct Description {
    const char* bytes;
    int32_t number(int64_t at) const { int32_t v; std::memcpy(&v, bytes + at, 4); return v; }
    int64_t size(int64_t at, int64_t i) const { int64_t v; std::memcpy(&v, bytes + at + 8 * i, 8); return v; }
};

// Units that oneDNN adds before it begins a new sum, which is added to the one before. Where four threads or more have at most 256 outputs of more
// than 4,096 inputs, as in no decoder that is known here, it shares the inputs out as well, and a row's bits depend on its neighbours; those of
// this library do not.
int64_t units_of_sum(int64_t units) {
    if (units <= MOST_UNITS) {
        return units;
    }
    int64_t sum = MOST_UNITS;
    while (sum >= LEAST_UNITS && units % sum != 0) {
        sum--;
    }
    return sum >= LEAST_UNITS ? sum : MOST_UNITS;
}

at::Tensor described(const at::Tensor& weight) {
    static const auto describe = c10::Dispatcher::singleton().findSchemaOrThrow("mkldnn::_get_mkldnn_serialized_md", "");
    return by_onednn(describe, {weight});
}

Layout read_layout(const at::Tensor& weight, bool int8) {
    const at::Tensor blob = described(weight);
    Layout layout;
    if (blob.nbytes() != SIZE || !blob.is_contiguous()) {
        return layout;
    }
    const Description md{static_cast<const char*>(blob.data_ptr())};
    const int in = int8 ? 0 : 1; // a weight of 8 bits is [inputs, outputs]
    const int64_t words = md.size(BLOCK, 0);
    const int64_t inputs_of_unit = words * (int8 ? 4 : 2);
    const int64_t inputs = md.size(PADDED, in);
    const int64_t outputs = md.size(PADDED, 1 - in);
    const bool multiplied = int8 ? words == TILE_WORDS && has_bytes() : words == TILE_WORDS ? has_tiles() : words == PAIR_WORDS && has_pairs();
    const bool as_expected = multiplied && md.number(DIMS) == 2 && md.number(TYPE) == (int8 ? 5 : 2) && md.size(OFFSET, 0) == 0 && md.number(KIND) == 2
        && md.number(BLOCKS) == 3 && md.size(BLOCK, 1) == OUTPUTS && md.size(BLOCK, 2) == inputs_of_unit / words
        && md.size(BLOCK_OF, 0) == in && md.size(BLOCK_OF, 1) == 1 - in && md.size(BLOCK_OF, 2) == in && inputs % inputs_of_unit == 0
        && outputs % OUTPUTS == 0 && md.size(STRIDES, in) == inputs_of_unit * OUTPUTS && md.size(STRIDES, 1 - in) == inputs * OUTPUTS
        && md.size(SIZES, in) == inputs;
    if (as_expected) {
        layout.words = words;
        layout.units = inputs / inputs_of_unit;
        // Sums of whole numbers are exact in any order.
        layout.chunk = int8 ? layout.units : units_of_sum(layout.units);
    }
    return layout;
}

// What was read of a tensor, which may be gone, or have got other numbers.
struct Known {
    KnownTensor tensor;
    const char* address;
    bool int8;
    Layout layout;
};

} // namespace

bool has_pairs() {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512bf16") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}

bool has_bytes() {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}

bool has_tiles() {
    static const bool known = [] {
        constexpr int ASK = 0x1023, TILE_DATA = 18;
        constexpr unsigned BFLOAT16_TILES = 1u << 22, TILES = 1u << 24, INT8_TILES = 1u << 25;
        constexpr unsigned ALL = BFLOAT16_TILES | TILES | INT8_TILES;
        unsigned a = 0, b = 0, c = 0, d = 0;
        return has_pairs() && has_bytes() && __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (d & ALL) == ALL
            && syscall(SYS_arch_prctl, ASK, TILE_DATA) == 0;
    }();
    return known;
}

Layout layout_of_pairs(int64_t inputs) {
    const int64_t units = inputs / (2 * PAIR_WORDS);
    return {PAIR_WORDS, units, units_of_sum(units)};
}

at::Tensor by_onednn(const c10::OperatorHandle& operation, torch::jit::Stack stack) {
    operation.callBoxed(stack);
    return stack.back().toTensor();
}

const char* address(const at::Tensor& packed) {
    return reinterpret_cast<const char*>(at::native::data_ptr_from_mkldnn(packed));
}

Layout layout_of(const at::Tensor& weight, bool int8) {
    static std::mutex lock;
    static std::unordered_map<const c10::TensorImpl*, Known> known;
    static size_t clean_at = 1024;
    if (const auto* const own = OwnMemory::of(weight)) {
        return int8 ? Layout() : own->layout;
    }
    const std::lock_guard locked(lock);
    const auto found = known.find(weight.unsafeGetTensorImpl());
    const char* at = address(weight);
    if (found != known.end() && !found->second.tensor.is_gone() && found->second.address == at && found->second.int8 == int8) {
        return found->second.layout;
    }
    const Layout layout = read_layout(weight, int8);
    known.insert_or_assign(weight.unsafeGetTensorImpl(), Known{KnownTensor(weight), at, int8, layout});
    if (known.size() > clean_at) {
        for (auto entry = known.begin(); entry != known.end();) {
            entry = entry->second.tensor.is_gone() ? known.erase(entry) : std::next(entry);
        }
        clean_at = std::max<size_t>(1024, 2 * known.size());
    }
    return layout;
}

at::Tensor description_of(const at::Tensor& weight, int64_t outputs) {
    at::Tensor blob = described(weight);
    const int64_t whole = blocks_of(outputs) * OUTPUTS;
    char* const bytes = static_cast<char*>(blob.data_ptr());
    std::memcpy(bytes + SIZES, &outputs, sizeof outputs);
    std::memcpy(bytes + PADDED, &whole, sizeof whole);
    return blob;
}
