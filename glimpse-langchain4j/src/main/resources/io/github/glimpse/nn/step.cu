// One step of decoding, for up to ROWS rows at once, compiled for one model's shape when it is loaded: its numbers, and all others that
// are in capitals here, are those of StepShape.
//
// A layer is five kernels: norm and the products of queries, keys and values; rotation, cache and attention; output and sum; norm, gate and
// up; down and sum. Products read each weight once for all rows, by the tensor cores' 16 x 16 by 16 x 8: a row's sums are added in an order
// that depends on nothing but the shape, so it has the same bits alone and among others. Sums are float32; what goes from one operation to
// the next is rounded where the compute text rounds.

typedef unsigned short Half;

// A row of a sequence in one layer: where its keys and values lie, [KV_HEADS, capacity, HEAD_DIM], which row it is, and its position.
struct Entry {
    Half* keys;
    Half* values;
    long long row;
    long long position;
    long long capacity;
};

#define QUERIES (HEADS * HEAD_DIM)
#define KEYS (KV_HEADS * HEAD_DIM)
#define GROUP (HEADS / KV_HEADS)
#define SHARES ((GROUP + SHARE - 1) / SHARE)
#define NOTHING __int_as_float(0xff800000)

// Work of earlier kernels is to be seen from here on; what does not depend on it comes before.
__device__ __forceinline__ void wait_for_earlier() {
#if __CUDA_ARCH__ >= 900
    asm volatile("griddepcontrol.wait;" ::: "memory");
#endif
}

__device__ __forceinline__ void let_next_begin() {
#if __CUDA_ARCH__ >= 900
    asm volatile("griddepcontrol.launch_dependents;");
#endif
}

__device__ __forceinline__ float wide(Half value) {
#if FLOAT16
    float result;
    asm("cvt.f32.f16 %0, %1;" : "=f"(result) : "h"(value));
    return result;
#else
    return __uint_as_float((unsigned)value << 16);
#endif
}

__device__ __forceinline__ Half narrow(float value) {
    Half result;
#if FLOAT16
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(result) : "f"(value));
#else
    unsigned pair;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(0.0f), "f"(value));
    result = (Half)pair;
#endif
    return result;
}

__device__ __forceinline__ float rounded(float value) {
    return wide(narrow(value));
}

__device__ __forceinline__ float low(unsigned pair) {
    return wide((Half)(pair & 0xffff));
}

__device__ __forceinline__ float high(unsigned pair) {
    return wide((Half)(pair >> 16));
}

__device__ __forceinline__ unsigned pair(float first, float second) {
    return (unsigned)narrow(first) | (unsigned)narrow(second) << 16;
}

// 16 bytes from memory to what the blocks of a processor share, behind the caller's back.
__device__ __forceinline__ void copy_behind(uint4* to, const Half* from) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"((unsigned)__cvta_generic_to_shared(to)), "l"(from) : "memory");
}

__device__ __forceinline__ void end_of_group() {
    asm volatile("cp.async.commit_group;" ::: "memory");
}

// Until no more than so many groups of copies are under way.
template <int LEFT>
__device__ __forceinline__ void wait_for_groups() {
    asm volatile("cp.async.wait_group %0;" ::"n"(LEFT) : "memory");
}

__device__ __forceinline__ uint4 values_at(const Half* from) {
    return *reinterpret_cast<const uint4*>(from);
}

__device__ __forceinline__ void multiply_tile(float (&sum)[4], unsigned a0, unsigned a1, unsigned a2, unsigned a3, unsigned b0, unsigned b1) {
#if FLOAT16
    asm("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
#else
    asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
#endif
            : "+f"(sum[0]), "+f"(sum[1]), "+f"(sum[2]), "+f"(sum[3])
            : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1));
}

__device__ __forceinline__ float squares(unsigned values) {
    float first = low(values);
    float second = high(values);
    return first * first + second * second;
}

__device__ __forceinline__ unsigned normed(unsigned values, unsigned weights, float scale) {
    return pair(rounded(low(values) * scale) * low(weights), rounded(high(values) * scale) * high(weights));
}

