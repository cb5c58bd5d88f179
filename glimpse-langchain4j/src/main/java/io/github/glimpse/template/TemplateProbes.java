package io.github.glimpse.template;

import io.github.glimpse.UnsupportedContentException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Probe renderings that find the profile of a template. For one template; not safe for concurrent use. */
final class TemplateProbes {

    private static final String WORD = "zqword";
    private static final MessageCall CALL =
            MessageCall.of("zqcall001", "zqname", "{\"zqkey\": \"zqvalue\"}", UnaryOperator.identity());
    private static final List<Map<String, Object>> TOOLS = List.of(tool());

    /** A list that is printed in place of its text. */
    private static final Pattern PRINTED = Pattern.compile("[\"']text[\"']\\s*:\\s*[\"']" + WORD);

    private final TemplateRenderer renderer;
    private final Map<String, ContentForm> forms = new HashMap<>();

    private TemplateProbes(TemplateRenderer renderer) {
        this.renderer = renderer;
    }

    static TemplateProfile profile(TemplateRenderer renderer, @Nullable ToolFormats formats) {
        return new TemplateProbes(renderer).profile(formats);
    }

    private TemplateProfile profile(@Nullable ToolFormats formats) {
        for (String role : List.of(
                TemplateMessage.USER, TemplateMessage.SYSTEM, TemplateMessage.ASSISTANT, TemplateMessage.TOOL)) {
            forms.put(
                    role,
                    ContentForm.of(
                            reads(role, MessageContent.ofText(WORD)),
                            reads(role, MessageContent.ofParts(List.of(MessagePart.ofText(WORD))))));
        }
        String image = placeholder(MessagePart.IMAGE);
        boolean writesCalls = writesCalls();
        probeVariables();
        return new TemplateProfile(
                forms,
                renderer.mentions(TemplateMessage.DEVELOPER),
                rendered(List.of(question()), TOOLS).contains("zqtool"),
                writesCalls,
                image,
                placeholder(MessagePart.VIDEO),
                image != null && writesCalls && imagesInResults(image),
                ThoughtTags.ends(renderer::mentions),
                renderer.readNames(),
                formats == null ? null : format(formats).orElse(null));
    }

    private static Map<String, Object> tool() {
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("type", "object");
        parameters.put("properties", Map.of("zqparameter", Map.of("type", "string", "description", "zq")));
        parameters.put("required", List.of("zqparameter"));
        Map<String, Object> function = new LinkedHashMap<>();
        function.put("name", "zqtool");
        function.put("description", "zqdescription");
        function.put("parameters", parameters);
        Map<String, Object> tool = new LinkedHashMap<>();
        tool.put("type", "function");
        tool.put("function", function);
        return tool;
    }

    private static TemplateMessage question() {
        return TemplateMessage.of(0, TemplateMessage.USER, MessageContent.ofText("q"));
    }

    private static TemplateMessage calling(@Nullable MessageContent content) {
        return TemplateMessage.assistant(1, content, null, List.of(CALL));
    }

    private static TemplateMessage result(MessageContent content) {
        return TemplateMessage.result(2, CALL.id(), content).withTool(CALL.name());
    }

    /** Whether a word in a message of this role reaches the prompt as text. */
    private boolean reads(String role, MessageContent content) {
        boolean listed = content.listed();
        forms.put(role, listed ? ContentForm.PARTS : ContentForm.STRING);
        TemplateMessage message = TemplateMessage.of(0, role, content);
        List<List<TemplateMessage>> probes =
                switch (role) {
                    case TemplateMessage.SYSTEM -> List.of(List.of(message, question()));
                    case TemplateMessage.ASSISTANT -> List.of(List.of(question(), message, question()));
                    case TemplateMessage.TOOL -> chains(content);
                    default -> List.of(List.of(message));
                };
        return probes.stream()
                .flatMap(probe -> Stream.of(rendered(probe, List.of()), rendered(probe, TOOLS)))
                .anyMatch(prompt ->
                        prompt.contains(WORD) && !PRINTED.matcher(prompt).find());
    }

    /** A question, a call and its result. */
    private static List<List<TemplateMessage>> chains(MessageContent result) {
        return List.of(
                List.of(question(), calling(MessageContent.EMPTY), result(result)),
                List.of(question(), calling(null), result(result)));
    }

    private boolean writesCalls() {
        return chains(MessageContent.ofText(WORD)).stream()
                .map(probe -> rendered(probe, TOOLS))
                .anyMatch(prompt -> prompt.contains(CALL.name()) && prompt.contains("zqvalue"));
    }

