// AMX's instructions on a processor that has none, by a handler of SIGILL: what with-tiles.sh runs tests with. Each does what Intel's manual of
// instructions says (volume 2, LDTILECFG to TILEZERO), and ends the process where a processor would refuse it. Time says nothing here: an
// instruction takes some microseconds.
//
// cpuid and xgetbv come here too, where with-tiles.sh has put bytes that are no instruction in their place, and say that there is AMX. oneDNN asks
// for float16 beside it, of which it then uses one instruction.

#include <cpuid.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <immintrin.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

constexpr int TILES = 8, LINES = 16, BYTES = 64;

struct Description {
    uint8_t palette;
    uint8_t start;
    uint8_t reserved[14];
    uint16_t bytes[16];
    uint8_t lines[16];
};

struct Tiles {
    alignas(64) uint8_t tile[TILES][LINES][BYTES];
    Description is;
};

__thread Tiles tiles __attribute__((tls_model("initial-exec")));
struct sigaction next;
std::atomic<long> products_of_bfloat16{0}, products_of_int8{0};
std::atomic<bool> asked{false}; // for tiles, which a process has to

using Registers = greg_t*;
constexpr int REGISTERS[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
                               REG_R8, REG_R9, REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};

[[noreturn]] void refuse(const char* why) {
    dprintf(2, "tiles: refused, as a processor would: %s\n", why);
    abort();
}

void require(bool holds, const char* what) {
    if (!holds) {
        refuse(what);
    }
}

bool is_described(int tile) {
    return tiles.is.palette == 1 && tiles.is.lines[tile] > 0;
}

void describe(const uint8_t* at) {
    Description is;
    std::memcpy(&is, at, sizeof is);
    std::memset(&tiles, 0, sizeof tiles);
    require(is.palette <= 1, "a palette above 1");
    require(is.start == 0, "a description of an instruction that was interrupted, which none is here");
    if (is.palette == 0) {
        return;
    }
    for (const uint8_t reserved : is.reserved) {
        require(reserved == 0, "reserved bytes of a description");
    }
    for (int tile = 0; tile < 16; tile++) {
        require(is.bytes[tile] <= BYTES && is.lines[tile] <= LINES, "a tile larger than 16 lines of 64 bytes");
        require((is.bytes[tile] == 0) == (is.lines[tile] == 0), "a tile of lines without bytes");
        require(tile < TILES || is.lines[tile] == 0, "a ninth tile");
    }
    tiles.is = is;
}

// [lines of `to`][pairs or fours of `left`] by [pairs or fours][columns of `to`].
void require_product(int to, int left, int right) {
    const Description& is = tiles.is;
    require(is_described(to) && is_described(left) && is_described(right), "a product of tiles that are not described");
    require(to != left && to != right && left != right, "a product of a tile with itself");
    require(is.lines[to] == is.lines[left] && is.bytes[to] == is.bytes[right], "a product of another shape");
    require(is.bytes[left] % 4 == 0 && is.bytes[right] % 4 == 0 && is.bytes[left] / 4 == is.lines[right], "factors of different lengths");
}

float widened(const uint8_t* at) {
    const uint32_t bits = static_cast<uint32_t>(at[0]) << 16 | static_cast<uint32_t>(at[1]) << 24;
    float value;
    std::memcpy(&value, &bits, 4);
    return value;
}

// TDPBF16PS: products of even places and of odd ones apart, then both, then what was there; numbers below the least normal one are none.
__attribute__((target("avx512f,avx512bw,avx512vl"))) void add_bfloat16(int to, int left, int right) {
    require_product(to, left, right);
    _mm_setcsr(0x1f80 | 0x8040);
    const __m512i upper = _mm512_set1_epi32(static_cast<int>(0xffff0000));
    const auto columns = static_cast<__mmask16>((1u << (tiles.is.bytes[to] / 4)) - 1);
    for (int line = 0; line < tiles.is.lines[to]; line++) {
        __m512 even = _mm512_setzero_ps();
        __m512 odd = _mm512_setzero_ps();
        for (int k = 0; k < tiles.is.lines[right]; k++) {
            const uint8_t* pair = &tiles.tile[left][line][4 * k];
            const __m512i pairs = _mm512_load_si512(tiles.tile[right][k]);
            even = _mm512_fmadd_ps(_mm512_set1_ps(widened(pair)), _mm512_castsi512_ps(_mm512_slli_epi32(pairs, 16)), even);
            odd = _mm512_fmadd_ps(_mm512_set1_ps(widened(pair + 2)), _mm512_castsi512_ps(_mm512_and_si512(pairs, upper)), odd);
        }
        auto* sums = reinterpret_cast<float*>(tiles.tile[to][line]);
        _mm512_store_ps(sums, _mm512_maskz_add_ps(columns, _mm512_load_ps(sums), _mm512_add_ps(even, odd)));
    }
    products_of_bfloat16++;
}

