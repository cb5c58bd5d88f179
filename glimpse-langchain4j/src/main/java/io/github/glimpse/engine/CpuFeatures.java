package io.github.glimpse.engine;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.VMOption;
import io.github.glimpse.NativeLibraryException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Instruction sets of an x86_64 CPU, read without native code of ours and before libtorch is loaded.
 *
 * <p>The JVM's own CPUID result comes first, as {@code /proc/cpuinfo} shows the host's flags under user-mode emulation and does not exist on
 * Windows.
 */
final class CpuFeatures {

    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

    private CpuFeatures() {}

    /**
     * Refuses an x86_64 CPU without AVX. Does nothing where neither the JVM nor the system reports the CPU's features.
     *
     * @throws NativeLibraryException if the CPU has no AVX
     */
    static void requireAvx() {
        requireAvx(NativeLibrary.platform(), vectorLevel(), flags(CPU_INFO));
    }

    /**
     * The check by given values.
     *
     * @param vectorLevel HotSpot's {@code UseAVX}: 0 for a CPU without AVX, empty if unknown
     * @param flags of {@code /proc/cpuinfo}, empty if unknown
     */
    static void requireAvx(String platform, OptionalInt vectorLevel, Set<String> flags) {
        if (!platform.endsWith("-x86_64")) {
            return;
        }
        if (vectorLevel.isPresent() ? vectorLevel.getAsInt() == 0 : !flags.isEmpty() && !flags.contains("avx")) {
            throw new NativeLibraryException("This CPU has no AVX ("
                    + (vectorLevel.isPresent() ? "the JVM reports UseAVX=0" : "/proc/cpuinfo lists no flag 'avx'")
                    + "), but on " + platform + " Glimpse needs AVX, and AVX2 and FMA for its kernels and int8 weights;"
                    + " use a CPU that has them (most since 2013), or let the virtual machine pass on those of its host"
                    + " (QEMU: -cpu host); see docs/guide/troubleshooting.md");
        }
    }

    /** Whether the CPU is AMD's, or one of its design (Hygon); false where the system does not tell. */
    static boolean isAmd() {
        String vendor = field("vendor_id", CPU_INFO).collect(Collectors.joining());
        return vendor.equals("AuthenticAMD")
                || vendor.equals("HygonGenuine")
                || System.getenv().getOrDefault("PROCESSOR_IDENTIFIER", "").contains("AuthenticAMD");
    }

    /** Whether the CPU has AVX-512, by HotSpot's {@code UseAVX} or else by the flags of {@code /proc/cpuinfo}. */
    static boolean hasAvx512() {
        OptionalInt level = vectorLevel();
        return level.isPresent() ? level.getAsInt() >= 3 : flags().contains("avx512bw");
    }

    /** HotSpot's {@code UseAVX}; empty on other JVMs, and where the command line sets it, as that need not be what the CPU has. */
    private static OptionalInt vectorLevel() {
        try {
            VMOption option = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                    .getVMOption("UseAVX");
            return option.getOrigin() == VMOption.Origin.DEFAULT
                    ? OptionalInt.of(Integer.parseInt(option.getValue()))
                    : OptionalInt.empty();
        } catch (RuntimeException | LinkageError unknown) {
            return OptionalInt.empty();
        }
    }

    /** Flags that Linux lists for the first processor; empty elsewhere. */
    static Set<String> flags() {
        return flags(CPU_INFO);
    }

    static Set<String> flags(Path cpuInfo) {
        return field("flags", cpuInfo).collect(Collectors.toSet());
    }

    /** The words after a field's colon, of the first processor; none where there is no such file or field. */
    private static Stream<String> field(String name, Path cpuInfo) {
        try (Stream<String> lines = Files.lines(cpuInfo)) {
            Optional<String> line = lines.filter(each -> each.startsWith(name)).findFirst();
            return line.stream()
                    .flatMap(each -> Arrays.stream(each.split("[\\s:]+")))
                    .skip(1);
        } catch (IOException | UncheckedIOException notOffered) {
            return Stream.empty();
        }
    }
}
