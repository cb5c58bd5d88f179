package io.github.glimpse.chat;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.common.ChatResponseAndStreamingMetadata;
import dev.langchain4j.model.chat.request.ChatRequest;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * LangChain4j's published suite on BLIP models for answers and for captions. They take one message with one picture, so each
 * question of the suite is asked about one. System messages and earlier messages, which they refuse, are {@link
 * BlipChatModelIT}'s business; the suite's own tests of them need knowledge.
 *
 * <p>The published suites of listeners send text alone from tests that cannot be overridden: {@link BlipListenersIT} asks theirs.
 */
@ExtendWith(NeedsKnowledge.class)
class PublishedBlipChatModelIT extends PublishedChatModelSuite {

    PublishedBlipChatModelIT() {
        super(TinyBlip.answers(), TinyBlip.captions());
    }

    @Override
    protected ChatResponseAndStreamingMetadata chat(ChatModel model, ChatRequest request) {
        return super.chat(model, TinyBlip.withPictures(request));
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