// TDPBSSD, TDPBSUD, TDPBUSD and TDPBUUD.
void add_int8(int to, int left, int right, bool left_is_signed, bool right_is_signed) {
    require_product(to, left, right);
    const auto number = [](uint8_t byte, bool is_signed) { return is_signed ? static_cast<int>(static_cast<int8_t>(byte)) : static_cast<int>(byte); };
    for (int line = 0; line < tiles.is.lines[to]; line++) {
        auto* sums = reinterpret_cast<int32_t*>(tiles.tile[to][line]);
        for (int k = 0; k < tiles.is.lines[right]; k++) {
            for (int column = 0; column < tiles.is.bytes[to] / 4; column++) {
                for (int j = 0; j < 4; j++) {
                    sums[column] += number(tiles.tile[left][line][4 * k + j], left_is_signed)
                        * number(tiles.tile[right][k][4 * column + j], right_is_signed);
                }
            }
        }
    }
    products_of_int8++;
}

// What an instruction of tiles names: a tile, and an address with the bytes from one line to the next, or two more tiles.
struct Operands {
    bool of_memory;
    int tile;
    int left;
    uint8_t* address;
    int64_t stride;
    bool has_stride;
    int length; // bytes of the whole instruction
};

Operands operands_of(const uint8_t* at, Registers registers) {
    const int r = (at[1] & 0x80) != 0 ? 0 : 8, x = (at[1] & 0x40) != 0 ? 0 : 8, b = (at[1] & 0x20) != 0 ? 0 : 8;
    const uint8_t* byte = at + 4;
    const int modrm = *byte++, mode = modrm >> 6, low = modrm & 7;
    Operands o{mode != 3, ((modrm >> 3) & 7) | r, low | b, nullptr, 0, false, 0};
    uint64_t base = 0;
    int displacement_bytes = mode == 1 ? 1 : mode == 2 ? 4 : 0;
    bool from_next = false;
    if (o.of_memory && low == 4) {
        const int sib = *byte++, index = ((sib >> 3) & 7) | x;
        o.has_stride = true;
        o.stride = index == 4 ? 0 : static_cast<int64_t>(registers[REGISTERS[index]]) << (sib >> 6);
        if ((sib & 7) == 5 && mode == 0) {
            displacement_bytes = 4;
        } else {
            base = registers[REGISTERS[(sib & 7) | b]];
        }
    } else if (o.of_memory && low == 5 && mode == 0) {
        displacement_bytes = 4;
        from_next = true;
    } else if (o.of_memory) {
        base = registers[REGISTERS[low | b]];
    }
    int32_t displacement = 0;
    if (displacement_bytes == 1) {
        displacement = static_cast<int8_t>(*byte);
    } else if (displacement_bytes == 4) {
        std::memcpy(&displacement, byte, 4);
    }
    o.length = static_cast<int>(byte + displacement_bytes - at);
    o.address = reinterpret_cast<uint8_t*>(base + (from_next ? reinterpret_cast<uint64_t>(at) + o.length : 0) + displacement);
    return o;
}

