package io.github.glimpse.prefill;

import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.nn.DecoderStack;
import io.github.glimpse.prune.EvidenceRequest;
import io.github.glimpse.prune.PruningPoint.Stage;
import io.github.glimpse.prune.PruningSchedule.Cut;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

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
        int run = cut.at().stage() == Stage.LAST ? layers : cut.at().layers();
        for (EvidenceRequest need : cut.strategy().needs(cut.at())) {
            for (EvidenceRequest part : need.parts()) {
                IntStream read = part instanceof EvidenceRequest.ProbeAttention probe
                        ? probe.layers().stream().mapToInt(Integer::intValue)
                        : part instanceof EvidenceRequest.LayerPeek
                                ? IntStream.of(run)
                                : part instanceof EvidenceRequest.LastRowAttention
                                                || part instanceof EvidenceRequest.TextAttention
                                        ? IntStream.of(run - 1)
                                        : IntStream.empty();
                read.filter(layer -> layer >= 0 && layer < layers && decoder.isRecurrent(layer))
                        .findFirst()
                        .ifPresent(layer -> {
                            throw new UnsupportedModelException("The pruning strategy '" + cut.name() + "' at '"
                                    + cut.at() + "' reads attention of layer " + layer
                                    + ", which remembers a state and has no scores; layers with scores: "
                                    + scoring(decoder, layers)
                                    + ". Cut at 'layer k' where layer k-1 is one of them, or at 'vision'");
                        });
            }
        }
    }

    private static String scoring(DecoderStack decoder, int layers) {
        return IntStream.range(0, layers)
                .filter(layer -> !decoder.isRecurrent(layer))
                .mapToObj(String::valueOf)
                .collect(Collectors.joining(", "));
    }
}