__device__ __forceinline__ void fetch(const Half* from) {
    asm volatile("prefetch.global.L2 [%0];" ::"l"(from));
}

// Products of weights by `rows` rows of the input [rows, K], which are normed before if NORM. A block takes every gridDim-th of `count`
// pieces of 16 rows of weights, and each of its warps every WARPS-th chunk of 32 columns, DEPTH of them on their way from memory, those
// of the next piece too. A lane reads 16 bytes that lie side by side, of weights and of the input alike, so the columns of a chunk are only
// in another order. upper(piece) is the first of the first eight rows of weights, lower(piece) that of the others; behind each piece
// use(piece, sums) is called, and sums [WARPS][ROWS][16] has what the warps add up.
// Shared is [WARPS][DEPTH][2 or 3][32] times 16 bytes, of which a lane writes and reads its own, and normed rows [rows][K + 32].
template <int K, bool NORM, class Upper, class Lower, class Use>
__device__ __forceinline__ void multiply(
        int count, Upper upper, Lower lower, const Half* input, const Half* norm, float eps, int rows, Use use) {
    static_assert(K % CHUNK == 0, "whole chunks");
    constexpr int CHUNKS = K / CHUNK;
    constexpr int PARTS = NORM ? 2 : 3;
    extern __shared__ uint4 shared[];
    __shared__ float sums[2][WARPS * ROWS * TILE];
    const int lane = threadIdx.x & 31;
    const int warp = threadIdx.x >> 5;
    const int group = lane >> 2;
    const int part = 8 * (lane & 3);
    const bool used = group < rows;
    uint4* slots = shared + warp * DEPTH * PARTS * 32 + lane;
    const Half* row = input + group * K + part;
    // What is asked for next: a chunk of a piece.
    int asked = blockIdx.x;
    int chunk = warp;
    const Half* from_upper = upper(asked) + group * K + part;
    const Half* from_lower = lower(asked) + group * K + part;
    auto ask = [&](int slot, bool with_input) {
        if (asked < count && chunk < CHUNKS) {
            uint4* to = slots + slot * PARTS * 32;
            copy_behind(to, from_upper + CHUNK * chunk);
            copy_behind(to + 32, from_lower + CHUNK * chunk);
            if (with_input && used) {
                copy_behind(to + 64, row + CHUNK * chunk);
            }
            chunk += WARPS;
            if (chunk >= CHUNKS) {
                chunk = warp;
                asked += gridDim.x;
                if (asked < count) {
                    from_upper = upper(asked) + group * K + part;
                    from_lower = lower(asked) + group * K + part;
                }
            }
        }
        end_of_group();
    };
    for (int d = 0; d < DEPTH; d++) {
        ask(d, false);
    }
    if (NORM) {
        for (int i = 64 * threadIdx.x; i < K; i += 64 * 32 * WARPS) {
            fetch(norm + i);
        }
    }
    wait_for_earlier();
    let_next_begin();
    // rows begin half of the banks apart
    const Half* normed_row = reinterpret_cast<Half*>(shared + WARPS * DEPTH * PARTS * 32) + group * (K + CHUNK) + part;
    if (NORM) {
        constexpr int STEPS = (CHUNKS + WARPS - 1) / WARPS;
        __shared__ float by_warp[WARPS][ROWS];
        uint4 read[STEPS];
        float own = 0.0f;
        if (used) {
#pragma unroll
            for (int step = 0; step < STEPS; step++) {
                if (warp + step * WARPS < CHUNKS) {
                    read[step] = values_at(row + CHUNK * (warp + step * WARPS));
                }
            }
#pragma unroll
            for (int step = 0; step < STEPS; step++) {
                if (warp + step * WARPS < CHUNKS) {
                    own += squares(read[step].x) + squares(read[step].y) + squares(read[step].z) + squares(read[step].w);
                }
            }
        }
        own += __shfl_xor_sync(0xffffffff, own, 1);
        own += __shfl_xor_sync(0xffffffff, own, 2);
        if (part == 0) {
            by_warp[warp][group] = own;
        }
        __syncthreads();
        float sum = 0.0f;
#pragma unroll
        for (int w = 0; w < WARPS; w++) {
            sum += by_warp[w][group];
        }
        float scale = rsqrtf(sum / K + eps);
        // What a lane writes it reads itself.
        if (used) {
#pragma unroll
            for (int step = 0; step < STEPS; step++) {
                int place = CHUNK * (warp + step * WARPS);
                if (place < K) {
                    uint4 by = values_at(norm + part + place);
                    *reinterpret_cast<uint4*>(const_cast<Half*>(normed_row) + place) = make_uint4(
                            normed(read[step].x, by.x, scale),
                            normed(read[step].y, by.y, scale),
                            normed(read[step].z, by.z, scale),
                            normed(read[step].w, by.w, scale));
                }
            }
        }
    } else {
        for (int d = 0; d < DEPTH; d++) {
            // The same chunks, which may be those of several pieces.
            if (used && warp < CHUNKS) {
                int place = warp + d % ((CHUNKS - warp + WARPS - 1) / WARPS) * WARPS;
                copy_behind(slots + d * PARTS * 32 + 64, row + CHUNK * place);
            }
            end_of_group();
        }
    }
    int slot = 0;
    int turn = 0;
    for (int piece = blockIdx.x; piece < count; piece += gridDim.x) {
        float sum[4] = {0.0f, 0.0f, 0.0f, 0.0f};
        for (int at = warp; at < CHUNKS; at += WARPS) {
            wait_for_groups<DEPTH - 1>();
            const uint4* from = slots + slot * PARTS * 32;
            uint4 first = from[0];
            uint4 second = from[32];
            uint4 own = make_uint4(0, 0, 0, 0);
            if (used) {
                own = NORM ? values_at(normed_row + CHUNK * at) : from[64];
            }
            multiply_tile(sum, first.x, second.x, first.y, second.y, own.x, own.y);
            multiply_tile(sum, first.z, second.z, first.w, second.w, own.z, own.w);
            ask(slot, !NORM);
            slot = slot + 1 == DEPTH ? 0 : slot + 1;
        }
        float* mine = sums[turn] + (warp * ROWS + 2 * (lane & 3)) * TILE + group;
        mine[0] = sum[0];
        mine[TILE] = sum[1];
        mine[8] = sum[2];
        mine[TILE + 8] = sum[3];
        __syncthreads();
        use(piece, sums[turn]);
        // The other half is not read any more when all have come here again.
        turn = 1 - turn;
    }
    // Input of pieces that do not come
    wait_for_groups<0>();
}

