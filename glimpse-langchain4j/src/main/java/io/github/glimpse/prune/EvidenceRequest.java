package io.github.glimpse.prune;

import io.github.glimpse.nn.DecoderStack.ScoreForm;
import java.util.List;

/**
 * Something that a strategy needs to see. Sealed, because the engine has to know how to collect each kind: a new kind adds a
 * method to {@link Collector}, and whoever collects does not compile until it has it.
 */
public sealed interface EvidenceRequest {

    /** Calls the method of {@code collector} for this kind. */
    void collect(Collector collector);

    /**
     * The attention of the last row, the probe's if there is one, to the image tokens.
     *
     * @param layers decoder layers, in the order in which their columns are wanted
     * @param form products as they are, or log-softmax over all keys
     */
    record ProbeAttention(List<Integer> layers, ScoreForm form) implements EvidenceRequest {

        /** Copies the list. */
        public ProbeAttention {
            layers = List.copyOf(layers);
        }

        @Override
        public void collect(Collector collector) {
            collector.probeAttention(this);
        }
    }

    /**
     * The hidden rows of the vision tower, one per image token.
     *
     * @param layers layers as the family counts them: blocks in Qwen2.5-VL, hidden states (0 = embedding) in CLIP towers
     */
    record VisionTaps(List<Integer> layers) implements EvidenceRequest {

        /** Copies the list. */
        public VisionTaps {
            layers = List.copyOf(layers);
        }

        @Override
        public void collect(Collector collector) {
            collector.visionTaps(this);
        }
    }

    /** One method per kind. */
    interface Collector {

        /** Plans attention of the last row. */
        void probeAttention(ProbeAttention request);

        /** Plans rows of the vision tower. */
        void visionTaps(VisionTaps request);
    }
}
