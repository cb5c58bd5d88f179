package io.github.glimpse.spring.openai;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Events of one streamed answer in the form of an API, in the order in which they are sent. Not safe for concurrent use: {@link
 * ChatStream} calls it from one thread at a time.
 */
interface StreamEvents {

    /**
     * One server-sent event.
     *
     * @param name null where the API names none
     */
    record Event(@Nullable String name, String data) {}

    /** Before everything else. */
    List<Event> begin();

    /** A piece of the text, not empty. */
    List<Event> text(String piece);

    /** A piece of the thought, not empty. */
    List<Event> thinking(String piece);

    /** A call begins. */
    List<Event> callBegins(int index, String id, String name);

    /** A piece of a call's arguments. */
    List<Event> callGoesOn(int index, String piece);

    /** A call is complete. */
    List<Event> callEnds(int index, ToolExecutionRequest call);

    /** The answer is complete; everything of it has been sent. */
    List<Event> end(ChatResponse response);

    /** The answer failed after its first event. */
    List<Event> failed(OpenAiException error);

    /** Whether the connection breaks after a failure, for clients that would take the end of the stream for that of the answer. */
    boolean breaksAfterFailure();
}
