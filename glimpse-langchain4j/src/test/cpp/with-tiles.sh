#!/usr/bin/env bash
# Runs tests of this module as a processor with AMX would, on one that multiplies bfloat16 by AVX-512 alone (AMD's Zen 4 and 5), from the root:
#
#     bash glimpse-langchain4j/src/test/cpp/with-tiles.sh 'FewRowsIT,StepRowsIT,DecoderOperationsIT,TogetherIT'
#
# tiles.cpp does AMX's instructions, in a copy of the working tree and of libtorch whose questions to the processor go to it: those of oneDNN, by
# the names of its functions, and those of our own library. It fails where no product of tiles was computed, and where a test was skipped, as those
# of a library are that is not right. Needs Linux on x86_64, git, a C++ compiler and binutils, and 1.5 GB in TMPDIR; DJL has its libtorch in
# ~/.djl.ai, or in DJL_CACHE_DIR, once any test has run.
set -euo pipefail
tests=${1:?the names of tests, as -Dit.test has them}
here=$(cd "$(dirname "$0")" && pwd)
root=$(git -C "$here" rev-parse --show-toplevel)
grep -qw avx512_bf16 /proc/cpuinfo || { echo "this processor has no AVX-512 for bfloat16" >&2; exit 2; }
! grep -qw amx_bf16 /proc/cpuinfo || { echo "this processor has AMX: run the tests as they are" >&2; exit 2; }
for tool in git g++ nm objdump mvn; do
    command -v "$tool" >/dev/null || { echo "$tool is not in the PATH" >&2; exit 2; }
done
shopt -s nullglob
found=("${DJL_CACHE_DIR:-$HOME/.djl.ai}"/pytorch/*-cpu-linux-x86_64/libtorch_cpu.so)
[ ${#found[@]} -gt 0 ] || { echo "no libtorch for CPUs in ${DJL_CACHE_DIR:-$HOME/.djl.ai}/pytorch: run a test first" >&2; exit 2; }
libtorch=$(dirname "${found[0]}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/tree" "$work/djl/pytorch"
g++ -std=c++17 -O2 -shared -fPIC "$here/tiles.cpp" -o "$work/tiles.so" -ldl
git -C "$root" ls-files -z | tar -C "$root" --null -T - -c | tar -C "$work/tree" -x
cp -r "$libtorch" "$work/djl/pytorch/"

# Puts the bytes that tiles.cpp knows in place of each cpuid and xgetbv between two addresses of a file, whose code lies where it is loaded.
ask_tiles() {
    local file=$1 count=0 at
    while read -r at _; do
        at=$((16#${at%:}))
        case $(od -An -tx1 -j $at -N 3 "$file") in
            " 0f a2 "*) printf '\x0f\x0a' | dd of="$file" bs=1 seek=$at conv=notrunc status=none ;;
            " 0f 01 d0") printf '\x0f\x04\x90' | dd of="$file" bs=1 seek=$at conv=notrunc status=none ;;
            *) echo "code of $file lies elsewhere than it is loaded" >&2; exit 1 ;;
        esac
        count=$((count + 1))
    done < <(objdump -d --start-address="$2" --stop-address="$3" "$file" | grep -E '\b(cpuid|xgetbv)\b')
    [ $count -gt 0 ] || { echo "nobody asks the processor between $2 and $3 of $file" >&2; exit 1; }
}
torch=$work/djl/pytorch/$(basename "$libtorch")/libtorch_cpu.so
asking='Xbyak::util::Cpu::Cpu|dnnl::impl::cpu::x64::amx::(get_target_palette|get_max_palette|get_max_tiles|get_max_column_bytes|get_max_rows'
asking+='|\(anonymous namespace\)::get_palettes_info)'
functions=0
while read -r at size _; do
    ask_tiles "$torch" "0x$at" "$((16#$at + 16#$size))"
    functions=$((functions + 1))
done < <(nm -S -C "$torch" | grep -E "[0-9a-f] [tTwW] ($asking)\(" | grep -v '\.cold' | sort -u)
[ $functions -ge 7 ] || { echo "$functions functions of oneDNN that ask the processor in $torch, and not 7" >&2; exit 1; }
ask_tiles "$work/tree/glimpse-langchain4j/src/main/resources/io/github/glimpse/engine/rows-linux-x86_64.so" 0 0x7fffffff

cd "$work/tree"
DJL_CACHE_DIR=$work/djl TILES_LOG=$work/products LD_PRELOAD=$work/tiles.so mvn --no-transfer-progress -B -Djacoco.skip=true -pl glimpse-langchain4j -am \
    verify -Dtest=PackedShapeTest -Dsurefire.failIfNoSpecifiedTests=false -Dit.test="$tests"
[ -s "$work/products" ] || { echo "no product of tiles was computed" >&2; exit 1; }
skipped=$(sed -n 's:.*<skipped>\([0-9]*\)</skipped>.*:\1:p' glimpse-langchain4j/target/failsafe-reports/failsafe-summary.xml)
[ "$skipped" = 0 ] || { echo "$skipped tests were skipped" >&2; exit 1; }
awk '{ wide += $1; narrow += $2 } END { print "products of tiles: " wide " of bfloat16, " narrow " of 8 bits" }' "$work/products"
