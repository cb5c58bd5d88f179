package io.github.glimpse.chat;

import dev.langchain4j.data.message.ImageContent;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.LoadedModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;

/** The committed tiny models with their glimpse modules. Never trained: their answers are gibberish, but the same each time. */
final class TinyModels {

    static final Path QWEN = Path.of("src/test/resources/fixtures/qwen2_5_vl-tiny");
    static final Path LLAVA = Path.of("src/test/resources/fixtures/llava-1_5-tiny");

    private TinyModels() {}

    static EngineOptions.Builder options(Path family) {
        return EngineOptions.builder(family.resolve("model"))
                .module(family.resolve("glimpse"))
                .name("tiny");
    }

    static LoadedModel qwen() {
        return LoadedModel.load(options(QWEN).build());
    }

    static ImageContent image(Path family, String file) {
        try {
            byte[] bytes = Files.readAllBytes(family.resolve("cases").resolve(file));
            return ImageContent.from(
                    Base64.getEncoder().encodeToString(bytes), file.endsWith("jpg") ? "image/jpeg" : "image/png");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
