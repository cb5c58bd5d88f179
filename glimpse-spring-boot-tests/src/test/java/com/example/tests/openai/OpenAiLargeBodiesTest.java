package com.example.tests.openai;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.testing.OwnProcess;
import io.github.glimpse.testing.TestCategory;
import io.github.glimpse.testing.Thorough;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many large bodies at once, in a process of 1 GB heap that ends at its first OutOfMemoryError. */
@Thorough
@TestCategory.Hostile
class OpenAiLargeBodiesTest {

    private static final int BODIES = 60;
    private static final int BYTES = 27_000_000;
    private static final long SECONDS = 300;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"announced", "chunked"})
    void bodiesThatDoNotFitIntoTheHeapTogetherAreRefused(String length) throws IOException, InterruptedException {
        List<String> lines = OwnProcess.lines(
                LargeBodiesProgram.class, SECONDS, folder, String.valueOf(BODIES), String.valueOf(BYTES), length);

        String statuses = lines.stream()
                .filter(line -> line.startsWith("statuses: "))
                .findFirst()
                .orElseThrow();
        System.out.println(length + ", " + statuses);
        assertThat(statuses).contains("503=").doesNotContain("500=");
        assertThat(lines).contains("good: 200");
    }
}
