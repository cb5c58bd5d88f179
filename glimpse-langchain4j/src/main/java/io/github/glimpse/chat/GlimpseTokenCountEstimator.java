package io.github.glimpse.chat;

import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.model.TokenCountEstimator;
import io.github.glimpse.generate.CancellationSignal;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.ChatTurn.Role;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.ToolOffer;
import io.github.glimpse.request.ErrorMapper;
import io.github.glimpse.request.ImageUrlOptions;
import io.github.glimpse.serve.Arrival;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts tokens with the model's own tokenizer, chat template and image rule, image tokens before pruning included. For a
 * {@code TokenWindowChatMemory}. The count of several messages is exactly the input count that a request with them reports, if
 * the model's context has room for them; that of one message is what it adds to a conversation.
 *
 * <p>A picture that cannot be read, and one more than a request may have, counts as the note that the models put in its place
 * once the message is an earlier one: a memory has to count whatever it holds, to let go of it. With {@link
 * io.github.glimpse.generate.HistoryMode#REFUSE} the estimator refuses what the chat models refuse. Safe for concurrent use.
 */
public final class GlimpseTokenCountEstimator implements TokenCountEstimator {

    /** What every conversation has before its first message and behind its last, and no default instruction of a template. */
    private static final ChatTurn OPENING = new ChatTurn(Role.SYSTEM, List.of(new ChatTurn.Text("")));

    private final LoadedModel model;
    private final MessageMapper messages;
    private final ToolOffer tools;

    /** Counts for this model, which stays its owner's to close. */
    public GlimpseTokenCountEstimator(LoadedModel model) {
        this(model, ImageUrlOptions.defaults());
    }

    /** Counts for this model; fetches pictures by URL as the chat model with these options does, for every count anew. */
    public GlimpseTokenCountEstimator(LoadedModel model, ImageUrlOptions imageUrls) {
        this(model, imageUrls, null);
    }

    /**
     * Counts as a chat model with these options and this default system message does: several messages without one of their
     * own are counted with it, since a request with them has it; a single message and a text are counted alone.
     */
    public GlimpseTokenCountEstimator(LoadedModel model, ImageUrlOptions imageUrls, @Nullable String systemMessage) {
        this(model, imageUrls, systemMessage, ToolsMode.DEFAULT);
    }

    /** The same for conversations in which tools were called. */
    public GlimpseTokenCountEstimator(
            LoadedModel model, ImageUrlOptions imageUrls, @Nullable String systemMessage, ToolsMode tools) {
        this.model = model;
        this.messages = new MessageMapper(
                model.options(),
                imageUrls,
                systemMessage,
                tools,
                new VideoReader(model.options(), imageUrls, model::media));
        this.tools = ToolOffer.none(tools.form());
    }

    /**
     * Tokens of a text as it stands in a prompt; special tokens in it are plain text.
     *
     * @throws dev.langchain4j.exception.NonRetriableException if the engine is closed
     */
    @Override
    public int estimateTokenCountInText(String text) {
        // Some tokenizers begin every text with a token of their own.
        return count(() -> model.countTokens(text) - model.countTokens(""));
    }

    /**
     * Tokens that a message adds to a conversation: its text and images and what the chat template puts around them.
     *
     * @throws dev.langchain4j.exception.LangChain4jException as a request with this message
     */
    @Override
    public int estimateTokenCountInMessage(ChatMessage message) {
        return count(() -> {
            List<ChatTurn> turns = new ArrayList<>(List.of(OPENING));
            turns.addAll(read(arrival -> messages.countableTurns(List.of(message), arrival)));
            return model.countTokens(turns, tools) - model.countTokens(List.of(OPENING), tools);
        });
    }

    /**
     * Tokens of a prompt with these messages, the template's frame included; 0 without messages.
     *
     * @throws dev.langchain4j.exception.LangChain4jException as a request with these messages
     */
    @Override
    public int estimateTokenCountInMessages(Iterable<ChatMessage> conversation) {
        return count(() -> {
            boolean empty = !conversation.iterator().hasNext();
            return empty ? 0 : model.countTokens(read(arrival -> messages.countable(conversation, arrival)), tools);
        });
    }

    /** Pictures by URL are fetched in the time of a request. */
    private List<ChatTurn> read(Function<Arrival, List<ChatTurn>> reading) {
        try (Arrival arrival = model.arrive(new CancellationSignal())) {
            return reading.apply(arrival);
        }
    }

    private static int count(IntSupplier tokens) {
        try {
            return tokens.getAsInt();
        } catch (RuntimeException | OutOfMemoryError e) {
            throw ErrorMapper.failure(e);
        }
    }

    @Override
    public String toString() {
        return "GlimpseTokenCountEstimator[" + model + "]";
    }
}
