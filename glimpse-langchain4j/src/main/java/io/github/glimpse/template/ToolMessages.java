package io.github.glimpse.template;

import io.github.glimpse.text.ChatTemplate;
import io.github.glimpse.text.Tokenizer;
import io.github.glimpse.text.ToolForm;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Conversations with tools for any chat template: those that write tools are given them, for all others tools, calls and
 * results become text.
 *
 * <p>Text of the caller has to be marked before: the markers around calls are the only special text that is written here.
 * Immutable, safe for concurrent use.
 */
public final class ToolMessages {

    /** Begins a call. */
    public static final String OPEN = "<tool_call>";

    /** Ends a call. */
    public static final String CLOSE = "</tool_call>";

    private static final String NAME = "name";
    private static final String TOOLS = "tools";
    private static final String BLANK_LINE = "\n\n";
    private static final String MERGED_SYSTEM_TEXT = "You are a helpful assistant.";

    private static final ChatTemplate PREAMBLE = ChatTemplate.parse("# Tools\n\n"
            + "You may call one or more functions to assist with the user query.\n\n"
            + "You are provided with function signatures within <tools></tools> XML tags:\n<tools>\n"
            + "{% for tool in tools %}{{ tool | tojson }}{{ '\\n' }}{% endfor %}</tools>\n\n"
            + "For each function call, return a json object with function name and arguments within "
            + "<tool_call></tool_call> XML tags:\n"
            + "<tool_call>\n{\"name\": <function-name>, \"arguments\": <args-json-object>}\n</tool_call>");

    private final ConversationRenderer renderer;

    /** Makes the rendering of a model. */
    public ToolMessages(ConversationRenderer renderer) {
        this.renderer = renderer;
    }

    /** The renderer of conversations whose tools the template writes. */
    public ConversationRenderer renderer() {
        return renderer;
    }

    /** The form that fits the template and a tokenizer best. */
    public ToolForm fitting(Tokenizer tokenizer) {
        if (renderer.writesTools()) {
            return ToolForm.NATIVE;
        }
        return tokenizer.idOf(OPEN).isPresent() ? ToolForm.MERGED : ToolForm.PROMPTED;
    }

    /**
     * A tool, as templates read it.
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
        Map<String, Object> item = new LinkedHashMap<>();
        item.put("type", "function");
        item.put("function", function);
        return item;
    }

    /** Description of tools in the forms other than {@link ToolForm#NATIVE}. */
    public static String preamble(List<Map<String, Object>> tools) {
        return tools.isEmpty() ? "" : PREAMBLE.render(Map.of(TOOLS, tools), Clock.systemUTC(), name -> {});
    }

    /**
     * Makes the prompt up to where the answer begins.
     *
     * @param tools left out where the form is {@link ToolForm#OFF}
     * @param variables further variables of the template
     * @throws io.github.glimpse.InvalidConversationException as {@link ConversationRenderer#render}
     */
    public RenderedConversation render(
            List<TemplateMessage> messages,
            DescribedTools tools,
            ToolForm form,
            Map<String, ? extends @Nullable Object> variables) {
        if (form == ToolForm.NATIVE) {
            return renderer.render(messages, tools.tools(), variables);
        }
        List<TemplateMessage> paired = Repair.developerAsSystem(ToolCallPairing.paired(messages));
        List<TemplateMessage> written = form == ToolForm.OFF ? asNotes(paired) : asText(paired);
        if (form != ToolForm.OFF && !tools.preamble().isEmpty()) {
            written = form == ToolForm.MERGED
                    ? afterSystem(written, tools.preamble())
                    : beforeSystem(written, tools.preamble());
        }
        return renderer.render(written, List.of(), variables);
    }

    private static List<TemplateMessage> afterSystem(List<TemplateMessage> messages, String preamble) {
        boolean has = beginsWithSystem(messages);
        String text = has ? text(messages.get(0)) : MERGED_SYSTEM_TEXT;
        return withSystem(messages.subList(has ? 1 : 0, messages.size()), text + BLANK_LINE + preamble);
    }

    private List<TemplateMessage> beforeSystem(List<TemplateMessage> messages, String preamble) {
        boolean has = beginsWithSystem(messages);
        List<TemplateMessage> others = messages.subList(has ? 1 : 0, messages.size());
        String system = has ? text(messages.get(0)) : "";
        if (renderer.readsSystem()) {
            return withSystem(others, has ? preamble + BLANK_LINE + system : preamble);
        }
        return beforeQuestion(others, (system.isEmpty() ? "" : system + BLANK_LINE) + preamble);
    }

    private static boolean beginsWithSystem(List<TemplateMessage> messages) {
        return !messages.isEmpty() && messages.get(0).is(TemplateMessage.SYSTEM);
    }

    private static List<TemplateMessage> withSystem(List<TemplateMessage> others, String text) {
        List<TemplateMessage> all = new ArrayList<>();
        all.add(TemplateMessage.of(0, TemplateMessage.SYSTEM, MessageContent.ofText(text)));
        all.addAll(others);
        return all;
    }

