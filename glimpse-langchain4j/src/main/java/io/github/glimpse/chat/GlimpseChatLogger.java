package io.github.glimpse.chat;

import dev.langchain4j.model.chat.listener.ChatModelErrorContext;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.listener.ChatModelRequestContext;
import dev.langchain4j.model.chat.listener.ChatModelResponseContext;
import dev.langchain4j.model.chat.response.ChatResponseMetadata;
import io.github.glimpse.prune.PruningReport;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes requests and answers to the log at INFO: texts in full, of images only type and size. LangChain4j's own
 * {@code toString} prints the data of images, several megabytes each.
 *
 * <pre>{@code
 * GlimpseChatModel.builder().model(engine).listeners(List.of(new GlimpseChatLogger(EnumSet.of(Topic.PRUNING)))).build();
 * }</pre>
 */
public final class GlimpseChatLogger implements ChatModelListener {

    private static final Logger LOG = LoggerFactory.getLogger(GlimpseChatLogger.class);

    private final Set<Topic> topics;
    private final Consumer<String> lines;

    /** What is written. */
    public enum Topic {
        /** Messages and parameters. */
        REQUESTS,
        /** Answers, token usage and errors. */
        RESPONSES,
        /** One line per answer: tokens kept, how sure that was, what the guard did, and the time by stage. */
        PRUNING
    }

    /** Writes about these topics. */
    public GlimpseChatLogger(Set<Topic> topics) {
        this(topics, LOG::info);
    }

    GlimpseChatLogger(Set<Topic> topics, Consumer<String> lines) {
        this.topics = Set.copyOf(topics);
        this.lines = lines;
    }

    @Override
    public void onRequest(ChatModelRequestContext context) {
        if (topics.contains(Topic.REQUESTS)) {
            lines.accept("Request: " + LogText.of(context.chatRequest()));
        }
    }

    @Override
    public void onResponse(ChatModelResponseContext context) {
        ChatResponseMetadata metadata = context.chatResponse().metadata();
        if (topics.contains(Topic.RESPONSES)) {
            lines.accept("Response " + metadata.id() + ": "
                    + LogText.oneLine(context.chatResponse().aiMessage().text()) + " (" + metadata.finishReason() + ", "
                    + metadata.tokenUsage() + ")");
        }
        if (topics.contains(Topic.PRUNING) && metadata instanceof GlimpseChatResponseMetadata own) {
            PruningReport pruning = own.pruning();
            String at = pruning.at() == null ? "" : " at " + pruning.at();
            lines.accept("Pruning " + metadata.id() + ": " + pruning.strategy() + at + " kept " + pruning.keptTokens()
                    + " of " + pruning.imageTokens() + " image tokens" + trust(pruning) + "; " + own.timings());
        }
    }

    private static String trust(PruningReport pruning) {
        Double confidence = pruning.confidence();
        String sure = confidence == null ? "" : String.format(Locale.ROOT, ", confidence %.2f", confidence);
        String message = pruning.guard().message();
        return message == null ? sure : sure + ", guard: " + message;
    }

    @Override
    public void onError(ChatModelErrorContext context) {
        if (topics.contains(Topic.RESPONSES)) {
            lines.accept("No response: " + LogText.oneLine(context.error().toString()));
        }
    }
}
