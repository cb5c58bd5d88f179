package com.example.tests;

import java.nio.file.Path;

/** Where the library's tiny reference models lie. */
public final class Folders {

    private static final Path FIXTURES = Path.of(System.getProperty("glimpse.basedir", ".."))
            .resolve("glimpse-langchain4j/src/test/resources/fixtures");

    /** A model for vectors. */
    public static final Path CLIP = FIXTURES.resolve("clip-tiny/model");

    /** A model for answers, and its module beside it. */
    public static final Path QWEN = FIXTURES.resolve("qwen2_5_vl-tiny");

    private Folders() {}
}
