package io.github.glimpse.chat;

/** LangChain4j's published suite for streaming chat models, on a language decoder. */
class PublishedStreamingChatModelIT extends PublishedStreamingChatModelSuite {

    PublishedStreamingChatModelIT() {
        super(TinyModels.qwen());
    }
}
