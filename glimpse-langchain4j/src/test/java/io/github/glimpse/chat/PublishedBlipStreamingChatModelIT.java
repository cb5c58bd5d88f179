package io.github.glimpse.chat;

import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.common.ChatResponseAndStreamingMetadata;
import dev.langchain4j.model.chat.request.ChatRequest;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * LangChain4j's published suite for streaming chat models on BLIP, with the limits of {@link PublishedBlipChatModelIT}. On a model
 * for answers alone: a caption begins with the text of the request, told in pieces too, and the suite wants no more pieces than
 * tokens were asked for. Streamed captions are {@link BlipListenersIT}'s business.
 */
@ExtendWith(NeedsKnowledge.class)
class PublishedBlipStreamingChatModelIT extends PublishedStreamingChatModelSuite {

    PublishedBlipStreamingChatModelIT() {
        super(TinyBlip.answers());
    }

    @Override
    protected ChatResponseAndStreamingMetadata chat(StreamingChatModel model, ChatRequest request) {
        return super.chat(model, TinyBlip.withPictures(request));
    }

    @Override
    protected boolean supportsStreamingCancellation() {
        return false; // the suite's test sends text alone; BlipListenersIT cancels an answer about a picture
    }

    @Override
    protected boolean supportsMultipleImageInputsAsBase64EncodedStrings() {
        return false; // one picture a message
    }

    @Override
    protected boolean supportsTools() {
        return false; // no chat form
    }

    @Override
    protected boolean supportsToolChoiceRequired() {
        return false;
    }
}
