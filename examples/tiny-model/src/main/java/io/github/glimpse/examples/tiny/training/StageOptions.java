package io.github.glimpse.examples.tiny.training;

import io.github.glimpse.examples.tiny.CommandLines;
import io.github.glimpse.examples.tiny.pages.FontRegistry;
import io.github.glimpse.examples.tiny.pages.PageMaker;
import io.github.glimpse.examples.tiny.pages.Repertoire;
import io.github.glimpse.train.ParameterGroup;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What a stage is started with.
 *
 * @param folder the run folder
 * @param steps changes of the weights
 * @param rate highest learning rate
 * @param seed of first weights and of the choice of pictures
 * @param half whether products are made in bfloat16
 * @param muon whether matrices inside the model learn by Muon, else all by AdamW
 * @param threads of one native operation
 * @param checkpointEvery steps between two checkpoints
 * @param validateEvery steps between two looks at pictures that are not trained; 0 for none
 * @param faded how far losses that fade have faded already, 0 to 1: 1 for a run that goes on where one has ended
 * @param added factor of the rate of the blocks that the stage {@code deepen} has added: they start from nothing
 * @param wordsKept whether the decoder's words and the symbols stay as they are, so that an eye which is held to them fits on
 * @param eyeKept whether the tower stays as it is where it would learn together with the decoder
 * @param blur chance in symbols, up to this share of their vectors' length: an eye is never quite sure
 * @param lostKeys up to this share of the cells of a lesson do not tell the decoder alone what they are the value of
 * @param edition which model
 * @param fonts folder of the type faces that pages are written in; null for stages that paint none
 * @param pages share of the first edition's pictures that are pages in real type, where there are fonts
 * @param drawings how many of the first edition's are documents, signs, charts and scenes, of as many as they are together
 * @param share of the way from the first weights to the second, where two are blended, 0 to 1
 * @param towerShare the same for the weights of the tower
 * @param beside run folder of another run of the stage, with whose weights this one's are averaged; null for none
 * @param averageEvery steps between two averages
 * @param from weights to start from, in this order; files or run folders
 */
