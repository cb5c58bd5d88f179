#!/usr/bin/env bash
# Builds the native library (src/main/cpp) with AddressSanitizer and UndefinedBehaviorSanitizer and calls all its
# operators with random arguments: for AVX2, and for AVX-512 where /proc/cpuinfo has it. build.sh runs it; alone:
#
#     bash glimpse-langchain4j/src/test/cpp/sanitizers/run.sh INCLUDE LIB [CALLS [SEED]]
#
# INCLUDE and LIB as for build.sh; LIB is loaded, so it must be a libtorch for CPUs or have CUDA's libraries beside it.
# CALLS is the number of calls per operator and instruction set. It ends with an error at the first finding; the seed
# that it prints repeats the calls.
set -euo pipefail
include=$1
lib=$(cd "$2" && pwd)
calls=${3:-300}
seed=${4:-}
here=$(cd "$(dirname "$0")" && pwd)
sources=$here/../../../main/cpp
objects=$(mktemp -d)
trap 'rm -rf "$objects"' EXIT

checks=(-fsanitize=address,undefined,float-cast-overflow -fno-sanitize=vptr -fno-sanitize-recover=all)
flags=(-std=c++17 -O1 -g1 -fno-omit-frame-pointer -fPIC -fopenmp -fvisibility=hidden "${checks[@]}")
flags+=(-Wall -Wextra -Wno-unknown-pragmas -Wno-maybe-uninitialized)
torch=(-D_GLIBCXX_USE_CXX11_ABI=1 '-DSOURCE_HASH="sanitizers"')
torch+=(-isystem "$include" -isystem "$include/torch/csrc/api/include")
jobs=()
compile() { # object, source, flags
    g++ "${flags[@]}" "${@:3}" -c "$2" -o "$objects/$1.o" &
    jobs+=($!)
    if [ ${#jobs[@]} -ge "$(nproc)" ]; then
        wait "${jobs[0]}"
        jobs=("${jobs[@]:1}")
    fi
}
for file in "$sources"/*.cpp "$here"/*.cpp; do
    name=$(basename "$file" .cpp)
    case $name in
        plain_rows | step_rows | score_rows)
            compile "$name-8" "$file" -mavx2 -mfma -DLANES=8
            compile "$name-16" "$file" -mfma -mavx512f -mavx512bw -mavx512vl -mavx512dq -DLANES=16
            ;;
        *) compile "$name" "$file" "${torch[@]}" ;;
    esac
done
for job in "${jobs[@]}"; do
    wait "$job"
done
gomp=("$lib"/libgomp*.so*)
g++ "${checks[@]}" "$objects"/*.o -o "$objects/operators" "-L$lib" "-Wl,-rpath,$lib" -Wl,--no-as-needed \
    -ltorch_cpu -lc10 "${gomp[0]}"

run() { # ATEN_CPU_CAPABILITY, ONEDNN_MAX_CPU_ISA
    # libtorch is not instrumented: its leaks and its containers say nothing of this library.
    local options=detect_leaks=0:detect_container_overflow=0:allocator_may_return_null=1:max_allocation_size_mb=4096
    ATEN_CPU_CAPABILITY=$1 ONEDNN_MAX_CPU_ISA=$2 OMP_WAIT_POLICY=PASSIVE ASAN_OPTIONS=$options \
        UBSAN_OPTIONS=print_stacktrace=1 "$objects/operators" "$calls" $seed
}
run avx2 AVX2
if grep -qw avx512bw /proc/cpuinfo && grep -qw avx512vl /proc/cpuinfo && grep -qw avx512dq /proc/cpuinfo; then
    run avx512 DEFAULT
else
    echo "No AVX-512 here: its kernels were not run"
fi
