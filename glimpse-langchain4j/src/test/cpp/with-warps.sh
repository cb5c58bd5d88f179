#!/usr/bin/env bash
# Runs tests of the GPU's kernels (step.cu) on a machine that has no GPU, from the root:
#
#     bash glimpse-langchain4j/src/test/cpp/with-warps.sh StepKernelsIT
#
# warps.cpp stands in for NVIDIA's driver and compiler: kernels are compiled for the processor, threads of a block take turns. That happens in a copy of
# the working tree, in which a decoder takes kernels of its own whatever it runs on, from weights as the checkpoint has them. It fails where no kernel was
# launched, and where a test was skipped. Bits and waiting are looked at; time is not, nor are the sums of a GPU's own instructions.
# Half an hour on two cores. Needs Linux on x86_64 with AVX2, git, Perl and a C++ compiler.
set -euo pipefail
tests=${1:?the names of tests, as -Dit.test has them}
here=$(cd "$(dirname "$0")" && pwd)
root=$(git -C "$here" rev-parse --show-toplevel)
for tool in git g++ mvn perl; do
    command -v "$tool" >/dev/null || { echo "$tool is not in the PATH" >&2; exit 2; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/tree" "$work/lib" "$work/kernels"
g++ -std=c++17 -O2 -Wall -Wextra -shared -fPIC "$here/warps.cpp" -o "$work/lib/libcuda.so.1" -ldl
ln -s libcuda.so.1 "$work/lib/libnvrtc.so.12"
git -C "$root" ls-files -z | tar -C "$root" --null -T - -c | tar -C "$work/tree" -x

# Puts one text in place of another, which must be there.
put() {
    local file=$work/tree/glimpse-langchain4j/src/$1
    grep -qF -- "$2" "$file" || { echo "$1 has no $2" >&2; exit 1; }
    WITHOUT=$2 WITH=$3 perl -pi -e 's/\Q$ENV{WITHOUT}\E/$ENV{WITH}/g' "$file"
}
nn=java/io/github/glimpse/nn
put "main/$nn/StepKernels.java" '!runtime.onGpu() || !stack.attendsTogether() || ' ''
put "test/$nn/StepKernelsIT.java" 'runtime.attendsTogether()' '!runtime.attendsTogether()'
put "test/$nn/StepKernelsIT.java" 'WeightFormat.AUTO' 'WeightFormat.COPIED'

cd "$work/tree"
WARPS_FOLDER=$work/kernels WARPS_HEADER=$here/warps_cuda.h WARPS_LOG=$work/launches WARPS_PROCESSORS=${WARPS_PROCESSORS:-3} \
    WARPS_SHARED=${WARPS_SHARED:-232448} LD_LIBRARY_PATH=$work/lib mvn --no-transfer-progress -B -Djacoco.skip=true -pl glimpse-langchain4j -am \
    verify -Dtest=PackedShapeTest -Dsurefire.failIfNoSpecifiedTests=false -Dit.test="$tests"
[ -s "$work/launches" ] || { echo "no kernel was launched" >&2; exit 1; }
skipped=$(sed -n 's:.*<skipped>\([0-9]*\)</skipped>.*:\1:p' glimpse-langchain4j/target/failsafe-reports/failsafe-summary.xml)
[ "$skipped" = 0 ] || { echo "$skipped tests were skipped" >&2; exit 1; }
awk '{ all += $1 } END { print "kernels launched: " all }' "$work/launches"