__device__ __forceinline__ float total(const float* sums, int row, int column) {
    float result = 0.0f;
#pragma unroll
    for (int warp = 0; warp < WARPS; warp++) {
        result += sums[(warp * ROWS + row) * TILE + column];
    }
    return result;
}

// Grid [rows]: hidden [ROWS, HIDDEN] is the rows of the table for the ids.
extern "C" __global__ void embed(const Half* table, const long long* ids, Half* hidden) {
    wait_for_earlier();
    let_next_begin();
    const uint4* from = reinterpret_cast<const uint4*>(table + ids[blockIdx.x] * HIDDEN);
    uint4* to = reinterpret_cast<uint4*>(hidden + (long long)blockIdx.x * HIDDEN);
    for (int i = threadIdx.x; i < HIDDEN / 8; i += blockDim.x) {
        to[i] = from[i];
    }
}

// projected [ROWS, QUERIES + 2 * KEYS] has the queries, keys and values of each row. Biases may be missing.
extern "C" __global__ void __launch_bounds__(32 * WARPS, 2) project(
        const Half* hidden, const Half* norm, float eps, const Half* q, const Half* k, const Half* v, const Half* q_bias, const Half* k_bias,
        const Half* v_bias, Half* projected, int rows) {
    auto start = [&](int piece) {
        long long at = piece * TILE;
        return at < QUERIES ? q + at * HIDDEN
                : at < QUERIES + KEYS ? k + (at - QUERIES) * HIDDEN
                                      : v + (at - QUERIES - KEYS) * HIDDEN;
    };
    multiply<HIDDEN, true>(
            (QUERIES + 2 * KEYS) / TILE, start, [&](int piece) { return start(piece) + 8 * HIDDEN; }, hidden, norm, eps, rows,
            [&](int piece, const float* sums) {
                for (int i = threadIdx.x; i < rows * TILE; i += blockDim.x) {
                    int at = piece * TILE + i % TILE;
                    float value = total(sums, i / TILE, i % TILE);
                    if (q_bias != nullptr && at < QUERIES) {
                        value += wide(q_bias[at]);
                    } else if (k_bias != nullptr && at >= QUERIES && at < QUERIES + KEYS) {
                        value += wide(k_bias[at - QUERIES]);
                    } else if (v_bias != nullptr && at >= QUERIES + KEYS) {
                        value += wide(v_bias[at - QUERIES - KEYS]);
                    }
                    projected[i / TILE * (QUERIES + 2 * KEYS) + at] = narrow(value);
                }
            });
}

