// Blocks of a GPU's kernel on a processor. A thread of a block is a fiber of its own and runs until it waits: for its warp, its block, or the kernel before
// it. Which goes on first changes from time to time, and copies that are waited for later land as late as that allows, or at once, so that what waits too
// little reads what is no number.
#pragma once

#include <immintrin.h>
#include <sys/mman.h>

#include <atomic>
#include <cmath>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <mutex>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

// A GPU wants 16 bytes; tensors of a mapped file begin at 8.
struct alignas(8) uint4 {
    unsigned x, y, z, w;
};

struct alignas(16) float4 {
    float x, y, z, w;
};

struct Dim {
    unsigned x, y, z;
};

namespace warps {

constexpr int LANES = 32;
constexpr size_t STACK = 64 << 10;
constexpr size_t PAGE = 4096;
constexpr unsigned NO_NUMBER = 0x7fc07fc0; // of all types

[[noreturn]] inline void fail(const char* what) {
    fprintf(stderr, "a kernel %s\n", what);
    abort();
}

enum Waits { FOR_NOTHING, FOR_SHUFFLE, FOR_WARP, FOR_TILE, FOR_BLOCK, FOR_EARLIER, FOR_EVER };

struct Copy {
    uint4* to;
    const void* from;
};

// Copies that a thread has not waited for, by groups.
struct Copies {
    static constexpr unsigned GROUPS = 64;
    static constexpr unsigned OF_GROUP = 4;

    Copy copies[GROUPS][OF_GROUP];
    unsigned counts[GROUPS] = {};
    unsigned first = 0; // that has not landed
    unsigned open = 0;  // that further copies belong to

    void add(Copy copy) {
        if (counts[open % GROUPS] == OF_GROUP) {
            fail("has more copies in a group than there is room for");
        }
        copies[open % GROUPS][counts[open % GROUPS]++] = copy;
    }

    void commit() {
        if (++open - first == GROUPS) {
            fail("has more groups of copies than there is room for");
        }
    }

    void land(unsigned group) {
        for (unsigned i = 0; i < counts[group % GROUPS]; i++) {
            memcpy(copies[group % GROUPS][i].to, copies[group % GROUPS][i].from, sizeof(uint4));
        }
        counts[group % GROUPS] = 0;
    }

    void land_but(unsigned left) {
        for (; open - first > left; first++) {
            land(first);
        }
    }
};

struct Fiber {
    void* stack = nullptr;
    void* at = nullptr;
    Dim thread{};
    Waits waits = FOR_NOTHING;
    Copies copies;
};

struct Warp {
    int alive = 0;
    int waiting = 0;
    Waits what = FOR_NOTHING;
    int turn = 0;
    unsigned words[2][LANES];
    unsigned tile[6][LANES];
    float sums[2][LANES][4];
};

struct Block;

// Of the fiber that asks, whose stack begins with it.
inline __attribute__((always_inline)) Block* block() {
    return *reinterpret_cast<Block**>(reinterpret_cast<uintptr_t>(__builtin_frame_address(0)) & ~(STACK - 1));
}

extern "C" void warps_switch(void** from, void* to);
asm(R"(
.text
.local warps_switch
.type warps_switch, @function
warps_switch:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
.size warps_switch, .-warps_switch
)");

struct Block {
    std::vector<Fiber> fibers;
    std::vector<Warp> warps;
    Dim index{}, grid{}, threads{};
    const std::function<void()>* kernel = nullptr;
    unsigned char* share = nullptr;
    size_t share_bytes = 0;
    Fiber* current = nullptr;
    void* scheduler = nullptr;
    int alive = 0;
    int waiting = 0;
    uint64_t state = 88172645463325252ull;

    uint64_t drawn() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        return state;
    }

    int number(const Fiber& fiber) const {
        return static_cast<int>(&fiber - fibers.data());
    }

    Warp& warp_of(const Fiber& fiber) {
        return warps[number(fiber) / LANES];
    }

    void yield() {
        warps_switch(&current->at, scheduler);
    }

    void release_warp(Warp& warp) {
        if (warp.alive > 0 && warp.waiting == warp.alive) {
            warp.waiting = 0;
            warp.turn = 1 - warp.turn;
            Fiber* first = &fibers[LANES * (&warp - warps.data())];
            for (int lane = 0; lane < LANES; lane++) {
                if (first[lane].waits == warp.what) {
                    first[lane].waits = FOR_NOTHING;
                }
            }
        }
    }

