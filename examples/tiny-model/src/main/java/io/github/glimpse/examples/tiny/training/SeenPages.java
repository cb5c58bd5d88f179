package io.github.glimpse.examples.tiny.training;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.examples.tiny.drawing.Drawing;
import io.github.glimpse.examples.tiny.drawing.PageSize;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Pages as the eye sees them, those of one size side by side; cut beside the training, so that no step waits for it.
 *
 * @param shown the pages
 * @param sheets the same by size
 * @param order for each cell of the pages, in raster order, its row among those of the sheets; empty if they stand in that order
 */
record SeenPages(ShownPages shown, List<Sheet> sheets, int[] order) {

    /**
     * Pages of one size.
     *
     * @param pixels of all patches
     */
    record Sheet(PageLayout layout, int pages, float[] pixels) {}

    static SeenPages of(List<Drawing> drawings) {
        return of(ShownPages.ofDrawings(drawings));
    }

    static SeenPages of(ShownPages shown) {
        Map<PageSize, List<Integer>> bySize = new LinkedHashMap<>();
        for (int page = 0; page < shown.sizes().size(); page++) {
            bySize.computeIfAbsent(shown.sizes().get(page), size -> new ArrayList<>())
                    .add(page);
        }
        List<Sheet> sheets = new ArrayList<>();
        int[] firstRows = new int[shown.sizes().size()];
        int rows = 0;
        for (Map.Entry<PageSize, List<Integer>> group : bySize.entrySet()) {
            PageLayout layout = PageLayout.of(group.getKey());
            List<byte[]> pictures =
                    group.getValue().stream().map(shown.pictures()::get).toList();
            sheets.add(new Sheet(layout, pictures.size(), PagePixels.ofBytes(pictures, layout)));
            for (int page : group.getValue()) {
                firstRows[page] = rows;
                rows += group.getKey().cellCount();
            }
        }
        return new SeenPages(shown, sheets, sheets.size() == 1 ? new int[0] : order(shown, firstRows, rows));
    }

    private static int[] order(ShownPages shown, int[] firstRows, int rows) {
        int[] order = new int[rows];
        int at = 0;
        for (int page = 0; page < firstRows.length; page++) {
            for (int cell = 0; cell < shown.sizes().get(page).cellCount(); cell++) {
                order[at++] = firstRows[page] + cell;
            }
        }
        return order;
    }

    /**
     * The tensors of the text {@code joint}: for each size pixels, rotary tables, runs of windows, and for each cell its place; behind them the order of
     * all cells, if there is one.
     */
    List<NDArray> tower(TensorScope scope) {
        int dim = TinyShape.VISION_HEAD_DIM;
        List<NDArray> tensors = new ArrayList<>();
        for (Sheet sheet : sheets) {
            PageLayout layout = sheet.layout();
            tensors.add(scope.floats(sheet.pixels(), sheet.pages(), layout.patches(), TinyShape.FRAME_VALUES));
            tensors.add(scope.floats(layout.cosine(), layout.patches(), dim));
            tensors.add(scope.floats(layout.sine(), layout.patches(), dim));
            tensors.add(scope.longs(layout.runs(), layout.runs().length));
            tensors.add(scope.indices(layout.inverse()));
        }
        if (order.length > 0) {
            tensors.add(scope.indices(order));
        }
        return tensors;
    }

    /** What the eye should see, as the edition's text has it. */
    List<NDArray> symbols(TensorScope scope) {
        return shown.symbols().tensors(scope);
    }
}
