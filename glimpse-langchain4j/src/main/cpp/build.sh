#!/usr/bin/env bash
# Builds the native library for Linux on x86_64. `mvn -Pnative` calls it, so that Maven brings libtorch:
#
#     mvn -Pnative -pl glimpse-langchain4j generate-resources                          # check: see below
#     mvn -Pnative -pl glimpse-langchain4j generate-resources -Dnative.command=write
#     bash glimpse-langchain4j/src/main/cpp/build.sh check|write LIB [INCLUDE]
#
# check compiles the library and compares it with the committed one byte by byte if the compiler is that of compiler.txt;
# another compiler only compiles. It fails where the committed library is older than its sources.
# write runs all operators under AddressSanitizer and UndefinedBehaviorSanitizer (src/test/cpp/sanitizers) and replaces
# the committed library; a finding ends the build.
#
# LIB is the folder of DJL's libtorch 2.7.1 for CPUs. INCLUDE is torch/include of a Python wheel of the same version with
# the C++11 ABI; without it, pip downloads the wheel that headers.txt names. OpenMP stays unresolved, so that libtorch's
# copy is used and no second one. The hash in the library covers the sources, this script,
# compiler.txt and headers.txt.
set -euo pipefail
mode=$1
lib=$(cd "$2" && pwd)
include=${3:-}
[ -z "$include" ] || include=$(cd "$include" && pwd)
cd "$(dirname "$0")"
case $mode in check | write) ;; *)
    echo "build.sh: '$mode' is neither check nor write" >&2
    exit 2
    ;;
esac

expected=$(cat compiler.txt)
compiler=$(g++ --version | head -n 1)
target=../resources/io/github/glimpse/engine/rows-linux-x86_64.so
objects=$(mktemp -d)
trap 'rm -rf "$objects"' EXIT

if [ -z "$include" ]; then
    headers=../../../target/native/headers
    include=$headers/torch/include
    if [ ! -f "$include/torch/library.h" ]; then
        mkdir -p "$headers"
        # The wheel for aarch64 has no CUDA and the same headers: 99 MB instead of 821.
        python3 -m pip download --quiet --no-deps --only-binary=:all: --platform manylinux_2_28_aarch64 \
            --python-version 3.11 --require-hashes --requirement headers.txt --dest "$headers"
        python3 - "$headers" <<'PYTHON'
import pathlib, sys, zipfile
folder = pathlib.Path(sys.argv[1])
(wheel,) = folder.glob("*.whl")
with zipfile.ZipFile(wheel) as file:
    file.extractall(folder, [name for name in file.namelist() if name.startswith("torch/include/")])
wheel.unlink()
PYTHON
    fi
    include=$(cd "$include" && pwd)
fi

hash=$(LC_ALL=C; cat *.cpp *.h build.sh compiler.txt headers.txt | sha256sum | cut -d ' ' -f 1)
# Assertions of the headers contain file names: the prefix of this machine is replaced.
flags=(-std=c++17 "-ffile-prefix-map=$include=torch" -fPIC -fopenmp -fvisibility=hidden -Wall -Wextra -Wno-unknown-pragmas -Wno-maybe-uninitialized)
torch=(-O2 -D_GLIBCXX_USE_CXX11_ABI=1 "-DSOURCE_HASH=\"$hash\"" -isystem "$include" -isystem "$include/torch/csrc/api/include")
jobs=()
compile() { # object, source, flags
    g++ "${flags[@]}" "${@:3}" -c "$2.cpp" -o "$objects/$1.o" &
    jobs+=($!)
    if [ ${#jobs[@]} -ge "$(nproc)" ]; then
        wait "${jobs[0]}"
        jobs=("${jobs[@]:1}")
    fi
}
for file in packed packed_layout packing operators step_operators prompt_attention step_work linear layer layers; do
    compile $file $file "${torch[@]}"
done
for file in plain_rows step_rows score_rows; do
    compile $file-8 $file -O3 -mavx2 -mfma -DLANES=8
    compile $file-16 $file -O3 -mfma -mavx512f -mavx512bw -mavx512vl -mavx512dq -DLANES=16
done
for job in "${jobs[@]}"; do
    wait "$job"
done
built=$objects/library.so
(cd "$objects" && LC_ALL=C g++ -shared -s -Wl,-z,now -Wl,--build-id=none *.o -o library.so "-L$lib" -Wl,--no-as-needed -ltorch_cpu -lc10)
echo "$(stat -c %s "$built") bytes, source hash $hash, $compiler"

if [ "$mode" = write ]; then
    if [ "$compiler" != "$expected" ]; then
        echo "build.sh: compiler.txt names '$expected'; this is '$compiler'. Write its version there first." >&2
        exit 1
    fi
    bash ../../test/cpp/sanitizers/run.sh "$include" "$lib"
    cp "$built" "$target"
    echo "$target: written"
elif ! grep -qaF "glimpse-source:$hash" "$target"; then
    echo "build.sh: $target is older than its sources; build it with -Dnative.command=write" >&2
    exit 1
elif [ "$compiler" != "$expected" ]; then
    echo "$target: compiled, not compared: it was built by $expected"
elif cmp "$built" "$target"; then
    echo "$target: equal byte by byte"
else
    echo "build.sh: the library built from these sources by the same compiler differs from $target" >&2
    exit 1
fi