// Does what one instruction says and returns its length, or 0 where it is none of tiles.
int instruction_of_tiles(const uint8_t* at, Registers registers) {
    enum Prefix { NONE, P66, PF3, PF2 };
    const bool is_vex_0f38 = at[0] == 0xc4 && (at[1] & 0x1f) == 2 && (at[2] & 0x84) == 0;
    if (!is_vex_0f38 || (at[3] != 0x49 && at[3] != 0x4b && at[3] != 0x5c && at[3] != 0x5e)) {
        return 0;
    }
    const int prefix = at[2] & 3, right = (~(at[2] >> 3)) & 15;
    const Operands o = operands_of(at, registers);
    require(asked, "tiles that the process has not asked the kernel for");
    require(o.tile < TILES && (o.of_memory || o.left < TILES), "a tile above 7");
    require(at[3] >= 0x5c || right == 0, "a second factor of an instruction that has none");
    if (at[3] == 0x49 && o.of_memory && prefix == NONE) { // LDTILECFG
        describe(o.address + o.stride);
    } else if (at[3] == 0x49 && o.of_memory && prefix == P66) { // STTILECFG
        std::memcpy(o.address + o.stride, &tiles.is, sizeof tiles.is);
    } else if (at[3] == 0x49 && prefix == NONE) { // TILERELEASE
        std::memset(&tiles, 0, sizeof tiles);
    } else if (at[3] == 0x49 && !o.of_memory && prefix == PF2) { // TILEZERO
        require(is_described(o.tile), "a tile that is not described is set to zero");
        std::memset(tiles.tile[o.tile], 0, sizeof tiles.tile[o.tile]);
    } else if (at[3] == 0x4b && o.has_stride && prefix != NONE) { // TILELOADD, TILELOADDT1, TILESTORED
        require(is_described(o.tile), "a tile that is not described is read or written");
        require(tiles.is.bytes[o.tile] % 4 == 0, "lines of no whole fours of bytes are read or written");
        for (int line = 0; line < tiles.is.lines[o.tile]; line++) {
            uint8_t* memory = o.address + line * o.stride;
            uint8_t* own = tiles.tile[o.tile][line];
            if (prefix == PF3) {
                std::memcpy(memory, own, tiles.is.bytes[o.tile]);
            } else {
                std::memset(own, 0, BYTES);
                std::memcpy(own, memory, tiles.is.bytes[o.tile]);
            }
        }
    } else if (at[3] == 0x5c && !o.of_memory && prefix == PF3) {
        add_bfloat16(o.tile, o.left, right);
    } else if (at[3] == 0x5e && !o.of_memory) {
        add_int8(o.tile, o.left, right, prefix == PF2 || prefix == PF3, prefix == PF2 || prefix == P66);
    } else {
        return 0;
    }
    return o.length;
}

// What stands in place of cpuid (0f 0a) and of xgetbv (0f 04 90): what the processor says, and AMX, with what oneDNN asks for beside it.
int question(const uint8_t* at, Registers registers) {
    constexpr unsigned OF_TILES = 3u << 17;
    if (at[0] != 0x0f || (at[1] != 0x0a && at[1] != 0x04)) {
        return 0;
    }
    const auto leaf = static_cast<unsigned>(registers[REG_RAX]), part = static_cast<unsigned>(registers[REG_RCX]);
    unsigned a = 0, b = 0, c = 0, d = 0;
    if (at[1] == 0x04) {
        __asm__ volatile("xgetbv" : "=a"(a), "=d"(d) : "c"(part));
        registers[REG_RAX] = part == 0 ? a | OF_TILES : a;
        registers[REG_RDX] = d;
        return 3;
    }
    __cpuid_count(leaf, part, a, b, c, d);
    if (leaf == 0) {
        a = a < 0x1e ? 0x1e : a;
    } else if (leaf == 7 && part == 0) {
        d |= 1u << 22 | 1u << 23 | 1u << 24 | 1u << 25; // bfloat16 of tiles, float16, tiles, 8 bits of tiles
        a = a < 1 ? 1 : a;
    } else if (leaf == 7 && part == 1) {
        a |= 1u << 4; // AVX-VNNI
    } else if (leaf == 0xd && part == 0) {
        a |= OF_TILES;
    } else if (leaf == 0x1d) { // palettes
        a = part == 0 ? 1 : part == 1 ? 1024u << 16 | 8192u : 0;
        b = part == 1 ? TILES << 16 | BYTES : 0;
        c = part == 1 ? LINES : 0;
        d = 0;
    } else if (leaf == 0x1e) {
        b = part == 0 ? BYTES << 8 | LINES : 0;
        a = c = d = 0;
    }
    registers[REG_RAX] = a;
    registers[REG_RBX] = b;
    registers[REG_RCX] = c;
    registers[REG_RDX] = d;
    return 2;
}

