package io.github.glimpse.prune;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.image.ImageGrid;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a strategy sees. All tensors are float32, belong to the request, and speak of the image tokens that are alive, in
 * prompt order. Before the language model (at {@code pixels}, {@code tower k} and {@code vision}) that is one image, numbered by itself; between
 * its layers all images joined.
 */
public final class PruningEvidence {

    /** Reads the attention of text rows, see {@link PruningEvidence#textAttention}. */
    @FunctionalInterface
    public interface TextAttentionReader {

        /**
         * Reads.
         *
         * @param texts places among {@link EvidenceRequest.TextRows.Which#BEHIND_IMAGE}
         * @return {@code [heads, alive]}, mean over those rows
         */
        NDArray read(int[] texts);
    }

    private final Map<EvidenceRequest, NDArray> values;
    private final @Nullable TextAttentionReader textAttention;
    private final List<ImageGrid> images;
    private final List<List<int[]>> windows;
    private final int[] alive;
    private final TensorScope scope;

    private PruningEvidence(Builder builder) {
        this.values = Map.copyOf(builder.values);
        this.textAttention = builder.textAttention;
        this.images = builder.images;
        this.windows = builder.windows;
        this.alive = builder.alive;
        this.scope = builder.scope;
    }

    /**
     * Starts with nothing to see.
     *
     * @param images the grids of the images
     * @param windows per image the tower's windows, each a list of token indices of that image in raster order
     * @param alive original indices of the tokens that are alive, rising
     * @param scope for the strategy's temporaries; closed after the call
     */
    public static Builder builder(List<ImageGrid> images, List<List<int[]>> windows, int[] alive, TensorScope scope) {
        return new Builder(images, windows, alive, scope);
    }

    /**
     * The value of a request, with the shape that the request documents.
     *
     * @throws IllegalArgumentException if the strategy did not ask for it, or it is one of those with a method of their own
     */
    public NDArray of(EvidenceRequest request) {
        NDArray value = values.get(request);
        if (value == null) {
            throw new IllegalArgumentException("There is no value of " + request
                    + "; name it in needs(), and read ProbeAttention by attention(), VisionTaps by visionTaps() and"
                    + " TextAttention by textAttention(…)");
        }
        return value;
    }

    /** Whether there is a value of a request. */
    public boolean has(EvidenceRequest request) {
        return values.containsKey(request);
    }

    /** {@link EvidenceRequest.ProbeAttention} by decoder layer: {@code [alive, heads]}. */
    public Map<Integer, NDArray> attention() {
        Map<Integer, NDArray> byLayer = new HashMap<>();
        values.forEach((key, value) -> {
            if (key instanceof EvidenceRequest.ProbeAttention probe) {
                probe.layers().forEach(layer -> byLayer.put(layer, value));
            }
        });
        return byLayer;
    }

    /** {@link EvidenceRequest.VisionTaps} by tower layer: {@code [alive, visionHidden]}. */
    public Map<Integer, NDArray> visionTaps() {
        Map<Integer, NDArray> byLayer = new HashMap<>();
        values.forEach((key, value) -> {
            if (key instanceof EvidenceRequest.VisionTaps taps) {
                taps.layers().forEach(layer -> byLayer.put(layer, value));
            }
        });
        return byLayer;
    }

    /**
     * {@link EvidenceRequest.TextAttention} of some rows, computed when asked.
     *
     * @param texts places among the rows of {@link EvidenceRequest.TextRows.Which#BEHIND_IMAGE}, at least one
     * @return {@code [heads, alive]}: softmax over the keys that each row sees, then the mean over the rows
     * @throws IllegalArgumentException if the strategy did not ask for it
     */
    public NDArray textAttention(int... texts) {
        if (textAttention == null) {
            throw new IllegalArgumentException("There is no attention of text rows; name TextAttention in needs()");
        }
        return textAttention.read(texts);
    }

    /** The grids of the images. */
    public List<ImageGrid> images() {
        return images;
    }

    /** Per image the tower's windows, each a list of token indices of that image in raster order. */
    public List<List<int[]>> windows() {
        return windows;
    }

    /** Original indices of the tokens that are alive, rising. */
    public int[] alive() {
        return alive;
    }

    /** For the strategy's temporaries; closed after the call. */
    public TensorScope scope() {
        return scope;
    }

    /** Collects evidence. */
    public static final class Builder {

        private final List<ImageGrid> images;
        private final List<List<int[]>> windows;
        private final int[] alive;
        private final TensorScope scope;
        private final Map<EvidenceRequest, NDArray> values = new HashMap<>();
        private @Nullable TextAttentionReader textAttention;

        private Builder(List<ImageGrid> images, List<List<int[]>> windows, int[] alive, TensorScope scope) {
            this.images = images;
            this.windows = windows;
            this.alive = alive;
            this.scope = scope;
        }

        /** The value of a request; of one that names several layers, of each of its {@linkplain EvidenceRequest#parts parts}. */
        public Builder value(EvidenceRequest request, NDArray value) {
            values.put(request, value);
            return this;
        }

        /** How attention of text rows is read. */
        public Builder textAttention(TextAttentionReader reader) {
            textAttention = reader;
            return this;
        }

        /** The evidence. */
        public PruningEvidence build() {
            return new PruningEvidence(this);
        }
    }
}
