// Threads that stay together for a whole step. A region of OpenMP's for each piece of its work costs as much as a small product and waits for
// each thread, and between two pieces memory idles.
#pragma once

#include <ATen/Parallel.h>
#include <immintrin.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>
#include <thread>
#include <utility>

// One thread leads and computes what is not shared out; the others wait for pieces of work, and read ahead for the one that is said to come next. The one
// that leads waits for nobody who has not come for a piece.
class Team {
  public:
    // Runs `work` while the threads of a team wait for pieces of it. Where threads may not be had, this one runs it alone.
    template <typename WORK>
    static void lead(const WORK& work) {
        // Within the region it may be another number.
        Team team(at::get_num_threads());
        at::parallel_for(0, team.threads, 1, [&](int64_t member, int64_t) {
            if (member > 0) {
                team.help(member);
                return;
            }
            const Leading leading(team);
            work();
        });
    }

    // The team that this thread leads, if any, and is not in a piece of.
    static Team* here() {
        return leads;
    }

    int64_t size() const {
        return threads;
    }

    // Runs `share` once here and once on each thread that is free before all is done.
    template <typename SHARE>
    void run(const SHARE& share) {
        const Piece own{&share, [](const void* of) { (*static_cast<const SHARE*>(of))(); }};
        piece.store(&own);
        turn.fetch_add(1);
        // What a piece shares out is done by whoever computes it, as in any parallel region.
        leads = nullptr;
        attempt(own);
        leads = this;
        turn.fetch_add(1);
        while (inside.load() != 0) {
            give_way();
        }
        if (failing.exchange(false)) {
            std::rethrow_exception(std::exchange(failure, nullptr));
        }
    }

    // What the next large piece reads.
    void comes_next(const char* from, int64_t bytes) {
        next_bytes.store(bytes, std::memory_order_relaxed);
        next.store(from, std::memory_order_relaxed);
    }

  private:
    static constexpr int64_t AHEAD = 1 << 20; // bytes that each reads ahead at most: the second cache
    static constexpr int64_t AT_ONCE = 4096;

    struct Piece {
        const void* share;
        void (*run)(const void*);
    };

    class Leading {
      public:
        explicit Leading(Team& led) : team(led), before(leads) {
            leads = &led;
        }
        ~Leading() {
            leads = before;
            team.over.store(true);
        }
        Leading(const Leading&) = delete;
        Leading& operator=(const Leading&) = delete;

      private:
        Team& team;
        Team* const before;
    };

    explicit Team(int64_t asked) : threads(asked) {}

    void attempt(const Piece& some) {
        try {
            some.run(some.share);
        } catch (...) {
            if (!failing.exchange(true)) {
                failure = std::current_exception();
            }
        }
    }

    void help(int64_t member) {
        uint64_t done = 0;
        const char* reading = nullptr;
        int64_t read = 0;
        while (!over.load()) {
            const uint64_t now = turn.load();
            if (now % 2 == 1 && now != done) {
                done = take_part();
                continue;
            }
            const char* const ahead = next.load(std::memory_order_relaxed);
            if (ahead != reading) {
                reading = ahead;
                read = 0;
            }
            // Its own first share, in whose cache it then is: the one that leads takes the one before (in_turn).
            const int64_t share = next_bytes.load(std::memory_order_relaxed) / (2 * threads) / 64 * 64;
            if (read < std::min(AHEAD, share)) {
                for (int64_t line = 0; line < AT_ONCE; line += 64) {
                    _mm_prefetch(ahead + member * share + read + line, _MM_HINT_T1);
                }
                read += AT_ONCE;
            } else {
                give_way();
            }
        }
    }

    // To whoever else wants this processor; looks again within a microsecond where nobody does.
    static void give_way() {
        for (int i = 0; i < 16; i++) {
            _mm_pause();
        }
        std::this_thread::yield();
    }

    // In the piece that is there now, if it still is.
    uint64_t take_part() {
        inside.fetch_add(1);
        const uint64_t now = turn.load();
        if (now % 2 == 1) {
            attempt(*piece.load());
        }
        inside.fetch_sub(1);
        return now;
    }

    static inline thread_local Team* leads = nullptr;

    const int64_t threads; // that were asked for

    // Odd while there is a piece of work.
    alignas(64) std::atomic<uint64_t> turn{0};
    std::atomic<const Piece*> piece{nullptr};
    std::atomic<bool> over{false};
    std::atomic<const char*> next{nullptr};
    std::atomic<int64_t> next_bytes{0};
    alignas(64) std::atomic<int64_t> inside{0};
    std::atomic<bool> failing{false};
    std::exception_ptr failure;
};
