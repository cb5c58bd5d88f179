package io.github.glimpse.prune;

import io.github.glimpse.engine.Graph;
import io.github.glimpse.prune.PruningPoint.Stage;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * A strategy without a probe: places, evidence, and a choice made of it. Most of the published ones are no more than that, and
 * one of one's own need not be either.
 *
 * <p>A strategy may choose in another way inside the decoder than before it: {@link Builder#insideDecoder}.
 */
public final class EvidenceStrategy implements PruningStrategy {

    /** What is looked at and how it is chosen, at some stages. */
    private record Form(
            Set<EvidenceRequest> needs,
            Set<StrategyTrait> traits,
            BiFunction<PruningEvidence, TokenBudget, TokenSelection> choice) {}

    private final String name;
    private final PruningPoint defaultPoint;
    private final Set<Stage> stages;
    private final String placesAre;
    private final Form form;
    private final @Nullable Form decoderForm;
    private final List<Graph> graphs;
    private final int sliceFloor;

    private EvidenceStrategy(Builder builder, Form form) {
        this.name = builder.name;
        this.defaultPoint = builder.defaultPoint;
        this.stages = builder.stages;
        this.placesAre = builder.placesAre;
        this.form = form;
        this.decoderForm = builder.decoderForm;
        this.graphs = List.copyOf(builder.graphs);
        this.sliceFloor = builder.sliceFloor;
    }

    /**
     * Starts a strategy.
     *
     * @param name for messages
     * @param defaultPoint where it cuts if the user does not say
     */
    public static Builder named(String name, PruningPoint defaultPoint) {
        return new Builder(name, defaultPoint);
    }

    @Override
    public PruningPoint defaultPoint() {
        return defaultPoint;
    }

    @Override
    public void checkPoint(PruningPoint point) {
        if (!stages.contains(point.stage())) {
            throw new IllegalArgumentException(
                    "The pruning strategy '" + name + "' cannot cut at '" + point + "'; " + placesAre);
        }
    }

    @Override
    public Set<EvidenceRequest> needs() {
        return needs(defaultPoint);
    }

    @Override
    public Set<EvidenceRequest> needs(PruningPoint at) {
        return form(at).needs();
    }

    @Override
    public Set<StrategyTrait> traits() {
        return traits(defaultPoint);
    }

    @Override
    public Set<StrategyTrait> traits(PruningPoint at) {
        return form(at).traits();
    }

    private Form form(PruningPoint at) {
        return decoderForm != null && at.isInDecoder() ? decoderForm : form;
    }

    @Override
    public @Nullable ProbeToken probeToken() {
        return null;
    }

    @Override
    public TokenSelection select(PruningEvidence evidence, TokenBudget budget) {
        boolean inside = decoderForm != null && decoderForm.needs().stream().allMatch(evidence::has);
        return (inside && decoderForm != null ? decoderForm : form).choice().apply(evidence, budget);
    }

    @Override
    public int sliceFloor() {
        return sliceFloor;
    }

    @Override
    public void close() {
        graphs.forEach(Graph::close);
    }

    /** Collects what a strategy is. */
    public static final class Builder {

        private final String name;
        private final PruningPoint defaultPoint;
        private final Set<Stage> stages;
        private String placesAre = "";
        private final Set<EvidenceRequest> needs = new LinkedHashSet<>();
        private final Set<StrategyTrait> traits = EnumSet.noneOf(StrategyTrait.class);
        private final List<Graph> graphs = new java.util.ArrayList<>();
        private @Nullable Form decoderForm;
        private int sliceFloor;

        private Builder(String name, PruningPoint defaultPoint) {
            this.name = name;
            this.defaultPoint = defaultPoint;
            this.stages = EnumSet.of(defaultPoint.stage());
        }

        /**
         * Where it may cut besides the kind of its default place.
         *
         * @param placesAre says why not elsewhere, and where: the end of the error message
         */
        public Builder places(String placesAre, Stage... others) {
            this.placesAre = placesAre;
            stages.addAll(List.of(others));
            return this;
        }

        /** What it needs to see. */
        public Builder needs(EvidenceRequest... requests) {
            needs.addAll(List.of(requests));
            return this;
        }

        /** What the rules for schedules need to know. */
        public Builder traits(StrategyTrait... values) {
            traits.addAll(List.of(values));
            return this;
        }

        /** Least tokens of each slice of a video; not by itself. */
        public Builder sliceFloor(int value) {
            sliceFloor = value;
            return this;
        }

        /** Compute text that it owns from now on. */
        public Builder owning(Graph graph) {
            graphs.add(graph);
            return this;
        }

        /**
         * What it does between the decoder's layers instead, where the rest says what it does before the decoder. It needs a
         * value there that it does not need before.
         */
        public Builder insideDecoder(
                Set<EvidenceRequest> decoderNeeds,
                Set<StrategyTrait> decoderTraits,
                BiFunction<PruningEvidence, TokenBudget, TokenSelection> choice) {
            decoderForm = new Form(Set.copyOf(decoderNeeds), Set.copyOf(decoderTraits), choice);
            stages.add(Stage.LAYER);
            return this;
        }

        /** The strategy that chooses like this. */
        public EvidenceStrategy choosing(BiFunction<PruningEvidence, TokenBudget, TokenSelection> choice) {
            return new EvidenceStrategy(this, new Form(Set.copyOf(needs), Set.copyOf(traits), choice));
        }
    }
}