    /**
     * What a medium in a message of the user adds to the prompt; null if that is nothing. The second of two: the first may change
     * more than its place.
     */
    private @Nullable String placeholder(MessagePart medium) {
        if (!forms.getOrDefault(TemplateMessage.USER, ContentForm.NONE).readsParts()) {
            return null;
        }
        String none = withMedia(List.of());
        String one = withMedia(List.of(medium));
        String two = withMedia(List.of(medium, medium));
        String added = (two.isEmpty() ? added(none, one) : added(one, two)).strip();
        return added.isEmpty() || added.contains("type\"") || added.contains("type'") ? null : added;
    }

    private String withMedia(List<MessagePart> media) {
        MessageContent content =
                MessageContent.ofParts(Stream.concat(media.stream(), Stream.of(MessagePart.ofText(WORD)))
                        .toList());
        return rendered(List.of(TemplateMessage.of(0, TemplateMessage.USER, content)), List.of());
    }

    private static String added(String shorter, String longer) {
        int most = Math.min(shorter.length(), longer.length());
        int begin = 0;
        while (begin < most && shorter.charAt(begin) == longer.charAt(begin)) {
            begin++;
        }
        int end = 0;
        while (end < most - begin
                && shorter.charAt(shorter.length() - 1 - end) == longer.charAt(longer.length() - 1 - end)) {
            end++;
        }
        return longer.substring(begin, longer.length() - end);
    }

    private boolean imagesInResults(String image) {
        MessageContent content = MessageContent.ofParts(List.of(MessagePart.ofText(WORD), MessagePart.IMAGE));
        return chains(content).stream()
                .map(probe -> rendered(probe, TOOLS))
                .anyMatch(prompt -> prompt.contains(image)
                        && prompt.contains(WORD)
                        && !PRINTED.matcher(prompt).find());
    }

    /** Renderings that lead past the variables of a template: system text, thoughts before and inside a tool turn. */
    private void probeVariables() {
        TemplateMessage system = TemplateMessage.of(0, TemplateMessage.SYSTEM, MessageContent.ofText("s"));
        TemplateMessage answer = TemplateMessage.assistant(1, MessageContent.ofText("a"), "t", List.of());
        TemplateMessage call = TemplateMessage.assistant(1, MessageContent.EMPTY, "t", List.of(CALL));
        TemplateMessage result = result(MessageContent.ofText("r"));
        List<List<TemplateMessage>> probes = List.of(
                List.of(question()),
                List.of(system, question(), answer, question()),
                List.of(question(), call, result),
                List.of(system, question(), call, result, answer, question()));
        for (List<TemplateMessage> probe : probes) {
            rendered(probe, List.of());
            rendered(probe, TOOLS);
        }
    }

    private Optional<String> format(ToolFormats formats) {
        String answered = Stream.of(
                        complete(List.of(question(), answer()), TOOLS),
                        complete(List.of(question(), answer()), List.of()))
                .filter(prompt -> prompt.contains(WORD))
                .findFirst()
                .orElse("");
        if (answered.isEmpty()) {
            return Optional.empty();
        }
        for (MessageContent content : new MessageContent[] {MessageContent.EMPTY, null}) {
            String called = complete(List.of(question(), calling(content)), TOOLS);
            int begin = 0;
            while (begin < Math.min(answered.length(), called.length())
                    && answered.charAt(begin) == called.charAt(begin)) {
                begin++;
            }
            Optional<String> found = called.isEmpty()
                    ? Optional.empty()
                    : formats.detect(
                            called.substring(begin), answered.substring(answered.indexOf(WORD) + WORD.length()), CALL);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private static TemplateMessage answer() {
        return TemplateMessage.assistant(1, MessageContent.ofText(WORD), null, List.of());
    }

    /** The prompt; an empty one if the template refuses. */
    private String rendered(List<TemplateMessage> messages, List<Map<String, Object>> tools) {
        return rendered(messages, input -> renderer.render(input, tools, Map.of()));
    }

    /** The messages without the beginning of another answer; empty if the template refuses. */
    private String complete(List<TemplateMessage> messages, List<Map<String, Object>> tools) {
        return rendered(messages, input -> renderer.renderComplete(input, tools));
    }

    private String rendered(List<TemplateMessage> messages, Function<List<Map<String, Object>>, String> rendering) {
        TemplateProfile profile =
                new TemplateProfile(forms, true, true, true, null, null, true, List.of(), Set.of(), null);
        try {
            return rendering.apply(new TemplateInput(profile, TemplateInput.Observer.NONE).of(messages));
        } catch (UnsupportedContentException refused) {
            return "";
        }
    }
}
