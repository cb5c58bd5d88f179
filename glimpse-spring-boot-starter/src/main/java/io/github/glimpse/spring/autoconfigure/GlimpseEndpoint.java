package io.github.glimpse.spring.autoconfigure;

import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.listener.ChatModelResponseContext;
import io.github.glimpse.chat.GlimpseChatResponseMetadata;
import io.github.glimpse.generate.LoadedModel;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/** {@code /actuator/glimpse}: what is loaded, by which parameters it answers, and how the last answer went. Runs nothing. */
@Endpoint(id = "glimpse")
final class GlimpseEndpoint {

    private final LoadedModel engine;
    private final AtomicReference<GlimpseDescription.@Nullable LastAnswer> last = new AtomicReference<>();

    GlimpseEndpoint(LoadedModel engine) {
        this.engine = engine;
    }

    /** The engine as it is now. */
    @ReadOperation
    GlimpseDescription describe() {
        return GlimpseDescription.of(engine, last.get());
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
