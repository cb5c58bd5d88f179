package io.github.glimpse.examples.openai;

import io.github.glimpse.chat.NeedsKnowledge;
import io.github.glimpse.generate.LoadedModel;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the suite asks of the protocol, on a model of random weights. */
@ExtendWith(NeedsKnowledge.class)
class PublishedStreamingChatModelOverHttpTest extends PublishedStreamingChatModelSuite {

    PublishedStreamingChatModelOverHttpTest() {
        super(ScriptedServer.with(
                LoadedModel.load(ScriptedServer.options(ScriptedServer.QWEN).build())));
    }
}