// One warp norms one head, if there is a weight for that, and turns it by the position.
__device__ __forceinline__ void turn(
        const Half* from, const Half* norm, float eps, const float* cosine, const float* sine, float* to) {
    const int lane = threadIdx.x & 31;
    float values[HEAD_DIM / 32];
#pragma unroll
    for (int i = 0; i < HEAD_DIM / 32; i++) {
        values[i] = wide(from[lane + 32 * i]);
    }
#if HEAD_NORMS
    float sum = 0.0f;
#pragma unroll
    for (int i = 0; i < HEAD_DIM / 32; i++) {
        sum += values[i] * values[i];
    }
#pragma unroll
    for (int other = 16; other > 0; other /= 2) {
        sum += __shfl_xor_sync(0xffffffff, sum, other);
    }
    float scale = rsqrtf(sum / HEAD_DIM + eps);
#pragma unroll
    for (int i = 0; i < HEAD_DIM / 32; i++) {
        values[i] = rounded(rounded(values[i] * scale) * wide(norm[lane + 32 * i]));
    }
#endif
#pragma unroll
    for (int i = 0; i < HEAD_DIM / 64; i++) {
        int place = lane + 32 * i;
        float first = values[i];
        float second = values[i + HEAD_DIM / 64];
        to[place] = rounded(rounded(first * cosine[place]) - second * sine[place]);
        to[place + HEAD_DIM / 2] = rounded(rounded(second * cosine[place]) + first * sine[place]);
    }
}

