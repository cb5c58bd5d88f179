package io.github.glimpse.spring.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.langchain4j.model.chat.response.ChatResponse;

/**
 * A request of the Responses API, translated to one for a chat completion: both are read, limited and answered by the same code.
 *
 * @param call the request for a model
 * @param echo fields of the request that the response repeats
 */
record ResponsesRequest(ChatCall call, ObjectNode echo) implements ApiRequest {

    static ResponsesRequest read(JsonField body, String caller, OpenAiOptions options) {
        ResponsesBody translated = ResponsesBody.of(body, options.history());
        try {
            JsonField completion = JsonField.root(translated.completion());
            return new ResponsesRequest(
                    ChatCall.read(completion, caller, options.maxOutputTokens(), options.history()), translated.echo());
        } catch (OpenAiException e) {
            String param = e.param();
            throw param == null ? e : e.named(translated.paths().original(param));
        }
    }

    @Override
    public ObjectNode whole(String model, ChatResponse answer) {
        return ResponseJson.of(model, call, echo).whole(answer);
    }

    @Override
    public StreamEvents events(String model) {
        return new ResponseEvents(ResponseJson.of(model, call, echo));
    }
}
