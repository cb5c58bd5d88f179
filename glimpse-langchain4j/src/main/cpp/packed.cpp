// Products of few rows by weights that oneDNN has packed, with the bits of oneDNN's own products: the same instructions in the same order. oneDNN's
// kernels read the weights as they come to them; these ask for them ahead, which is what a token of an answer waits for. Why this is here, and how
// it is built: docs/adr/0033-rows-of-steps-by-a-library-of-our-own.md.
//
// A packed weight [outputs, inputs] lies as [outputs / 64][units of inputs][words of a unit][64][4 bytes]. With AMX a unit has 16 words, 32 inputs of
// bfloat16 or 64 of 8 bits: 4,096 bytes, of which the 16 rows of each of four tiles of the processor lie 256 bytes apart. Without AMX a
// unit of bfloat16 has 8 words, 16 inputs.

#include <ATen/core/dispatch/Dispatcher.h>
#include <cpuid.h>
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "rows.h"

#define WIDE __attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16,amx-tile,amx-bf16,amx-int8")))

namespace at::native {
// In libtorch's library, in none of its public headers.
TORCH_API int64_t data_ptr_from_mkldnn(const Tensor&);
} // namespace at::native

namespace {

constexpr int64_t TILE = 4096;       // bytes of 64 outputs in a tile of inputs
constexpr int64_t OUTPUTS = 64;
constexpr int64_t ROWS = 16;         // rows of a tile of the processor, the most that are multiplied here
constexpr int64_t TILE_WORDS = 16;   // of a unit
constexpr int64_t PAIR_WORDS = 8;
constexpr int64_t PAIR_ROWS = 8;     // the most without tiles: of more, oneDNN makes better use of the registers
constexpr int64_t AHEAD = 4 * TILE;  // what is asked for before it is needed
constexpr int64_t MOST_UNITS = 64;   // oneDNN begins a new sum behind so many, at most,
constexpr int64_t LEAST_UNITS = 16;  // and behind fewer if all sums then have as many, but not fewer than these

// Whether the processor multiplies pairs of bfloat16.
bool has_pairs() {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512bf16") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}

// Whether it has tiles, and the system lets this process have them.
bool has_tiles() {
    static const bool known = [] {
        constexpr int ASK = 0x1023, TILE_DATA = 18;
        constexpr unsigned BFLOAT16_TILES = 1u << 22, TILES = 1u << 24, INT8_TILES = 1u << 25;
        constexpr unsigned ALL = BFLOAT16_TILES | TILES | INT8_TILES;
        unsigned a = 0, b = 0, c = 0, d = 0;
        return has_pairs() && __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (d & ALL) == ALL && syscall(SYS_arch_prctl, ASK, TILE_DATA) == 0;
    }();
    return known;
}

// The processor's description of its tiles.
struct TileConfig {
    uint8_t palette = 1;
    uint8_t start_row = 0;
    uint8_t reserved[14] = {};
    uint16_t bytes[16] = {};
    uint8_t rows[16] = {};
};

// How a weight lies, if it lies as above; else it has no units.
struct Layout {
    int64_t words = 0; // of a unit
    int64_t units = 0;
    int64_t chunk = 0; // units of a sum
};

// oneDNN's description of a tensor, as far as it is read here: byte offsets of release 3.7, which is part of libtorch 2.7.1. Whatever does not
// look as expected is left to oneDNN.
struct Description {
    const char* bytes;
    int32_t number(int64_t at) const { int32_t v; std::memcpy(&v, bytes + at, 4); return v; }
    int64_t size(int64_t at, int64_t i) const { int64_t v; std::memcpy(&v, bytes + at + 8 * i, 8); return v; }
};

const char* address(const at::Tensor& packed) {
    return reinterpret_cast<const char*>(at::native::data_ptr_from_mkldnn(packed));
}

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

Layout read_layout(const at::Tensor& weight, bool int8) {
    constexpr int64_t SIZE = 772, DIMS = 4, SIZES = 8, TYPE = 104, PADDED = 112, OFFSET = 304, KIND = 312, STRIDES = 320, BLOCKS = 416,
                      BLOCK = 424, BLOCK_OF = 520;
    static const auto describe = c10::Dispatcher::singleton().findSchemaOrThrow("mkldnn::_get_mkldnn_serialized_md", "");
    torch::jit::Stack stack;
    stack.emplace_back(weight);
    describe.callBoxed(stack);
    const at::Tensor blob = stack.back().toTensor();
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
    const bool multiplied = words == TILE_WORDS ? has_tiles() : words == PAIR_WORDS && !int8 && has_pairs();
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
using Weak = c10::weak_intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>;

struct Known {
    Weak tensor;
    const char* address;
    bool int8;
    Layout layout;
};

// Descriptions are read once for a tensor.
Layout layout_of(const at::Tensor& weight, bool int8) {
    static std::mutex lock;
    static std::unordered_map<const c10::TensorImpl*, Known> known;
    static size_t clean_at = 1024;
    const std::lock_guard locked(lock);
    const auto found = known.find(weight.unsafeGetTensorImpl());
    const char* at = address(weight);
    if (found != known.end() && !found->second.tensor.expired() && found->second.address == at && found->second.int8 == int8) {
        return found->second.layout;
    }
    const Layout layout = read_layout(weight, int8);
    known.insert_or_assign(weight.unsafeGetTensorImpl(), Known{Weak(weight.getIntrusivePtr()), at, int8, layout});
    if (known.size() > clean_at) {
        for (auto entry = known.begin(); entry != known.end();) {
            entry = entry->second.tensor.expired() ? known.erase(entry) : std::next(entry);
        }
        clean_at = std::max<size_t>(1024, 2 * known.size());
    }
    return layout;
}

// One product: rows [rows][units][words of a unit], laid side by side, by blocks of 64 outputs.
struct Product {
    const char* weight;
    const char* input;
    int64_t rows;
    int64_t outputs;
    Layout layout;
};

template <bool INT8>
WIDE inline void multiply(const char* weight, const char* input, int64_t stride, int64_t tiles) {
    for (int64_t t = 0; t < tiles; t++) {
        const char* at = weight + t * TILE;
#pragma GCC unroll 64
        for (int line = 0; line < 64; line++) {
            _mm_prefetch(at + AHEAD + 64 * line, _MM_HINT_T1);
        }
        _tile_loadd(7, input + 64 * t, stride);
        _tile_loadd(4, at, 256);
        _tile_loadd(5, at + 64, 256);
        _tile_loadd(6, at + 128, 256);
        if constexpr (INT8) {
            _tile_dpbssd(0, 7, 4);
            _tile_loadd(4, at + 192, 256);
            _tile_dpbssd(1, 7, 5);
            _tile_dpbssd(2, 7, 6);
            _tile_dpbssd(3, 7, 4);
        } else {
            _tile_dpbf16ps(0, 7, 4);
            _tile_loadd(4, at + 192, 256);
            _tile_dpbf16ps(1, 7, 5);
            _tile_dpbf16ps(2, 7, 6);
            _tile_dpbf16ps(3, 7, 4);
        }
    }
}

// Adds what the tiles hold, or sets it, rows [rows][64].
template <typename NUMBER>
WIDE inline void collect(NUMBER* sums, int64_t rows, bool first) {
    alignas(64) NUMBER part[ROWS * OUTPUTS];
    _tile_stored(0, part, 256);
    _tile_stored(1, part + 16, 256);
    _tile_stored(2, part + 32, 256);
    _tile_stored(3, part + 48, 256);
    for (int64_t i = 0; i < rows * OUTPUTS; i++) {
        sums[i] = first ? part[i] : sums[i] + part[i];
    }
}

// The sums of one block, [rows][64].
template <bool INT8, typename NUMBER>
WIDE void block_sums(const Product& p, int64_t block, NUMBER* sums) {
    const int64_t stride = p.layout.units * 64;
    const char* weight = p.weight + block * p.layout.units * TILE;
    for (int64_t from = 0; from < p.layout.units; from += p.layout.chunk) {
        _tile_zero(0);
        _tile_zero(1);
        _tile_zero(2);
        _tile_zero(3);
        multiply<INT8>(weight + from * TILE, p.input + from * 64, stride, std::min(p.layout.chunk, p.layout.units - from));
        collect(sums, p.rows, from == 0);
    }
}

// Adds so many rows by pairs of inputs, without tiles, to sums [ROWS_AT_ONCE][64].
template <int ROWS_AT_ONCE>
WIDE inline void multiply_pairs(const char* weight, const uint32_t* input, int64_t stride, int64_t words, float* sums) {
    __m512 sum[ROWS_AT_ONCE][4];
    for (int r = 0; r < ROWS_AT_ONCE; r++) {
        for (int j = 0; j < 4; j++) {
            sum[r][j] = _mm512_setzero_ps();
        }
    }
    for (int64_t k = 0; k < words; k++) {
        const char* at = weight + k * 256;
        __m512bh pairs[4];
        for (int j = 0; j < 4; j++) {
            pairs[j] = (__m512bh)_mm512_loadu_si512(at + 64 * j);
            _mm_prefetch(at + AHEAD + 64 * j, _MM_HINT_T1);
        }
        for (int r = 0; r < ROWS_AT_ONCE; r++) {
            const __m512bh pair = (__m512bh)_mm512_set1_epi32(static_cast<int>(input[r * stride + k]));
            for (int j = 0; j < 4; j++) {
                sum[r][j] = _mm512_dpbf16_ps(sum[r][j], pairs[j], pair);
            }
        }
    }
    for (int r = 0; r < ROWS_AT_ONCE; r++) {
        for (int j = 0; j < 4; j++) {
            float* to = sums + r * OUTPUTS + 16 * j;
            _mm512_storeu_ps(to, _mm512_add_ps(_mm512_loadu_ps(to), sum[r][j]));
        }
    }
}

// The sums of one block without tiles, [rows][64].
WIDE void block_sums_of_pairs(const Product& p, int64_t block, float* sums) {
    const int64_t words = p.layout.units * p.layout.words;
    const char* weight = p.weight + block * words * 256;
    const auto* input = reinterpret_cast<const uint32_t*>(p.input);
    std::fill(sums, sums + p.rows * OUTPUTS, 0.0f);
    const int64_t chunk = p.layout.chunk * p.layout.words;
    for (int64_t from = 0; from < words; from += chunk) {
        const int64_t some = std::min(chunk, words - from);
        int64_t row = 0;
        for (; row + 4 <= p.rows; row += 4) {
            multiply_pairs<4>(weight + from * 256, input + row * words + from, words, some, sums + row * OUTPUTS);
        }
        for (; row + 2 <= p.rows; row += 2) {
            multiply_pairs<2>(weight + from * 256, input + row * words + from, words, some, sums + row * OUTPUTS);
        }
        if (row < p.rows) {
            multiply_pairs<1>(weight + from * 256, input + row * words + from, words, some, sums + row * OUTPUTS);
        }
    }
}

// oneDNN keeps in mind how it has described the tiles to the processor, so its description comes back.
class Tiles {
  public:
    WIDE explicit Tiles(int64_t rows) {
        _tile_storeconfig(before);
        TileConfig config;
        for (int tile = 0; tile < 8; tile++) {
            config.bytes[tile] = 64;
            config.rows[tile] = tile >= 4 && tile < 7 ? ROWS : rows;
        }
        std::memcpy(own, &config, sizeof(own));
        // The intrinsics name the first bytes of what they read and write.
        asm volatile("" ::: "memory");
        _tile_loadconfig(own);
    }
    WIDE ~Tiles() {
        asm volatile("" ::: "memory");
        _tile_loadconfig(before);
    }
    Tiles(const Tiles&) = delete;
    Tiles& operator=(const Tiles&) = delete;

  private:
    alignas(64) char before[64];
    alignas(64) char own[64];
};

// The sums of all blocks, each handed on as soon as it is there.
template <bool INT8, typename NUMBER, typename TAKER>
void each_block(const Product& p, const TAKER& take) {
    in_turn((p.outputs + OUTPUTS - 1) / OUTPUTS, [&](const auto& next) {
        alignas(64) NUMBER sums[ROWS * OUTPUTS];
        if constexpr (!INT8) {
            if (p.layout.words == PAIR_WORDS) {
                next([&](int64_t block) {
                    block_sums_of_pairs(p, block, sums);
                    take(sums, block);
                });
                return;
            }
        }
        const Tiles tiles(p.rows);
        next([&](int64_t block) {
            block_sums<INT8>(p, block, sums);
            take(sums, block);
        });
    });
}

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
    if (layout.words == PAIR_WORDS && rows_of(input) > PAIR_ROWS) {
        layout = Layout();
    }
    if (layout.units == 0) {
        return by_onednn(onednn, {input, weight, bias, "none", c10::List<std::optional<at::Scalar>>(), std::optional<std::string>("")});
    }
    const at::Tensor laid = input.contiguous();
    const Product p{address(weight), static_cast<const char*>(laid.data_ptr()), rows_of(input), weight.size(0), layout};
    at::Tensor result = result_for(input, p.outputs, at::kBFloat16);
    auto* to = result.data_ptr<at::BFloat16>();
    const std::vector<float> added = bias.has_value() ? widened(*bias) : std::vector<float>();
    const float* biases = added.empty() ? nullptr : added.data();
    each_block<false, float>(p, [&](const float* sums, int64_t block) { write(sums, p, block, biases, to); });
    return result;
}

at::Tensor linear_numbers_packed(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& unit) {
    static const auto onednn = c10::Dispatcher::singleton().findSchemaOrThrow("onednn::qlinear_pointwise", "");
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
    const auto* numbers = static_cast<const uint8_t*>(around_128.data_ptr());
    std::vector<char> laid(numbers, numbers + input.numel());
    for (char& number : laid) {
        number ^= static_cast<char>(0x80);
    }
    const Product p{address(weight), laid.data(), rows_of(input), weight.size(1), layout};
    at::Tensor result = result_for(input, p.outputs, at::kFloat);
    auto* to = result.data_ptr<float>();
    const auto* units = unit.data_ptr<float>();
    each_block<true, int32_t>(p, [&](const int32_t* sums, int64_t block) { write(sums, p, block, units, to); });
    return result;
}

bool multiplies_packed() {
    return has_tiles() || has_pairs();
}