// Grid [splits, KV_HEADS * SHARES, rows]: a block has SHARE heads that read the same keys. mixed [ROWS, QUERIES] is what the heads of each
// row take from the rows of its cache up to its own, whose
// keys and values are written there. The keys of a sequence are split by its own length; of its blocks the last to come adds up,
// in the order of the splits. partial [ROWS, KV_HEADS * SHARES, MOST_SPLITS, SHARE, HEAD_DIM + 2], arrived
// [ROWS, KV_HEADS * SHARES] is 0 before and after.
extern "C" __global__ void __launch_bounds__(ATTENDING, 3) attend(
        const Entry* entries, const Half* projected, const float* frequencies, const Half* q_norm, const Half* k_norm, float eps, float* partial,
        unsigned* arrived, Half* mixed) {
    constexpr int PAIRS = HEAD_DIM / 2;
    constexpr int PARTS = ATTENDING / PAIRS;
    constexpr int ROUNDS = KEY_TILE / (4 * WARPS);
    __shared__ __align__(16) float query[SHARE][HEAD_DIM];
    __shared__ float key[HEAD_DIM];
    __shared__ float cosine[PAIRS];
    __shared__ float sine[PAIRS];
    __shared__ float score[SHARE][KEY_TILE];
    __shared__ float largest[SHARE];
    __shared__ float weight[SHARE];
    __shared__ float fade[SHARE];
    __shared__ float mixing[PARTS][SHARE][HEAD_DIM];
    __shared__ float share[SHARE][MOST_SPLITS];
    __shared__ bool is_last;
    const int split = blockIdx.x;
    const int kv = blockIdx.y / SHARES;
    const int head = blockIdx.y % SHARES * SHARE;
    const int count = min(SHARE, GROUP - head);
    const int row = blockIdx.z;
    const int lane = threadIdx.x & 31;
    const int warp = threadIdx.x >> 5;
    // Entries, and what lies in the caches before this step, are there before the step's first kernel.
    const Entry entry = entries[row];
    const int own_row = (int)entry.row;
    const int length = own_row + 1;
    const int tiles = (length + KEY_TILE - 1) / KEY_TILE;
    const int each = (tiles + MOST_SPLITS - 1) / MOST_SPLITS;
    const int splits = (tiles + each - 1) / each;
    if (split >= splits) {
        wait_for_earlier();
        return;
    }
    const Half* keys = entry.keys + kv * entry.capacity * HEAD_DIM;
    const Half* values = entry.values + kv * entry.capacity * HEAD_DIM;
    const int two = threadIdx.x % PAIRS;
    const int part = threadIdx.x / PAIRS;
    uint4 read[ROUNDS][HEAD_DIM / 64];
    unsigned seen[KEY_TILE / PARTS];
    // eight lanes a key, and a thread two numbers of each PARTS-th value
    auto fetch_tile = [&](int base) {
#pragma unroll
        for (int round = 0; round < ROUNDS; round++) {
            int at = base + (round * WARPS + warp) * 4 + lane / 8;
#pragma unroll
            for (int j = 0; j < HEAD_DIM / 64; j++) {
                read[round][j] = make_uint4(0, 0, 0, 0);
                if (at < own_row) {
                    read[round][j] = values_at(keys + (long long)at * HEAD_DIM + 8 * (lane % 8) + 64 * j);
                }
            }
        }
#pragma unroll
        for (int i = 0; i < KEY_TILE / PARTS; i++) {
            int at = base + part + i * PARTS;
            seen[i] = at < own_row ? *reinterpret_cast<const unsigned*>(values + (long long)at * HEAD_DIM + 2 * two) : 0;
        }
    };
    fetch_tile(split * each * KEY_TILE);
    for (int i = threadIdx.x; i < PAIRS; i += ATTENDING) {
        float angle = (float)entry.position * frequencies[i];
        cosine[i] = rounded(cosf(angle));
        sine[i] = rounded(sinf(angle));
    }
    if (threadIdx.x < SHARE) {
        largest[threadIdx.x] = NOTHING;
        weight[threadIdx.x] = 0.0f;
    }
    __syncthreads();
    wait_for_earlier();
    let_next_begin();
    const Half* own = projected + row * (QUERIES + 2 * KEYS);
    const Half* own_value = own + QUERIES + KEYS + kv * HEAD_DIM;
    for (int h = warp; h < count; h += WARPS) {
        turn(own + (kv * GROUP + head + h) * HEAD_DIM, q_norm, eps, cosine, sine, query[h]);
    }
    if (split == splits - 1 && warp == WARPS - 1) {
        turn(own + QUERIES + kv * HEAD_DIM, k_norm, eps, cosine, sine, key);
        __syncwarp();
        for (int i = lane; head == 0 && i < HEAD_DIM; i += 32) {
            long long place = (kv * entry.capacity + own_row) * HEAD_DIM + i;
            entry.keys[place] = narrow(key[i]);
            entry.values[place] = own_value[i];
        }
    }
    __syncthreads();
    float sum[SHARE][2];
#pragma unroll
    for (int h = 0; h < SHARE; h++) {
        sum[h][0] = sum[h][1] = 0.0f;
    }
    const float unit = rsqrtf((float)HEAD_DIM);
    const int end = min((split + 1) * each, tiles);
    for (int tile = split * each; tile < end; tile++) {
        const int base = tile * KEY_TILE;
#pragma unroll
        for (int round = 0; round < ROUNDS; round++) {
            int within = (round * WARPS + warp) * 4 + lane / 8;
            int eighth = lane % 8;
            float dot[SHARE];
#pragma unroll
            for (int h = 0; h < SHARE; h++) {
                dot[h] = 0.0f;
            }
            if (base + within < length) {
#pragma unroll
                for (int j = 0; j < HEAD_DIM / 64; j++) {
                    int place = 8 * eighth + 64 * j;
                    uint4 own_keys = read[round][j];
                    if (base + within == own_row) {
                        const float* k = key + place;
                        own_keys = make_uint4(pair(k[0], k[1]), pair(k[2], k[3]), pair(k[4], k[5]), pair(k[6], k[7]));
                    }
#pragma unroll
                    for (int h = 0; h < SHARE; h++) {
                        float4 a = *reinterpret_cast<const float4*>(&query[h][place]);
                        float4 b = *reinterpret_cast<const float4*>(&query[h][place + 4]);
                        dot[h] += a.x * low(own_keys.x) + a.y * high(own_keys.x) + a.z * low(own_keys.y) + a.w * high(own_keys.y)
                                + b.x * low(own_keys.z) + b.y * high(own_keys.z) + b.z * low(own_keys.w) + b.w * high(own_keys.w);
                    }
                }
            }
#pragma unroll
            for (int h = 0; h < SHARE; h++) {
                dot[h] += __shfl_xor_sync(0xffffffff, dot[h], 1);
                dot[h] += __shfl_xor_sync(0xffffffff, dot[h], 2);
                dot[h] += __shfl_xor_sync(0xffffffff, dot[h], 4);
                if (eighth == 0) {
                    score[h][within] = base + within < length ? dot[h] * unit : NOTHING;
                }
            }
        }
        __syncthreads();
        for (int h = warp; h < count; h += WARPS) {
            float first = score[h][lane];
            float second = score[h][lane + 32];
            float most = fmaxf(first, second);
#pragma unroll
            for (int other = 16; other > 0; other /= 2) {
                most = fmaxf(most, __shfl_xor_sync(0xffffffff, most, other));
            }
            float before = largest[h];
            most = fmaxf(most, before);
            first = expf(first - most);
            second = expf(second - most);
            float all = first + second;
#pragma unroll
            for (int other = 16; other > 0; other /= 2) {
                all += __shfl_xor_sync(0xffffffff, all, other);
            }
            score[h][lane] = first;
            score[h][lane + 32] = second;
            __syncwarp();
            if (lane == 0) {
                fade[h] = expf(before - most);
                weight[h] = weight[h] * fade[h] + all;
                largest[h] = most;
            }
        }
        __syncthreads();
#pragma unroll
        for (int h = 0; h < SHARE; h++) {
            sum[h][0] *= fade[h];
            sum[h][1] *= fade[h];
        }
#pragma unroll
        for (int i = 0; i < KEY_TILE / PARTS; i++) {
            unsigned both = seen[i];
            if (base + part + i * PARTS == own_row) {
                both = *reinterpret_cast<const unsigned*>(own_value + 2 * two);
            }
            float first = low(both);
            float second = high(both);
#pragma unroll
            for (int h = 0; h < SHARE; h++) {
                float by = score[h][part + i * PARTS];
                sum[h][0] += by * first;
                sum[h][1] += by * second;
            }
        }
        if (tile + 1 < end) {
            fetch_tile(base + KEY_TILE);
            __syncthreads();
        }
    }
#pragma unroll
    for (int h = 0; h < SHARE; h++) {
        mixing[part][h][2 * two] = sum[h][0];
        mixing[part][h][2 * two + 1] = sum[h][1];
    }
    __syncthreads();
    Half* to = mixed + row * QUERIES + (kv * GROUP + head) * HEAD_DIM;
    float* of_row = partial + (long long)(row * KV_HEADS * SHARES + blockIdx.y) * MOST_SPLITS * SHARE * (HEAD_DIM + 2);
    for (int i = threadIdx.x; i < count * HEAD_DIM; i += ATTENDING) {
        int h = i / HEAD_DIM;
        int place = i % HEAD_DIM;
        float all = 0.0f;
#pragma unroll
        for (int p = 0; p < PARTS; p++) {
            all += mixing[p][h][place];
        }
        if (splits == 1) {
            to[i] = narrow(all / weight[h]);
        } else {
            of_row[(split * SHARE + h) * (HEAD_DIM + 2) + place] = all;
        }
    }
    if (splits == 1) {
        return;
    }
    if (threadIdx.x < SHARE) {
        float* at = of_row + (split * SHARE + threadIdx.x) * (HEAD_DIM + 2) + HEAD_DIM;
        at[0] = largest[threadIdx.x];
        at[1] = weight[threadIdx.x];
    }
    __threadfence();
    __syncthreads();
    if (threadIdx.x == 0) {
        is_last = atomicAdd(&arrived[row * KV_HEADS * SHARES + blockIdx.y], 1u) == splits - 1;
    }
    __syncthreads();
    if (!is_last) {
        return;
    }
    __threadfence();
    for (int h = warp; h < count; h += WARPS) {
        const float* at = of_row + (lane * SHARE + h) * (HEAD_DIM + 2) + HEAD_DIM;
        float most = lane < splits ? __ldcg(at) : NOTHING;
        float own_most = most;
#pragma unroll
        for (int other = 16; other > 0; other /= 2) {
            most = fmaxf(most, __shfl_xor_sync(0xffffffff, most, other));
        }
        float factor = lane < splits ? expf(own_most - most) : 0.0f;
        float all = lane < splits ? __ldcg(at + 1) * factor : 0.0f;
#pragma unroll
        for (int other = 16; other > 0; other /= 2) {
            all += __shfl_xor_sync(0xffffffff, all, other);
        }
        share[h][lane] = factor / all;
    }
    __syncthreads();
    for (int i = threadIdx.x; i < count * HEAD_DIM; i += ATTENDING) {
        int h = i / HEAD_DIM;
        int place = i % HEAD_DIM;
        float all = 0.0f;
#pragma unroll 8
        for (int s = 0; s < splits; s++) {
            all += __ldcg(&of_row[(s * SHARE + h) * (HEAD_DIM + 2) + place]) * share[h][s];
        }
        to[i] = narrow(all);
    }
    if (threadIdx.x == 0) {
        arrived[row * KV_HEADS * SHARES + blockIdx.y] = 0;
    }
}

