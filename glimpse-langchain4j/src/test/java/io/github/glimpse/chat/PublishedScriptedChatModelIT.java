package io.github.glimpse.chat;

import org.junit.jupiter.api.extension.ExtendWith;

/** What LangChain4j's published suite asks of a model's knowledge, on language decoders that have it from a script. */
@ExtendWith(NeedsKnowledge.Only.class)
class PublishedScriptedChatModelIT extends PublishedChatModelSuite {

    PublishedScriptedChatModelIT() {
        super(Knowledge.in(TinyModels.QWEN), Knowledge.in(TinyModels.LLAVA));
    }
}
