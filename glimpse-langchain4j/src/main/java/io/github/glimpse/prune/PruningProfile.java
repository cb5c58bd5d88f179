package io.github.glimpse.prune;

import io.github.glimpse.hub.ModelConfig;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Named settings for those who do not want to choose numbers: {@code glimpse.pruning.profile}, or per request. With a glimpse
 * module they are settings of {@code glimpse}, without one of {@code div-prune} at {@code vision}.
 */
public enum PruningProfile {
    /** Keeps much: threshold 0.3 and no cap, or 60 % of the tokens. With the guard. */
    CAREFUL(0.3, 1.0, 0.6),
    /** The module's threshold and a third of the tokens at most, or 40 %. With the guard. */
    BALANCED(null, 0.333, 0.4),
    /** A ninth of the tokens at most, or 20 %. */
    BOLD(null, 0.111, 0.2),
    /** Every token stays. */
    OFF(null, null, 1.0),
    /**
     * As many tokens as the picture needs. With a module as {@link #BALANCED}; without one {@code div-prune} until every dropped
     * token has a like one among the kept, and at half the depth {@code fastv} for as many as hold 90 % of the attention. With
     * the guard.
     */
    AUTO(null, 0.333, null);

    /** The option that {@link #AUTO} needs where there is no module. */
    public static final String STOP_DISTANCE = "stop-distance";

    private static final double LARGEST_DISTANCE = 2;

    /** Key of {@code config.json}. */
    private static final String MEASURED_DISTANCE = "glimpse_stop_distance";

    private final @Nullable Double threshold;
    private final @Nullable Double cap;
    private final @Nullable Double ratioWithoutModule;

    PruningProfile(@Nullable Double threshold, @Nullable Double cap, @Nullable Double ratioWithoutModule) {
        this.threshold = threshold;
        this.cap = cap;
        this.ratioWithoutModule = ratioWithoutModule;
    }

    /** The value of {@code glimpse.pruning.profile}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What it says for a model with a glimpse module. */
    PruningOptions withModule() {
        if (this == OFF) {
            return PruningOptions.builder().enabled(false).build();
        }
        return PruningOptions.builder()
                .enabled(true)
                .strategy(PruningOptions.GLIMPSE)
                .threshold(threshold)
                .maxRetentionRatio(cap)
                .guard(guard())
                .build();
    }

    /**
     * The distance of {@link #AUTO} without a module, if whoever made the model has measured it; else null.
     *
     * @throws io.github.glimpse.ModelFilesException if the configuration says none that there is
     */
    public static @Nullable Double stopDistance(ModelConfig config) {
        OptionalDouble distance = config.optionalNumber(MEASURED_DISTANCE);
        if (distance.isEmpty()) {
            return null;
        }
        if (!(distance.getAsDouble() > 0 && distance.getAsDouble() <= LARGEST_DISTANCE)) {
            throw config.problem(MEASURED_DISTANCE, "a distance above 0 and at most 2");
        }
        return distance.getAsDouble();
    }

    /**
     * What it says for a model without one.
     *
     * @param stopDistance for {@link #AUTO}
     * @throws IllegalArgumentException if {@link #AUTO} has none, or it is no distance
     */
    PruningOptions withoutModule(@Nullable String stopDistance) {
        return switch (this) {
            case OFF -> PruningOptions.builder().enabled(false).build();
            case AUTO -> adaptive(stopDistance);
            case CAREFUL, BALANCED, BOLD ->
                PruningOptions.builder()
                        .enabled(true)
                        .strategy("div-prune")
                        .retentionRatio(ratioWithoutModule)
                        .maxRetentionRatio(1.0) // no cap of what lies beneath, as with a module
                        .guard(guard())
                        .build();
        };
    }

    private GuardOptions guard() {
        return this == BOLD ? GuardOptions.unset() : GuardOptions.on();
    }

    private PruningOptions adaptive(@Nullable String stopDistance) {
        if (stopDistance == null) {
            throw new IllegalArgumentException(
                    "The profile 'auto' needs a glimpse module, or the distance at which div-prune"
                            + " stops, and this model has neither; measure the distance on your pictures (docs/guide/pruning.md,"
                            + " \"The stop distance\") and set glimpse.pruning.options.stop-distance, or use the profile balanced");
        }
        checkDistance(stopDistance);
        return PruningOptions.builder()
                .enabled(true)
                .schedule(List.of(
                        PruningStep.builder("div-prune")
                                .at("vision")
                                .options(Map.of(STOP_DISTANCE, stopDistance, "min-ratio", "0.1", "max-ratio", "0.6"))
                                .build(),
                        PruningStep.builder("fastv")
                                .at("50 %")
                                .options(Map.of("mass", "0.9", "min-ratio", "0.3", "max-ratio", "1"))
                                .build()))
                .guard(guard())
                .build();
    }

    private static void checkDistance(String text) {
        try {
            double distance = Double.parseDouble(text);
            if (distance > 0 && distance <= LARGEST_DISTANCE) {
                return;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(distanceIs(text), e);
        }
        throw new IllegalArgumentException(distanceIs(text));
    }

    private static String distanceIs(String text) {
        return "The option 'stop-distance' is '" + text + "', it must be a number above 0 and at most 2";
    }
}