record StageOptions(
        Path folder,
        long steps,
        double rate,
        long seed,
        boolean half,
        boolean muon,
        int threads,
        long checkpointEvery,
        long validateEvery,
        double faded,
        double added,
        boolean wordsKept,
        boolean eyeKept,
        double blur,
        double lostKeys,
        Edition edition,
        @Nullable Path fonts,
        double pages,
        List<Integer> drawings,
        double share,
        double towerShare,
        @Nullable Path beside,
        long averageEvery,
        List<Path> from) {

    /** Seed of a stage that is given none. */
    static final long SEED = 20_250_801;

    private static final long CHECKPOINT_EVERY = 100;
    private static final long VALIDATE_EVERY = 500;

    private static final long AVERAGE_EVERY = 50;
    private static final double PAGES = 0.6;
    /** What must be read is learned last. */
    static final List<Integer> DRAWINGS = List.of(6, 7, 4, 3);

    private static final double SHARE = 0.75;

    StageOptions {
        if (averageEvery < 1) {
            throw new IllegalArgumentException("--average-every is " + averageEvery + "; give 1 or more");
        }
        requireShare("--pages", pages);
        requireShare("--share", share);
        requireShare("--tower-share", towerShare);
        if (drawings.size() != DRAWINGS.size()
                || drawings.stream().anyMatch(count -> count < 0)
                || drawings.stream().allMatch(count -> count == 0)) {
            throw new IllegalArgumentException("--drawings is " + drawings
                    + "; give four counts, of documents, signs, charts and scenes, such as 6,7,4,3");
        }
        drawings = List.copyOf(drawings);
        from = List.copyOf(from);
    }

    private static void requireShare(String name, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(name + " is " + value + "; give a number from 0 to 1");
        }
    }

    private enum Precision {
        MIXED,
        FLOAT
    }

    private enum Optimizer {
        MUON,
        ADAMW
    }

    /** The options as they are written. */
    @Command(name = "Train <stage> <run folder>", sortOptions = false)
    private static final class Written {

        @Option(names = "--steps", description = "Changes of the weights")
        private @Nullable Long steps;

        @Option(names = "--rate", description = "Highest learning rate")
        private @Nullable Double rate;

        @Option(names = "--seed", description = "Of first weights and of the choice of pictures")
        private long seed = SEED;

        @Option(names = "--precision", description = "Products: ${COMPLETION-CANDIDATES}")
        private Precision precision = Precision.MIXED;

        @Option(names = "--optimizer", description = "Of matrices inside the model: ${COMPLETION-CANDIDATES}")
        private Optimizer optimizer = Optimizer.MUON;

        @Option(names = "--threads", description = "Of one native operation")
        private int threads = 1;

        @Option(names = "--checkpoint-every", description = "Steps between two checkpoints")
        private long checkpointEvery = CHECKPOINT_EVERY;

        @Option(names = "--validate-every", description = "Steps between two looks at pictures that are not trained")
        private long validateEvery = VALIDATE_EVERY;

        @Option(names = "--faded", description = "How far losses that fade have faded already, 0 to 1")
        private double faded;

        @Option(names = "--added", description = "Factor of the rate of blocks that were added")
        private double added = 1;

        @Option(
                names = "--keep-words",
                description = "Words of the decoder and symbols do not learn; keep leaves them out")
        private boolean wordsKept;

        @Option(names = "--keep-eye", description = "The tower does not learn beside the decoder")
        private boolean eyeKept;

        @Option(names = "--blur", description = "Chance in symbols, as a share of their vectors' length")
        private double blur;

        @Option(names = "--lost-keys", description = "Up to this share of the cells of a lesson lose their keys")
        private double lostKeys;

        @Option(names = "--edition", description = "Which model: ${COMPLETION-CANDIDATES}")
        private Edition edition = Edition.FIRST;

        @Option(names = "--fonts", description = "Folder of the type faces that pages are written in")
        private @Nullable Path fonts;

        @Option(names = "--pages", description = "Share of pages in real type beside the first edition's drawings")
        private double pages = PAGES;

        @Option(
                names = "--drawings",
                split = ",",
                description = "Documents, signs, charts and scenes among the first edition's drawings")
        private List<Integer> drawings = DRAWINGS;

        @Option(names = "--share", description = "Of the way from the first weights to the second")
        private double share = SHARE;

        @Option(names = "--tower-share", description = "The same for the tower's weights, if it is another")
        private @Nullable Double towerShare;

        @Option(names = "--beside", description = "Folder of another run, with whose weights these are averaged")
        private @Nullable Path beside;

        @Option(names = "--average-every", description = "Steps between two averages")
        private long averageEvery = AVERAGE_EVERY;

        @Option(names = "--from", description = "Weights to start from, as often as there are some")
        private List<Path> from = new ArrayList<>();
    }

    /**
     * Reads options.
     *
     * @param steps those of the stage, if none are given
     * @param rate that of the stage, if none is given
     * @throws IllegalArgumentException if one is not known or its value does not fit
     */
    static StageOptions parse(Path folder, List<String> arguments, long steps, double rate) {
        Written written = CommandLines.read(new Written(), arguments);
        return new StageOptions(
                folder,
                written.steps == null ? steps : written.steps,
                written.rate == null ? rate : written.rate,
                written.seed,
                written.precision == Precision.MIXED,
                written.optimizer == Optimizer.MUON,
                written.threads,
                written.checkpointEvery,
                written.validateEvery,
                written.faded,
                written.added,
                written.wordsKept,
                written.eyeKept,
                written.blur,
                written.lostKeys,
                written.edition,
                written.fonts,
                written.pages,
                written.drawings,
                written.share,
                written.towerShare == null ? written.share : written.towerShare,
                written.beside,
                written.averageEvery,
                written.from);
    }

    /** Whether pictures that are not trained are looked at before this step: now and then, and before the last. */
    boolean validates(long sample) {
        return validateEvery > 0 && (sample % validateEvery == 0 || sample == steps - 1);
    }

    /** Paints pages in the faces of the folder of fonts, or in the own strokes, which is for tests. */
    PageMaker pageMaker(Repertoire repertoire) {
        return new PageMaker(fonts == null ? FontRegistry.strokes() : FontRegistry.of(fonts), repertoire);
    }

    /** A group that learns, by the optimiser of this run. */
    ParameterGroup group(String name) {
        ParameterGroup group = ParameterGroup.named(name);
        return muon ? group.withOrthogonalSteps() : group;
    }

    /** The group of the decoder's words: they learn with it, or stay. */
    ParameterGroup words() {
        return wordsKept ? ParameterGroup.frozen("words") : group("decoder");
    }

    /** The tower's group beside a decoder: it learns with it, or stays. */
    ParameterGroup eye() {
        return eyeKept ? ParameterGroup.frozen("vision") : group("vision");
    }

    /** The groups of the tower's blocks: one that was added later learns faster than the others. */
    IntFunction<ParameterGroup> blocks() {
        ParameterGroup group = eye();
        return block -> DeeperTower.added(block) ? group.withRateFactor(group.rateFactor() * added) : group;
    }
}
