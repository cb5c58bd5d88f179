package io.github.glimpse.documents;

import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import io.github.glimpse.chat.GlimpseChatModel;
import io.github.glimpse.chat.GlimpseChatRequestParameters;
import io.github.glimpse.prune.PruningOptions;
import java.util.Objects;

/**
 * Page reader by optical character recognition (OCR) with a chat model: one request for all text of a page, without
 * pruning, since each part of the image is needed. For models that read documents; {@link AskingPageReader} suits a
 * small model that answers single questions. Safe for concurrent use.
 */
public final class TranscribingPageReader implements PageReader {

    /** Most tokens of a page's text: a dense page has about 1,000. */
    public static final int MAX_OUTPUT_TOKENS = 2_048;

    private static final String PROMPT =
            "Transcribe all text of this page, line by line. Write the text alone, or nothing if there is none.";

    private final ChatModel model;

    /** Reads by this model. */
    public TranscribingPageReader(ChatModel model) {
        this.model = model;
    }

    @Override
    public String read(ImageContent page) {
        String text = model.chat(ChatRequest.builder()
                        .messages(UserMessage.from(page, TextContent.from(PROMPT)))
                        .parameters(parameters())
                        .build())
                .aiMessage()
                .text();
        return Objects.requireNonNullElse(text, "").strip();
    }

    private ChatRequestParameters parameters() {
        return model instanceof GlimpseChatModel
                ? GlimpseChatRequestParameters.builder()
                        .maxOutputTokens(MAX_OUTPUT_TOKENS)
                        .pruningStrategy(PruningOptions.NONE)
                        .build()
                : ChatRequestParameters.builder()
                        .maxOutputTokens(MAX_OUTPUT_TOKENS)
                        .build();
    }

    @Override
    public String label() {
        return "transcribe " + model.defaultRequestParameters().modelName() + " "
                + Integer.toHexString(PROMPT.hashCode());
    }
}