// hidden [ROWS, HIDDEN] gets the product of an input [ROWS, K] with weights [HIDDEN, K] added.
template <int K>
__device__ __forceinline__ void add_product(const Half* input, const Half* weights, Half* hidden, int rows) {
    auto start = [&](int piece) { return weights + (long long)piece * TILE * K; };
    multiply<K, false>(
            HIDDEN / TILE, start, [&](int piece) { return start(piece) + 8 * K; }, input, nullptr, 0.0f, rows,
            [&](int piece, const float* sums) {
                for (int i = threadIdx.x; i < rows * TILE; i += blockDim.x) {
                    Half* to = hidden + i / TILE * HIDDEN + piece * TILE + i % TILE;
                    *to = narrow(rounded(total(sums, i / TILE, i % TILE)) + wide(*to));
                }
            });
}

extern "C" __global__ void __launch_bounds__(32 * WARPS, 2) add_attended(
        const Half* mixed, const Half* weights, Half* hidden, int rows) {
    add_product<QUERIES>(mixed, weights, hidden, rows);
}

extern "C" __global__ void __launch_bounds__(32 * WARPS, 2) add_down(
        const Half* gated, const Half* weights, Half* hidden, int rows) {
    add_product<INNER>(gated, weights, hidden, rows);
}

// gated [ROWS, INNER]: a piece has eight rows of gate and the same eight of up.
extern "C" __global__ void __launch_bounds__(32 * WARPS, 2) open(
        const Half* hidden, const Half* norm, float eps, const Half* gate, const Half* up, Half* gated, int rows) {
    multiply<HIDDEN, true>(
            INNER / 8, [&](int piece) { return gate + piece * 8LL * HIDDEN; }, [&](int piece) { return up + piece * 8LL * HIDDEN; }, hidden,
            norm, eps, rows, [&](int piece, const float* sums) {
                for (int i = threadIdx.x; i < rows * 8; i += blockDim.x) {
                    float opened = rounded(total(sums, i / 8, i % 8));
                    float through = rounded(total(sums, i / 8, i % 8 + 8));
                    gated[i / 8 * INNER + piece * 8 + i % 8] = narrow(rounded(opened / (1.0f + expf(-opened))) * through);
                }
            });
}

