// Lays weights as oneDNN lays them, several times as fast: its own goes over rows of a power of two, which lie on the same lines of the nearest cache, output
// by output. Why this is here: docs/adr/0033-rows-of-steps-by-a-library-of-our-own.md, "Weights laid as oneDNN lays them".

#include <cstring>
#include <map>
#include <mutex>
#include <utility>

#include "packed_product.h"
#include "packing.h"
#include "rows.h"
#include "words.h"

namespace at::native {
// In libtorch's library; torch/csrc/inductor/aoti_torch/mkldnn_tensor.h has the same.
TORCH_API Tensor mkldnn_tensor_from_data_ptr(
    void* data_ptr, IntArrayRef dims, ScalarType dtype, Device device, const uint8_t* opaque_metadata, int64_t opaque_metadata_size);
} // namespace at::native

namespace {

constexpr int64_t AHEAD = 128;                     // bytes of each row that are asked for before they are read
constexpr int64_t MOST_TRIED = 4 * OUTPUTS;        // outputs of a weight of a new shape that oneDNN packs to tell how it does
constexpr int64_t MOST_NUMBERS = int64_t(1) << 48; // of a weight
constexpr size_t MOST_SHAPES = 1 << 10;            // that are remembered at once

// What oneDNN says of its weights of a shape; without a description they are not laid here.
struct Form {
    at::Tensor description;
    Layout layout;
};

Matrices checked(const std::vector<at::Tensor>& parts, int64_t outputs, int64_t inputs) {
    TORCH_CHECK(!parts.empty() && outputs > 0 && inputs > 0, "nothing to pack as a weight [", outputs, ", ", inputs, "]");
    TORCH_CHECK(outputs <= MOST_NUMBERS / inputs, "a weight [", outputs, ", ", inputs, "] has more than ", MOST_NUMBERS, " numbers");
    Matrices matrices{{}, outputs, inputs};
    int64_t rows = 0;
    for (const at::Tensor& part : parts) {
        TORCH_CHECK(is_there(part), "matrices are packed that lie in a CPU's memory");
        TORCH_CHECK(
            part.scalar_type() == parts[0].scalar_type() && part.dim() == 2 && part.size(1) == parts[0].size(1) && part.size(1) <= inputs,
            "a matrix ", part.sizes(), " of ", part.scalar_type(), " cannot be packed below one of ", parts[0].sizes(), " of ",
            parts[0].scalar_type(), " as a weight [", outputs, ", ", inputs, "]");
        rows += part.size(0);
        matrices.parts.push_back(with_dense_rows(part));
    }
    TORCH_CHECK(rows <= outputs, rows, " rows do not fit a weight [", outputs, ", ", inputs, "]");
    return matrices;
}

WIDE inline __m512i words_of(const char* row, int64_t at, __mmask32 there) {
    if (row == nullptr) {
        return _mm512_setzero_si512();
    }
    _mm_prefetch(row + at + AHEAD, _MM_HINT_T0);
    return _mm512_maskz_loadu_epi16(there, row + at);
}

// A line that is written as a whole need not be read before, past the caches.
template <bool PAST_CACHES>
WIDE inline void put(__m512i words, char* to) {
    if constexpr (PAST_CACHES) {
        _mm512_stream_si512(reinterpret_cast<__m512i*>(to), words);
    } else {
        _mm512_store_si512(to, words);
    }
}

// The next words of 16 outputs, whose rows lie anywhere: word by word those of all.
template <bool PAST_CACHES>
WIDE inline void lay(const char* const* rows, int64_t at, __mmask32 there, int64_t words, char* to) {
    __m512i of_words[16];
#pragma GCC unroll 16
    for (int i = 0; i < 16; i++) {
        of_words[i] = words_of(rows[i], at, there);
    }
    turn(of_words);
#pragma GCC unroll 16
    for (int i = 0; i < 16; i++) {
        if (i < words) {
            put<PAST_CACHES>(of_words[i], to + WORD * i);
        }
    }
}

template <bool PAST_CACHES>
WIDE void lay_words(const Matrices& matrices, int64_t block, int64_t words, char* to) {
    const char* rows[OUTPUTS];
    matrices.rows(block, rows);
    for (int64_t word = 0; word < words; word += WORDS_AT_ONCE) {
        const __mmask32 there = inputs_there((matrices.width() - 4 * word) / 2);
        for (int64_t output = 0; output < OUTPUTS; output += 16) {
            lay<PAST_CACHES>(rows + output, 4 * word, there, std::min(WORDS_AT_ONCE, words - word), to + WORD * word + 4 * output);
        }
    }
}

at::Tensor packed_by_onednn(const Matrices& matrices) {
    static const auto reorder = c10::Dispatcher::singleton().findSchemaOrThrow("mkldnn::_reorder_linear_weight", "");
    at::Tensor whole = matrices.parts.size() == 1 ? matrices.parts[0] : at::cat(matrices.parts, 0);
    const int64_t below = matrices.outputs - whole.size(0);
    const int64_t beside = matrices.inputs - whole.size(1);
    if (below > 0 || beside > 0) {
        whole = at::constant_pad_nd(whole, {0, beside, 0, below}, 0);
    }
    return by_onednn(reorder, {whole, std::optional<int64_t>()});
}

// What oneDNN says of the weight, if this library lays it the same way: of as many outputs of the last block, but fewer before it.
Form tried(const Matrices& matrices) {
    const Matrices some = matrices.outputs < MOST_TRIED ? matrices : matrices.first(MOST_TRIED - OUTPUTS + matrices.outputs % OUTPUTS);
    const at::Tensor packed = packed_by_onednn(some);
    const Layout layout = layout_of(packed, false);
    const int64_t bytes = layout.units * layout.words * WORD;
    Room room;
    char* const laid = room.of<char>(bytes);
    bool same = bytes > 0;
    for (int64_t block = 0; same && block < blocks_of(some.outputs); block++) {
        lay_block(some, block, layout.units * layout.words, false, laid);
        same = std::memcmp(laid, address(packed) + block * bytes, bytes) == 0;
    }
    return same ? Form{description_of(packed, matrices.outputs), layout} : Form();
}

// What is known of a weight's shape, which is tried once.
Form form_of(const Matrices& matrices) {
    static std::mutex lock;
    static auto& known = *new std::map<std::pair<int64_t, int64_t>, Form>(); // a thread may pack while the process ends
    const std::lock_guard locked(lock);
    const std::pair<int64_t, int64_t> shape(matrices.outputs, matrices.inputs);
    const auto found = known.find(shape);
    if (found != known.end()) {
        return found->second;
    }
    if (known.size() >= MOST_SHAPES) {
        known.clear();
    }
    return known.emplace(shape, tried(matrices)).first->second;
}

} // namespace

