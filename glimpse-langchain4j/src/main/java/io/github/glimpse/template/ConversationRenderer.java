package io.github.glimpse.template;

import io.github.glimpse.InvalidConversationException;
import io.github.glimpse.InvalidConversationException.Check;
import io.github.glimpse.UnsupportedContentException;
import io.github.glimpse.template.MessagePart.Kind;
import io.github.glimpse.text.ChatTemplate;
import io.github.glimpse.text.jinja.TemplateException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Renderer of conversations by a chat template that was written for other callers.
 *
 * <p>Pairs tool results with their calls, refuses what the template has no place for, and renders. If the template refuses, or if
 * a text, image or call is not in the prompt, the conversation is repaired step by step, each step on top of those before it,
 * until a prompt is complete. No message with content is left out and no turn changes its place, but for system texts. Safe for
 * concurrent use.
 */
public final class ConversationRenderer {

    private final Variant plain;
    private final Variant forTools;
    private final boolean needsTools;
    private final boolean checksFormat;

    /** A template and its profile. */
    private record Variant(TemplateRenderer renderer, TemplateProfile profile) {

        static Variant of(TemplateRenderer renderer, @Nullable ToolFormats formats) {
            return new Variant(renderer, TemplateProbes.profile(renderer, formats));
        }
    }

    /**
     * Probes a template.
     *
     * @param specialTokens variables of every rendering
     * @param formats detection of the format of tool calls; null leaves the format unchecked
     */
    public ConversationRenderer(
            ChatTemplate template, Map<String, Object> specialTokens, Clock clock, @Nullable ToolFormats formats) {
        this.plain = Variant.of(new TemplateRenderer(template, specialTokens, clock), formats);
        this.forTools = template.forTools().equals(template)
                ? plain
                : Variant.of(new TemplateRenderer(template.forTools(), specialTokens, clock), formats);
        this.needsTools = template.needsTools();
        this.checksFormat = formats != null;
    }

    private ConversationRenderer(Variant plain, Variant forTools, boolean needsTools) {
        this.plain = plain;
        this.forTools = forTools;
        this.needsTools = needsTools;
        this.checksFormat = false;
    }

    /** One that also renders tools where the format of their calls is not known. */
    public ConversationRenderer anyFormat() {
        return new ConversationRenderer(plain, forTools, needsTools);
    }

    /** Whether the template writes a list of tools. */
    public boolean writesTools() {
        return forTools.profile().writesTools();
    }

    /** The format in which the model writes tool calls; empty if it is not known. */
    public Optional<String> toolFormat() {
        return forTools.profile().toolFormat();
    }

    /** Names of variables that the template reads besides those that every rendering sets. */
    public Set<String> variables() {
        Set<String> names = new TreeSet<>(plain.profile().variables());
        names.addAll(forTools.profile().variables());
        return names;
    }

    /**
     * Resolves the variables of a request.
     *
     * @param thinking switch of the thought; null leaves the template's default
     * @param forbidsThought whether no thought is wanted: where the template can switch it off it does, whatever {@code thinking} says
     * @param own further variables, which replace those of the switch
     * @throws UnsupportedContentException if the template has no such switch
     * @throws IllegalArgumentException if a name is reserved
     */
    public TemplateVariables resolved(
            @Nullable String thinking, boolean forbidsThought, Map<String, @Nullable Object> own) {
        Set<String> read = variables();
        boolean off = forbidsThought && TemplateVariables.canSwitchOff(read);
        return TemplateVariables.of(read, off ? TemplateVariables.OFF : thinking, own);
    }

    TemplateProfile profile() {
        return forTools.profile();
    }

    /** Whether the template has a place for system text. */
    public boolean readsSystem() {
        return plain.profile().forms().get(TemplateMessage.SYSTEM) != ContentForm.NONE;
    }

    /**
     * Marks a text of a message, so that it cannot become control tokens. An answer with a thought keeps the tags around the
     * thought: templates split it there.
     *
     * @param guard marks a text
     */
    public String guarded(String role, String text, UnaryOperator<String> guard) {
        return role.equals(TemplateMessage.ASSISTANT)
                ? ThoughtTags.outside(plain.profile().thoughtEnds(), text, guard)
                : guard.apply(text);
    }

    /**
     * Renders a conversation.
     *
     * @param messages oldest first, results in any order after their calls
     * @param tools as the template reads them
     * @param variables further variables of this request
     * @throws InvalidConversationException if the template cannot write it, with the words of the first refusal
     */
    public RenderedConversation render(
            List<TemplateMessage> messages,
            List<Map<String, Object>> tools,
            Map<String, ? extends @Nullable Object> variables) {
        List<TemplateMessage> paired = ToolCallPairing.paired(messages);
        if (tools.isEmpty() && needsTools) {
            throw new InvalidConversationException(
                    Check.FEATURES,
                    "The model's only chat template is the one named tool_use, which needs tools; send tools");
        }
        Variant variant = tools.isEmpty() ? plain : forTools;
        checkFeatures(variant.profile(), paired, tools);
        return new Rendering(variant, tools, variables)
                .of(variant.profile().developer() ? paired : Repair.developerAsSystem(paired));
    }