    /** Puts a text before the first text of the first message of the user; after its images if it has no text. */
    private static List<TemplateMessage> beforeQuestion(List<TemplateMessage> messages, String preamble) {
        List<TemplateMessage> all = new ArrayList<>(messages);
        int user = 0;
        while (user < all.size() && !all.get(user).is(TemplateMessage.USER)) {
            user++;
        }
        if (user == all.size()) {
            all.add(0, TemplateMessage.of(0, TemplateMessage.USER, MessageContent.ofText(preamble)));
            return all;
        }
        TemplateMessage message = all.get(user);
        List<MessagePart> parts = new ArrayList<>(parts(message));
        int first = 0;
        while (first < parts.size() && !parts.get(first).isText()) {
            first++;
        }
        String rest = first == parts.size() ? "" : parts.remove(first).text();
        parts.add(first, MessagePart.ofText(rest.isEmpty() ? preamble : preamble + BLANK_LINE + rest));
        all.set(user, message.withContent(new MessageContent(parts, parts.size() > 1)));
        return all;
    }

    /** Calls as text of their answers, neighboring results as one message of the user. */
    private static List<TemplateMessage> asText(List<TemplateMessage> messages) {
        List<TemplateMessage> all = new ArrayList<>();
        List<MessagePart> results = new ArrayList<>();
        for (TemplateMessage message : messages) {
            if (message.isResult()) {
                results.add(MessagePart.ofText((results.isEmpty() ? "" : "\n") + "<tool_response>\n"));
                results.addAll(parts(message));
                results.add(MessagePart.ofText("\n</tool_response>"));
                continue;
            }
            endResults(results, all);
            all.add(message.hasCalls() ? withCalls(message) : message);
        }
        endResults(results, all);
        return all;
    }

    private static void endResults(List<MessagePart> results, List<TemplateMessage> all) {
        if (!results.isEmpty()) {
            boolean hasMedia = results.stream().anyMatch(part -> !part.isText());
            int index = all.get(all.size() - 1).index() + 1;
            all.add(TemplateMessage.of(index, TemplateMessage.USER, new MessageContent(results, hasMedia)));
            results.clear();
        }
    }

    private static TemplateMessage withCalls(TemplateMessage answer) {
        String calls = answer.calls().stream()
                .map(call ->
                        OPEN + "\n{\"name\": \"" + call.name() + "\", \"arguments\": " + call.written() + "}\n" + CLOSE)
                .collect(Collectors.joining("\n"));
        List<MessagePart> parts = new ArrayList<>(parts(answer));
        parts.add(MessagePart.ofText((text(answer).isEmpty() ? "" : "\n") + calls));
        return answer.withContent(new MessageContent(parts, answer.hasMedia())).withCalls(List.of());
    }

    /**
     * An answer with its calls, their results and the answer after them as one message: templates want roles to alternate. Images
     * of results are moved to the question that led to them, since templates show none in an answer.
     */
    private static List<TemplateMessage> asNotes(List<TemplateMessage> messages) {
        List<TemplateMessage> all = new ArrayList<>();
        boolean open = false;
        for (TemplateMessage message : messages) {
            boolean isNote = message.isResult() || message.hasCalls();
            if (message.isResult() && message.hasMedia()) {
                addToQuestion(all, message);
            }
            if (!isNote && !message.is(TemplateMessage.ASSISTANT)) {
                open = false;
                all.add(message);
                continue;
            }
            TemplateMessage noted = isNote ? answer(message, note(message)) : message;
            int last = all.size() - 1;
            if (last >= 0 && all.get(last).is(TemplateMessage.ASSISTANT) && (open || isNote)) {
                noted = answer(all.get(last), text(all.remove(last)) + "\n" + text(noted));
            }
            all.add(noted);
            open = isNote;
        }
        return all;
    }

    private static TemplateMessage answer(TemplateMessage message, String text) {
        return TemplateMessage.assistant(message.index(), MessageContent.ofText(text), message.thinking(), List.of());
    }

    private static void addToQuestion(List<TemplateMessage> messages, TemplateMessage result) {
        List<MessagePart> media =
                parts(result).stream().filter(part -> !part.isText()).toList();
        int last = messages.size() - 1;
        while (last >= 0 && !messages.get(last).is(TemplateMessage.USER)) {
            last--;
        }
        if (last < 0) {
            messages.add(0, TemplateMessage.of(result.index(), TemplateMessage.USER, MessageContent.ofParts(media)));
            return;
        }
        List<MessagePart> parts = new ArrayList<>(parts(messages.get(last)));
        parts.addAll(media);
        messages.set(last, messages.get(last).withContent(MessageContent.ofParts(parts)));
    }

    private static String note(TemplateMessage message) {
        if (message.isResult()) {
            return "[the tool " + message.tool() + " gave: " + text(message) + "]";
        }
        List<String> lines = new ArrayList<>();
        if (!text(message).isEmpty()) {
            lines.add(text(message));
        }
        message.calls().forEach(call -> lines.add("[called the tool " + call.name() + " " + call.written() + "]"));
        return String.join("\n", lines);
    }

    private static List<MessagePart> parts(TemplateMessage message) {
        MessageContent content = message.content();
        return content == null ? List.of() : content.parts();
    }

    private static String text(TemplateMessage message) {
        MessageContent content = message.content();
        return content == null ? "" : content.text();
    }
}
