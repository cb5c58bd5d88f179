package io.github.glimpse.examples.tiny.evaluation;

import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.hub.ModelSource;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/**
 * Times how the embedded model comes into a process, first and again: {@code LoadTimes} prints {@code library=<ms> device=<name>},
 * the start of the native library, which a process does once, then for each of two times {@code copy=<ms> load=<ms>}: its files out of the jar,
 * and from the files to a model that answers.
 */
public final class LoadTimes {

    private static final int TIMES = 2;
    private static final RuntimeOptions RUNTIME = new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN);

    private LoadTimes() {}

    /** Loads and prints. */
    public static void main(String[] arguments) {
        print(System.out);
    }

    static void print(PrintStream out) {
        long start = System.nanoTime();
        try (TorchRuntime library = TorchRuntime.start(RUNTIME)) {
            out.println("library=" + millisSince(start) + " device=" + library.deviceName());
            for (int i = 0; i < TIMES; i++) {
                out.println(loaded());
            }
        }
    }

    private static String loaded() {
        long start = System.nanoTime();
        try (ModelSource model = ModelSource.embedded();
                ModelSource module = ModelSource.embeddedModule()) {
            long copied = millisSince(start);
            long opened = System.nanoTime();
            EngineOptions options = EngineOptions.builder(model.directory())
                    .module(module.directory())
                    .runtime(RUNTIME)
                    .build();
            LoadedModel loaded = LoadedModel.load(options);
            long took = millisSince(opened);
            loaded.close();
            return String.format(Locale.ROOT, "copy=%d load=%d", copied, took);
        }
    }

    private static long millisSince(long start) {
        return Duration.ofNanos(System.nanoTime() - start).toMillis();
    }
}
