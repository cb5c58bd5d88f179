package io.github.glimpse.spring.autoconfigure;

import java.nio.file.Path;

/** Where the library's tiny reference models lie. */
final class TinyModel {

    static final Path QWEN = folder("qwen2_5_vl-tiny");
    static final Path LLAVA = folder("llava-1_5-tiny");
    static final Path CLIP = folder("clip-tiny");
    static final Path BLIP_CAPTION = folder("blip-tiny-caption");

    private TinyModel() {}

    static Path folder(String family) {
        return Path.of(System.getProperty("glimpse.basedir", ".."))
                .resolve("glimpse-langchain4j/src/test/resources/fixtures")
                .resolve(family);
    }

    /** The properties that load a model with its module. */
    static String[] properties(Path family) {
        return new String[] {
            "glimpse.model.location=" + family.resolve("model"),
            "glimpse.model.pruning-module=" + family.resolve("glimpse")
        };
    }
}
