package io.github.glimpse.generate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.glimpse.answer.AnswerReader.CallEvents;
import io.github.glimpse.answer.AnswerSetup;
import io.github.glimpse.answer.AnswerTool;
import io.github.glimpse.answer.ThinkingTags;
import io.github.glimpse.answer.ToolCallFormat;
import io.github.glimpse.form.AnswerForm;
import io.github.glimpse.prefill.PromptParts;
import io.github.glimpse.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Syntax of a model's answers: tags of the thought, format of tool calls, and the special tokens that spell them. Found once
 * for each model by rendering probe conversations. Immutable.
 */
final class AnswerSyntax {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** Header of the text in a model with channels. */
    private static final String FINAL = "<|channel|>final<|message|>";

    private static final String NEXT_FINAL = "<|start|>assistant" + FINAL;

    /** Texts in tags and formats that may be single tokens. */
    private static final Pattern TOKEN = Pattern.compile("<[^<>]*>|\\[/?[A-Z_]+\\]|｜DSML｜");

    private final @Nullable ThinkingTags tags;
    private final @Nullable ToolCallFormat format;
    private final Map<Integer, String> tokens;
    private final int[] closing;
    private final int[] opening;
    private final int[] header;
    private final int[] nextHeader;
    private final int[] lineBreaks;

    private AnswerSyntax(@Nullable ThinkingTags tags, @Nullable ToolCallFormat format, PromptParts model) {
        this.tags = tags;
        this.format = format;
        Tokenizer tokenizer = model.tokenizer();
        Map<Integer, String> special = new HashMap<>();
        for (String literal : literals()) {
            TOKEN.matcher(literal).results().map(MatchResult::group).forEach(text -> tokenizer
                    .idOf(text)
                    .ifPresent(id -> special.put(id, text)));
        }
        special.keySet().removeIf(id -> !tokenizer.isSpecial(id));
        tokens = Map.copyOf(special);
        closing = tags == null
                ? new int[0]
                : tokenizer.encode(closingText(tags, model.template().source()));
        opening = tags == null ? new int[0] : tokenizer.encode(tags.open());
        boolean hasChannels = ThinkingTags.HARMONY.equals(tags);
        header = hasChannels ? tokenizer.encode(FINAL) : new int[0];
        nextHeader = hasChannels ? tokenizer.encode(NEXT_FINAL) : new int[0];
        lineBreaks = Stream.of("\n", "\n\n")
                .map(tokenizer::encode)
                .filter(ids -> ids.length == 1)
                .mapToInt(ids -> ids[0])
                .toArray();
    }

    /** Finds the syntax of a model by probes of its prompts. */
    static AnswerSyntax of(PromptParts model, ToolPrompt prompts) {
        Tokenizer tokenizer = model.tokenizer();
        ThinkingTags tags = ThinkingTags.find(
                        prompts.generationPrompt(),
                        model.template().source(),
                        text -> tokenizer.idOf(text).isPresent())
                .orElse(null);
        return new AnswerSyntax(tags, format(prompts), model);
    }

    private static @Nullable ToolCallFormat format(ToolPrompt prompts) {
        return switch (prompts.fitting()) {
            case NATIVE -> prompts.toolFormat().orElse(null);
            case MERGED, PROMPTED -> ToolCallFormat.HERMES;
            case OFF -> null;
        };
    }

    private List<String> literals() {
        List<String> all = new ArrayList<>(ToolCallFormat.HERMES.literals());
        if (tags != null) {
            all.addAll(tags.literals());
        }
        if (format != null) {
            all.addAll(format.literals());
        }
        if (ThinkingTags.HARMONY.equals(tags)) {
            all.addAll(ToolCallFormat.HARMONY.literals());
        }
        return all;
    }

    /** The closing tag with the line breaks that the template writes around it. */
    private static String closingText(ThinkingTags tags, String template) {
        if (tags.equals(ThinkingTags.HARMONY)) {
            return tags.close() + NEXT_FINAL;
        }
        String before = template.contains("\\n" + tags.close()) ? "\n" : "";
        String after = template.contains(tags.close() + "\\n\\n") ? "\n\n" : "";
        return before + tags.close() + after;
    }

    /** The format of tool calls; empty if the template writes none that can be read. */
    Optional<ToolCallFormat> format() {
        return Optional.ofNullable(format);
    }

    /** The text of a special token that belongs to the syntax; null for all others. */
    @Nullable
    String textOf(int id) {
        return tokens.get(id);
    }

    /** Ids that close a thought. */
    int[] closing() {
        return closing.clone();
    }

    /** Ids that open a thought; none if the model writes none. */
    int[] opening() {
        return opening.clone();
    }

    /**
     * Ids before the text of a model with channels; none of all others.
     *
     * @param afterThought whether a thought came before
     */
    int[] header(boolean afterThought) {
        return afterThought ? nextHeader.clone() : header.clone();
    }

    /** Ids of one and two line breaks, where they are single tokens. */
    int[] lineBreaks() {
        return lineBreaks.clone();
    }

    boolean isLineBreak(int id) {
        return Arrays.stream(lineBreaks).anyMatch(known -> known == id);
    }

    /** Whether an answer needs a reader: it may have a thought or calls. */
    boolean isStructured(@Nullable AnswerForm form) {
        return tags != null || (form != null && form.callsTools());
    }

    /**
     * The parsing of an answer.
     *
     * @param prompt the text of its prompt
     */
    AnswerSetup setup(String prompt, ToolOffer offer, @Nullable AnswerForm form) {
        boolean calls = form != null && form.callsTools();
        boolean isConstrained = form != null && form.callsTools() && form.constraint() != null;
        ToolCallFormat asked = offer.callFormat() == null ? format : offer.callFormat();
        // The mask of calls writes this format
        ToolCallFormat used = isConstrained || asked == null ? ToolCallFormat.HERMES : asked;
        return new AnswerSetup(
                tags,
                prompt,
                used,
                calls ? offer.tools().stream().map(AnswerSyntax::tool).toList() : List.of(),
                Set.of(),
                isConstrained ? CallEvents.STREAMED : CallEvents.COMPLETE);
    }

    private static AnswerTool tool(OfferedTool tool) {
        return new AnswerTool(tool.shape().name(), schema(tool.parameters()));
    }

    private static JsonNode schema(String parameters) {
        try {
            return JSON.readTree(parameters);
        } catch (JsonProcessingException invalid) {
            throw new IllegalArgumentException("The parameters of a tool are no JSON", invalid);
        }
    }
}
