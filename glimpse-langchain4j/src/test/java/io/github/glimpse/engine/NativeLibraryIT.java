package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.GlimpseException;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user reads whose class path or settings do not do. Each start needs a process of its own. */
class NativeLibraryIT {

    @TempDir
    private Path cache;

    @Test
    void aMissingNativeJarIsNamedWithItsCoordinates() throws Exception {
        assertThat(start("pytorch-native-cpu", "cpu"))
                .contains("NativeLibraryException")
                .contains("ai.djl.pytorch:pytorch-native-cpu:2.7.1")
                .contains("glimpse.native.download=true")
                .contains("docs/guide/gpu.md");
    }

    @Test
    void aGpuThatIsNotThereIsNamed() throws Exception {
        assertThat(start("nothing", "cuda:7"))
                .contains("NativeLibraryException")
                .contains("cuda:7")
                .contains("GPUs")
                .contains("glimpse.device=cpu");
    }

    @Test
    void anUnknownDeviceIsNamedWithTheKnownOnes() throws Exception {
        assertThat(start("nothing", "tpu")).contains("'tpu' is not known; use auto, cpu, cuda or cuda:N");
    }

    private String start(String withoutJar, String device) throws IOException, InterruptedException {
        // In a fork of Maven the class path itself is one jar that names the others.
        String whole = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        String classPath = Arrays.stream(whole.split(File.pathSeparator, -1))
                .filter(entry -> !entry.contains(withoutJar))
                .collect(Collectors.joining(File.pathSeparator));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPath,
                Start.class.getName(),
                device));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        if (!withoutJar.equals("nothing")) {
            builder.environment().put("DJL_CACHE_DIR", cache.toString());
        }
        builder.environment().remove("DJL_OFFLINE");
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return output;
    }

    /** Starts the runtime and prints how that failed. */
    static final class Start {

        private Start() {}

        public static void main(String[] arguments) {
            try {
                TorchRuntime.start(new RuntimeOptions(arguments[0], 1, RuntimeOptions.NativeDownload.FORBIDDEN));
                System.out.println("started");
            } catch (GlimpseException e) {
                System.out.println(e);
            }
        }
    }
}
