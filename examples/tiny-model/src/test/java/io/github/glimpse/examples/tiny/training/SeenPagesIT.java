package io.github.glimpse.examples.tiny.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.examples.tiny.drawing.PageSize;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.examples.tiny.pages.DrawnPage;
import io.github.glimpse.examples.tiny.pages.FontRegistry;
import io.github.glimpse.examples.tiny.pages.PageMaker;
import io.github.glimpse.examples.tiny.pages.PageRequest;
import io.github.glimpse.examples.tiny.pages.Repertoire;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SeenPagesIT {

    // Pages of one size are multiplied together, and sums of other lengths are added in another order.
    private static final float TOLERANCE = 1e-4f;

    @Test
    void pagesOfSeveralSizesAreSeenAsEachAloneAndInTheirOrder() {
        PageMaker maker = new PageMaker(FontRegistry.strokes(), Repertoire.SECOND);
        List<DrawnPage> pages = new ArrayList<>();
        for (PageSize size : List.of(new PageSize(8, 12), new PageSize(10, 9), new PageSize(8, 12))) {
            pages.add(maker.draw(new PageRequest(Split.TRAIN, PageRequest.Mix.PANELS, size, pages.size())));
        }
        try (TorchRuntime runtime =
                        TorchRuntime.start(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN));
                TinyModel model = TinyModel.frozen(runtime, Edition.SECOND, 1)) {
            List<Float> alone = new ArrayList<>();
            pages.forEach(page -> alone.addAll(seen(model, runtime, List.of(page))));
            List<Float> together = seen(model, runtime, pages);
            assertThat(together).hasSameSizeAs(alone);
            for (int i = 0; i < alone.size(); i++) {
                assertThat(together.get(i)).isCloseTo(alone.get(i), within(TOLERANCE));
            }
        }
    }

    /** What the last product of the merger reads. */
    private static List<Float> seen(TinyModel model, TorchRuntime runtime, List<DrawnPage> pages) {
        SeenPages seen = SeenPages.of(ShownPages.of(pages));
        try (TensorScope scope = runtime.openScope()) {
            float[] rows = model.graph()
                    .constant("graft_rows")
                    .with(seen.tower(scope))
                    .with(model.tower())
                    .with(seen.symbols(scope))
                    .with(model.symbols())
                    .with(model.parameters().get("model.embed_tokens.weight"))
                    .with(Edition.TOWER.heads())
                    .with(false)
                    .runForList(scope)
                    .get(0)
                    .toFloatArray();
            List<Float> values = new ArrayList<>();
            for (float value : rows) {
                values.add(value);
            }
            return values;
        }
    }
}
