package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.GenerationCancelledException;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.prefill.StageObserver;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How much still runs after a request is cancelled, counted in layers and tokens. */
class CancellationIT {

    private static final byte[] PICTURE = TinyModels.picture("qwen2_5_vl-tiny/cases/020/a.png");

    private static LoadedModel model;
    private static int live;

    @BeforeAll
    static void load() {
        model = LoadedModel.load(
                TinyModels.qwen().visionCache(VisionCacheOptions.off()).build());
        live = model.liveResources();
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 4})
    void inPrefillNoFurtherLayerRuns(int last) {
        Steps steps = new Steps(last, -1);

        cancelled(steps);

        assertThat(steps.layers)
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(0, last).boxed().toList());
        assertThat(steps.tokens).isEmpty();
    }

    @Test
    void afterTheLastLayerOfThePrefillNoTokenRuns() {
        Steps steps = new Steps(model.model().decoder().dimensions().layers() - 1, -1);

        cancelled(steps);

        assertThat(steps.tokens).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7})
    void inDecodingNoFurtherTokenRuns(int last) {
        Steps steps = new Steps(-1, last);

        cancelled(steps);

        assertThat(steps.tokens)
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(0, last).boxed().toList());
    }

    @Test
    void theTowerAsksBeforeEachOfItsBlocks() {
        List<PixelPatches> pictures = new ArrayList<>();
        model.generate(question(1), GenerationListener.NONE, new CancellationSignal(), new StageObserver() {
            @Override
            public void onPixels(int image, PixelPatches patches) {
                pictures.add(patches);
            }
        });
        int blocks = asked(pictures.get(0), Integer.MAX_VALUE);

        assertThat(blocks).isGreaterThan(1);
        for (int last = 1; last <= blocks; last++) {
            assertThat(asked(pictures.get(0), last)).as("asked, then ended").isEqualTo(last);
        }
        assertThat(model.liveResources()).isEqualTo(live);
    }

    /** How often the tower asks whether to go on, when the answer to one of its questions is no. */
    private static int asked(PixelPatches picture, int last) {
        int[] asked = {0};
        try (TensorScope scope = model.runtime().openScope()) {
            model.model()
                    .tower()
                    .encode(
                            picture,
                            Set.of(),
                            () -> {
                                if (++asked[0] == last) {
                                    throw new GenerationCancelledException("enough");
                                }
                            },
                            scope);
        } catch (GenerationCancelledException e) {
            assertThat(e).hasMessage("enough");
        }
        return asked[0];
    }

    private static void cancelled(Steps steps) {
        assertThatThrownBy(() -> model.generate(question(40), GenerationListener.NONE, steps.signal, steps))
                .isInstanceOf(GenerationCancelledException.class);
        assertThat(model.activeRequests()).isZero();
        assertThat(model.liveResources()).isEqualTo(live);
    }

    private static GenerationRequest question(int tokens) {
        return new GenerationRequest(
                List.of(ChatTurn.user("What colour is the car?", PICTURE)),
                PruningOptions.defaults(),
                GenerationOptions.builder().maxOutputTokens(tokens).build());
    }

    /** Counts what runs, and cancels while one layer or token is on its way out. */
    private static final class Steps implements StageObserver {

        private final int layerToCancelAt;
        private final int tokenToCancelAt;
        private final CancellationSignal signal = new CancellationSignal();
        private final List<Integer> layers = new ArrayList<>();
        private final List<Integer> tokens = new ArrayList<>();

        Steps(int layerToCancelAt, int tokenToCancelAt) {
            this.layerToCancelAt = layerToCancelAt;
            this.tokenToCancelAt = tokenToCancelAt;
        }

        @Override
        public void onLayer(int layer) {
            layers.add(layer);
            if (layer == layerToCancelAt) {
                signal.cancel();
            }
        }

        @Override
        public void onToken(int step, long position, int cacheRow) {
            tokens.add(step);
            if (step == tokenToCancelAt) {
                signal.cancel();
            }
        }
    }
}
