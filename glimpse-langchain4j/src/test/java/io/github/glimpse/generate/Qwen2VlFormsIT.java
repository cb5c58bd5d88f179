package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.glimpse.engine.CheckpointTensor;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.SafetensorsFile;
import io.github.glimpse.engine.SafetensorsWriter;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.prune.PruningOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Qwen2-VL's folder as newer releases of the reference library write it: other key names, nested settings, the head apart or not. */
class Qwen2VlFormsIT {

    private static final FixtureFamily FAMILY = new FixtureFamily(Path.of("src/test/resources/fixtures/qwen2_vl-tiny"));

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFolderOfTheNewFormAnswersAsTheOldOne(boolean tied) throws IOException {
        writeNewForm(tied);

        for (FixtureCase fixture : FAMILY.cases()) {
            GenerationResult expected = answer(FAMILY.model(), fixture);
            GenerationResult found = answer(folder, fixture);

            assertThat(found.tokenIds()).isEqualTo(expected.tokenIds());
        }
    }

    private static GenerationResult answer(Path model, FixtureCase fixture) {
        EngineOptions options = EngineOptions.builder(model)
                .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
                .load(LoadOptions.builder().dtype(Dtype.FLOAT32).build())
                .build();
        try (LoadedModel loaded = LoadedModel.load(options)) {
            return loaded.generate(
                    fixture.request(PruningOptions.builder().enabled(false).build()));
        }
    }

    private void writeNewForm(boolean tied) throws IOException {
        try (Stream<Path> files = Files.list(FAMILY.model())) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
        Path videos = folder.resolve("video_preprocessor_config.json");
        ObjectNode processor = FixtureFamily.JSON.createObjectNode();
        processor.set("image_processor", FixtureFamily.json(folder.resolve("preprocessor_config.json")));
        processor.set("video_processor", FixtureFamily.json(videos));
        Files.writeString(folder.resolve("processor_config.json"), processor.toString());
        Files.delete(videos);
        Files.delete(folder.resolve("preprocessor_config.json"));
        Files.writeString(folder.resolve("config.json"), config(tied).toString());

        Map<String, CheckpointTensor> tensors = new LinkedHashMap<>();
        SafetensorsFile.open(FAMILY.model().resolve("model.safetensors"))
                .entries()
                .forEach((name, entry) -> {
                    CheckpointTensor tensor =
                            new CheckpointTensor(entry.type(), entry.shape(), SafetensorsFile.floats(entry));
                    tensors.put(
                            name.startsWith("visual.")
                                    ? "model." + name
                                    : name.replaceFirst("^model\\.", "model.language_model."),
                            tensor);
                    if (!tied && name.equals("model.embed_tokens.weight")) {
                        tensors.put("lm_head.weight", tensor);
                    }
                });
        SafetensorsWriter.write(folder.resolve("model.safetensors"), tensors, Map.of());
    }

    /** The language model's settings below {@code text_config}, its rotary ones below {@code rope_parameters}. */
    private static ObjectNode config(boolean tied) {
        ObjectNode root = (ObjectNode) FixtureFamily.json(FAMILY.model().resolve("config.json"));
        ObjectNode text = FixtureFamily.JSON.createObjectNode();
        List<String> names =
                List.copyOf(root.propertyStream().map(Map.Entry::getKey).toList());
        for (String name : names) {
            boolean outer = name.equals("model_type")
                    || name.equals("architectures")
                    || name.equals("vision_config")
                    || (name.endsWith("_token_id") && !name.startsWith("bos") && !name.startsWith("eos"));
            if (!outer) {
                text.set(name, root.remove(name));
            }
        }
        ObjectNode rope = (ObjectNode) text.remove("rope_scaling");
        rope.remove("type");
        rope.put("rope_type", "default").set("rope_theta", text.remove("rope_theta"));
        text.set("rope_parameters", rope);
        text.set("dtype", text.remove("torch_dtype"));
        text.put("model_type", "qwen2_vl_text").put("tie_word_embeddings", tied);
        root.set("text_config", text);
        return root;
    }
}
