package io.github.glimpse.prune.diversity;

import io.github.glimpse.engine.Graph;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.prune.EvidenceRequest.ImageRows;
import io.github.glimpse.prune.EvidenceStrategy;
import io.github.glimpse.prune.PruningEvidence;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningStrategy;
import io.github.glimpse.prune.PruningStrategyFactory;
import io.github.glimpse.prune.StrategyContext;
import io.github.glimpse.prune.TokenSelection;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures the distance at which {@code div-prune} has to stop, so that it keeps a wanted share of the image tokens on average:
 * the number that the profile {@code auto} needs for a model without a glimpse module. Hand it to a model as an own strategy, ask
 * any question about some hundred pictures of the kind that will come, then ask it:
 *
 * <pre>{@code
 * StopDistanceMeter meter = new StopDistanceMeter();
 * EngineOptions options = EngineOptions.builder(directory)
 *         .strategies(List.of(meter))
 *         .pruning(PruningOptions.builder().strategy(meter.name()).build())
 *         .generation(GenerationOptions.builder().maxOutputTokens(1).build())
 *         .build();
 * try (LoadedModel model = LoadedModel.load(options)) {
 *     for (byte[] picture : pictures) {
 *         model.generate(GenerationRequest.of(ChatTurn.user("?", picture)));
 *     }
 * }
 * double stopDistance = meter.stopDistance(0.33);
 * }</pre>
 *
 * <p>A measurement, not training: the same pictures always give the same number. It keeps one token of each picture, so that
 * the language model has little to do; the answers mean nothing. Safe for concurrent use.
 */
public final class StopDistanceMeter implements PruningStrategyFactory {

    private static final double MIN_RATIO = 0.1;
    private static final double MAX_RATIO = 0.6;
    private static final float SAME = 1e-6f;
    private static final double LARGEST = 2;
    private static final int HALVINGS = 40;

    private final List<Picture> pictures = new ArrayList<>();

    /** A meter that has seen nothing yet. */
    public StopDistanceMeter() {}

    /**
     * What was seen of one picture.
     *
     * @param tokens image tokens
     * @param left by number of picks: the largest distance of a token that is not picked to its nearest pick
     */
    private record Picture(int tokens, float[] left) {

        double ratio(double distance) {
            int lowest = Math.max(1, (int) (MIN_RATIO * tokens));
            for (int picks = lowest; picks < left.length; picks++) {
                if (left[picks - 1] < distance) {
                    return (double) picks / tokens;
                }
            }
            return (double) left.length / tokens;
        }
    }

    @Override
    public String name() {
        return "stop-distance-meter";
    }

    @Override
    public PruningStrategy create(StrategyContext context) {
        Graph graph = CosineRows.graph(context.runtime());
        return EvidenceStrategy.named(name(), PruningPoint.vision())
                .needs(new ImageRows())
                .owning(graph)
                .choosing((evidence, budget) -> measure(evidence, graph));
    }

    private TokenSelection measure(PruningEvidence evidence, Graph graph) {
        int tokens = evidence.images().stream().mapToInt(ImageGrid::tokenCount).sum();
        CosineRows rows = CosineRows.of(graph, evidence.of(new ImageRows()), evidence.scope());
        int lowest = Math.max(1, (int) (MIN_RATIO * tokens));
        int most = Math.min(rows.size(), Math.max(lowest, (int) (MAX_RATIO * tokens)));
        int[] order =
                FarthestFirst.pick(rows.nearest(), rows::row, most, name()).order();
        Picture picture = new Picture(tokens, left(rows, order));
        synchronized (pictures) {
            pictures.add(picture);
        }
        return TokenSelection.of(new int[] {0});
    }

    private static float[] left(CosineRows rows, int[] order) {
        float[] nearest = new float[rows.size()];
        java.util.Arrays.fill(nearest, Float.POSITIVE_INFINITY);
        float[] left = new float[order.length];
        for (int picks = 0; picks < order.length; picks++) {
            float[] cosines = rows.row(order[picks]);
            for (int token = 0; token < nearest.length; token++) {
                float distance = 1 - cosines[token];
                nearest[token] = Math.min(nearest[token], distance < SAME ? 0 : distance);
            }
            nearest[order[picks]] = 0;
            for (float distance : nearest) {
                left[picks] = Math.max(left[picks], distance);
            }
        }
        return left;
    }

    /** Pictures that were measured. */
    public int pictures() {
        synchronized (pictures) {
            return pictures.size();
        }
    }

    /**
     * The mean share of a picture's tokens that {@code div-prune} keeps with a stop distance, within its bounds of 0.1 and 0.6.
     *
     * @throws IllegalStateException before the first picture
     */
    public double meanRatio(double distance) {
        synchronized (pictures) {
            return pictures.stream()
                    .mapToDouble(picture -> picture.ratio(distance))
                    .average()
                    .orElseThrow(() -> new IllegalStateException(
                            "No picture was measured; ask the model with strategy '" + name() + "' about some first"));
        }
    }

    /**
     * The stop distance that keeps a share on average.
     *
     * @param ratio the wanted share, from 0.1 to 0.6; the profile {@code auto} wants 0.33
     * @throws IllegalArgumentException if the share is out of the bounds
     * @throws IllegalStateException before the first picture
     */
    public double stopDistance(double ratio) {
        if (!(ratio >= MIN_RATIO && ratio <= MAX_RATIO)) {
            throw new IllegalArgumentException("The share is " + ratio + ", it must lie in [0.1, 0.6]");
        }
        double small = 0;
        double large = LARGEST;
        // The larger the distance, the sooner it stops: the mean never rises.
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (small + large) / 2;
            if (meanRatio(middle) > ratio) {
                small = middle;
            } else {
                large = middle;
            }
        }
        return large;
    }
}
