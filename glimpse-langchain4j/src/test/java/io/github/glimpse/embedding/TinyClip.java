package io.github.glimpse.embedding;

import dev.langchain4j.data.message.ImageContent;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningStep;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;

/** The committed tiny models that make vectors. Never trained: their vectors mean nothing, but are the same each time. */
final class TinyClip {

    static final Path CLIP = Path.of("src/test/resources/fixtures/clip-tiny");
    static final Path SIGLIP = Path.of("src/test/resources/fixtures/siglip-tiny");

    private TinyClip() {}

    static EmbeddingOptions.Builder options(Path family) {
        return EmbeddingOptions.builder(family.resolve("model")).name("tiny");
    }

    static EmbeddingEngine clip() {
        return EmbeddingEngine.load(options(CLIP).build());
    }

    static byte[] picture(String name) {
        try {
            return Files.readAllBytes(CLIP.resolve("cases/001").resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static ImageContent image(String name) {
        return ImageContent.from(Base64.getEncoder().encodeToString(picture(name)), "image/png");
    }

    /** Every patch stays. */
    static PruningOptions whole() {
        return PruningOptions.builder().enabled(false).build();
    }

    /** One cut by the attention of the class row. */
    static PruningOptions cut(String at, double ratio) {
        return cut(at, "cls-attention", ratio);
    }

    /** One cut. */
    static PruningOptions cut(String at, String strategy, double ratio) {
        return PruningOptions.builder()
                .schedule(List.of(PruningStep.builder(strategy)
                        .at(at)
                        .retentionRatio(ratio)
                        .build()))
                .build();
    }
}
