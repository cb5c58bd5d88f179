#!/usr/bin/env bash
# The check of a GPU: the doctor, then models of true shapes with random weights. No network, no Python but the one whose torch has the
# libraries. Usage: ./run.sh [OUT] [options of the benchmark, such as --random 3b or --layers 2]
#   TORCH=…/site-packages/torch   another libtorch 2.7.1 than that of python3;  DEVICE=cpu   rehearses on the CPU
# Writes OUT/check.json, OUT/check.md and the parts they are made of. Exit status 0: all holds; 1: something does not; 2: no GPU could be used.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$(realpath -m "${1:-results}")
shift || true
device=${DEVICE:-cuda}
torch=${TORCH-$(python3 -c 'import importlib.util as u; s = u.find_spec("torch"); print(s.submodule_search_locations[0] if s else "")')}
mkdir -p "$out"
export DJL_CACHE_DIR=$out/djl DJL_OFFLINE=true
# The whole list has ten minutes; the doctor takes seconds of them.
java=("$here/java/bin/java" -Xmx1g -Djava.awt.headless=true -cp "$here/lib/*")
began=$SECONDS
timeout 120 "${java[@]}" io.github.glimpse.examples.quickstart.Doctor --doctor --json "--glimpse.device=$device" \
    ${torch:+"--glimpse.native.path=$torch"} >"$out/doctor.json" 2>"$out/doctor.log"
doctor=$?
benchmark=skipped
if [ $doctor -lt 2 ]; then
    [ $# -gt 0 ] || set -- --random 3b,7b
    timeout $((590 - SECONDS + began)) "${java[@]}" io.github.glimpse.examples.benchmark.Benchmark --device "$device" \
        ${torch:+--native-path "$torch"} --out "$out" "$@" >"$out/benchmark.log" 2>&1
    benchmark=$?
fi
rm -rf "$out/djl" "$out/models"
took=$((SECONDS - began))
{
    echo "# Check of a GPU"
    echo
    echo "Device \`$device\`, libtorch of \`$(basename "$(dirname "${torch:-class-path/none}")")/$(basename "${torch:-none}")\`, $took s;" \
        "doctor ended with $doctor, benchmark with $benchmark (124: its ten minutes were over)."
    echo
    [ -f "$out/device.md" ] && cat "$out/device.md"
    echo
    echo "## Doctor"
    echo
    echo '```json'
    cat "$out/doctor.json"
    echo '```'
    [ -s "$out/doctor.json" ] || { echo; tail -5 "$out/doctor.log"; }
    [ "$benchmark" = 0 ] || [ "$benchmark" = skipped ] || { echo; echo '```'; tail -20 "$out/benchmark.log"; echo '```'; }
} >"$out/check.md"
{
    printf '{"device": "%s", "seconds": %d, "doctor_exit": %d, "benchmark_exit": "%s",\n"doctor": ' \
        "$device" "$took" "$doctor" "$benchmark"
    [ -s "$out/doctor.json" ] && cat "$out/doctor.json" || echo null
    printf ',\n"benchmark": '
    [ -s "$out/device.json" ] && cat "$out/device.json" || echo null
    echo '}'
} >"$out/check.json"
cat "$out/check.md"
[ $doctor -lt 2 ] || exit 2
[ $doctor = 0 ] && [ "$benchmark" = 0 ]
