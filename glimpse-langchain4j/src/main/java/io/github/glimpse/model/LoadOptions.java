package io.github.glimpse.model;

import io.github.glimpse.SetValues;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.Int8Limits;
import io.github.glimpse.engine.Int8Plan;
import io.github.glimpse.engine.WeightFormat;
import org.jspecify.annotations.Nullable;

/**
 * How a model is loaded.
 *
 * @param dtype the type to compute in, null for the rule of {@link io.github.glimpse.engine.Numerics}
 * @param weights how linear weights lie in memory
 * @param int8Plan what stays in 16 bits where weights are numbers of 8, null for nothing; filled where they are not
 * @param int8Limits how far weights of 8 bits may change the model before it warns
 * @param minPixels least pixels of a resized picture, null for the model's own
 * @param maxPixels most pixels of a resized picture, null for the model's own
 * @param capVideoPixels whether frames of long videos get less pixels than the model's files say, as by the tool of its authors, for
 *     families that have such a cap
 * @param aspect how a picture becomes a square, for families that need one
 * @param firstToken the first id of a text that attends to a picture, for families where it may differ
 * @param cacheTokens tokens whose keys and values a GPU must have room for beside the weights, of all requests together
 * @param packsLater whether weights that are to be packed are packed while the model already answers; see {@link
 *     io.github.glimpse.engine.WeightPacking}
 */
public record LoadOptions(
        @Nullable Dtype dtype,
        WeightFormat weights,
        @Nullable Int8Plan int8Plan,
        Int8Limits int8Limits,
        @Nullable Integer minPixels,
        @Nullable Integer maxPixels,
        boolean capVideoPixels,
        ImageAspect aspect,
        FirstToken firstToken,
        long cacheTokens,
        boolean packsLater) {

    /** The model's own choices throughout. */
    public static LoadOptions defaults() {
        return builder().build();
    }

    /** Starts with the model's own choices. */
    public static Builder builder() {
        return new Builder();
    }

    /** Starts with these. */
    public Builder toBuilder() {
        return builder()
                .dtype(dtype)
                .weights(weights)
                .int8Plan(int8Plan)
                .int8Limits(int8Limits)
                .minPixels(minPixels)
                .maxPixels(maxPixels)
                .capVideoPixels(capVideoPixels)
                .aspect(aspect)
                .firstToken(firstToken)
                .cacheTokens(cacheTokens)
                .packsLater(packsLater);
    }

    /** What differs from the model's own choices. */
    @Override
    public String toString() {
        return new SetValues("LoadOptions")
                .add("dtype", dtype)
                .add("weights", weights == WeightFormat.AUTO ? null : weights)
                .add("int8Plan", int8Plan == null ? null : "given")
                .add("int8Limits", int8Limits.equals(Int8Limits.defaults()) ? null : int8Limits)
                .add("minPixels", minPixels)
                .add("maxPixels", maxPixels)
                .add("capVideoPixels", capVideoPixels ? true : null)
                .add("aspect", aspect == ImageAspect.AUTO ? null : aspect)
                .add("firstToken", firstToken == FirstToken.CLS ? null : firstToken)
                .add("cacheTokens", cacheTokens == 0 ? null : cacheTokens)
                .add("packsLater", packsLater ? true : null)
                .toString();
    }

    /** Collects options. */
    public static final class Builder {

        private @Nullable Dtype dtype;
        private WeightFormat weights = WeightFormat.AUTO;
        private @Nullable Int8Plan int8Plan;
        private Int8Limits int8Limits = Int8Limits.defaults();
        private @Nullable Integer minPixels;
        private @Nullable Integer maxPixels;
        private boolean capVideoPixels;
        private ImageAspect aspect = ImageAspect.AUTO;
        private FirstToken firstToken = FirstToken.CLS;
        private long cacheTokens;
        private boolean packsLater;

        private Builder() {}

        /** The type to compute in. */
        public Builder dtype(@Nullable Dtype value) {
            dtype = value;
            return this;
        }

        /** How linear weights lie in memory. */
        public Builder weights(WeightFormat value) {
            weights = value;
            return this;
        }

        /** What stays in 16 bits where weights are numbers of 8. */
        public Builder int8Plan(@Nullable Int8Plan value) {
            int8Plan = value;
            return this;
        }

        /** How far weights of 8 bits may change the model before it warns. */
        public Builder int8Limits(Int8Limits value) {
            int8Limits = value;
            return this;
        }

        /** Least pixels of a resized picture. */
        public Builder minPixels(@Nullable Integer value) {
            minPixels = value;
            return this;
        }

        /** Most pixels of a resized picture. */
        public Builder maxPixels(@Nullable Integer value) {
            maxPixels = value;
            return this;
        }

        /** Whether frames of long videos get less pixels than the model's files say; not by itself. */
        public Builder capVideoPixels(boolean value) {
            capVideoPixels = value;
            return this;
        }

        /** How a picture becomes a square. */
        public Builder aspect(ImageAspect value) {
            aspect = value;
            return this;
        }

        /** The first id of a text that attends to a picture. */
        public Builder firstToken(FirstToken value) {
            firstToken = value;
            return this;
        }

        /** Tokens whose keys and values a GPU must have room for beside the weights. */
        public Builder cacheTokens(long value) {
            cacheTokens = value;
            return this;
        }

        /** Whether weights are packed while the model already answers; not by itself. */
        public Builder packsLater(boolean value) {
            packsLater = value;
            return this;
        }

        /** The options. */
        public LoadOptions build() {
            return new LoadOptions(
                    dtype,
                    weights,
                    int8Plan,
                    int8Limits,
                    minPixels,
                    maxPixels,
                    capVideoPixels,
                    aspect,
                    firstToken,
                    cacheTokens,
                    packsLater);
        }
    }
}
