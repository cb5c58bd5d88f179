package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Two class loaders of one JVM that load the library, as two web applications of one server do. */
class SecondClassLoaderIT {

    @Test
    void theSecondOfTwoClassLoadersIsToldToRestartOrToShare() throws Exception {
        String output = run("separate");

        assertThat(output)
                .containsOnlyOnce("started on cpu")
                .contains("NativeLibraryException")
                .contains("loaded by another class loader")
                .contains("restart the JVM, or put DJL and libtorch into the class loader that the applications share")
                .contains("docs/guide/deployment.md")
                .doesNotContain("pytorch-native-cpu:");
    }

    @Test
    void classLoadersThatShareDjlAndLibtorchBothStart() throws Exception {
        assertThat(run("shared").split(Pattern.quote("started on cpu"), -1)).hasSize(3);
    }

    private static String run(String mode) throws Exception {
        return NativeStart.output(NativeStart.begin(
                null, List.of("-Xmx512m", "-cp", NativeStart.classPath(), TwoLoaders.class.getName(), mode)));
    }

    /** Starts the library in each of two class loaders. */
    static final class TwoLoaders {

        /** DJL with its native jars, and all that it needs. */
        private static final Pattern SHARED = Pattern.compile(
                ".*/(ai/djl|net/java/dev/jna|com/google/code/gson|org/apache/commons|commons-\\w+" + "|org/slf4j)/.*");

        private TwoLoaders() {}

        public static void main(String[] arguments) throws Exception {
            List<URL> shared = new ArrayList<>();
            List<URL> separate = new ArrayList<>();
            for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
                boolean forBoth =
                        arguments[0].equals("shared") && SHARED.matcher(entry).matches();
                (forBoth ? shared : separate).add(Path.of(entry).toUri().toURL());
            }
            ClassLoader parent = new URLClassLoader(shared.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
            for (int i = 0; i < 2; i++) {
                ClassLoader loader = new URLClassLoader(separate.toArray(URL[]::new), parent);
                Thread.currentThread().setContextClassLoader(loader);
                loader.loadClass(NativeStart.class.getName())
                        .getMethod("main", String[].class)
                        .invoke(null, (Object) new String[] {"cpu"});
            }
        }
    }
}
