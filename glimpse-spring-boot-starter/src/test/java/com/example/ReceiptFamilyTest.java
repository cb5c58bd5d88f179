package com.example;

import io.github.glimpse.model.ModelFamily;
import io.github.glimpse.model.ModelFamilyContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class ReceiptFamilyTest extends ModelFamilyContract {

    private static final Path QWEN = Path.of(System.getProperty("glimpse.basedir", ".."))
            .resolve("glimpse-langchain4j/src/test/resources/fixtures/qwen2_5_vl-tiny/model");

    @TempDir
    static Path folder;

    @BeforeAll
    static void copy() throws IOException {
        try (Stream<Path> files = Files.list(QWEN)) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
        Path config = folder.resolve("config.json");
        String json = Files.readString(config);
        Files.writeString(config, json.replace("\"qwen2_5_vl\"", "\"receipt_vl\""));
    }

    @Override
    protected ModelFamily family() {
        return new ReceiptFamily();
    }

    @Override
    protected Path folder() {
        return folder;
    }
}
