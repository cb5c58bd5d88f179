package io.github.glimpse.answer;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Tags around a model's thought.
 *
 * @param open tag before the thought; blanks after it belong to the tag
 * @param close tag after the thought
 * @param openText tag before the text, where the text has tags too
 * @param closeText tag after the text
 */
public record ThinkingTags(
        String open,
        String close,
        @Nullable String openText,
        @Nullable String closeText) {

    /** Channels of GPT-OSS. */
    public static final ThinkingTags HARMONY = tags("<|channel|>analysis<|message|>", "<|end|>");

    /** All known tags, in the order in which they are looked for: tags that contain others come first. */
    private static final List<ThinkingTags> KNOWN = List.of(
            HARMONY,
            tags("<|channel>thought", "<channel|>"),
            tags("<mm:think>", "</mm:think>"),
            tags("<|START_THINKING|>", "<|END_THINKING|>"),
            new ThinkingTags(
                    "<|open|>think<|sep|>",
                    "<|close|>think<|sep|>",
                    "<|open|>response<|sep|>",
                    "<|close|>response<|sep|>"),
            tags("[THINK]", "[/THINK]"),
            new ThinkingTags("<think>", "</think>", "<response>", "</response>"),
            tags("<think>", "</think>"));

    private static ThinkingTags tags(String open, String close) {
        return new ThinkingTags(open, close, null, null);
    }

    /**
     * Finds the tags of a model: those at the end of the generation prompt, else those in its template, else those in
     * its
     * vocabulary.
     *
     * @param promptEnd end of a prompt that the template wrote
     * @param template source of the template
     * @param vocabulary whether a text is a token
     */
    public static Optional<ThinkingTags> find(String promptEnd, String template, Predicate<String> vocabulary) {
        String end = Blanks.strip(promptEnd);
        return first(tags -> tags.isAtEnd(end) && tags.fits(template))
                .or(() -> first(tags -> tags.isIn(template::contains)))
                .or(() -> first(tags -> tags.isIn(vocabulary)));
    }

    private boolean isAtEnd(String prompt) {
        return prompt.endsWith(open) || prompt.endsWith(close) || opensText(prompt);
    }

    /**
     * Whether the template that writes the opening tag has the tags of the text too; one may put them together from
     * parts.
     */
    private boolean fits(String template) {
        return openText == null || !template.contains(open) || template.contains(openText);
    }

    /** Whether a prompt ends with the tag before the text. */
    boolean opensText(String prompt) {
        return openText != null && Blanks.strip(prompt).endsWith(openText);
    }

    private static Optional<ThinkingTags> first(Predicate<ThinkingTags> condition) {
        return KNOWN.stream().filter(condition).findFirst();
    }

    private boolean isIn(Predicate<String> texts) {
        return literals().stream().allMatch(texts);
    }

    /** Texts of the tags that vocabularies may have as single tokens; these belong to the answer's text. */
    public List<String> tokens() {
        return SpecialTokens.in(literals());
    }

    /** Texts that are tags. */
    List<String> literals() {
        return openText == null || closeText == null ? List.of(open, close) : List.of(open, close, openText, closeText);
    }

    /** State at the beginning of an answer by the end of its prompt, a continued answer included. */
    public Start start(String prompt) {
        String end = Blanks.strip(prompt);
        if (end.endsWith(open)) {
            return Start.INSIDE;
        }
        return end.endsWith(close) || opensText(end) ? Start.CLOSED : Start.OUTSIDE;
    }

    /** State at the beginning of an answer. */
    public enum Start {
        /** The prompt opened a thought. */
        INSIDE,
        /** The prompt closed a thought. */
        CLOSED,
        /** Neither: the model may open a thought. */
        OUTSIDE
    }
}
