#!/usr/bin/env bash
# Makes a folder with the libtorch of a newer release that Glimpse takes for its own: links to the libraries, and DJL's native methods built
# for it. To measure on a machine as it is; of the test suites only the reference cases have been run on such a pair. Needs g++ and a JDK's jni.h.
# Usage: build.sh TORCH FOLDER, TORCH being …/site-packages/torch; LIBRARY=FILE takes a libdjl_torch.so that was built elsewhere
set -euo pipefail
here=$(dirname "$(realpath "$0")")
torch=$(realpath "$1")
mkdir -p "$2/lib"
ln -sf "$torch"/lib/*.so* "$2/lib/"
echo 2.7.1 >"$2/build-version" # what Glimpse asks for; its log will say so too
if [ -n "${LIBRARY:-}" ]; then
    cp "$LIBRARY" "$2/lib/libdjl_torch.so"
    exit
fi
java=$(dirname "$(dirname "$(realpath "$(command -v javac)")")")
g++ -std=c++20 -O2 -shared -fPIC -I"$java/include" -I"$java/include/linux" -I"$torch/include" \
    -I"$torch/include/torch/csrc/api/include" "$here/djl_torch.cc" -o "$2/lib/libdjl_torch.so" \
    -L"$torch/lib" -Wl,--no-as-needed -ltorch_cpu -ltorch -lc10
