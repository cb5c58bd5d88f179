package io.github.glimpse.spring.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.util.ArrayList;
import java.util.List;

/** A request for a chat completion. */
record CompletionRequest(ChatCall call) implements ApiRequest {

    private static final StreamEvents.Event DONE = new StreamEvents.Event(null, "[DONE]");

    static CompletionRequest read(JsonField body, String caller, OpenAiOptions options) {
        return new CompletionRequest(ChatCall.read(body, caller, options.maxOutputTokens(), options.history()));
    }

    @Override
    public ObjectNode whole(String model, ChatResponse answer) {
        return AnswerJson.of(model, call.logprobs(), call.warnings()).whole(answer);
    }

    @Override
    public StreamEvents events(String model) {
        return new Chunks(AnswerJson.of(model, call.logprobs(), call.warnings()), call.includesUsage());
    }

    /** Chunks of a completion. */
    private record Chunks(AnswerJson json, boolean includesUsage) implements StreamEvents {

        @Override
        public List<Event> begin() {
            return event(json.first());
        }

        @Override
        public List<Event> text(String piece) {
            return event(json.text(piece));
        }

        @Override
        public List<Event> thinking(String piece) {
            return event(json.thinking(piece));
        }

        @Override
        public List<Event> callBegins(int index, String id, String name) {
            return event(json.callBegins(index, id, name));
        }

        @Override
        public List<Event> callGoesOn(int index, String piece) {
            return event(json.callGoesOn(index, piece));
        }

        @Override
        public List<Event> callEnds(int index, ToolExecutionRequest call) {
            return List.of();
        }

        @Override
        public List<Event> end(ChatResponse response) {
            List<Event> events = new ArrayList<>(event(json.last(response)));
            if (includesUsage) {
                events.addAll(event(json.usage(response)));
            }
            events.add(DONE);
            return events;
        }

        @Override
        public List<Event> failed(OpenAiException error) {
            return event(AnswerJson.error(error));
        }

        @Override
        public boolean breaksAfterFailure() {
            return true;
        }

        private static List<Event> event(ObjectNode data) {
            return List.of(new Event(null, data.toString()));
        }
    }
}
