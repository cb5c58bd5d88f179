#!/usr/bin/env bash
# Packs the check of a GPU into one archive: a small Java runtime, the jars that it needs, and run.sh. libtorch is the machine's own.
# Builds the jars itself. Usage: examples/gpu-check/pack.sh [ARCHIVE]
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
archive=$(realpath -m "${1:-$root/examples/gpu-check/target/glimpse-gpu-check.tar.xz}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
to=$work/glimpse-gpu-check
mkdir -p "$to/lib" "$(dirname "$archive")"

mvn -q -f "$root/pom.xml" -pl examples/benchmark,examples/quickstart -am package -DskipTests \
    org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath \
    -Dmdep.outputFile=target/gpu-check.classpath -Dmdep.includeScope=runtime >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
for jar in $(tr ':' '\n' <"$root/examples/benchmark/target/gpu-check.classpath"); do
    case $jar in
        */glimpse-langchain4j/target/*) ;;
        *pytorch-native-cpu* | *xchart* | *VectorGraphics2D* | *opennlp*) ;;
        *) cp "$jar" "$to/lib/" ;;
    esac
done
for module in glimpse-langchain4j examples/benchmark examples/quickstart; do
    find "$root/$module/target" -maxdepth 1 -name 'glimpse-*.jar' ! -name '*-sources.jar' ! -name '*-javadoc.jar' \
        -exec cp {} "$to/lib/" \;
done
# Libraries for other platforms
for jar in "$to"/lib/*.jar; do
    zip -q -d "$jar" 'native/lib/*win*' 'native/lib/*osx*' 'native/lib/*aarch64*' 'jnilib/win*' 'jnilib/osx*' 'jnilib/linux-aarch64*' \
        'com/sun/jna/aix*' 'com/sun/jna/darwin*' 'com/sun/jna/win32-*/*' 'com/sun/jna/linux-[!x]*' 'com/sun/jna/*bsd*' \
        'com/sun/jna/sunos*' 'com/sun/jna/dragonfly*' >/dev/null 2>&1 || true
done
# Left uncompressed: xz makes more of it.
jlink --add-modules java.base,java.desktop,java.logging,java.management,java.net.http,java.xml,jdk.unsupported \
    --strip-debug --compress=0 --no-header-files --no-man-pages --output "$to/java"
cp "$root/examples/gpu-check/run.sh" "$to/"
tar -C "$work" -c glimpse-gpu-check | xz -9 >"$archive"
bytes=$(stat -c %s "$archive")
echo "$archive: $((bytes / 1000)) kB"
[ "$bytes" -le "${MOST_BYTES:-30000000}" ] || { echo "that is more than ${MOST_BYTES:-30000000} bytes" >&2; exit 1; }
