package io.github.glimpse.spring.openai;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Events of a streamed response. A thought and a text are items that are open until something else begins; a text that goes on after
 * a call is another item. The last event holds the whole response, which has no other end.
 */
final class ResponseEvents implements StreamEvents {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final ResponseJson json;
    private final List<Event> events = new ArrayList<>();
    private final TreeMap<Integer, ObjectNode> output = new TreeMap<>();
    private final Map<Integer, Call> calls = new HashMap<>();
    private @Nullable Writing writing;
    private int items;
    private int sequence;

    ResponseEvents(ResponseJson json) {
        this.json = json;
    }

    /**
     * The text or thought that is being written.
     *
     * @param index of the item
     */
    private record Writing(boolean isThought, String id, int index, StringBuilder text) {

        String events() {
            return isThought ? "response.reasoning_text." : "response.output_text.";
        }

        ObjectNode part(ArrayNode tokens) {
            return isThought ? ResponseJson.thought(text.toString()) : ResponseJson.part(text.toString(), tokens);
        }

        ObjectNode item(String status, @Nullable ObjectNode part) {
            return isThought
                    ? ResponseJson.reasoning(id, status, part == null ? null : text.toString())
                    : ResponseJson.message(id, status, part);
        }
    }

    /** A call whose arguments are being written. */
    private record Call(String id, int index, String callId, String name, StringBuilder arguments) {

        ObjectNode item(String status) {
            return ResponseJson.call(id, status, callId, name, arguments.toString());
        }
    }

    @Override
    public List<Event> begin() {
        for (String type : List.of("response.created", "response.in_progress")) {
            add(event(type, json.response(ResponseJson.IN_PROGRESS, NODES.arrayNode())));
        }
        return taken();
    }

    @Override
    public List<Event> text(String piece) {
        write(false, piece);
        return taken();
    }

    @Override
    public List<Event> thinking(String piece) {
        write(true, piece);
        return taken();
    }

    private void write(boolean isThought, String piece) {
        if (writing == null || writing.isThought() != isThought) {
            closeWriting(ResponseJson.COMPLETED, NODES.arrayNode());
            Writing next =
                    new Writing(isThought, ResponseJson.newId(isThought ? "rs" : "msg"), items++, new StringBuilder());
            add(item("response.output_item.added", next.index(), next.item(ResponseJson.IN_PROGRESS, null)));
            ObjectNode added = content("response.content_part.added", next);
            added.set("part", next.part(NODES.arrayNode()));
            add(added);
            writing = next;
        }
        if (piece.isEmpty()) {
            return;
        }
        writing.text().append(piece);
        ObjectNode delta = content(writing.events() + "delta", writing).put("delta", piece);
        if (!isThought) {
            delta.putArray("logprobs");
        }
        add(delta);
    }

    private void closeWriting(String status, ArrayNode tokens) {
        Writing open = writing;
        if (open == null) {
            return;
        }
        writing = null;
        ObjectNode done =
                content(open.events() + "done", open).put("text", open.text().toString());
        if (!open.isThought()) {
            done.set("logprobs", tokens);
        }
        add(done);
        ObjectNode part = open.part(tokens);
        ObjectNode partDone = content("response.content_part.done", open);
        partDone.set("part", part);
        add(partDone);
        done(open.index(), open.item(status, part));
    }

    @Override
    public List<Event> callBegins(int index, String id, String name) {
        closeWriting(ResponseJson.COMPLETED, NODES.arrayNode());
        Call call = new Call(ResponseJson.newId("fc"), items++, id, name, new StringBuilder());
        calls.put(index, call);
        add(item("response.output_item.added", call.index(), call.item(ResponseJson.IN_PROGRESS)));
        return taken();
    }

    @Override
    public List<Event> callGoesOn(int index, String piece) {
        Call call = calls.get(index);
        if (call != null && !piece.isEmpty()) {
            call.arguments().append(piece);
            add(arguments("response.function_call_arguments.delta", call).put("delta", piece));
        }
        return taken();
    }

    @Override
    public List<Event> callEnds(int index, ToolExecutionRequest request) {
        Call call = calls.remove(index);
        if (call != null) {
            add(arguments("response.function_call_arguments.done", call)
                    .put("name", call.name())
                    .put("arguments", call.arguments().toString()));
            done(call.index(), call.item(ResponseJson.COMPLETED));
        }
        return taken();
    }

    /** A call that the limit cut off is no call of the answer and stays incomplete. */
    @Override
    public List<Event> end(ChatResponse response) {
        closeWriting(ResponseJson.status(response), json.tokens(response));
        if (items == 0) {
            write(false, "");
            closeWriting(ResponseJson.status(response), json.tokens(response));
        }
        calls.values().forEach(call -> done(call.index(), call.item(ResponseJson.INCOMPLETE)));
        calls.clear();
        add(event("response." + ResponseJson.status(response), json.ended(response, output())));
        return taken();
    }

    @Override
    public List<Event> failed(OpenAiException error) {
        List<Event> all = new ArrayList<>(sequence == 0 ? begin() : List.of());
        add(event("response.failed", json.failed(error, output())));
        all.addAll(taken());
        return all;
    }

    @Override
    public boolean breaksAfterFailure() {
        return false;
    }

    private ArrayNode output() {
        return NODES.arrayNode().addAll(output.values());
    }

    private void done(int index, ObjectNode item) {
        output.put(index, item);
        add(item("response.output_item.done", index, item));
    }

    private static ObjectNode event(String type, ObjectNode response) {
        return NODES.objectNode().put("type", type).set("response", response);
    }

    private static ObjectNode item(String type, int index, ObjectNode item) {
        return NODES.objectNode().put("type", type).put("output_index", index).set("item", item);
    }

    private static ObjectNode content(String type, Writing writing) {
        return NODES.objectNode()
                .put("type", type)
                .put("item_id", writing.id())
                .put("output_index", writing.index())
                .put("content_index", 0);
    }

    private static ObjectNode arguments(String type, Call call) {
        return NODES.objectNode().put("type", type).put("item_id", call.id()).put("output_index", call.index());
    }

    private void add(ObjectNode event) {
        event.put("sequence_number", sequence++);
        events.add(new Event(event.path("type").textValue(), event.toString()));
    }

    private List<Event> taken() {
        List<Event> taken = List.copyOf(events);
        events.clear();
        return taken;
    }
}
