#!/usr/bin/env bash
# Runs tests, or the quickstart, on an emulated x86_64 CPU: qemu-user translates the JVM and libtorch, which then see that CPU's features only.
#
#   tools/on-cpu.sh [--install] <cpu> [<tests>…]
#
#   <cpu>      a model of `qemu-x86_64 -cpu help`: Haswell (AVX2), SandyBridge (AVX), Nehalem (no AVX); with changes as Haswell,-fma
#   <tests>    [<module>:]<Class>[#<method>], the module is glimpse-langchain4j unless named; or "quickstart", which asks one question
#   --install  installs qemu-user by apt-get if it is missing; without it nothing is installed
#
# Without tests: CI's selection below; on a CPU without AVX, that Glimpse refuses it with a message.
# Run it after a build (mvn verify): then nothing is compiled here. Reports and Maven's output are in target/on-cpu.
# Tests tagged timing, weights or training are left out. An emulated CPU is some 15 times slower than the real one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD

# CI's selection: kernels, loading, lookup. The tests that need hardware are listed in docs/lab/hardware-tests.md.
selection=(
  NumericsProbeIT
  StepRowsIT
  CompiledTextsIT
  Int8KernelsIT
  'Int8LoadingIT#aModelReportsTheBytesOfWeightsThatAStepReads'
  'LookupIT#weights*'
  glimpse-spring-boot-starter:GlimpseMetersAutoConfigurationTest#guessedTokensAreCountedByWhatBecameOfThem
  quickstart
)

fail() {
  echo "on-cpu: $1" >&2
  exit 2
}

install=no
if [ "${1:-}" = --install ]; then
  install=yes
  shift
fi
[ $# -ge 1 ] || fail "which CPU? Usage: tools/on-cpu.sh [--install] <cpu> [<tests>…], as: tools/on-cpu.sh Haswell StepRowsIT"
cpu=$1
shift

[ "$(uname -sm)" = "Linux x86_64" ] || fail "this needs Linux on x86_64; found $(uname -sm)"
if ! command -v qemu-x86_64 >/dev/null; then
  [ $install = yes ] || fail "there is no qemu-x86_64; install it by 'apt-get install qemu-user', or run this with --install"
  sudo=$([ "$(id -u)" = 0 ] || echo sudo)
  $sudo apt-get update -qq && $sudo apt-get install -y -qq --no-install-recommends qemu-user >/dev/null
fi
grep -qw -- "${cpu%%,*}" <<<"$(qemu-x86_64 -cpu help)" || fail "qemu-x86_64 has no CPU '${cpu%%,*}'; 'qemu-x86_64 -cpu help' lists them"

java=$(readlink -f "$(command -v "${JAVA_HOME:+$JAVA_HOME/bin/}java")")
work=$root/target/on-cpu
# Maven looks for a JVM by the path of its executable: .../bin/java
emulated=$work/$cpu/bin/java
mkdir -p "$(dirname "$emulated")"
# The first compiler alone: the second costs more emulated time than it saves. QEMU warns of features that no translated code uses.
cat >"$emulated" <<EOF
#!/usr/bin/env bash
exec qemu-x86_64 -cpu "$cpu" "$java" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC "\$@" 2> >(grep -v "TCG doesn't support requested feature" >&2)
EOF
chmod +x "$emulated"
export OMP_WAIT_POLICY=PASSIVE DJL_OFFLINE=true

vectors=$("$emulated" -XX:+PrintFlagsFinal -version 2>/dev/null | awk '$2 == "UseAVX" { print $4 }')
echo "on-cpu: $cpu, for the JVM UseAVX=${vectors:-unknown}"

quickstart() {
  local jar=$root/examples/quickstart/target/quickstart.jar
  [ -f "$jar" ] || fail "there is no $jar; build it by: mvn -Dquick -pl examples/quickstart -am package"
  "$emulated" -jar "$jar" --overlay="$work/$cpu/overlay.png" "$@"
}

refusal() {
  local output code=0
  output=$(quickstart 2>&1) || code=$?
  echo "$output"
  if [ $code -ne 1 ] || ! grep -q 'This CPU has no AVX' <<<"$output"; then
    echo "on-cpu: $cpu has no AVX, but the quickstart ended with $code instead of being refused" >&2
    return 1
  fi
  echo "on-cpu: $cpu was refused with exit code 1"
}

answer() {
  local output
  output=$(quickstart) || return
  echo "$output"
  # The total of the quickstart's receipt
  grep -Eq '^Answer +87\.00$' <<<"$output"
}

# Classes of one module.
tests() {
  local module=$1 names=$2 log=$work/$cpu/${1//\//-}.log reports=$root/$1/target/surefire-reports
  rm -f "$reports"/TEST-*-on-"$cpu".xml
  mvn --no-transfer-progress -B -o -pl "$module" -am test-compile surefire:test -Dtest="$names" \
    -Djvm="$emulated" -Dglimpse.test.java="$emulated" -Dsurefire.reportNameSuffix="on-$cpu" \
    -Dtest.excluded-groups=timing,weights,training -Dsurefire.failIfNoSpecifiedTests=false \
    -Djacoco.skip -Dspotless.check.skip -Dforbiddenapis.skip -Denforcer.skip </dev/null >"$log" 2>&1 ||
    { grep -E '^\[ERROR\]' "$log" | head -n 40 >&2; return 1; }
  [ -n "$(find "$reports" -name "TEST-*-on-$cpu.xml" -print -quit 2>/dev/null)" ] || { echo "no test ran, see $log" >&2; return 1; }
  grep -hoE '<testcase name="[^"]*" classname="[^"]*"|<skipped message="[^"]*"' "$reports"/TEST-*-on-"$cpu".xml |
    awk -F'"' '/^<skipped/ { printf "  skipped %s: %s\n", last, $2; skipped++ } /^<testcase/ { last = $4 "." $2; all++ }
      END { printf "  %d tests, %d skipped\n", all, skipped }'
}

if [ $# -eq 0 ]; then
  if [ "${vectors:-1}" = 0 ]; then
    refusal
    exit
  fi
  set -- "${selection[@]}"
fi

declare -A by_module=()
asks=no
for test in "$@"; do
  case $test in
    quickstart) asks=yes ;;
    *:*) by_module[${test%%:*}]+="${by_module[${test%%:*}]:+,}${test#*:}" ;;
    *) by_module[glimpse-langchain4j]+="${by_module[glimpse-langchain4j]:+,}$test" ;;
  esac
done

status=0
if [ $asks = yes ]; then
  answer >"$work/$cpu/quickstart.log" 2>&1 &
  asking=$!
fi
for module in "${!by_module[@]}"; do
  echo "on-cpu: $module: ${by_module[$module]}"
  tests "$module" "${by_module[$module]}" || { echo "on-cpu: tests of $module failed, see $work/$cpu/${module//\//-}.log" >&2; status=1; }
done
if [ $asks = yes ]; then
  wait $asking || { echo "on-cpu: the quickstart did not answer 87.00" >&2; status=1; }
  cat "$work/$cpu/quickstart.log"
fi
echo "on-cpu: $cpu $([ $status = 0 ] && echo passed || echo FAILED) after $SECONDS s"
exit $status
