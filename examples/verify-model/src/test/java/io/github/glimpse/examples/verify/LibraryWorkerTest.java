package io.github.glimpse.examples.verify;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.StreamSupport;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LibraryWorkerTest {

    private static final Path FIXTURES = Path.of(System.getProperty("glimpse.basedir", "../.."))
            .resolve("glimpse-langchain4j/src/test/resources/fixtures");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"qwen2_5_vl-tiny", "llava-1_5-tiny"})
    void tellsWhatWasReadAndBothAnswers(String family) throws IOException {
        Path picture = folder.resolve("grey.png");
        ImageIO.write(new BufferedImage(168, 140, BufferedImage.TYPE_INT_RGB), "png", picture.toFile());
        String request = "{\"image\": \"" + picture + "\", \"question\": \"What is it?\", \"tokens\": 4}\n";

        List<JsonNode> lines = run(FIXTURES.resolve(family), request);

        JsonNode read = lines.get(0);
        assertThat(read.path("model").size()).isGreaterThan(100);
        assertThat(read.path("module").size()).isGreaterThan(10);
        assertThat(read.path("dtype").asText()).isEqualTo("float32");
        JsonNode answers = lines.get(1);
        for (String half : List.of("unpruned", "pruned")) {
            assertThat(answers.at("/" + half + "/prompt_ids").size()).isGreaterThan(10);
            assertThat(answers.at("/" + half + "/ids").size()).isBetween(1, 4);
            assertThat(StreamSupport.stream(
                            answers.at("/" + half + "/first_logits").spliterator(), false))
                    .hasSizeGreaterThan(500)
                    .allMatch(JsonNode::isNumber);
        }
        int tokens = answers.at("/unpruned/image_tokens").asInt();
        assertThat(answers.at("/unpruned/kept").size()).isEqualTo(tokens);
        assertThat(answers.at("/pruned/kept").size()).isBetween(1, tokens);
    }

    @Test
    void oneNumberMoreOrLessChangesTheSumOfItsTensorOnly() throws IOException {
        Path model = FIXTURES.resolve("qwen2_5_vl-tiny/model");
        Path copy = Files.createDirectories(folder.resolve("copy"));
        Path weights = copy.resolve("model.safetensors");
        Files.copy(model.resolve("model.safetensors"), weights, StandardCopyOption.REPLACE_EXISTING);
        byte[] bytes = Files.readAllBytes(weights);
        bytes[bytes.length - 1] ^= 1;
        Files.write(weights, bytes);

        Map<String, Long> before = Tensors.ofModel(model);
        Map<String, Long> after = Tensors.ofModel(copy);

        assertThat(after.keySet()).isEqualTo(before.keySet());
        assertThat(after.keySet().stream().filter(name -> !Objects.equals(after.get(name), before.get(name))))
                .hasSize(1);
    }

    private static List<JsonNode> run(Path family, String requests) throws IOException {
        InputStream in = System.in;
        PrintStream out = System.out;
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        try {
            System.setIn(new ByteArrayInputStream(requests.getBytes(StandardCharsets.UTF_8)));
            System.setOut(new PrintStream(written, true, StandardCharsets.UTF_8));
            LibraryWorker.main(new String[] {
                family.resolve("model").toString(), family.resolve("glimpse").toString(), "float32", "cpu"
            });
        } finally {
            System.setIn(in);
            System.setOut(out);
        }
        ObjectMapper json = new ObjectMapper();
        List<JsonNode> lines = new ArrayList<>();
        for (String line : written.toString(StandardCharsets.UTF_8).lines().toList()) {
            lines.add(json.readTree(line));
        }
        return lines;
    }
}
