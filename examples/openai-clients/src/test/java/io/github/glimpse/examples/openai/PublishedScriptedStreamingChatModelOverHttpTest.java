package io.github.glimpse.examples.openai;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.argThat;
import static org.mockito.Mockito.atLeastOnce;

import dev.langchain4j.model.chat.response.CompleteToolCall;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import io.github.glimpse.chat.Knowledge;
import io.github.glimpse.chat.NeedsKnowledge;
import io.github.glimpse.generate.EngineOptions;
import org.junit.jupiter.api.extension.ExtendWith;
import org.mockito.InOrder;

/** What the suite for streams asks of a model's knowledge, on models that have it from a script. */
@ExtendWith(NeedsKnowledge.Only.class)
class PublishedScriptedStreamingChatModelOverHttpTest extends PublishedStreamingChatModelSuite {

    PublishedScriptedStreamingChatModelOverHttpTest() {
        super(
                ScriptedServer.start(ScriptedServer.QWEN, EngineOptions.DEFAULT_MAX_QUEUED, Knowledge::answer),
                ScriptedServer.start(ScriptedServer.LLAVA, EngineOptions.DEFAULT_MAX_QUEUED, Knowledge::answer));
    }

    @Override
    protected void verifyToolCallbacks(StreamingChatResponseHandler handler, InOrder io, String id) {
        verifyCall(handler, io, complete(0, id, "getWeather", "{\"city\": \"Munich\"}"));
    }

    @Override
    protected void verifyToolCallbacks(StreamingChatResponseHandler handler, InOrder io, String first, String second) {
        verifyToolCallbacks(handler, io, first);
        verifyCall(handler, io, complete(1, second, "getTime", "{\"country\": \"France\"}"));
    }

    private static void verifyCall(StreamingChatResponseHandler handler, InOrder io, CompleteToolCall call) {
        io.verify(handler, atLeastOnce()).onPartialToolCall(argThat(piece -> piece.index() == call.index()), any());
        io.verify(handler).onCompleteToolCall(call);
    }
}
