package io.github.glimpse.prune;

import io.github.glimpse.nn.DecoderStack.ScoreForm;
import java.util.List;

/**
 * Something that a strategy needs to see. Sealed, because the engine has to know how to collect each kind: a new kind adds a
 * method to {@link Collector}, and whoever collects does not compile until it has it. A request is also the key of its value:
 * {@link PruningEvidence#of}, but for the first two, which may name several layers.
 *
 * <p>Values are float32 and have a row, or a column, for each image token that is alive at the step. Blocks of the vision
 * tower count from 0, or from the end if negative: -1 is the last.
 */
public sealed interface EvidenceRequest {

    /** Calls the method of {@code collector} for this kind. */
    void collect(Collector collector);

    /**
     * The attention of the last row, the probe's if there is one, to the image tokens: {@link PruningEvidence#attention}.
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
     * The hidden rows of the vision tower, one per image token: {@link PruningEvidence#visionTaps}.
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

    /**
     * Attention of the prompt's last row in the layer that ran last before the step: {@code [heads, alive]}, softmax over all
     * keys that the row sees. A probe behind the prompt is not the prompt's last row.
     */
    record LastRowAttention() implements EvidenceRequest {

        @Override
        public void collect(Collector collector) {
            collector.lastRowAttention(this);
        }
    }

    /**
     * Attention that the prompt's last row would pay in the layer that comes next: {@code [heads, alive]}, from that layer's
     * queries and keys of its normed input, softmax over all keys that the row sees.
     *
     * @param rotated whether queries and keys are turned by their positions (RoPE), as the layer itself does
     */
    record LayerPeek(boolean rotated) implements EvidenceRequest {

        @Override
        public void collect(Collector collector) {
            collector.layerPeek(this);
        }
    }

    /**
     * Attention of text rows in the layer that ran last before the step; the strategy says of which:
     * {@link PruningEvidence#textAttention}.
     */
    record TextAttention() implements EvidenceRequest {

        @Override
        public void collect(Collector collector) {
            collector.textAttention(this);
        }
    }

    /**
     * Attention that text pays to the image in layers with cross-attention: {@code [alive]}, mean over layers, heads and text rows
     * of the softmax over all rows that are looked at, a class row included. Only of models that look at their image so.
     *
     * @param layers layers of the text; empty is the one that ran last before the step
     * @param rows text rows that ask
     */
    record CrossAttention(List<Integer> layers, Rows rows) implements EvidenceRequest {

        /** Text rows. */
        public enum Rows {
            /** The first row. */
            FIRST,
            /** Every row. */
            ALL,
            /** The last row. */
            LAST,
            /** The first row where all rows see each other, the last where each sees those before it. */
            AUTO
        }

        /** Copies the list. */
        public CrossAttention {
            layers = List.copyOf(layers);
        }

        @Override
        public void collect(Collector collector) {
            collector.crossAttention(this);
        }
    }

    /** The image tokens' rows of the language model's input: {@code [alive, hidden]}. */
    record ImageRows() implements EvidenceRequest {

        @Override
        public void collect(Collector collector) {
            collector.imageRows(this);
        }
    }

    /**
     * All image rows that entered the language model, those included that a cut between layers has dropped since:
     * {@code [entered, hidden]}. For what is to be settled once for all steps.
     */
    record EnteredRows() implements EvidenceRequest {

        @Override
        public void collect(Collector collector) {
            collector.enteredRows(this);
        }
    }

    /**
     * Word embeddings of text in the prompt: {@code [texts, hidden]}; there may be none.
     *
     * @param which which text
     */
    record TextRows(Which which) implements EvidenceRequest {

        /** Which text. */
        public enum Which {
            /** All text rows behind the first image's first row: template, question and what opens the answer. */
            BEHIND_IMAGE,
            /** What the user wrote in the last message of the user, without the template's tokens around it. */
            LAST_USER_MESSAGE
        }

        @Override
        public void collect(Collector collector) {
            collector.textRows(this);
        }
    }

    /**
     * Attention that a block's CLS row pays to the tokens: {@code [heads, alive]}; the CLS key is left out after the softmax.
     * Only of towers with CLS.
     *
     * @param block block of the tower
     * @param heads each head for itself, or all as one, which gives {@code [1, alive]}
     */
    record TowerCls(int block, Heads heads) implements EvidenceRequest {

        /** How heads are taken. */
        public enum Heads {
            /** Each with its own softmax, as the tower runs. */
            EACH,
            /** As one head of the full width, scaled by it. */
            JOINED
        }

        /** Each head for itself. */
        public TowerCls(int block) {
            this(block, Heads.EACH);
        }

        @Override
        public void collect(Collector collector) {
            collector.towerCls(this);
        }
    }

    /**
     * Attention that a token receives in a block: {@code [alive]}, head mean, sum over queries, mean over the patches of a
     * token.
     *
     * @param block block of the tower
     * @param from whose attention counts
     */
    record TowerReceived(int block, Queries from) implements EvidenceRequest {

        /** Whose attention counts. */
        public enum Queries {
            /** That of every row, CLS and the token's own patches included. */
            ALL,
            /** That of the other patches: neither that of CLS nor a patch's attention to itself. */
            OTHER_PATCHES
        }

        /** The attention of every row. */
        public TowerReceived(int block) {
            this(block, Queries.ALL);
        }

        @Override
        public void collect(Collector collector) {
            collector.towerReceived(this);
        }
    }

    /**
     * Keys of a block: {@code [alive, width]}, mean of heads and of the patches of a token.
     *
     * @param block block of the tower
     */
    record TowerKeys(int block) implements EvidenceRequest {

        @Override
        public void collect(Collector collector) {
            collector.towerKeys(this);
        }
    }

    /** The picture after resizing: {@code [alive, values]} in 0..1, of a token row by row, red, green and blue beside each other; only at {@code pixels}. */
    record Pixels() implements EvidenceRequest {

        @Override
        public void collect(Collector collector) {
            collector.pixels(this);
        }
    }

    /** One method per kind. */
    interface Collector {

        /** Plans attention of the last row. */
        void probeAttention(ProbeAttention request);

        /** Plans rows of the vision tower. */
        void visionTaps(VisionTaps request);

        /** Plans attention of the prompt's last row in the layer before. */
        void lastRowAttention(LastRowAttention request);

        /** Plans attention of the prompt's last row in the layer to come. */
        void layerPeek(LayerPeek request);

        /** Plans attention of text rows. */
        void textAttention(TextAttention request);

        /** Plans attention of text that looks at its image by cross-attention. */
        void crossAttention(CrossAttention request);

        /** Plans the image tokens' input rows. */
        void imageRows(ImageRows request);

        /** Plans all image rows that entered the language model. */
        void enteredRows(EnteredRows request);

        /** Plans word embeddings. */
        void textRows(TextRows request);

        /** Plans CLS attention of the tower. */
        void towerCls(TowerCls request);

        /** Plans received attention of the tower. */
        void towerReceived(TowerReceived request);

        /** Plans keys of the tower. */
        void towerKeys(TowerKeys request);

        /** Plans pixel values. */
        void pixels(Pixels request);
    }
}
