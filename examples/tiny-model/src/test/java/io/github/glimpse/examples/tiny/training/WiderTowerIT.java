package io.github.glimpse.examples.tiny.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.StoredType;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.examples.tiny.drawing.PageSize;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.examples.tiny.pages.FontRegistry;
import io.github.glimpse.examples.tiny.pages.PageMaker;
import io.github.glimpse.examples.tiny.pages.PageRequest;
import io.github.glimpse.examples.tiny.pages.Repertoire;
import io.github.glimpse.train.ParameterGroup;
import io.github.glimpse.train.TrainableParameters;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WiderTowerIT {

    private static final float TOLERANCE = 1e-4f;

    @Test
    void widerTowerSeesAtFirstWhatTheNarrowOneHasSeen(@TempDir Path folder) {
        ParameterGroup group = ParameterGroup.frozen("vision");
        int hidden = Edition.SECOND.size().hidden();
        try (TorchRuntime runtime =
                        TorchRuntime.start(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN));
                TrainableParameters narrow = TrainableParameters.empty(runtime, 7);
                TinyModel wide = TinyModel.frozen(runtime, Edition.SECOND, 8)) {
            TinyWeights.addVision(narrow, group, block -> group, new TowerSize(128, 4, 256), hidden);
            // Norms that are not one and biases that are not zero, or a wrong place of theirs would not be seen.
            for (String name : narrow.names()) {
                float[] values = narrow.values(name);
                for (int i = 0; i < values.length && (name.endsWith(".bias") || name.contains("norm")); i++) {
                    values[i] += (float) Math.sin(i) / 4;
                }
                narrow.set(name, values);
            }
            Path file = folder.resolve("narrow.safetensors");
            narrow.save(file, StoredType.F32);
            WiderTower.copyInto(wide.parameters(), file);

            assertThat(seen(runtime, wide, TinyWeights.vision(wide.parameters()), 6))
                    .containsExactly(seen(runtime, wide, TinyWeights.vision(narrow), 4), within(TOLERANCE));
            // What reads the new columns, and what is made anew, can learn: it is not zero.
            assertThat(wide.parameters().values("visual.blocks.0.mlp.gate_proj.weight"))
                    .doesNotContain(0);
        }
    }

    /** The image tokens of a page, less what the symbols say of it that is the same for both. */
    private static float[] seen(TorchRuntime runtime, TinyModel model, List<NDArray> tower, int heads) {
        PageMaker maker = new PageMaker(FontRegistry.strokes(), Repertoire.SECOND);
        SeenPages page = SeenPages.of(ShownPages.of(
                List.of(maker.draw(new PageRequest(Split.TRAIN, PageRequest.Mix.PANELS, new PageSize(9, 10), 3)))));
        try (TensorScope scope = runtime.openScope()) {
            return model.graph()
                    .constant("symbol_rows")
                    .with(page.tower(scope))
                    .with(tower)
                    .with(page.symbols(scope))
                    .with(model.symbols())
                    .with(model.parameters().get("model.embed_tokens.weight"))
                    .with(heads)
                    .with(false)
                    .runForList(scope)
                    .get(1)
                    .toFloatArray();
        }
    }
}
