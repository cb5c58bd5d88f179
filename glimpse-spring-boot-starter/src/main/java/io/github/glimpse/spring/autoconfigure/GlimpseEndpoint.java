package io.github.glimpse.spring.autoconfigure;

import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.listener.ChatModelResponseContext;
import io.github.glimpse.chat.GlimpseChatResponseMetadata;
import io.github.glimpse.embedding.EmbeddingEngine;
import io.github.glimpse.generate.LoadedModel;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

/**
 * {@code /actuator/glimpse}: what is loaded, by which parameters it answers, and how the last answer went; {@code
 * /actuator/glimpse/embedding} and {@code /actuator/glimpse/scoring} the same of the models for vectors and scores. What is not
 * there is not found. Runs nothing.
 */
@Endpoint(id = "glimpse")
final class GlimpseEndpoint {

    static final String EMBEDDING = "embedding";
    static final String SCORING = "scoring";

    private final @Nullable LoadedModel chat;
    private final @Nullable EmbeddingEngine embedding;
    private final @Nullable LoadedModel scoring;
    private final AtomicReference<GlimpseDescription.@Nullable LastAnswer> last = new AtomicReference<>();

    GlimpseEndpoint(@Nullable LoadedModel chat, @Nullable EmbeddingEngine embedding, @Nullable LoadedModel scoring) {
        this.chat = chat;
        this.embedding = embedding;
        this.scoring = scoring;
    }

    /** The engine of the chat models as it is now. */
    @ReadOperation
    @Nullable
    GlimpseDescription describe() {
        return chat == null ? null : GlimpseDescription.of(chat, last.get());
    }

    /** Another engine as it is now. */
    @ReadOperation
    @Nullable
    Object describe(@Selector String model) {
        if (model.equals(EMBEDDING) && embedding != null) {
            return EmbeddingDescription.of(embedding);
        }
        return model.equals(SCORING) && scoring != null ? GlimpseDescription.ofScores(scoring) : null;
    }

    /** Remembers the newest answer. */
    ChatModelListener listener() {
        return new ChatModelListener() {
            @Override
            public void onResponse(ChatModelResponseContext context) {
                if (context.chatResponse().metadata() instanceof GlimpseChatResponseMetadata metadata) {
                    last.set(GlimpseDescription.LastAnswer.of(metadata, Instant.now()));
                }
            }
        };
    }
}
