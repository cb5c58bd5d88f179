package io.github.glimpse.examples.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.glimpse.examples.benchmark.ModelWork.Operations;
import io.github.glimpse.generate.GenerationResult;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.model.ImagePreprocessor;
import io.github.glimpse.model.NativePictures;
import io.github.glimpse.model.NativeSettings;
import io.github.glimpse.model.PreprocessorFile;
import io.github.glimpse.nn.RowPadding;
import io.github.glimpse.prune.PruningReport;
import io.github.glimpse.prune.TokenBudget;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.IntStream;

/**
 * The operations of {@code foveate}: the small picture goes through the tower, then with the text and the glimpse token through
 * the layers up to the module, which scores it; then what was kept of the picture goes through the tower, and behind the small
 * picture through those layers; all rows go through the others. {@code docs/adr/0011-two-scale-glimpse.md} says why.
 *
 * @param model the sizes
 * @param preprocessor by whose rule a picture is made smaller
 * @param textBehind tokens of the prompt behind the picture
 */
record TwoScaleWork(ModelWork model, ImagePreprocessor preprocessor, int textBehind) {

    static final String NAME = "foveate";

    /** The strategy's own; a schedule of the benchmark can tell no other. */
    private static final double SCALE = 0.5;

    /** {@code <|vision_end|>} before the question, {@code <|im_end|>\n<|im_start|>assistant\n} behind it. */
    private static final int TEMPLATE_TOKENS = 6;

    /**
     * For a folder of Qwen2.5-VL, the family that the strategy is for.
     *
     * @param questionTokens tokens of the question, which stands behind the picture
     */
    static TwoScaleWork of(Path folder, ModelWork model, int questionTokens) throws IOException {
        JsonNode settings = new ObjectMapper()
                .readTree(folder.resolve("preprocessor_config.json").toFile());
        return new TwoScaleWork(
                model,
                new NativePictures(NativeSettings.of(new PreprocessorFile(settings), NativeSettings.QWEN2)),
                questionTokens + TEMPLATE_TOKENS);
    }

    /**
     * What an answer's first token took.
     *
     * @throws IllegalArgumentException if there is not one picture
     * @throws IllegalStateException if the rows that ran are not those that this counts
     */
    Operations operations(GenerationResult result) {
        PruningReport report = result.report();
        if (report.images().size() != 1) {
            throw new IllegalArgumentException(
                    "The operations of " + NAME + " are counted for one picture, the request had "
                            + report.images().size());
        }
        PruningReport.Image image = report.images().get(0);
        ImageGrid whole = image.plan().grid();
        ImageGrid small = small(image.plan());
        int text = result.inputTokens() - whole.tokenCount();
        double wholeTower = model.tower().operations(whole, image.kept());
        if (small.tokenCount() >= whole.tokenCount()) {
            return new Operations(wholeTower, model.decoderOperations(text, whole.tokenCount(), report.steps()));
        }
        int[] coarse = IntStream.range(0, small.tokenCount()).toArray();
        // A picture that is shown as a whole has no small copy beside it.
        int shown = image.kept().length == whole.tokenCount() ? 0 : coarse.length;
        int rows = text + shown + image.kept().length;
        if (rows != result.prefilledTokens()) {
            throw new IllegalStateException("Of the prompt " + result.prefilledTokens() + " rows ran, and " + rows
                    + " are counted with a small picture of " + coarse.length + " tokens");
        }
        return new Operations(
                model.tower().operations(small, coarse) + wholeTower,
                coarsePass(text + coarse.length)
                        + model.module().operations(model.tower(), small, coarse)
                        + behindTheCoarsePass(rows, used(text, shown, rows)));
    }

    /** The grid of the small picture. */
    private ImageGrid small(PatchPlan plan) {
        int width = (int) Math.rint(plan.tokenWidth() * plan.grid().columns());
        int height = (int) Math.rint(plan.tokenHeight() * plan.grid().rows());
        int tokens = plan.grid().tokenCount();
        return preprocessor
                .withMostTokens(TokenBudget.count(SCALE * SCALE, tokens, tokens))
                .plan(width, height)
                .grid();
    }

    /** Rows of the first look that are not run again; the last row of the prompt always is. */
    private int used(int text, int shown, int rows) {
        int first = text - textBehind + shown;
        // With nothing kept, text follows on the small picture as it did in the look.
        return rows == text + shown ? rows - 1 : first;
    }

    /** The layers up to the module, with the glimpse token. */
    private double coarsePass(int rows) {
        return model.module().coarseLayers() * model.decoder().layer(RowPadding.rows(rows + 1));
    }

    private double behindTheCoarsePass(int rows, int used) {
        DecoderWork decoder = model.decoder();
        int coarse = model.module().coarseLayers();
        return coarse * decoder.layer(used, RowPadding.rows(rows - used))
                + (decoder.layers() - coarse) * decoder.layer(RowPadding.rows(rows))
                + 2.0 * decoder.headParameters();
    }
}
