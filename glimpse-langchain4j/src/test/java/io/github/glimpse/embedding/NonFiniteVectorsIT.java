package io.github.glimpse.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.exception.NonRetriableException;
import io.github.glimpse.NonFiniteNumbersException;
import io.github.glimpse.serve.EngineState;
import io.github.glimpse.testing.HostileInputs;
import io.github.glimpse.testing.TensorFill;
import io.github.glimpse.testing.TestCategory;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** CLIP and SigLIP with weights that are no numbers: an error of ours, and never a vector or a score of no numbers. */
@TestCategory.Hostile
class NonFiniteVectorsIT {

    private static final byte[] PICTURE = TinyClip.picture("a.png");

    @TempDir
    private Path folder;

    @AfterAll
    static void tell() {
        HostileInputs.printOutcomes();
    }

    @Test
    void aTowerOfNoNumbersEndsItsRequestsWhileTheOtherTowerGoesOn() {
        Path model = damaged(TinyClip.CLIP, "vision_model.post_layernorm.weight", Float.NaN, 0);
        try (EmbeddingEngine engine = load(model)) {
            int before = engine.liveResources();

            assertThatThrownBy(() -> engine.embedImages(List.of(PICTURE)))
                    .isInstanceOf(NonFiniteNumbersException.class)
                    .hasMessageContaining("Vector 0 of 1 has the value NaN (computed in float32)")
                    .hasMessageContaining("damaged");
            assertThat(engine.state()).isEqualTo(EngineState.FAILING);
            assertThat(engine.activeRequests()).isZero();
            assertThat(engine.liveResources()).isEqualTo(before);

            assertThat(engine.embedTexts(List.of("a car")).vectors()).hasSize(1);
            assertThat(engine.state()).isEqualTo(EngineState.READY);
        }
    }

    @Test
    void langChain4jHearsThatASecondTryWillNotHelp() {
        Path model = damaged(TinyClip.CLIP, "text_model.final_layer_norm.weight", Float.NaN, 0);
        try (EmbeddingEngine engine = load(model)) {
            GlimpseEmbeddingModel view =
                    GlimpseEmbeddingModel.builder().engine(engine).build();
            assertThatThrownBy(() -> view.embed("a car"))
                    .isExactlyInstanceOf(NonRetriableException.class)
                    .hasCauseInstanceOf(NonFiniteNumbersException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, 1e30f, Float.NEGATIVE_INFINITY})
    void aScaleOfNoNumberGivesNoScores(float scale) {
        Path model = damaged(TinyClip.CLIP, "logit_scale", scale, 0);
        try (EmbeddingEngine engine = load(model)) {
            if (scale == Float.NEGATIVE_INFINITY) {
                // A scale of 0 says nothing, but that in numbers.
                assertThat(engine.match(List.of(PICTURE), List.of("a", "b")).probabilities()[0])
                        .containsExactly(0.5f, 0.5f);
            } else {
                assertThatThrownBy(() -> engine.match(List.of(PICTURE), List.of("a", "b")))
                        .isInstanceOf(NonFiniteNumbersException.class)
                        .hasMessageContaining("The score of a picture and a text");
            }
        }
    }

    /** Every kind of tensor, one model after the other; all of them with {@code -Dglimpse.hostile=10000}. */
    @Test
    void noTensorOfNoNumbersGivesAVectorOfNoNumbers() {
        Random random = new Random(HostileInputs.SEED);
        for (Path family : List.of(TinyClip.CLIP, TinyClip.SIGLIP)) {
            List<String> names = TensorFill.names(family.resolve("model/model.safetensors"));
            Collections.shuffle(names, random);
            for (int i = 0; i < Math.min(names.size(), HostileInputs.COUNT / 30); i++) {
                String name = names.get(i);
                float value = List.of(Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 3e38f)
                        .get(random.nextInt(4));
                String kind = family.getFileName().toString();
                Path model = damaged(family, name, value, i);
                HostileInputs.run(kind + " load", i, () -> {
                    try (EmbeddingEngine engine = load(model)) {
                        int before = engine.liveResources();
                        HostileInputs.run(
                                kind + " pictures",
                                0,
                                () -> check(engine.embedImages(List.of(PICTURE)).vectors()));
                        HostileInputs.run(
                                kind + " texts",
                                0,
                                () -> check(
                                        engine.embedTexts(List.of("a car", "b")).vectors()));
                        HostileInputs.run(
                                kind + " scores",
                                0,
                                () -> check(List.of(engine.match(List.of(PICTURE), List.of("a", "b"))
                                        .probabilities()[0])));
                        assertThat(engine.liveResources()).isEqualTo(before);
                    }
                });
                HostileInputs.delete(model);
            }
        }
    }

    private static void check(List<float[]> vectors) {
        for (float[] vector : vectors) {
            for (float value : vector) {
                assertThat(value).isFinite();
            }
        }
    }

    private Path damaged(Path family, String tensor, float value, int number) {
        Path copy = HostileInputs.copy(family, List.of("model"), folder.resolve(family.getFileName() + "-" + number));
        TensorFill.fill(copy.resolve("model/model.safetensors"), tensor, value);
        return copy.resolve("model");
    }

    private static EmbeddingEngine load(Path model) {
        return EmbeddingEngine.load(EmbeddingOptions.builder(model).build());
    }
}