// The larger of two numbers and both sums of exponentials beside it. Where there is nothing on the other side there may be nothing on this one, and
// the difference of both would be no number.
__device__ __forceinline__ void join(float& most, float& sum, float other_most, float other_sum) {
    if (other_most == NOTHING) {
        return;
    }
    float larger = fmaxf(most, other_most);
    sum = sum * expf(most - larger) + other_sum * expf(other_most - larger);
    most = larger;
}

// logits [ROWS, VOCAB], and of those of each block the largest and the sum of the exponentials beside it, parts [blocks, ROWS, 2]. The last
// piece may begin before its place, so as to end with the vocabulary.
extern "C" __global__ void __launch_bounds__(32 * WARPS, 2) score(
        const Half* hidden, const Half* norm, float eps, const Half* head, Half* logits, float* parts, int rows) {
    static_assert(ROWS * TILE <= 32 * WARPS, "a thread has one number of a piece");
    auto first = [](int piece) { return min(piece * TILE, VOCAB - TILE); };
    auto start = [&](int piece) { return head + (long long)first(piece) * HIDDEN; };
    const int row = threadIdx.x / TILE;
    const int column = threadIdx.x % TILE;
    float most = NOTHING;
    float sum = 0.0f;
    multiply<HIDDEN, true>(
            (VOCAB + TILE - 1) / TILE, start, [&](int piece) { return start(piece) + 8 * HIDDEN; }, hidden, norm, eps, rows,
            [&](int piece, const float* sums) {
                if (row < rows) {
                    Half value = narrow(total(sums, row, column));
                    int at = first(piece) + column;
                    logits[(long long)row * VOCAB + at] = value;
                    if (at >= piece * TILE) {
                        join(most, sum, wide(value), 1.0f);
                    }
                }
            });
#pragma unroll
    for (int other = TILE / 2; other > 0; other /= 2) {
        float other_most = __shfl_xor_sync(0xffffffff, most, other);
        float other_sum = __shfl_xor_sync(0xffffffff, sum, other);
        join(most, sum, other_most, other_sum);
    }
    if (row < rows && column == 0) {
        parts[(blockIdx.x * ROWS + row) * 2] = most;
        parts[(blockIdx.x * ROWS + row) * 2 + 1] = sum;
    }
}

// One block, a warp for each row: the logarithm of the sum of the exponentials of its logits.
extern "C" __global__ void sum_up(const float* parts, int blocks, float* logs) {
    wait_for_earlier();
    let_next_begin();
    const int row = threadIdx.x / 32;
    const int lane = threadIdx.x % 32;
    float most = NOTHING;
    float sum = 0.0f;
    for (int block = lane; block < blocks; block += 32) {
        join(most, sum, parts[(block * ROWS + row) * 2], parts[(block * ROWS + row) * 2 + 1]);
    }
#pragma unroll
    for (int other = 16; other > 0; other /= 2) {
        float other_most = __shfl_xor_sync(0xffffffff, most, other);
        float other_sum = __shfl_xor_sync(0xffffffff, sum, other);
        join(most, sum, other_most, other_sum);
    }
    if (lane == 0) {
        logs[row] = most + logf(sum);
    }
}
