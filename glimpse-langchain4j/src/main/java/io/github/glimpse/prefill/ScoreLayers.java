package io.github.glimpse.prefill;

import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.nn.DecoderStack;
import io.github.glimpse.prune.EvidenceRequest;
import io.github.glimpse.prune.PruningPoint.Stage;
import io.github.glimpse.prune.PruningSchedule;
import io.github.glimpse.prune.PruningSchedule.Cut;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Which layers of a decoder have scores that a cut can read: those that attend, and not those that remember a state. */
public final class ScoreLayers {

    private ScoreLayers() {}

    /**
     * Checks that a cut reads scores only of layers that have some.
     *
     * @throws UnsupportedModelException with the layers that do
     */
    public static void check(Cut cut, DecoderStack decoder) {
        int layers = decoder.dimensions().layers();
        for (int layer : readBy(cut, decoder)) {
            if (decoder.isRecurrent(layer)) {
                throw new UnsupportedModelException("The pruning strategy '" + cut.name() + "' at '"
                        + cut.at() + "' reads attention of layer " + layer
                        + ", which remembers a state and has no scores; layers with scores: "
                        + scoring(decoder, layers)
                        + ". Cut at 'layer k' where layer k-1 is one of them, or at 'vision'");
            }
        }
    }

    private static Set<Integer> readBy(Cut cut, DecoderStack decoder) {
        int layers = decoder.dimensions().layers();
        int run = cut.at().stage() == Stage.LAST ? layers : cut.at().layers();
        return cut.strategy().needs(cut.at()).stream()
                .flatMap(need -> need.parts().stream())
                .flatMap(part -> readBy(part, run))
                .filter(layer -> layer >= 0 && layer < layers)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The layers of a decoder whose scores any cut of a schedule reads, rising. */
    public static Set<Integer> readBy(PruningSchedule schedule, DecoderStack decoder) {
        return schedule.cuts().stream()
                .flatMap(cut -> readBy(cut, decoder).stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Stream<Integer> readBy(EvidenceRequest part, int layersRun) {
        if (part instanceof EvidenceRequest.ProbeAttention probe) {
            return probe.layers().stream();
        }
        if (part instanceof EvidenceRequest.LayerPeek) {
            return Stream.of(layersRun);
        }
        boolean ofLast =
                part instanceof EvidenceRequest.LastRowAttention || part instanceof EvidenceRequest.TextAttention;
        return ofLast ? Stream.of(layersRun - 1) : Stream.empty();
    }

    private static String scoring(DecoderStack decoder, int layers) {
        return IntStream.range(0, layers)
                .filter(layer -> !decoder.isRecurrent(layer))
                .mapToObj(String::valueOf)
                .collect(Collectors.joining(", "));
    }
}
