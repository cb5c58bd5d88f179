package io.github.glimpse.embedding;

import dev.langchain4j.model.embedding.response.EmbeddingResponseMetadata;
import io.github.glimpse.prune.PruningOptions;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What an answer says about itself beside the common values: what pruning kept of each picture. Plain data, free of native
 * memory. The token usage is a {@link io.github.glimpse.request.GlimpseTokenUsage}: ids of texts and patches of pictures.
 */
public final class GlimpseEmbeddingResponseMetadata extends EmbeddingResponseMetadata {

    private final PatchReport pruning;

    private GlimpseEmbeddingResponseMetadata(Builder builder) {
        super(builder);
        this.pruning = builder.pruning;
    }

    /** What pruning did, per picture, in the order of the request; its label belongs beside stored vectors. */
    public PatchReport pruning() {
        return pruning;
    }

    /** Starts with nothing set. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return super.equals(other)
                && other instanceof GlimpseEmbeddingResponseMetadata that
                && pruning.equals(that.pruning);
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), pruning);
    }

    @Override
    public String toString() {
        return "GlimpseEmbeddingResponseMetadata{modelName='" + modelName() + "', tokenUsage=" + tokenUsage()
                + ", pruning=" + pruning.pruning() + " kept " + pruning.keptPatches() + " of " + pruning.patches()
                + '}';
    }

    /** Collects metadata. */
    public static final class Builder extends EmbeddingResponseMetadata.Builder<Builder> {

        private PatchReport pruning = new PatchReport(PruningOptions.NONE, List.of());

        private Builder() {}

        /** What pruning did; unset is a report without pictures. */
        public Builder pruning(PatchReport value) {
            pruning = value;
            return this;
        }

        /** The metadata. */
        @Override
        public GlimpseEmbeddingResponseMetadata build() {
            return new GlimpseEmbeddingResponseMetadata(this);
        }
    }
}