    private void checkFeatures(
            TemplateProfile profile, List<TemplateMessage> messages, List<Map<String, Object>> tools) {
        for (TemplateMessage message : messages) {
            if (message.count(Kind.IMAGE) > 0 && profile.image() == null) {
                throw hasNoPlace(message, "an image", "images");
            }
            if (message.count(Kind.VIDEO) > 0 && profile.video() == null) {
                throw hasNoPlace(message, "a video", "videos");
            }
            if (message.isResult() && message.hasMedia() && !profile.imagesInResults()) {
                throw hasNoPlace(message, "an image in a tool result", "images in tool results");
            }
            if (message.hasCalls() && !profile.writesCalls()) {
                throw hasNoPlace(message, "tool calls", "tool calls");
            }
        }
        if (!tools.isEmpty() && !profile.writesTools()) {
            throw new InvalidConversationException(
                    Check.FEATURES, "The model's chat template has no place for tools; send none");
        }
        if (!tools.isEmpty() && checksFormat && profile.format() == null) {
            throw new InvalidConversationException(
                    Check.TOOLS, "The answer format of this template is not supported; send no tools");
        }
    }

    private static InvalidConversationException hasNoPlace(TemplateMessage message, String has, String kind) {
        return new InvalidConversationException(
                Check.FEATURES,
                "Message " + message.index() + " has " + has + ", but the model's chat template has no place for "
                        + kind + "; leave them out");
    }

    /** Rendering of one request. */
    private static final class Rendering {

        private final TemplateRenderer renderer;
        private final TemplateProfile profile;
        private final List<Map<String, Object>> tools;
        private final Map<String, ? extends @Nullable Object> variables;
        private final List<String> repairs = new ArrayList<>();
        private @Nullable String words;
        private @Nullable UnsupportedContentException refusal;

        Rendering(Variant variant, List<Map<String, Object>> tools, Map<String, ? extends @Nullable Object> variables) {
            this.renderer = variant.renderer();
            this.profile = variant.profile();
            this.tools = tools;
            this.variables = variables;
        }

        RenderedConversation of(List<TemplateMessage> messages) {
            List<TemplateMessage> current = messages;
            Optional<RenderedConversation> rendered = attempt(current);
            for (Repair repair : Repair.values()) {
                if (rendered.isPresent()) {
                    return rendered.get();
                }
                List<TemplateMessage> repaired = repair.apply(current);
                if (!repaired.equals(current)) {
                    current = repaired;
                    repairs.add(repair.label());
                    rendered = attempt(current);
                }
            }
            return rendered.orElseThrow(() -> new InvalidConversationException(words == null ? "" : words, refusal));
        }

        /** The complete prompt of these messages, or of one of the ways to write a text beside its calls. */
        private Optional<RenderedConversation> attempt(List<TemplateMessage> messages) {
            String prompt = complete(messages);
            if (prompt != null) {
                return Optional.of(new RenderedConversation(prompt, new ConversationChanges(repairs, List.of())));
            }
            for (TextBesideCalls way : TextBesideCalls.values()) {
                List<TemplateMessage> rewritten = way.apply(messages);
                String other = rewritten.equals(messages) ? null : complete(rewritten);
                if (other != null) {
                    List<String> all = new ArrayList<>(repairs);
                    all.addAll(way.repairs());
                    return Optional.of(new RenderedConversation(other, new ConversationChanges(all, way.leftOut())));
                }
            }
            return Optional.empty();
        }

        /** The prompt; null if the template refuses the messages or loses a part of them. */
        private @Nullable String complete(List<TemplateMessage> messages) {
            try {
                String prompt = renderer.render(
                        new TemplateInput(profile, TemplateInput.Observer.NONE).of(messages), tools, variables);
                OptionalInt lost = CompletenessCheck.incomplete(renderer, profile, messages, tools, variables);
                if (lost.isEmpty()) {
                    return prompt;
                }
                remember(
                        "message " + messages.get(lost.getAsInt()).index() + " is not written by this model's template",
                        null);
            } catch (TemplateException e) {
                remember(e.words(), e);
            }
            return null;
        }

        private void remember(String reason, @Nullable UnsupportedContentException cause) {
            if (words == null) {
                words = reason;
                refusal = cause;
            }
        }
    }
}
