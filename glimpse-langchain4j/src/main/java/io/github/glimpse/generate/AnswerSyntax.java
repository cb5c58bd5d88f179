package io.github.glimpse.generate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.glimpse.answer.AnswerReader.CallEvents;
import io.github.glimpse.answer.AnswerSetup;
import io.github.glimpse.answer.AnswerTool;
import io.github.glimpse.answer.ThinkingTags;
import io.github.glimpse.answer.ToolCallFormat;
import io.github.glimpse.constrain.OutputConstraint;
import io.github.glimpse.form.AnswerForm;
import io.github.glimpse.prefill.PromptParts;
import io.github.glimpse.text.Tokenizer;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

    private final @Nullable ThinkingTags tags;
    private final @Nullable ToolCallFormat format;
    private final Map<Integer, String> tokens;
    private final Map<ToolCallFormat, Map<Integer, String>> tokensOfCalls = new EnumMap<>(ToolCallFormat.class);
    private final int[] closing;
    private final int[] opening;
    private final int[] header;
    private final int[] nextHeader;
    private final int[] lineBreaks;

    private AnswerSyntax(@Nullable ThinkingTags tags, @Nullable ToolCallFormat format, PromptParts model) {
        this.tags = tags;
        this.format = format;
        Tokenizer tokenizer = model.tokenizer();
        for (ToolCallFormat each : ToolCallFormat.values()) {
            tokensOfCalls.put(each, special(each.tokens(), tokenizer));
        }
        tokens = ThinkingTags.HARMONY.equals(tags)
                ? special(ToolCallFormat.HARMONY.tokens(), tokenizer)
                : special(tags == null ? List.of() : tags.tokens(), tokenizer);
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

    private static Map<Integer, String> special(List<String> texts, Tokenizer tokenizer) {
        Map<Integer, String> special = new HashMap<>();
        texts.forEach(text -> tokenizer.idOf(text).ifPresent(id -> special.put(id, text)));
        special.keySet().removeIf(id -> !tokenizer.isSpecial(id));
        return Map.copyOf(special);
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

    /** The text of a special token that belongs to the tags or the format of the calls; null for all others. */
    @Nullable
    String textOf(int id, @Nullable ToolCallFormat calls) {
        String text = tokens.get(id);
        return text == null && calls != null
                ? tokensOfCalls.getOrDefault(calls, Map.of()).get(id)
                : text;
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
        OutputConstraint constraint = form != null && form.callsTools() ? form.constraint() : null;
        boolean isConstrained = constraint != null;
        ToolCallFormat asked = offer.callFormat() == null ? format : offer.callFormat();
        ToolCallFormat used = Optional.ofNullable(constraint)
                .flatMap(OutputConstraint::callFormat)
                .orElse(asked == null ? ToolCallFormat.HERMES : asked);
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
