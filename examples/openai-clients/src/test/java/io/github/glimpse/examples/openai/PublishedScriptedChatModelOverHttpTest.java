package io.github.glimpse.examples.openai;

import io.github.glimpse.chat.Knowledge;
import io.github.glimpse.chat.NeedsKnowledge;
import io.github.glimpse.generate.EngineOptions;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the suite asks of a model's knowledge, on models that have it from a script. */
@ExtendWith(NeedsKnowledge.Only.class)
class PublishedScriptedChatModelOverHttpTest extends PublishedChatModelSuite {

    PublishedScriptedChatModelOverHttpTest() {
        super(
                ScriptedServer.start(ScriptedServer.QWEN, EngineOptions.DEFAULT_MAX_QUEUED, Knowledge::answer),
                ScriptedServer.start(ScriptedServer.LLAVA, EngineOptions.DEFAULT_MAX_QUEUED, Knowledge::answer));
    }
}
