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

// One thread leads and computes what is not shared out; the others wait for pieces of work, and all who wait read ahead for the one that is said to come
// behind. The one that leads waits for nobody who has not come for a piece.
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
        const Piece shared{&share, [](const void* of) { (*static_cast<const SHARE*>(of))(); }};
        piece.store(&shared);
        turn.fetch_add(1);
        show(behind, behind_bytes);
        // What a piece shares out is done by whoever computes it, as in any parallel region.
        leads = nullptr;
        attempt(shared);
        leads = this;
        turn.fetch_add(1);
        while (inside.load() != 0) {
            if (!own.more(*this, 0)) {
                give_way();
            }
        }
        if (failing.exchange(false)) {
            std::rethrow_exception(std::exchange(failure, nullptr));
        }
    }

    // What the first large piece reads.
    void comes_first(const char* from, int64_t bytes) {
        comes_behind(from, bytes);
        show(from, bytes);
    }

    // What the large piece behind the next one reads: who has done with that one need not wait for the others.
    void comes_behind(const char* from, int64_t bytes) {
        behind = from;
        behind_bytes = bytes;
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

    // How far a thread has read ahead.
    class Ahead {
      public:
        // Reads some more of its own first share, in whose cache it then is (in_turn), if that is not there yet.
        bool more(const Team& team, int64_t member) {
            const uint64_t shown = team.showing.load();
            const char* const from = team.next.load();
            const int64_t share = team.next_bytes.load() / (2 * team.threads);
            if (shown % 2 == 1 || team.showing.load() != shown) {
                return true;
            }
            if (shown != of) {
                of = shown;
                read = 0;
            }
            const int64_t to = std::min({read + AT_ONCE, AHEAD, share});
            for (; read < to; read += 64) {
                // A load is faster than a request for what will be loaded (ADR 0033).
                static_cast<void>(*static_cast<const volatile char*>(from + member * share + read));
            }
            return read < std::min(AHEAD, share);
        }

      private:
        uint64_t of = 0;
        int64_t read = 0;
    };

    explicit Team(int64_t asked) : threads(asked) {}

    void show(const char* from, int64_t bytes) {
        showing.fetch_add(1);
        next.store(from);
        next_bytes.store(bytes);
        showing.fetch_add(1);
    }

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
        Ahead ahead;
        while (!over.load()) {
            const uint64_t now = turn.load();
            if (now % 2 == 1 && now != done) {
                done = take_part();
                continue;
            }
            if (!ahead.more(*this, member)) {
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
    std::atomic<uint64_t> showing{0}; // odd while what follows is written
    std::atomic<const char*> next{nullptr};
    std::atomic<int64_t> next_bytes{0};
    alignas(64) std::atomic<int64_t> inside{0};
    std::atomic<bool> failing{false};
    std::exception_ptr failure;

    // Of the one that leads.
    Ahead own;
    const char* behind = nullptr;
    int64_t behind_bytes = 0;
};
