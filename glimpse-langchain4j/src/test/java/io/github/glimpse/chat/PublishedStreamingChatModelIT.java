package io.github.glimpse.chat;

import org.junit.jupiter.api.extension.ExtendWith;

/** LangChain4j's published suite for streaming chat models, on a language decoder. */
@ExtendWith(NeedsKnowledge.class)
class PublishedStreamingChatModelIT extends PublishedStreamingChatModelSuite {

    PublishedStreamingChatModelIT() {
        super(TinyModels.qwen());
    }
}
