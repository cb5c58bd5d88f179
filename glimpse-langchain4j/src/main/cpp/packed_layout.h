// How weights lie that oneDNN has packed.
//
// A packed weight [outputs, inputs] lies as [outputs / 64][units of inputs][words of a unit][64][4 bytes]. With AMX a unit has 16 words, 32 inputs of
// bfloat16 or 64 of 8 bits: 4,096 bytes, of which the 16 rows of each of four tiles of the processor lie 256 bytes apart. Without AMX a
// unit of bfloat16 has 8 words, 16 inputs; one of 8 bits is the same.
#pragma once

#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>

#include <cstdint>
#include <utility>

constexpr int64_t TILE = 4096;     // bytes of a unit of 16 words
constexpr int64_t OUTPUTS = 64;    // of a block
constexpr int64_t WORD = 4 * OUTPUTS; // bytes of a word, four lines of memory
constexpr int64_t TILE_WORDS = 16; // of a unit
constexpr int64_t PAIR_WORDS = 8;
constexpr int64_t WHOLE_INPUTS = 32; // of which a weight that the product packs has whole ones (PackedShape)
constexpr int64_t MOST_UNITS = 64; // behind which oneDNN begins a new sum

// Blocks of so many outputs.
inline int64_t blocks_of(int64_t outputs) {
    return (outputs + OUTPUTS - 1) / OUTPUTS;
}

// How a weight lies, if it lies as above; else it has no units.
struct Layout {
    int64_t words = 0; // of a unit
    int64_t units = 0;
    int64_t chunk = 0; // units of a sum
};

// The memory of a weight of bfloat16 that is laid by this library, and how it lies.
class OwnMemory : public c10::BackendMeta {
  public:
    OwnMemory(at::Tensor memory, Layout layout) : layout(layout), memory(std::move(memory)) {}

    // That of a tensor, or null.
    static OwnMemory* of(const at::Tensor& tensor) {
        return dynamic_cast<OwnMemory*>(tensor.unsafeGetTensorImpl()->get_backend_meta());
    }

    void release_resources() override {
        memory.reset();
    }

    const Layout layout;

  private:
    at::Tensor memory;
};

// A tensor that is known again, and does not stay for that: nothing else has its place in memory as long as it is known.
class KnownTensor {
  public:
    explicit KnownTensor(const at::Tensor& tensor) : known(Target::reclaim_copy(target_of(tensor))) {}

    bool is(const at::Tensor& tensor) const {
        return target_of(tensor) == known._unsafe_get_target();
    }

    bool is_gone() const {
        return known.expired();
    }

  private:
    using Target = c10::intrusive_ptr<c10::intrusive_ptr_target>;

    // What is known of a tensor keeps its own memory, so there that is known.
    static c10::intrusive_ptr_target* target_of(const at::Tensor& tensor) {
        c10::intrusive_ptr_target* const own = OwnMemory::of(tensor);
        return own != nullptr ? own : tensor.unsafeGetTensorImpl();
    }

    c10::weak_intrusive_ptr<c10::intrusive_ptr_target> known;
};

// Whether the processor multiplies pairs of bfloat16.
bool has_pairs();

// Whether it multiplies four numbers of 8 bits at once.
bool has_bytes();

// Whether it has tiles, and the system lets this process have them.
bool has_tiles();

// How oneDNN lays a weight of bfloat16 with so many inputs, whole units of them, where there are no tiles.
Layout layout_of_pairs(int64_t inputs);

// What an operator of libtorch's gives.
at::Tensor by_onednn(const c10::OperatorHandle& operation, torch::jit::Stack stack);

// Where the numbers of a packed weight lie.
const char* address(const at::Tensor& packed);

// The layout of a weight, in 8 bits or in bfloat16; read once for a tensor.
Layout layout_of(const at::Tensor& weight, bool int8);

// What oneDNN says of a weight in bfloat16, which has a layout, if it had so many outputs, as many of them in the last block.
at::Tensor description_of(const at::Tensor& weight, int64_t outputs);
