package io.github.glimpse.prune;

import io.github.glimpse.nn.DecoderStack.ScoreForm;
import io.github.glimpse.nn.Readout;
import io.github.glimpse.nn.TowerAbilities;
import io.github.glimpse.nn.TowerReadout;
import io.github.glimpse.prune.PruningPoint.Stage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something that a strategy needs to see, and the key of its value: {@link PruningEvidence#of}. Sealed: a new kind is a record
 * here, which says where it can be read and what it is called in messages, and the place in a model that computes it. Those that
 * name several layers are read as one value for each, {@link #parts}.
 *
 * <p>Values are float32 and have a row, or a column, for each image token that is alive at the step. Blocks of the vision
 * tower count from 0, or from the end if negative: -1 is the last.
 */
public sealed interface EvidenceRequest extends Readout {

    /** From where on the way through the model there is a value. */
    enum Place {
        /** At {@code pixels} only. */
        AT_PIXELS("use 'pixels'"),
        /** Once the tower has run, or runs. */
        FROM_TOWER("use 'vision' or 'layer k'"),
        /** Once layers of the language model have run. */
        FROM_LAYER("use 'layer k'"),
        /** Between two layers of the language model. */
        BETWEEN_LAYERS("use 'layer k'");

        private final String advice;

        Place(String advice) {
            this.advice = advice;
        }

        boolean isAt(PruningPoint point) {
            return switch (this) {
                case AT_PIXELS -> point.stage() == Stage.PIXELS;
                case FROM_TOWER -> point.stage() != Stage.PIXELS;
                case FROM_LAYER -> point.isInDecoder();
                case BETWEEN_LAYERS -> point.stage() == Stage.LAYER;
            };
        }

        String advice() {
            return advice;
        }
    }

    /**
     * What is the same for all requests of a kind.
     *
     * @param place from where on there is a value
     * @param what what it is, for messages
     * @param shape how it lies
     */
    record Kind(Place place, String what, Shape shape) {}

    /** What it is, where it is there, and how it lies. */
    Kind kind();

    @Override
    default Shape shape() {
        return kind().shape();
    }

    /** The values that it is made of: itself, unless it names several layers or is read when asked. */
    default List<EvidenceRequest> parts() {
        return List.of(this);
    }

    /** Layers of the text that have to have run. */
    default List<Integer> layersOfText() {
        return List.of();
    }

    /**
     * What the vision tower is asked for in its place, or null if it is not about the tower.
     *
     * @throws IllegalArgumentException if the tower has no such block
     */
    default @Nullable TowerReadout inTower(TowerAbilities tower) {
        return null;
    }

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
        public Kind kind() {
            return new Kind(Place.FROM_LAYER, "attention inside the language model", Shape.ROWS);
        }

        @Override
        public List<EvidenceRequest> parts() {
            return layers.stream()
                    .<EvidenceRequest>map(layer -> new ProbeAttention(List.of(layer), form))
                    .toList();
        }

        @Override
        public List<Integer> layersOfText() {
            return layers;
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
        public Kind kind() {
            return new Kind(Place.FROM_TOWER, "rows of the vision tower", Shape.ROWS);
        }

        @Override
        public List<EvidenceRequest> parts() {
            return layers.stream()
                    .<EvidenceRequest>map(layer -> new VisionTaps(List.of(layer)))
                    .toList();
        }

        @Override
        public @Nullable TowerReadout inTower(TowerAbilities tower) {
            return layers.size() == 1 ? TowerReadout.rows(layers.get(0)) : null;
        }
    }

    /**
     * Attention of the prompt's last row in the layer that ran last before the step: {@code [heads, alive]}, softmax over all
     * keys that the row sees. A probe behind the prompt is not the prompt's last row.
     */
    record LastRowAttention() implements EvidenceRequest {
        @Override
        public Kind kind() {
            return new Kind(Place.FROM_LAYER, "attention of the layer that ran last", Shape.BY_HEAD);
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
        public Kind kind() {
            return new Kind(Place.BETWEEN_LAYERS, "attention of the layer that comes next", Shape.BY_HEAD);
        }
    }

    /**
     * Attention of text rows in the layer that ran last before the step; the strategy says of which:
     * {@link PruningEvidence#textAttention}.
     */
    record TextAttention() implements EvidenceRequest {
        @Override
        public Kind kind() {
            return new Kind(Place.FROM_LAYER, "attention of the layer that ran last", Shape.BY_HEAD);
        }

        @Override
        public List<EvidenceRequest> parts() {
            return List.of();
        }
    }

    /**
     * Attention that text pays to the image in layers with cross-attention: {@code [alive]}, mean over layers, heads and text rows
     * of the softmax over all rows that are attended to, a class row included. Only of models that attend to their image so.
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
        public Kind kind() {
            return new Kind(Place.FROM_LAYER, "cross-attention", Shape.NUMBERS);
        }

        @Override
        public List<Integer> layersOfText() {
            return layers;
        }
    }

    /**
     * The image tokens' rows of the language model's input: {@code [alive, hidden]}; inside the vision tower the tower's own after
     * the block that ran last, {@code [alive, visionHidden]}.
     */
    record ImageRows() implements EvidenceRequest {
        @Override
        public Kind kind() {
            return new Kind(Place.FROM_TOWER, "rows of the language model's input", Shape.ROWS);
        }
    }

    /**
     * All image rows that entered the language model, those included that a cut between layers has dropped since:
     * {@code [entered, hidden]}. For what is to be settled once for all steps.
     */
    record EnteredRows() implements EvidenceRequest {
        @Override
        public Kind kind() {
            return new Kind(Place.FROM_LAYER, "all rows that entered the language model", Shape.NOT_OF_TOKENS);
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
        public Kind kind() {
            return new Kind(Place.FROM_TOWER, "the question", Shape.NOT_OF_TOKENS);
        }
    }

    /**
     * Likeness of a token to the text that is nearest to it: {@code [alive]}, a cosine. Only of models whose patches and texts lie in
     * one space.
     *
     * @param texts which texts
     */
    record TextLikeness(Texts texts) implements EvidenceRequest {

        /** Which texts. */
        public enum Texts {
            /** All of the request: one choice for a picture. */
            JOINT,
            /** Each by itself: a choice for every pair of picture and text. */
            EACH
        }

        @Override
        public Kind kind() {
            return new Kind(Place.FROM_TOWER, "likeness to texts", Shape.NUMBERS);
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
        public Kind kind() {
            return new Kind(Place.FROM_TOWER, "attention of the vision tower", Shape.BY_HEAD);
        }

        @Override
        public @Nullable TowerReadout inTower(TowerAbilities tower) {
            String sum = heads == Heads.EACH ? "class_attention" : "joined_class_attention";
            return new TowerReadout(sum, tower.block(block), shape());
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
        public Kind kind() {
            return new Kind(Place.FROM_TOWER, "attention of the vision tower", Shape.NUMBERS);
        }

        @Override
        public @Nullable TowerReadout inTower(TowerAbilities tower) {
            String sum = from == Queries.ALL ? "received_attention" : "received_from_others";
            return new TowerReadout(sum, tower.block(block), shape());
        }
    }

    /**
     * Keys of a block: {@code [alive, width]}, mean of heads and of the patches of a token.
     *
     * @param block block of the tower
     */
    record TowerKeys(int block) implements EvidenceRequest {
        @Override
        public Kind kind() {
            return new Kind(Place.FROM_TOWER, "keys of the vision tower", Shape.ROWS);
        }

        @Override
        public @Nullable TowerReadout inTower(TowerAbilities tower) {
            return new TowerReadout("mean_keys", tower.block(block), shape());
        }
    }

    /** The picture after resizing: {@code [alive, values]} in 0..1, of a token row by row, red, green and blue beside each other; only at {@code pixels}. */
    record Pixels() implements EvidenceRequest {
        @Override
        public Kind kind() {
            return new Kind(Place.AT_PIXELS, "pixels", Shape.ROWS);
        }
    }
}
