package io.github.glimpse.generate;

import io.github.glimpse.engine.RuntimeOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The tiny reference models of the repository, for tests of everything but numbers. */
final class TinyModels {

    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");

    private TinyModels() {}

    /** Options for the tiny Qwen2.5-VL with its glimpse module. */
    static EngineOptions.Builder qwen() {
        Path family = FIXTURES.resolve("qwen2_5_vl-tiny");
        return EngineOptions.builder(family.resolve("model"))
                .module(family.resolve("glimpse"))
                .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN));
    }

    /** Options for the tiny LLaVA-1.5 with its glimpse module. */
    static EngineOptions.Builder llava() {
        Path family = FIXTURES.resolve("llava-1_5-tiny");
        return EngineOptions.builder(family.resolve("model"))
                .module(family.resolve("glimpse"))
                .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN));
    }

    /** A directory below the committed fixtures. */
    static Path fixture(String path) {
        return FIXTURES.resolve(path);
    }

    /** The picture of a case. */
    static byte[] picture(String path) {
        try {
            return Files.readAllBytes(FIXTURES.resolve(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
