package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.NativeLibraryException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Refusal of CPUs without AVX. {@code NativeLibraryIT} runs it on an emulated one. */
class CpuFeaturesTest {

    private static final Set<String> NEHALEM = Set.of("fpu", "sse", "sse2", "ssse3", "sse4_1", "sse4_2", "popcnt");
    private static final Set<String> SANDY_BRIDGE = Set.of("fpu", "sse", "sse2", "sse4_2", "avx");

    @ParameterizedTest
    @ValueSource(strings = {"linux-x86_64", "win-x86_64"})
    void aCpuWithoutAvxIsRefusedByTheJvmsWord(String platform) {
        assertThatThrownBy(() -> CpuFeatures.requireAvx(platform, OptionalInt.of(0), SANDY_BRIDGE))
                .isInstanceOf(NativeLibraryException.class)
                .hasMessageStartingWith("This CPU has no AVX (the JVM reports UseAVX=0)")
                .hasMessageContaining("on " + platform + " Glimpse needs AVX")
                .hasMessageContaining("-cpu host")
                .hasMessageContaining("docs/guide/troubleshooting.md");
    }

    @Test
    void aCpuWithoutAvxIsRefusedByTheFlagsWhereTheJvmReportsNothing() {
        assertThatThrownBy(() -> CpuFeatures.requireAvx("linux-x86_64", OptionalInt.empty(), NEHALEM))
                .isInstanceOf(NativeLibraryException.class)
                .hasMessageContaining("/proc/cpuinfo lists no flag 'avx'");
    }

    @Test
    void aCpuWithAvxAndOneThatReportsNothingAreNotRefused() {
        assertThatCode(() -> {
                    CpuFeatures.requireAvx("linux-x86_64", OptionalInt.of(1), NEHALEM);
                    CpuFeatures.requireAvx("linux-x86_64", OptionalInt.empty(), SANDY_BRIDGE);
                    CpuFeatures.requireAvx("linux-x86_64", OptionalInt.empty(), Set.of());
                    CpuFeatures.requireAvx("linux-aarch64", OptionalInt.empty(), Set.of("fp", "asimd"));
                })
                .doesNotThrowAnyException();
    }

    @Test
    void flagsAreThoseOfTheFirstProcessor(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(
                folder.resolve("cpuinfo"),
                "processor\t: 0\nflags\t\t: fpu avx amx_bf16\n\nprocessor\t: 1\nflags\t\t: fpu\n");

        assertThat(CpuFeatures.flags(file)).containsExactlyInAnyOrder("fpu", "avx", "amx_bf16");
        assertThat(CpuFeatures.flags(folder.resolve("missing"))).isEmpty();
    }
}
