package io.github.glimpse.testing.chat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A format of tool calls with a chat template that writes it. */
public enum FormatCase {
    HERMES("hermes", "qwen3_vl", "<|im_end|>", "<|image_pad|>", "", ""),
    HERMES_WITH_THOUGHTS("hermes", "qwen3", "<|im_end|>", null, "<think>\n", "\n</think>\n\n"),
    HERMES_WITHOUT_TEMPLATE("hermes", "qwen2_5_vl", "<|im_end|>", "<|image_pad|>", "", ""),
    QWEN3_CODER("qwen3_coder", "qwen3_6", "<|im_end|>", "<|image_pad|>", "<think>\n", "\n</think>\n\n"),
    QWEN3_5_CODER("qwen3_coder", "qwen3_5_think", "<|im_end|>", "<|image_pad|>", "<think>\n", "\n</think>\n\n"),
    GLM4("glm4", "glm_ocr", "<|observation|>", "<|image|>", "<think>", "</think>\n"),
    GLM47("glm47", "glm_4_7_flash", "<|observation|>", null, "<think>", "</think>"),
    MISTRAL_V3("mistral_v3", "mistral_nemo", "</s>", null, "", ""),
    MISTRAL_V11("mistral_v11", "mistral_small_3_2", "</s>", "[IMG]", "", ""),
    MISTRAL_V13("mistral_v13", "ministral_3_reasoning", "</s>", "[IMG]", "[THINK]", "[/THINK]"),
    LLAMA3_JSON("llama3_json", "llama3_2_vision", "<|eot_id|>", "<|image|>", "", ""),
    LLAMA4("llama4", "llama4", "<|eot|>", "<|image|>", "", ""),
    PYTHONIC_LFM2("pythonic_lfm2", "lfm2_5_vl", "<|im_end|>", "<image>", "<think>", "</think>"),
    PYTHONIC("pythonic", "pythonic", "<|eot_id|>", "<|image|>", "", ""),
    GEMMA4("gemma4", "gemma4", "<|tool_response>", "<|image|>", "<|channel>thought\n", "\n<channel|>"),
    DEEPSEEK_V3("deepseek_v3", "deepseek_r1_distill_qwen", "<｜end▁of▁sentence｜>", null, "", ""),
    DEEPSEEK_V3_1("deepseek_v3_1", "deepseek_v3_1", "<｜end▁of▁sentence｜>", null, "", ""),
    DEEPSEEK_DSML("deepseek_dsml", "deepseek_v3_2", "<｜end▁of▁sentence｜>", null, "", ""),
    KIMI_K2("kimi_k2", "kimi_k2", "<|im_end|>", null, "", ""),
    HARMONY("harmony", "gpt_oss", "<|call|>", null, "<|channel|>analysis<|message|>", "<|end|><|start|>assistant");

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Pattern LLAMA3_ANSWER = Pattern.compile(
            "<\\|start_header_id\\|>assistant<\\|end_header_id\\|>\n\n(.*?)<\\|eot_id\\|>", Pattern.DOTALL);
    private static final Pattern LLAMA4_ANSWER =
            Pattern.compile("<\\|header_start\\|>assistant<\\|header_end\\|>\n\n(.*?)<\\|eot\\|>", Pattern.DOTALL);
    private static final Pattern HARMONY_CALL =
            Pattern.compile("<\\|start\\|>assistant((?:(?!<\\|start\\|>|<\\|end\\|>).)*<\\|call\\|>)", Pattern.DOTALL);

    private final String format;
    private final String template;
    private final String answerEnd;
    private final @Nullable String imageToken;
    private final String thinkingOpen;
    private final String thinkingClose;

    FormatCase(
            String format,
            String template,
            String answerEnd,
            @Nullable String imageToken,
            String thinkingOpen,
            String thinkingClose) {
        this.format = format;
        this.template = template;
        this.answerEnd = answerEnd;
        this.imageToken = imageToken;
        this.thinkingOpen = thinkingOpen;
        this.thinkingClose = thinkingClose;
    }

    /** Name of the format, as {@code glimpse.tools.format} has it. */
    public String format() {
        return format;
    }

    /** Name of the template's folder. */
    public String template() {
        return template;
    }

    /** The folder of the template; empty if it is in none of the named folders. */
    public Optional<Path> folder() {
        Path own = Path.of(System.getProperty("glimpse.basedir", "../.."))
                .resolve("glimpse-langchain4j/src/test/resources/templates")
                .resolve(template);
        return Files.exists(own) ? Optional.of(own) : ReleasedTemplates.find(template);
    }

    /** Facts about the template. */
    public JsonNode meta() {
        try {
            return JSON.readTree(folder().orElseThrow().resolve("meta.json").toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean reads(String feature) {
        return meta().path("features").path(feature).asText().equals("read");
    }

    /** The token of an image; null if the template has no place for images. */
    public @Nullable String imageToken() {
        return imageToken;
    }

    /** Whether the template has a place for images in tool results. */
    public boolean imagesInResults() {
        return imageToken != null && (this == HERMES_WITHOUT_TEMPLATE || reads("images_in_results"));
    }

    /** Token that ends an answer with calls. */
    public String answerEnd() {
        return answerEnd;
    }

    /** Whether models with this template write thoughts. */
    public boolean thinks() {
        return !thinkingOpen.isEmpty();
    }

    /** Text before a thought; empty without thoughts. */
    public String thinkingOpen() {
        return thinkingOpen;
    }

    /** Text after a thought; empty without thoughts. */
    public String thinkingClose() {
        return thinkingClose;
    }

    /** Whether the template writes the thoughts of a running chain of calls. */
    public boolean writesThoughtsOfChain() {
        return reads("reasoning_content_in_tool_chain");
    }

    /** Whether one answer may have several calls. */
    public boolean writesSeveralCalls() {
        return this != LLAMA3_JSON && this != HARMONY;
    }

    /** Whether an answer may have a text before its calls. */
    public boolean writesTextBesideCalls() {
        return this != LLAMA3_JSON && this != PYTHONIC;
    }

    /** Whether the template has a place for a text beside calls, or writes it apart. */
    public boolean keepsTextBesideCalls() {
        return this != MISTRAL_V3 && this != MISTRAL_V11;
    }

    /** Whether a list of tools has to be added to the template, whose model was trained with tools all the same. */
    boolean addsTools() {
        return this == DEEPSEEK_V3 || this == DEEPSEEK_V3_1;
    }

    /** The answers in a prompt, where a call is the whole answer; null where calls are blocks. */
    @Nullable
    Pattern wholeAnswer() {
        return switch (this) {
            case LLAMA3_JSON, PYTHONIC -> LLAMA3_ANSWER;
            case LLAMA4 -> LLAMA4_ANSWER;
            case HARMONY -> HARMONY_CALL;
            default -> null;
        };
    }
}
