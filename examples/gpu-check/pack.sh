#!/usr/bin/env bash
# Packs the check of a GPU into one archive: a small Java runtime, the jars that it needs, and run.sh. libtorch is the machine's own.
# Builds the jars itself. Usage: examples/gpu-check/pack.sh [ARCHIVE]
#   MOST_BYTES=40000000   the archive must not be larger;  MAVEN_OPTIONS=-o   for Maven
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
archive=$(realpath -m "${1:-$root/examples/gpu-check/target/glimpse-gpu-check.tar.xz}")
most=${MOST_BYTES:-40000000}
MAVEN_OPTIONS=${MAVEN_OPTIONS:-}
[ "$(uname -sm)" = "Linux x86_64" ] || { echo "DJL's CUDA library is for Linux on x86_64, and so is the archive; pack it there" >&2; exit 2; }
for tool in mvn jlink jar xz tar; do
    command -v "$tool" >/dev/null || { echo "$tool is not in the PATH" >&2; exit 2; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
to=$work/glimpse-gpu-check
mkdir -p "$to/lib" "$(dirname "$archive")"

mvn -f "$root/pom.xml" --no-transfer-progress -B $MAVEN_OPTIONS -pl examples/benchmark,examples/quickstart -am package -DskipTests \
    org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath \
    -Dmdep.outputFile=target/gpu-check.classpath -DincludeScope=runtime >"$work/log" 2>&1 || { tail -40 "$work/log" >&2; exit 1; }
version=$(sed -n 's:.*<revision>\(.*\)</revision>.*:\1:p' "$root/pom.xml")

# All entries uncompressed, so that xz sees through them; without what other systems, plots and TIFF need.
store() {
    local jar=$1 name=$2
    mkdir "$work/jar"
    (cd "$work/jar" && jar -xf "$jar" && rm -rf native/lib/{win,osx}* native/lib/*-aarch64 jnilib/{win,osx}* jnilib/*-aarch64 \
        com/sun/jna/{aix,darwin,win32,dragonfly,freebsd,openbsd,sunos}* com/sun/jna/linux-[!x]* com/sun/jna/linux-x86)
    jar -c -0 -M -f "$to/lib/$name" -C "$work/jar" .
    rm -rf "$work/jar"
}
for jar in $(tr ':' '\n' <"$root/examples/benchmark/target/gpu-check.classpath"); do
    case $jar in
        */glimpse-langchain4j/target/*) ;;
        *pytorch-native-cpu* | *xchart* | *VectorGraphics2D* | *graphics2d* | *pdfbox* | *fontbox* | *animated-gif* | *commons-logging*) ;;
        *twelvemonkeys* | *error_prone*) ;;
        *) store "$jar" "$(basename "$jar")" ;;
    esac
done
for jar in glimpse-langchain4j/target/glimpse-langchain4j-"$version"{,-tests}.jar \
    examples/benchmark/target/glimpse-example-benchmark-"$version".jar \
    examples/quickstart/target/glimpse-example-quickstart-"$version".jar; do
    [ -f "$root/$jar" ] || { echo "$jar was not built" >&2; exit 1; }
    store "$root/$jar" "$(basename "$jar")"
done

# Windows and sound would ask for libraries of the system.
jlink --add-modules java.base,java.desktop,java.logging,java.management,java.net.http,java.xml,jdk.unsupported \
    --strip-debug --compress=0 --no-header-files --no-man-pages --output "$to/java" \
    --exclude-files='/java.desktop/lib/lib*awt_xawt.so,/java.desktop/lib/libjsound.so,/java.desktop/lib/libsplashscreen.so,/java.desktop/lib/libjawt.so'
cp "$root/examples/gpu-check/run.sh" "$to/"

echo "| part | MB | packed alone, MB |" >"$work/table"
echo "|---|---|---|" >>"$work/table"
row() {
    local name=$1
    shift
    printf '| %s | %s | %s |\n' "$name" "$(cat "$@" | wc -c | awk '{ printf "%.1f", $1 / 1e6 }')" \
        "$(cat "$@" | xz -6 | wc -c | awk '{ printf "%.1f", $1 / 1e6 }')" >>"$work/table"
}
row "Java: the virtual machine" "$to"/java/lib/server/libjvm.so
row "Java: classes" "$to"/java/lib/modules
row "Glimpse, the embedded model in it" "$to"/lib/glimpse-*.jar
row "DJL and its libraries for CPU and CUDA" "$to"/lib/{api,pytorch-,jna,gson,commons-}*.jar
row "the other jars" "$to"/lib/{jackson,langchain4j,picocli,slf4j}-*.jar

tar -C "$work" --sort=name --owner=0 --group=0 --numeric-owner -c glimpse-gpu-check | xz -9e >"$archive.part"
mv "$archive.part" "$archive"
bytes=$(stat -c %s "$archive")
echo "$archive: $((bytes / 1000)) kB"
cat "$work/table"
[ "$bytes" -le "$most" ] || { echo "that is more than $most bytes" >&2; exit 1; }