Matrices Matrices::first(int64_t count) const {
    Matrices some{{}, count, inputs};
    for (const at::Tensor& part : parts) {
        const int64_t rows = std::min(part.size(0), count);
        some.parts.push_back(part.narrow(0, 0, rows));
        count -= rows;
    }
    return some;
}

void Matrices::rows(int64_t block, const char** rows) const {
    std::fill_n(rows, OUTPUTS, nullptr);
    int64_t from = -block * OUTPUTS;
    for (const at::Tensor& part : parts) {
        const auto* const at = static_cast<const char*>(part.data_ptr());
        for (int64_t i = std::max<int64_t>(0, -from); i < part.size(0) && from + i < OUTPUTS; i++) {
            rows[from + i] = at + 2 * i * part.stride(0);
        }
        from += part.size(0);
    }
}

void lay_block(const Matrices& matrices, int64_t block, int64_t words, bool past_caches, char* to) {
    if (past_caches) {
        lay_words<true>(matrices, block, words, to);
        _mm_sfence();
    } else {
        lay_words<false>(matrices, block, words, to);
    }
}

at::Tensor pack_rows(const std::vector<at::Tensor>& parts, int64_t outputs, int64_t inputs) {
    const Matrices matrices = checked(parts, outputs, inputs);
    const Form form = matrices.parts[0].scalar_type() == at::kBFloat16 ? form_of(matrices) : Form();
    if (!form.description.defined()) {
        return packed_by_onednn(matrices);
    }
    const int64_t words = form.layout.units * form.layout.words;
    const at::Tensor memory = at::empty({blocks_of(outputs) * words * WORD}, at::kByte);
    auto* const to = static_cast<char*>(memory.data_ptr());
    in_turn(blocks_of(outputs), [&](const auto& next) {
        next([&](int64_t block) { lay_block(matrices, block, words, true, to + block * words * WORD); });
    });
    at::Tensor packed = at::native::mkldnn_tensor_from_data_ptr(
        to, {outputs, inputs}, at::kBFloat16, at::kCPU, form.description.data_ptr<uint8_t>(), form.description.numel());
    packed.unsafeGetTensorImpl()->set_backend_meta(c10::make_intrusive<OwnMemory>(memory, form.layout));
    return packed;
}
