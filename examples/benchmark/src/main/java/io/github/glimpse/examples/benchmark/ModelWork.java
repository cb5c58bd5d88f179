package io.github.glimpse.examples.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.glimpse.generate.GenerationResult;
import io.github.glimpse.nn.RowPadding;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningPoint.Stage;
import io.github.glimpse.prune.PruningReport;
import io.github.glimpse.prune.StepReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The operations up to the first token, from a model's sizes and from what each step of a schedule left. Of what strategies
 * compute to choose only the predictor of a glimpse module is in it.
 *
 * @param tower the vision tower
 * @param decoder the language model
 * @param module the glimpse module
 */
record ModelWork(TowerWork tower, DecoderWork decoder, ModuleWork module) {

    /**
     * Operations; a product and an addition are two.
     *
     * @param tower in the vision tower, with what joins patches to tokens
     * @param decoder in the layers and, for one row, in the head; with the predictor, which runs between layers
     */
    record Operations(double tower, double decoder) {}

    /** The sizes that a folder's {@code config.json} and that of its module in {@code glimpse} tell. */
    static ModelWork of(Path model) throws IOException {
        ObjectMapper json = new ObjectMapper();
        JsonNode config = json.readTree(model.resolve("config.json").toFile());
        JsonNode module = json.readTree(model.resolve("glimpse/config.json").toFile());
        return new ModelWork(TowerWork.of(config), DecoderWork.of(config, 0), ModuleWork.of(module, config));
    }

    /** What an answer's first token took, with any schedule but one of two scales. */
    Operations operations(GenerationResult result) {
        PruningReport report = result.report();
        return new Operations(
                towerOperations(report),
                decoderOperations(result.prefilledTokens() - report.keptTokens(), entered(report), report.steps())
                        + predictorOperations(report));
    }

    /** What the module's predictor computes, on what the steps before it left. */
    private double predictorOperations(PruningReport report) {
        List<int[]> alive = every(report);
        double operations = 0;
        for (StepReport step : report.steps()) {
            for (int i = 0; i < alive.size() && step.strategy().equals(PruningOptions.GLIMPSE); i++) {
                operations +=
                        module.operations(tower, report.images().get(i).plan().grid(), alive.get(i));
            }
            alive = step.images().stream().map(StepReport.Image::kept).toList();
        }
        return operations;
    }

    private double towerOperations(PruningReport report) {
        double operations = 0;
        for (int i = 0; i < report.images().size(); i++) {
            operations += tower.operations(
                    report.images().get(i).plan().grid(), keptOfPixels(report).get(i), cutsInTower(report, i));
        }
        return operations;
    }

    /** By number of blocks, the tokens of a picture with which the tower goes on. */
    private static Map<Integer, int[]> cutsInTower(PruningReport report, int image) {
        return report.steps().stream()
                .filter(step -> step.at().stage() == Stage.TOWER)
                .collect(Collectors.toMap(
                        step -> step.at().layers(),
                        step -> step.images().get(image).kept()));
    }

    /** The tokens of each picture that the tower saw. */
    private static List<int[]> keptOfPixels(PruningReport report) {
        return report.steps().stream()
                .filter(step -> step.at().stage() == Stage.PIXELS)
                .findFirst()
                .map(step -> step.images().stream().map(StepReport.Image::kept).toList())
                .orElseGet(() -> every(report));
    }

    private static List<int[]> every(PruningReport report) {
        return report.images().stream()
                .map(image ->
                        IntStream.range(0, image.plan().grid().tokenCount()).toArray())
                .toList();
    }

    /** The image tokens that the decoder's first layer saw. */
    private static int entered(PruningReport report) {
        int tokens = keptOfPixels(report).stream().mapToInt(kept -> kept.length).sum();
        for (StepReport step : report.steps()) {
            boolean behind = step.at().stage() == Stage.TOWER || step.at().stage() == Stage.VISION;
            tokens = behind ? step.keptTokens() : tokens;
        }
        return tokens;
    }

    /**
     * The operations of the language model.
     *
     * @param textTokens of the prompt, which all stay
     * @param imageTokens that enter
     * @param steps what happens to them between layers
     */
    double decoderOperations(int textTokens, int imageTokens, List<StepReport> steps) {
        return Arrays.stream(rowsByLayer(textTokens, imageTokens, steps))
                        .mapToDouble(decoder::layer)
                        .sum()
                + 2.0 * decoder.headParameters();
    }

    /** The rows that each layer multiplies. */
    int[] rowsByLayer(int textTokens, int imageTokens, List<StepReport> steps) {
        int[] rows = new int[decoder.layers()];
        int alive = imageTokens;
        for (int layer = 0; layer < rows.length; layer++) {
            int probe = 0;
            for (StepReport step : steps) {
                boolean between = step.at().stage() == Stage.LAYER;
                if (between && step.at().layers() == layer) {
                    alive = step.keptTokens();
                }
                // The glimpse token goes along until its own cut.
                boolean toCome =
                        step.at().stage() == Stage.LAST || (between && step.at().layers() > layer);
                probe = toCome && step.strategy().equals(PruningOptions.GLIMPSE) ? 1 : probe;
            }
            rows[layer] = RowPadding.rows(textTokens + alive + probe);
        }
        return rows;
    }
}