    // The last lane to come does the rest before all go on.
    template <typename REST>
    void wait_for_warp(Waits what, const REST& rest) {
        Warp& warp = warp_of(*current);
        if (warp.waiting > 0 && warp.what != what) {
            fail("has lanes of a warp that wait for different things");
        }
        warp.what = what;
        warp.waiting++;
        current->waits = what;
        if (warp.waiting == warp.alive) {
            rest(warp);
        }
        release_warp(warp);
        if (current->waits != FOR_NOTHING) {
            yield();
        }
    }

    void release_block() {
        if (alive > 0 && waiting == alive) {
            waiting = 0;
            for (Fiber& fiber : fibers) {
                if (fiber.waits == FOR_BLOCK) {
                    fiber.waits = FOR_NOTHING;
                }
            }
        }
    }

    void wait_for_block() {
        waiting++;
        current->waits = FOR_BLOCK;
        release_block();
        if (current->waits != FOR_NOTHING) {
            yield();
        }
    }

    void wait_for_earlier() {
        current->waits = FOR_EARLIER;
        yield();
    }

    void ended() {
        if (current->copies.open != current->copies.first || current->copies.counts[current->copies.open % Copies::GROUPS] != 0) {
            fail("ends while copies are under way");
        }
        current->waits = FOR_EVER;
        Warp& warp = warp_of(*current);
        warp.alive--;
        alive--;
        release_warp(warp);
        release_block();
        yield();
    }

    static void begin() {
        (*block()->kernel)();
        block()->ended();
    }

