package io.github.glimpse.text;

import io.github.glimpse.UnsupportedContentException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Renders conversations in which tools are offered and called. Takes messages in the form of templates that know tools: an
 * answer has its calls in the field {@code tool_calls}, a result is a message of the role {@code tool}. What a template does
 * not know of that becomes text.
 *
 * <p>What comes from outside has to be guarded ({@link Tokenizer#guard}) before: the markers around calls are the only special
 * text that is written here. Immutable, safe for concurrent use.
 */
public final class ToolMessages {

    /** Begins a call. */
    public static final String OPEN = "<tool_call>";

    /** Ends a call. */
    public static final String CLOSE = "</tool_call>";

    private static final String SYSTEM = "system";
    private static final String USER = "user";
    private static final String ASSISTANT = "assistant";
    private static final String TOOL = "tool";
    private static final String CALLS = "tool_calls";
    private static final String TOOLS = "tools";
    private static final String NAME = "name";
    private static final String ARGUMENTS = "arguments";

    private static final String MERGED_SYSTEM_TEXT = "You are a helpful assistant.";

    // A noncharacter, which no text may hold.
    private static final String PLACE = "\uFDD2";

    private static final ChatTemplate PREAMBLE = ChatTemplate.parse("# Tools\n\n"
            + "You may call one or more functions to assist with the user query.\n\n"
            + "You are provided with function signatures within <tools></tools> XML tags:\n<tools>\n"
            + "{% for tool in tools %}{{ tool | tojson }}{{ '\\n' }}{% endfor %}</tools>\n\n"
            + "For each function call, return a json object with function name and arguments within "
            + "<tool_call></tool_call> XML tags:\n"
            + "<tool_call>\n{\"name\": <function-name>, \"arguments\": <args-json-object>}\n</tool_call>");

    private final ChatTemplate template;
    private final Map<String, Object> variables;
    private final boolean showsSystem;

    /**
     * Makes the rendering of a model.
     *
     * @param variables special tokens by the names that the template uses
     */
    public ToolMessages(ChatTemplate template, Map<String, Object> variables) {
        this.template = template;
        this.variables = Map.copyOf(variables);
        this.showsSystem = findsSystem();
    }

    /** Whether the template has a place for system text. */
    public boolean showsSystem() {
        return showsSystem;
    }

    private boolean findsSystem() {
        try {
            return template.render(
                            List.of(ChatTemplateMessage.ofText(SYSTEM, PLACE), ChatTemplateMessage.ofText(USER, "?")),
                            variables)
                    .contains(PLACE);
        } catch (UnsupportedContentException e) {
            return false;
        }
    }

    /** The call of a tool, as an answer's {@code tool_calls} have it; its arguments stay the text that they came as. */
    public static Map<String, Object> call(String name, String arguments) {
        Map<String, Object> function = new LinkedHashMap<>();
        function.put(NAME, name);
        function.put(ARGUMENTS, arguments);
        return function(function);
    }

    /**
     * A tool, as it goes into the prompt.
     *
     * @param parameters JSON schema of its arguments, of text, numbers, booleans, lists and maps
     */
    public static Map<String, Object> tool(String name, @Nullable String description, Object parameters) {
        Map<String, Object> function = new LinkedHashMap<>();
        function.put(NAME, name);
        if (description != null) {
            function.put("description", description);
        }
        function.put("parameters", parameters);
        return function(function);
    }

    private static Map<String, Object> function(Map<String, Object> function) {
        Map<String, Object> item = new LinkedHashMap<>();
        item.put("type", "function");
        item.put("function", function);
        return item;
    }

    /** A message of the assistant that called tools. */
    public static ChatTemplateMessage calling(List<Map<String, Object>> content, List<Map<String, Object>> calls) {
        return new ChatTemplateMessage(ASSISTANT, content, Map.of(CALLS, List.copyOf(calls)));
    }

    /** What a tool gave. */
    public static ChatTemplateMessage result(String name, List<Map<String, Object>> content) {
        return new ChatTemplateMessage(TOOL, content, Map.of(NAME, name));
    }

    /**
     * Makes the prompt up to where the answer begins.
     *
     * @param tools as {@link #tool} makes them; left out where the form is {@link ToolForm#OFF}
     * @throws UnsupportedContentException as {@link ChatTemplate#render}
     */
    public String render(List<ChatTemplateMessage> messages, List<Map<String, Object>> tools, ToolForm form) {
        return render(messages, tools, preamble(tools), form);
    }

    /** What the forms other than {@link ToolForm#NATIVE} say of tools. */
    public static String preamble(List<Map<String, Object>> tools) {
        return tools.isEmpty() ? "" : PREAMBLE.render(List.of(), Map.of(TOOLS, tools));
    }

    /**
     * Like {@link #render(List, List, ToolForm)}, with a {@link #preamble} that is there already.
     *
     * @throws UnsupportedContentException as {@link ChatTemplate#render}
     */
    public String render(
            List<ChatTemplateMessage> messages, List<Map<String, Object>> tools, String preamble, ToolForm form) {
        Map<String, Object> all = new LinkedHashMap<>(variables);
        all.put("add_generation_prompt", true);
        return switch (form) {
            case NATIVE -> {
                if (!tools.isEmpty()) {
                    all.put(TOOLS, tools);
                }
                yield template.render(messages, all);
            }
            case MERGED -> template.render(offered(asText(messages), preamble, this::behindSystem), all);
            case PROMPTED -> template.render(offered(asText(messages), preamble, this::beforeSystem), all);
            case OFF -> template.render(asNotes(messages), all);
        };
    }

    private interface Offer {

        List<ChatTemplateMessage> put(List<ChatTemplateMessage> messages, String preamble);
    }

    private static List<ChatTemplateMessage> offered(List<ChatTemplateMessage> messages, String preamble, Offer offer) {
        return preamble.isEmpty() ? messages : offer.put(messages, preamble);
    }

    private List<ChatTemplateMessage> behindSystem(List<ChatTemplateMessage> messages, String preamble) {
        boolean has = beginsWithSystem(messages);
        String text = has ? text(messages.get(0)) : MERGED_SYSTEM_TEXT;
        return withSystem(messages.subList(has ? 1 : 0, messages.size()), text + "\n\n" + preamble);
    }

    private List<ChatTemplateMessage> beforeSystem(List<ChatTemplateMessage> messages, String preamble) {
        boolean has = beginsWithSystem(messages);
        List<ChatTemplateMessage> others = messages.subList(has ? 1 : 0, messages.size());
        if (showsSystem) {
            return withSystem(others, has ? preamble + "\n\n" + text(messages.get(0)) : preamble);
        }
        String system = has ? text(messages.get(0)) : "";
        return beforeQuestion(others, (system.isEmpty() ? "" : system + "\n\n") + preamble);
    }

    private static boolean beginsWithSystem(List<ChatTemplateMessage> messages) {
        return !messages.isEmpty() && messages.get(0).role().equals(SYSTEM);
    }

    private static List<ChatTemplateMessage> withSystem(List<ChatTemplateMessage> others, String text) {
        List<ChatTemplateMessage> all = new ArrayList<>();
        all.add(ChatTemplateMessage.ofText(SYSTEM, text));
        all.addAll(others);
        return all;
    }

    /** Puts a text before the first text of the first message of the user; behind its pictures if it has no text. */
    private static List<ChatTemplateMessage> beforeQuestion(List<ChatTemplateMessage> messages, String preamble) {
        List<ChatTemplateMessage> all = new ArrayList<>(messages);
        for (int index = 0; index < all.size(); index++) {
            ChatTemplateMessage message = all.get(index);
            if (!message.role().equals(USER)) {
                continue;
            }
            List<Map<String, Object>> parts = new ArrayList<>(message.content());
            int first = 0;
            while (first < parts.size() && !isText(parts.get(first))) {
                first++;
            }
            if (first == parts.size()) {
                parts.add(ChatTemplateMessage.textPart(preamble));
            } else {
                parts.set(first, ChatTemplateMessage.textPart(preamble + "\n\n" + text(parts.get(first))));
            }
            all.set(index, new ChatTemplateMessage(USER, parts, message.fields()));
            return all;
        }
        all.add(0, ChatTemplateMessage.ofText(USER, preamble));
        return all;
    }

    /** Calls as text of their answers, results in a row as one message of the user. */
    private static List<ChatTemplateMessage> asText(List<ChatTemplateMessage> messages) {
        List<ChatTemplateMessage> all = new ArrayList<>();
        List<Map<String, Object>> results = new ArrayList<>();
        for (ChatTemplateMessage message : messages) {
            if (message.role().equals(TOOL)) {
                add(results, (results.isEmpty() ? "" : "\n") + "<tool_response>\n");
                message.content().forEach(part -> add(results, part));
                add(results, "\n</tool_response>");
                continue;
            }
            endResults(results, all);
            all.add(calls(message).isEmpty() ? message : withCalls(message));
        }
        endResults(results, all);
        return all;
    }

    private static void endResults(List<Map<String, Object>> results, List<ChatTemplateMessage> all) {
        if (!results.isEmpty()) {
            all.add(new ChatTemplateMessage(USER, results));
            results.clear();
        }
    }

    private static ChatTemplateMessage withCalls(ChatTemplateMessage answer) {
        List<Map<String, Object>> parts = new ArrayList<>();
        answer.content().forEach(part -> add(parts, part));
        String text = calls(answer).stream()
                .map(call -> OPEN + "\n{\"name\": \"" + call.get(NAME) + "\", \"arguments\": " + call.get(ARGUMENTS)
                        + "}\n" + CLOSE)
                .collect(Collectors.joining("\n"));
        add(parts, (text(answer).isEmpty() ? "" : "\n") + text);
        return new ChatTemplateMessage(ASSISTANT, parts);
    }

    /** Adds a text to the text before it: what templates put between parts differs. */
    private static void add(List<Map<String, Object>> parts, String text) {
        int last = parts.size() - 1;
        if (last >= 0 && isText(parts.get(last))) {
            parts.set(last, ChatTemplateMessage.textPart(text(parts.get(last)) + text));
        } else {
            parts.add(ChatTemplateMessage.textPart(text));
        }
    }

    private static void add(List<Map<String, Object>> parts, Map<String, Object> part) {
        if (isText(part)) {
            add(parts, text(part));
        } else {
            parts.add(part);
        }
    }

    /**
     * An answer with its calls, their results and the answer behind them as one message: templates want turns to alternate. Pictures
     * of results stand in the question that led to them, for templates show none in an answer.
     */
    private static List<ChatTemplateMessage> asNotes(List<ChatTemplateMessage> messages) {
        List<ChatTemplateMessage> all = new ArrayList<>();
        boolean open = false;
        for (ChatTemplateMessage message : messages) {
            boolean result = message.role().equals(TOOL);
            boolean calls = !calls(message).isEmpty();
            if (result) {
                addToQuestion(
                        all,
                        message.content().stream().filter(part -> !isText(part)).toList());
            }
            if (!result && !message.role().equals(ASSISTANT)) {
                open = false;
                all.add(message);
                continue;
            }
            ChatTemplateMessage noted =
                    result || calls ? ChatTemplateMessage.ofText(ASSISTANT, note(message)) : message;
            boolean follows = !all.isEmpty() && all.get(all.size() - 1).role().equals(ASSISTANT);
            if (follows && (open || result || calls)) {
                ChatTemplateMessage before = all.remove(all.size() - 1);
                noted = ChatTemplateMessage.ofText(ASSISTANT, text(before) + "\n" + text(noted));
            }
            all.add(noted);
            open = result || calls;
        }
        return all;
    }

    private static void addToQuestion(List<ChatTemplateMessage> messages, List<Map<String, Object>> pictures) {
        if (pictures.isEmpty()) {
            return;
        }
        int last = messages.size() - 1;
        while (last >= 0 && !messages.get(last).role().equals(USER)) {
            last--;
        }
        if (last < 0) {
            messages.add(0, new ChatTemplateMessage(USER, pictures));
            return;
        }
        ChatTemplateMessage question = messages.get(last);
        List<Map<String, Object>> parts = new ArrayList<>(question.content());
        parts.addAll(pictures);
        messages.set(last, new ChatTemplateMessage(USER, parts, question.fields()));
    }

    private static String note(ChatTemplateMessage message) {
        List<String> lines = new ArrayList<>();
        if (message.role().equals(TOOL)) {
            String given = message.content().stream()
                    .filter(ToolMessages::isText)
                    .map(ToolMessages::text)
                    .collect(Collectors.joining("\n"));
            return "[the tool " + message.fields().getOrDefault(NAME, "") + " gave: " + given + "]";
        }
        if (!text(message).isEmpty()) {
            lines.add(text(message));
        }
        for (Map<?, ?> call : calls(message)) {
            lines.add("[called the tool " + call.get(NAME) + " " + call.get(ARGUMENTS) + "]");
        }
        return String.join("\n", lines);
    }

    private static List<Map<?, ?>> calls(ChatTemplateMessage message) {
        List<Map<?, ?>> calls = new ArrayList<>();
        if (message.fields().get(CALLS) instanceof List<?> listed) {
            for (Object call : listed) {
                if (call instanceof Map<?, ?> map && map.get("function") instanceof Map<?, ?> function) {
                    calls.add(function);
                }
            }
        }
        return calls;
    }

    private static boolean isText(Map<String, Object> part) {
        return part.get("text") instanceof String;
    }

    private static String text(Map<String, Object> part) {
        return part.get("text") instanceof String text ? text : "";
    }

    private static String text(ChatTemplateMessage message) {
        return message.content().stream().map(ToolMessages::text).collect(Collectors.joining());
    }
}
