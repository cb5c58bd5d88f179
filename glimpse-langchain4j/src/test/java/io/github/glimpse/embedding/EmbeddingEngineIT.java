package io.github.glimpse.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.UnsupportedContentException;
import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.engine.CheckpointTensor;
import io.github.glimpse.engine.SafetensorsFile;
import io.github.glimpse.engine.SafetensorsWriter;
import io.github.glimpse.generate.FixtureFamily;
import io.github.glimpse.prune.Anchor;
import io.github.glimpse.prune.GuardOptions;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningStep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddingEngineIT {

    private static final EmbeddingEngine ENGINE = TinyClip.clip();
    private static final List<byte[]> PICTURES = List.of(TinyClip.picture("a.png"), TinyClip.picture("b.png"));
    private static final List<String> LABELS = List.of("a photo of a red car", "a dog");

    @AfterAll
    static void close() {
        ENGINE.close();
    }

    @Test
    void aRatioOfOneChangesNoBit() {
        ImageVectors whole = ENGINE.embedImages(PICTURES);
        ImageVectors all = ENGINE.embedImages(PICTURES, TinyClip.cut("50 %", 1.0));

        for (int i = 0; i < PICTURES.size(); i++) {
            assertThat(all.vectors().get(i)).isEqualTo(whole.vectors().get(i));
        }
        assertThat(all.report().keptPatches()).isEqualTo(128);
        assertThat(all.report().images().get(0).cuts()).isEmpty();
    }

    @Test
    void aCutAfterTheLastBlockLeavesTheVectorAndChoosesPatches() {
        PruningOptions last = TinyClip.cut("layer last", 0.25);
        ImageVectors whole = ENGINE.embedImages(PICTURES);
        ImageVectors cut = ENGINE.embedImages(PICTURES, last);
        List<PatchVectors> all = ENGINE.embedPatches(PICTURES, TinyClip.whole());
        List<PatchVectors> few = ENGINE.embedPatches(PICTURES, last);

        for (int i = 0; i < PICTURES.size(); i++) {
            assertThat(cut.vectors().get(i)).containsExactly(whole.vectors().get(i), within(1e-5f));
            assertThat(all.get(i).kept()).hasSize(64);
            assertThat(few.get(i).kept())
                    .isEqualTo(cut.report().images().get(i).kept())
                    .hasSize(16);
            for (int k = 0; k < few.get(i).kept().length; k++) {
                float[] same = all.get(i).vectors()[few.get(i).kept()[k]];
                assertThat(few.get(i).vectors()[k]).containsExactly(same, within(1e-5f));
            }
        }
    }

    @Test
    void theFloorHoldsAgainstATinyRatio() {
        PruningOptions floor =
                TinyClip.cut("50 %", 0.001).toBuilder().minTokens(5).build();

        assertThat(ENGINE.embedImages(PICTURES, floor).report().keptPatches()).isEqualTo(10);
        assertThat(ENGINE.embedImages(PICTURES, TinyClip.cut("50 %", 0.001))
                        .report()
                        .keptPatches())
                .isEqualTo(2);
    }

    @Test
    void labelsAreJudgedAgainstEachOther() {
        MatchScores scores = ENGINE.match(PICTURES, LABELS);

        for (float[] row : scores.probabilities()) {
            assertThat(row[0] + row[1]).isEqualTo(1, within(1e-6f));
        }
        assertThat(scores.report().retention()).isEqualTo(1);
    }

    @Test
    void siglipJudgesEachPairByItself() {
        try (EmbeddingEngine siglip =
                EmbeddingEngine.load(TinyClip.options(TinyClip.SIGLIP).build())) {
            MatchScores both = siglip.match(PICTURES, LABELS);
            MatchScores one = siglip.match(PICTURES, LABELS.subList(0, 1));

            assertThat(both.probabilities()[0][0]).isEqualTo(one.probabilities()[0][0], within(1e-6f));
            assertThatThrownBy(() -> siglip.match(PICTURES, LABELS, TinyClip.cut("50 %", 0.5)))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("no such row");
            assertThatThrownBy(() -> siglip.embedPatches(PICTURES, TinyClip.whole()))
                    .isInstanceOf(UnsupportedModelException.class);
        }
    }

    @Test
    void refusesASettingThatTheModelDoesNotAllow() {
        assertThatThrownBy(() -> ENGINE.check(TinyClip.cut("layer 7", 0.5)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 to 5");
        assertThatThrownBy(() -> ENGINE.check(PruningOptions.builder()
                        .schedule(List.of(
                                TinyClip.cut("50 %", 0.5).schedule().get(0),
                                TinyClip.cut("layer 2", 0.5).schedule().get(0)))
                        .build()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must rise");
        assertThatThrownBy(() -> ENGINE.match(PICTURES, LABELS, TinyClip.cut("later", 0.5)))
                .isInstanceOf(UnsupportedModelException.class);
    }

    @Test
    void theLabelTellsSettingsApartThatMakeOtherVectors() {
        List<String> labels = new ArrayList<>();
        for (Set<Anchor> anchors : List.of(Set.<Anchor>of(), Set.of(Anchor.TOP_LEFT), Set.of(Anchor.values()))) {
            for (Integer least : List.of(1, 3)) {
                PruningStep step = PruningStep.builder("cls-attention")
                        .at("50 %")
                        .retentionRatio(0.5)
                        .minTokens(least)
                        .anchors(anchors)
                        .build();
                try (EmbeddingEngine engine = EmbeddingEngine.load(TinyClip.options(TinyClip.CLIP)
                        .pruning(
                                PruningOptions.builder().schedule(List.of(step)).build())
                        .build())) {
                    labels.add(engine.label());
                }
            }
        }

        try (EmbeddingEngine guarded = EmbeddingEngine.load(TinyClip.options(TinyClip.CLIP)
                .pruning(PruningOptions.builder()
                        .schedule(TinyClip.cut("50 %", 0.5).schedule())
                        .guard(new GuardOptions(true, null, null))
                        .build())
                .build())) {
            labels.add(guarded.label());
        }

        assertThat(labels).doesNotHaveDuplicates();
    }

    @Test
    void nothingIsNothing() {
        assertThat(ENGINE.embedImages(List.of()).vectors()).isEmpty();
        assertThat(ENGINE.embedTexts(List.of()).vectors()).isEmpty();
        assertThat(ENGINE.match(PICTURES, List.of()).logits()).hasNumberOfRows(2);
        assertThat(ENGINE.embedTexts(List.of("")).tokens()).isEqualTo(2);
    }

    @Test
    void manyAtOnceGetWhatOneGets() throws Exception {
        List<float[]> alone = ENGINE.embedTexts(LABELS).vectors();
        int before = ENGINE.liveResources();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Callable<List<float[]>>> calls = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                calls.add(() -> ENGINE.embedTexts(LABELS).vectors());
            }
            for (Future<List<float[]>> answer : threads.invokeAll(calls)) {
                assertThat(answer.get().get(1)).isEqualTo(alone.get(1));
            }
        } finally {
            threads.shutdown();
        }
        assertThat(ENGINE.liveResources()).isEqualTo(before);
    }

    @Test
    void readsATowerThatWasSavedAloneWithAndWithoutItsPrefix(@TempDir Path folder) throws IOException {
        List<float[]> whole = ENGINE.embedImages(PICTURES).vectors();
        for (String prefix : List.of("vision_model.", "")) {
            Path directory = Files.createDirectory(folder.resolve("tower" + prefix.length()));
            towerAlone(directory, prefix);
            try (EmbeddingEngine tower =
                    EmbeddingEngine.load(EmbeddingOptions.builder(directory).build())) {
                assertThat(tower.embedImages(PICTURES).vectors().get(1)).isEqualTo(whole.get(1));
                assertThatThrownBy(() -> tower.embedTexts(LABELS))
                        .isInstanceOf(UnsupportedContentException.class)
                        .hasMessageContaining("vision tower alone");
            }
        }
    }

    private static void towerAlone(Path directory, String prefix) throws IOException {
        Path model = TinyClip.CLIP.resolve("model");
        ObjectNode config =
                (ObjectNode) FixtureFamily.json(model.resolve("config.json")).get("vision_config");
        Files.writeString(directory.resolve("config.json"), config.toString());
        Files.copy(model.resolve("preprocessor_config.json"), directory.resolve("preprocessor_config.json"));
        Map<String, CheckpointTensor> tensors = new LinkedHashMap<>();
        SafetensorsFile.open(model.resolve("model.safetensors")).entries().forEach((name, entry) -> {
            boolean vision = name.startsWith("vision_model.") && !name.endsWith("position_ids");
            if (vision || name.startsWith("visual_projection")) {
                tensors.put(
                        vision ? prefix + name.substring("vision_model.".length()) : name,
                        new CheckpointTensor(entry.type(), entry.shape(), SafetensorsFile.floats(entry)));
            }
        });
        SafetensorsWriter.write(directory.resolve("model.safetensors"), tensors, Map.of());
    }

    @Test
    void aBatchOfLargePicturesGivesWhatEachGivesAlone(@TempDir Path folder) throws IOException {
        large(folder);
        PruningOptions half = TinyClip.cut("50 %", 0.5);
        try (EmbeddingEngine batches =
                        EmbeddingEngine.load(EmbeddingOptions.builder(folder).build());
                EmbeddingEngine single = EmbeddingEngine.load(
                        EmbeddingOptions.builder(folder).batchSize(1).build())) {
            for (PruningOptions pruning : List.of(TinyClip.whole(), half)) {
                ImageVectors together = batches.embedImages(PICTURES, pruning);
                ImageVectors alone = single.embedImages(PICTURES, pruning);
                for (int i = 0; i < PICTURES.size(); i++) {
                    assertThat(together.vectors().get(i))
                            .containsExactly(alone.vectors().get(i), within(1e-5f));
                    assertThat(together.report().images().get(i).kept())
                            .isEqualTo(alone.report().images().get(i).kept());
                }
            }
            assertThat(batches.embedImages(PICTURES, half).report().keptPatches())
                    .isEqualTo(2 * 144);
        }
    }

    /** The tiny model for pictures of 17 x 17 patches, whose attention goes another way. */
    private static void large(Path directory) throws IOException {
        Path model = TinyClip.CLIP.resolve("model");
        for (String name : List.of("config.json", "preprocessor_config.json")) {
            String text = Files.readString(model.resolve(name));
            Files.writeString(directory.resolve(name), text.replaceAll("(size\": )112\\b", "$1238"));
        }
        Files.copy(model.resolve("tokenizer.json"), directory.resolve("tokenizer.json"));
        Map<String, CheckpointTensor> tensors = new LinkedHashMap<>();
        SafetensorsFile.open(model.resolve("model.safetensors")).entries().forEach((name, entry) -> {
            if (!name.endsWith("position_ids")) {
                float[] values = SafetensorsFile.floats(entry);
                boolean places = name.equals("vision_model.embeddings.position_embedding.weight");
                float[] more = new float[places ? 290 * 48 : values.length];
                for (int i = 0; i < more.length; i++) {
                    more[i] = values[i % values.length] + (i >= values.length ? 1e-3f * (i % 13) : 0);
                }
                tensors.put(
                        name, new CheckpointTensor(entry.type(), places ? new long[] {290, 48} : entry.shape(), more));
            }
        });
        SafetensorsWriter.write(directory.resolve("model.safetensors"), tensors, Map.of());
    }

    @Test
    void namesWhatIsMissing(@TempDir Path folder) throws IOException {
        assertThatThrownBy(() -> EmbeddingEngine.load(
                        EmbeddingOptions.builder(folder.resolve("nowhere")).build()))
                .isInstanceOf(ModelFilesException.class);
        Path model = TinyClip.CLIP.resolve("model");
        for (String name : List.of("tokenizer.json", "preprocessor_config.json", "model.safetensors")) {
            Files.copy(model.resolve(name), folder.resolve(name));
        }
        Files.writeString(
                folder.resolve("config.json"),
                Files.readString(model.resolve("config.json"))
                        .replace("\"num_hidden_layers\": 3", "\"num_hidden_layers\": 4"));
        assertThatThrownBy(() ->
                        EmbeddingEngine.load(EmbeddingOptions.builder(folder).build()))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("text_model.encoder.layers.3");
    }
}
