#!/usr/bin/env bash
# Builds the library of few_rows.cpp for Linux on x86_64 and puts it beside the engine's texts, from where FewRows loads it:
#
#     bash glimpse-langchain4j/src/main/cpp/build.sh INCLUDE LIB
#
# INCLUDE and LIB are the folders of a libtorch 2.7.1 of the C++11 ABI, as a Python environment has them: site-packages/torch/include and .../lib.
# OpenMP stays unresolved, so that the one that libtorch brings is used and none beside it.
set -euo pipefail
include=$1
lib=$2
here=$(cd "$(dirname "$0")" && pwd)
target=$here/../resources/io/github/glimpse/engine/few-rows-linux-x86_64.so
object=$(mktemp --suffix=.o)
trap 'rm -f "$object"' EXIT
hash=$(sha256sum "$here/few_rows.cpp" | cut -d ' ' -f 1)
cd "$here"
g++ -std=c++17 -O2 -fPIC -fopenmp -fvisibility=hidden -Wall -Wextra -Wno-unknown-pragmas -Wno-maybe-uninitialized -D_GLIBCXX_USE_CXX11_ABI=1 \
    "-DSOURCE_HASH=\"$hash\"" -isystem "$include" -isystem "$include/torch/csrc/api/include" -c few_rows.cpp -o "$object"
g++ -shared -s -Wl,-z,now "$object" -o "$target" "-L$lib" -Wl,--no-as-needed -ltorch_cpu -lc10
echo "$target: $(stat -c %s "$target") bytes, of $hash"
