package io.github.glimpse.examples.tiny.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.model.embedding.request.EmbeddingInput;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import io.github.glimpse.embedding.EmbeddingEngine;
import io.github.glimpse.embedding.EmbeddingOptions;
import io.github.glimpse.embedding.GlimpseEmbeddingModel;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.StoredType;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.examples.tiny.drawing.Captions;
import io.github.glimpse.examples.tiny.drawing.Drawing;
import io.github.glimpse.examples.tiny.drawing.FacePool;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.examples.tiny.drawing.Studio;
import io.github.glimpse.train.ParameterGroup;
import io.github.glimpse.train.TrainableParameters;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * The folder is CLIP's: transformers loads it and makes the same vectors of the same pictures and texts. Its vectors are in {@code
 * clip-values.json}, which {@code src/test/python/make_clip_values.py} makes of the folder that this test leaves in {@code target}.
 */
class ClipFolderIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final RuntimeOptions RUNTIME = new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN);
    private static final Path FOLDER = Path.of("target", "clip-folder");
    private static final int PICTURES = 3;
    // Two orders of adding in float32; found 8e-8.
    private static final float TOLERANCE = 5e-7f;

    @Test
    void transformersMakesTheSameVectorsOfTheFolder() throws IOException {
        List<byte[]> pictures = new ArrayList<>();
        // Beside captions what none of them has: letters that must be spelled, an apostrophe, blanks.
        List<String> texts = new ArrayList<>(List.of("It's  a Zürich street,\n42 m & más?"));
        for (int i = 0; i < PICTURES; i++) {
            Drawing drawing = Studio.draw(Captions.request(Split.TEST, FacePool.SEEN, i));
            pictures.add(PictureBytes.png(drawing));
            texts.add(Captions.of(drawing));
        }
        write(pictures, texts);

        List<EmbeddingInput> inputs = new ArrayList<>();
        pictures.forEach(picture -> inputs.add(
                EmbeddingInput.from(ImageContent.from(Base64.getEncoder().encodeToString(picture), "image/png"))));
        texts.forEach(text -> inputs.add(EmbeddingInput.from(text)));
        List<float[]> vectors;
        try (EmbeddingEngine engine = EmbeddingEngine.load(EmbeddingOptions.builder(FOLDER.resolve("model"))
                .runtime(RUNTIME)
                .build())) {
            vectors = GlimpseEmbeddingModel.builder()
                    .engine(engine)
                    .build()
                    .embed(EmbeddingRequest.builder().inputs(inputs).build())
                    .embeddings()
                    .stream()
                    .map(Embedding::vector)
                    .toList();
        }

        assertSame(expected("pictures"), vectors.subList(0, PICTURES));
        assertSame(expected("texts"), vectors.subList(PICTURES, vectors.size()));
    }

    private static void write(List<byte[]> pictures, List<String> texts) throws IOException {
        try (TorchRuntime runtime = TorchRuntime.start(RUNTIME);
                TrainableParameters parameters = ClipStage.parameters(runtime, 7, ParameterGroup.frozen("all"))) {
            ClipGraphIT.disturb(parameters);
            ClipFolder.write(FOLDER.resolve("model"), parameters, StoredType.F32);
        }
        for (int i = 0; i < pictures.size(); i++) {
            Files.write(FOLDER.resolve(i + ".png"), pictures.get(i));
        }
        JSON.writeValue(FOLDER.resolve("texts.json").toFile(), texts);
    }

    private static JsonNode expected(String kind) throws IOException {
        try (InputStream values = ClipFolderIT.class.getResourceAsStream("clip-values.json")) {
            return JSON.readTree(Objects.requireNonNull(values)).path(kind);
        }
    }

    private static void assertSame(JsonNode expected, List<float[]> found) {
        assertThat(found).hasSize(expected.size());
        for (int i = 0; i < found.size(); i++) {
            float[] vector = JSON.convertValue(expected.get(i), float[].class);
            assertThat(found.get(i)).as("vector %s", i).containsExactly(vector, within(TOLERANCE));
        }
        // Vectors that were all alike would show nothing.
        assertThat(found.get(0)).isNotEqualTo(found.get(1));
    }
}
