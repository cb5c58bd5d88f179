#!/usr/bin/env bash
# The check of a GPU: the doctor, then models of true shapes with random weights. No network, no Python but the one whose torch has the
# libraries. Usage: ./run.sh [OUT] [options of the benchmark, such as --random 3b or --layers 2]
#   TORCH=…/site-packages/torch   another libtorch 2.7.1 than that of python3;  DEVICE=cpu   rehearses on the CPU
#   SECONDS_AT_MOST=600   when the benchmark is ended
# Writes OUT/check.json, OUT/check.md and the parts they are made of.
# Exit status 0: all points are ok; 1: one is not, or was not measured; 2: no GPU was used.
set -uo pipefail
here=$(dirname "$(realpath "$0")")
case ${1:-} in -*) out=results ;; *) out=${1:-results} && shift $(($# > 0)) ;; esac
out=$(realpath -m "$out")
device=${DEVICE:-cuda}
most=${SECONDS_AT_MOST:-600}
torch=${TORCH-$(python3 -c 'import importlib.util as u; s = u.find_spec("torch"); print(s.submodule_search_locations[0] if s else "")')}
mkdir -p "$out" || exit 2
rm -rf "$out"/{doctor,device,check}.json "$out"/{device,check}.md "$out"/{doctor,benchmark}.log "$out/djl" "$out/models"
trap 'rm -rf "$out/djl" "$out/models"' EXIT
export DJL_CACHE_DIR=$out/djl DJL_OFFLINE=true
[ $# -gt 0 ] || set -- --random 3b,7b
case " $* " in *' --random'*) ;; *) set -- --random 3b,7b "$@" ;; esac
shapes=$(printf '%s\n' "$*" | sed 's/.*--random[= ]*\([^ ]*\).*/\1/')
java=("$here/java/bin/java" -Xmx1g -Djava.awt.headless=true -cp "$here/lib/*")
classes=io.github.glimpse.examples
began=$SECONDS
timeout 120 "${java[@]}" $classes.quickstart.Doctor --doctor --json "--glimpse.device=$device" \
    ${torch:+"--glimpse.native.path=$torch"} >"$out/doctor.json" 2>"$out/doctor.log"
doctor=$?
benchmark=()
if [ $doctor != 2 ]; then
    timeout $((most - 10 - SECONDS + began)) "${java[@]}" $classes.benchmark.Benchmark --device "$device" \
        ${torch:+--native-path "$torch"} --out "$out" "$@" >"$out/benchmark.log" 2>&1
    benchmark=(--benchmark $?)
fi
"${java[@]}" $classes.benchmark.CheckReport --out "$out" --device "$device" --shapes "$shapes" --doctor $doctor \
    "${benchmark[@]}" --seconds $((SECONDS - began))