    // Room for what a block shares ends where nothing may be read.
    void share_of(size_t bytes) {
        if (share_bytes != bytes || share == nullptr) {
            const auto whole = [](size_t some) { return (some + PAGE - 1) / PAGE * PAGE; };
            if (share != nullptr) {
                munmap(share + share_bytes - whole(share_bytes), whole(share_bytes) + PAGE);
            }
            const size_t own = whole(bytes);
            auto* pages = static_cast<unsigned char*>(mmap(nullptr, own + PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
            mprotect(pages + own, PAGE, PROT_NONE);
            share = pages + own - bytes;
            share_bytes = bytes;
        }
        for (size_t i = 0; i + sizeof(NO_NUMBER) <= bytes; i += sizeof(NO_NUMBER)) {
            memcpy(share + i, &NO_NUMBER, sizeof(NO_NUMBER));
        }
    }

    void prepare(const std::function<void()>& work, Dim at, Dim blocks, Dim of_block, size_t bytes) {
        kernel = &work;
        index = at;
        grid = blocks;
        threads = of_block;
        alive = static_cast<int>(of_block.x);
        waiting = 0;
        if (alive % LANES != 0) {
            fail("has a warp that is not whole");
        }
        share_of(bytes);
        fibers.resize(alive);
        warps.assign(alive / LANES, Warp());
        for (Warp& warp : warps) {
            warp.alive = LANES;
        }
        for (int i = 0; i < alive; i++) {
            Fiber& fiber = fibers[i];
            if (fiber.stack == nullptr) {
                fiber.stack = aligned_alloc(STACK, STACK);
                *static_cast<Block**>(fiber.stack) = this;
            }
            fiber.thread = {static_cast<unsigned>(i), 0, 0};
            fiber.waits = FOR_NOTHING;
            void** top = reinterpret_cast<void**>(static_cast<char*>(fiber.stack) + STACK - i % 64 * 192 - 16); // not all on the same lines of a cache
            *--top = nullptr;
            *--top = reinterpret_cast<void*>(&Block::begin);
            for (int saved = 0; saved < 6; saved++) {
                *--top = nullptr;
            }
            fiber.at = top;
        }
    }

    // Until all threads wait for the kernel before, or have ended.
    void run() {
        for (bool some = true; some;) {
            some = false;
            const int count = static_cast<int>(fibers.size());
            const int from = static_cast<int>(drawn() % warps.size()) * LANES;
            const int way = drawn() % 2 == 0 ? 1 : count - 1;
            for (int i = 0, at = from; i < count; i++, at = (at + way) % count) {
                if (fibers[at].waits == FOR_NOTHING) {
                    some = true;
                    current = &fibers[at];
                    warps_switch(&scheduler, current->at);
                }
            }
        }
        for (const Fiber& fiber : fibers) {
            if (fiber.waits != FOR_EARLIER && fiber.waits != FOR_EVER) {
                fail("waits for what never comes");
            }
        }
    }

    void earlier_has_ended() {
        for (Fiber& fiber : fibers) {
            if (fiber.waits == FOR_EARLIER) {
                fiber.waits = FOR_NOTHING;
            }
        }
    }
};

// A thread of the processor for each block, since what a block shares is that thread's own.
class Worker {
  public:
    Worker() : thread([this] { work(); }) {
        thread.detach();
    }

    void begin(std::function<void(Block&)> some) {
        std::lock_guard<std::mutex> lock(mutex);
        task = std::move(some);
        busy = true;
        changed.notify_all();
    }

    void await() {
        std::unique_lock<std::mutex> lock(mutex);
        changed.wait(lock, [this] { return !busy; });
    }

  private:
    void work() {
        Block own;
        for (;;) {
            std::function<void(Block&)> some;
            {
                std::unique_lock<std::mutex> lock(mutex);
                changed.wait(lock, [this] { return busy; });
                some = std::move(task);
            }
            some(own);
            std::lock_guard<std::mutex> lock(mutex);
            busy = false;
            changed.notify_all();
        }
    }

    std::mutex mutex;
    std::condition_variable changed;
    std::function<void(Block&)> task;
    bool busy = false;
    std::thread thread;
};

// A kernel that may have begun and waits for the one before it.
class Running {
  public:
    Running(std::function<void()> kernel, Dim grid, Dim threads, size_t bytes)
        : kernel(std::move(kernel)), grid(grid), threads(threads), bytes(bytes), workers(free_ones(grid.x * grid.y * grid.z)) {}

    void begin() {
        each([&](Block& own, unsigned at) {
            own.state += 0x9e3779b97f4a7c15ull * ++drawn;
            own.prepare(kernel, {at % grid.x, at / grid.x % grid.y, at / grid.x / grid.y}, grid, threads, bytes);
            own.run();
        });
    }

    void end() {
        each([](Block& own, unsigned) {
            own.earlier_has_ended();
            own.run();
            if (own.alive != 0) {
                fail("waits for the one before it twice");
            }
        });
        for (Worker* worker : workers) {
            idle.push_back(worker);
        }
    }

  private:
    template <typename WORK>
    void each(const WORK& work) {
        for (unsigned at = 0; at < workers.size(); at++) {
            workers[at]->begin([&work, at](Block& own) { work(own, at); });
        }
        for (Worker* worker : workers) {
            worker->await();
        }
    }

    static std::vector<Worker*> free_ones(unsigned count) {
        std::vector<Worker*> some;
        for (unsigned i = 0; i < count; i++) {
            if (idle.empty()) {
                some.push_back(new Worker());
            } else {
                some.push_back(idle.back());
                idle.pop_back();
            }
        }
        return some;
    }

    static inline std::vector<Worker*> idle;
    static inline std::atomic<uint64_t> drawn{0};

    const std::function<void()> kernel;
    const Dim grid;
    const Dim threads;
    const size_t bytes;
    const std::vector<Worker*> workers;
};

template <typename T>
T shuffled(T value, int mask) {
    static_assert(sizeof(T) == 4, "a word");
    Warp& warp = block()->warp_of(*block()->current);
    const int lane = block()->number(*block()->current) % LANES;
    const int turn = warp.turn;
    memcpy(&warp.words[turn][lane], &value, 4);
    block()->wait_for_warp(FOR_SHUFFLE, [](Warp&) {});
    T other;
    memcpy(&other, &warp.words[turn][lane ^ mask], 4);
    return other;
}

// A launch with the arguments as they are now.
template <typename... ARGUMENTS, size_t... PLACES>
std::function<void()> bound(void (*kernel)(ARGUMENTS...), void** places, std::index_sequence<PLACES...>) {
    std::tuple<ARGUMENTS...> values{*static_cast<ARGUMENTS*>(places[PLACES])...};
    return [kernel, values] { std::apply(kernel, values); };
}

template <typename... ARGUMENTS>
std::function<void()> bound(void (*kernel)(ARGUMENTS...), void** places) {
    return bound(kernel, places, std::index_sequence_for<ARGUMENTS...>());
}

} // namespace warps
