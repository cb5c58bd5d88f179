#!/usr/bin/env bash
# Builds the library of this folder for Linux on x86_64 and puts it beside the engine's texts, from where FewRows loads it:
#
#     bash glimpse-langchain4j/src/main/cpp/build.sh INCLUDE LIB
#
# INCLUDE and LIB are the folders of a libtorch 2.7.1 of the C++11 ABI, as a Python environment has them: site-packages/torch/include and .../lib.
# OpenMP stays unresolved, so that the one that libtorch brings is used and none beside it. LIB is loaded too: before the library is written, all its
# operators run under AddressSanitizer and UndefinedBehaviorSanitizer (src/test/cpp/sanitizers), and a finding ends the build.
set -euo pipefail
include=$(cd "$1" && pwd)
lib=$(cd "$2" && pwd)
cd "$(dirname "$0")"
bash ../../test/cpp/sanitizers/run.sh "$include" "$lib"
target=../resources/io/github/glimpse/engine/rows-linux-x86_64.so
objects=$(mktemp -d)
trap 'rm -rf "$objects"' EXIT
hash=$(LC_ALL=C; cat *.cpp *.h | sha256sum | cut -d ' ' -f 1)
# Asserts of the headers have the names of their files in them; those of the machine that builds do not matter.
flags=(-std=c++17 "-ffile-prefix-map=$include=torch" -fPIC -fopenmp -fvisibility=hidden -Wall -Wextra -Wno-unknown-pragmas -Wno-maybe-uninitialized)
torch=(-O2 -D_GLIBCXX_USE_CXX11_ABI=1 "-DSOURCE_HASH=\"$hash\"" -isystem "$include" -isystem "$include/torch/csrc/api/include")
for file in packed packed_layout packing operators step_operators prompt_attention step_work linear layer layers; do
    g++ "${flags[@]}" "${torch[@]}" -c $file.cpp -o "$objects/$file.o"
done
for file in plain_rows step_rows score_rows; do
    g++ "${flags[@]}" -O3 -mavx2 -mfma -DLANES=8 -c $file.cpp -o "$objects/$file-8.o"
    g++ "${flags[@]}" -O3 -mfma -mavx512f -mavx512bw -mavx512vl -mavx512dq -DLANES=16 -c $file.cpp -o "$objects/$file-16.o"
done
g++ -shared -s -Wl,-z,now "$objects"/*.o -o "$target" "-L$lib" -Wl,--no-as-needed -ltorch_cpu -lc10
echo "$target: $(stat -c %s "$target") bytes, of $hash"