// VCVTPH2PSX widens float16 as VCVTPH2PS does, which is older and coded alike but for the number of its table: 2 and not 6. It is put in place.
bool is_made_older(const uint8_t* at) {
    constexpr uint64_t PAGE = 4096;
    if (at[0] != 0x62 || (at[1] & 7) != 6 || (at[2] & 0x83) != 1 || (at[3] & 0x10) != 0 || at[4] != 0x13) {
        return false;
    }
    const uint64_t from = reinterpret_cast<uint64_t>(at) & ~(PAGE - 1);
    const uint64_t to = (reinterpret_cast<uint64_t>(at) + 2 + PAGE - 1) & ~(PAGE - 1);
    require(mprotect(reinterpret_cast<void*>(from), to - from, PROT_READ | PROT_WRITE | PROT_EXEC) == 0, "code that cannot be written");
    const_cast<uint8_t*>(at)[1] = static_cast<uint8_t>((at[1] & ~7) | 2);
    return true;
}

void on_illegal_instruction(int signal, siginfo_t* info, void* context) {
    Registers registers = static_cast<ucontext_t*>(context)->uc_mcontext.gregs;
    bool known = false;
    for (int length = 1; length > 0; registers[REG_RIP] += length) {
        const auto* at = reinterpret_cast<const uint8_t*>(registers[REG_RIP]);
        length = question(at, registers);
        length = length > 0 ? length : instruction_of_tiles(at, registers);
        known = known || length > 0;
    }
    if (known || is_made_older(reinterpret_cast<const uint8_t*>(registers[REG_RIP]))) {
        return;
    }
    if ((next.sa_flags & SA_SIGINFO) == 0 || next.sa_sigaction == nullptr) {
        refuse("an instruction that is none of tiles");
    }
    next.sa_sigaction(signal, info, context);
}

// Each is looked up once: that takes the loader's lock and forgets its last error.
auto* original_sigaction() {
    static auto* const found = reinterpret_cast<int (*)(int, const struct sigaction*, struct sigaction*)>(dlsym(RTLD_NEXT, "sigaction"));
    return found;
}

auto* original_syscall() {
    static auto* const found = reinterpret_cast<long (*)(long, ...)>(dlsym(RTLD_NEXT, "syscall"));
    return found;
}

__attribute__((constructor)) void begin() {
    struct sigaction own = {};
    own.sa_sigaction = on_illegal_instruction;
    own.sa_flags = SA_SIGINFO | SA_NODEFER | SA_RESTART;
    original_sigaction()(SIGILL, &own, nullptr);
    original_syscall();
}

__attribute__((destructor)) void end() {
    const char* log = getenv("TILES_LOG");
    const int file = log == nullptr || products_of_bfloat16 + products_of_int8 == 0 ? -1 : open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (file >= 0) {
        dprintf(file, "%ld %ld\n", products_of_bfloat16.load(), products_of_int8.load());
        close(file);
    }
}

} // namespace

// The virtual machine has a handler of its own for SIGILL, which comes behind this one.
extern "C" int sigaction(int signal, const struct sigaction* action, struct sigaction* before) {
    if (signal != SIGILL) {
        return original_sigaction()(signal, action, before);
    }
    const struct sigaction was = next;
    if (action != nullptr) {
        next = *action;
    }
    if (before != nullptr) {
        *before = was;
    }
    return 0;
}

// A process asks the kernel for its tiles.
extern "C" long syscall(long number, ...) {
    va_list list;
    va_start(list, number);
    long argument[6];
    for (long& one : argument) {
        one = va_arg(list, long);
    }
    va_end(list);
    constexpr long SUPPORTED = 0x1021, PERMITTED = 0x1022, ASK = 0x1023, TILE_DATA = 18;
    if (number == SYS_arch_prctl && (argument[0] == SUPPORTED || argument[0] == PERMITTED)) {
        const bool has_data = argument[0] == SUPPORTED || asked;
        *reinterpret_cast<uint64_t*>(argument[1]) = 0xe7 | 1u << 17 | (has_data ? 1u << TILE_DATA : 0);
        return 0;
    }
    if (number == SYS_arch_prctl && argument[0] == ASK && argument[1] == TILE_DATA) {
        asked = true;
        return 0;
    }
    return original_syscall()(number, argument[0], argument[1], argument[2], argument[3], argument[4], argument[5]);
}
