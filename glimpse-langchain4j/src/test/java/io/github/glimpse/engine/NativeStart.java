package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.pytorch.jni.LibUtils;
import ai.djl.util.Utils;
import io.github.glimpse.GlimpseException;
import io.github.glimpse.testing.OwnProcess;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Child JVM that starts the native library and prints whether that succeeded. */
public final class NativeStart {

    private static final long TIMEOUT_SECONDS = 240;

    private NativeStart() {}

    /** Class path of this JVM; in a fork of Maven it is one jar that names the others. */
    static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    /** The same without the entries whose names contain a text. */
    static String classPathWithout(String text) {
        return Arrays.stream(classPath().split(File.pathSeparator, -1))
                .filter(entry -> !entry.contains(text))
                .collect(Collectors.joining(File.pathSeparator));
    }

    /**
     * Starts {@link #main} or another class by the JVM of child processes.
     *
     * @param cache value of {@code DJL_CACHE_DIR}, null for that of this JVM
     * @param command options of the JVM, then class path, class and arguments
     */
    static Process begin(@Nullable Path cache, List<String> command) throws IOException {
        List<String> all =
                new ArrayList<>(List.of(OwnProcess.java(), "-XX:-CreateCoredumpOnCrash", "-XX:ErrorFile=/dev/null"));
        all.addAll(command);
        return beginBy(cache, all);
    }

    /** The same by a command that begins with the JVM. */
    static Process beginBy(@Nullable Path cache, List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        if (cache != null) {
            builder.environment().put("DJL_CACHE_DIR", cache.toString());
        }
        builder.environment().remove("DJL_OFFLINE");
        return builder.start();
    }

    /** Starts the runtime on the CPU in a child JVM with this cache. */
    static Process begin(Path cache) throws IOException {
        String log = "-Dorg.slf4j.simpleLogger.log.io.github.glimpse.engine.NativeCache=info";
        return begin(cache, List.of("-Xmx256m", log, "-cp", classPath(), NativeStart.class.getName(), "cpu"));
    }

    /** Waits for the end of a process and returns all that it printed. */
    static String output(Process process) throws IOException, InterruptedException {
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();
        return output;
    }

    /**
     * Fills a folder with links to the native files that DJL has unpacked for this user.
     *
     * @return the folder of libtorch in it
     */
    static Path linkCache(Path cache) throws IOException {
        TorchRuntime.start(RuntimeOptions.defaults()).close();
        Path source = Path.of(LibUtils.getLibtorchPath());
        assertThat(source.getParent())
                .isEqualTo(Utils.getEngineCacheDir("pytorch").toAbsolutePath());
        Path target = Files.createDirectories(cache.resolve("pytorch").resolve(source.getFileName()));
        try (Stream<Path> files = Files.list(source)) {
            for (Path file : files.toList()) {
                link(file, target.resolve(file.getFileName()));
            }
        }
        return target;
    }

    private static void link(Path file, Path link) throws IOException {
        try {
            Files.createLink(link, file);
        } catch (IOException | UnsupportedOperationException e) {
            // Another file system
            Files.copy(file, link);
        }
    }

    public static void main(String[] arguments) {
        try {
            String path = System.getProperty("path");
            RuntimeOptions options = new RuntimeOptions(
                    arguments[0], 1, RuntimeOptions.NativeDownload.FORBIDDEN, path == null ? null : Path.of(path));
            TorchRuntime runtime = TorchRuntime.start(options);
            // The start of the next model of the process
            TorchRuntime.start(options).close();
            System.out.println("started on " + runtime.deviceName());
            System.out.println("gpus " + runtime.facts().gpus());
            System.out.println("unused " + runtime.facts().unusedGpu());
        } catch (GlimpseException e) {
            System.out.println(e);
        }
    }
}
