package io.github.glimpse.spring.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.langchain4j.model.chat.response.ChatResponse;

/** Request for an answer in the form of one API, with the forms of its answer. */
interface ApiRequest {

    /** Reader of the bodies of one API. */
    @FunctionalInterface
    interface Reader {

        /**
         * Reads a request.
         *
         * @param caller identifies the API key
         * @throws OpenAiException if it cannot work, by the path of the field that is wrong
         */
        ApiRequest read(JsonField body, String caller, OpenAiOptions options);
    }

    /** The request for a model. */
    ChatCall call();

    /** The whole answer. */
    ObjectNode whole(String model, ChatResponse answer);

    /** Events of a streamed answer. */
    StreamEvents events(String model);
}
