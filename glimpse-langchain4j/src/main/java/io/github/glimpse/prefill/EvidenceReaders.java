package io.github.glimpse.prefill;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.prune.EvidenceRequest;
import io.github.glimpse.prune.PruningEvidence;
import io.github.glimpse.prune.PruningSchedule.Cut;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads what a strategy asks for at one step: what was read on the way, else what a reader of that kind gives here and now. */
public final class EvidenceReaders {

    /** Finds what was read on the way, or null. */
    @FunctionalInterface
    interface Seen {

        @Nullable
        NDArray find(EvidenceRequest part);
    }

    private final Seen seen;
    private final Map<Class<? extends EvidenceRequest>, Function<EvidenceRequest, NDArray>> readers = new HashMap<>();

    /**
     * Without readers.
     *
     * @param seen finds what was read on the way
     */
    EvidenceReaders(Seen seen) {
        this.seen = seen;
    }

    /** Says how a kind is read here. */
    <R extends EvidenceRequest> EvidenceReaders on(Class<R> kind, Function<R, NDArray> reader) {
        readers.put(kind, request -> reader.apply(kind.cast(request)));
        return this;
    }

    /** Reads all that the strategy of a step asks for. */
    void read(Cut cut, PruningEvidence.Builder builder) {
        for (EvidenceRequest need : cut.strategy().needs(cut.at())) {
            for (EvidenceRequest part : need.parts()) {
                NDArray value = seen.find(part);
                builder.value(part, value == null ? here(cut, part) : value);
            }
        }
    }

    private NDArray here(Cut cut, EvidenceRequest part) {
        Function<EvidenceRequest, NDArray> reader = readers.get(part.getClass());
        if (reader == null) {
            throw new IllegalStateException("There is no " + part + " at '" + cut.at() + "'");
        }
        return reader.apply(part);
    }

    /** What the strategy of a step asks for, in an order that does not change from one process to the next. */
    static List<EvidenceRequest> needs(Cut cut) {
        return cut.strategy().needs(cut.at()).stream()
                .sorted(Comparator.comparing(String::valueOf))
                .toList();
    }

    /**
     * What a model cannot give.
     *
     * @param why which this model does not have, and what to do instead
     */
    public static UnsupportedModelException refusal(String strategy, EvidenceRequest need, String why) {
        return new UnsupportedModelException("The pruning strategy '" + strategy + "' needs "
                + need.kind().what() + " (" + need.getClass().getSimpleName() + "), which this model does not have: "
                + why);
    }
}
