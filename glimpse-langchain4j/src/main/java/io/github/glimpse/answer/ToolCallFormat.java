package io.github.glimpse.answer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Format in which a model writes tool calls. The name is the value of the option {@code tools.format}. */
public enum ToolCallFormat {
    /** JSON between {@code <tool_call>} tags. */
    HERMES("hermes"),
    /** XML functions and parameters of Qwen3-Coder and Qwen3.5. */
    QWEN3_CODER("qwen3_coder"),
    /** Keys and values of GLM-4.5 and 4.6, a line each. */
    GLM4("glm4"),
    /** Keys and values of GLM-4.7, without line breaks. */
    GLM47("glm47"),
    /** List of JSON objects of Mistral's tokenizers up to version 3. */
    MISTRAL_V3("mistral_v3"),
    /** Name, id and arguments of Mistral's tokenizers from version 11. */
    MISTRAL_V11("mistral_v11"),
    /** Name and arguments of Mistral's tokenizers from version 13. */
    MISTRAL_V13("mistral_v13"),
    /** JSON object with parameters of Llama 3. */
    LLAMA3_JSON("llama3_json"),
    /** JSON objects of Llama 4, maybe after a text between marks. */
    LLAMA4("llama4"),
    /** Python list of LFM2 between marks. */
    PYTHONIC_LFM2("pythonic_lfm2"),
    /** Python list of small Llama 3.2 models. */
    PYTHONIC("pythonic"),
    /** Mappings of Gemma 4. */
    GEMMA4("gemma4"),
    /** Fenced JSON of DeepSeek V3 and R1. */
    DEEPSEEK_V3("deepseek_v3"),
    /** JSON of DeepSeek V3.1. */
    DEEPSEEK_V3_1("deepseek_v3_1"),
    /** Markup of DeepSeek V3.2 and V4. */
    DEEPSEEK_DSML("deepseek_dsml"),
    /** Section of calls of Kimi K2. */
    KIMI_K2("kimi_k2"),
    /** Messages with channels of GPT-OSS. */
    HARMONY("harmony");

    private final String id;

    ToolCallFormat(String id) {
        this.id = id;
    }

    /** The name in options and messages. */
    public String id() {
        return id;
    }

    /** The format with this name. */
    public static Optional<ToolCallFormat> of(String id) {
        return Arrays.stream(values()).filter(format -> format.id.equals(id)).findFirst();
    }

    /** Texts that mark a call or part of one. */
    List<String> literals() {
        List<String> all = new ArrayList<>(markers());
        all.addAll(inner());
        return all;
    }

    /** The grammar of answers that call tools. */
    public CallLayout layout() {
        return CallLayouts.of(this);
    }

    /** Texts of the format that vocabularies may have as single tokens; these belong to the answer's text. */
    public List<String> tokens() {
        return SpecialTokens.in(literals());
    }

    private List<String> inner() {
        return switch (this) {
            case HERMES -> List.of(HermesBlock.CLOSE);
            case QWEN3_CODER ->
                List.of(
                        HermesBlock.CLOSE,
                        CoderBlock.FUNCTION,
                        CoderBlock.FUNCTION_END,
                        CoderBlock.PARAMETER,
                        CoderBlock.PARAMETER_END);
            case GLM4, GLM47 ->
                List.of(HermesBlock.CLOSE, GlmBlock.KEY, GlmBlock.KEY_END, GlmBlock.VALUE, GlmBlock.VALUE_END);
            case MISTRAL_V3, MISTRAL_V11, MISTRAL_V13 -> List.of(MistralBlock.CALL_ID, MistralBlock.ARGUMENTS);
            case LLAMA3_JSON -> List.of(Llama3Block.TAG);
            case LLAMA4 -> List.of(Llama4Block.START, Llama4Block.END);
            case PYTHONIC_LFM2 -> List.of(Lfm2Block.CLOSE);
            case PYTHONIC -> List.of();
            case GEMMA4 -> List.of(GemmaBlock.CLOSE, GemmaBlock.QUOTE);
            case DEEPSEEK_V3, DEEPSEEK_V3_1 ->
                List.of(DeepSeekBlock.CLOSE, DeepSeekBlock.CALL, DeepSeekBlock.CALL_END, DeepSeekBlock.SEPARATOR);
            case DEEPSEEK_DSML ->
                List.of(
                        DsmlBlock.TOKEN,
                        DsmlBlock.INVOKE,
                        DsmlBlock.INVOKE_END,
                        DsmlBlock.PARAMETER,
                        DsmlBlock.PARAMETER_END);
            case KIMI_K2 -> List.of(KimiBlock.CLOSE, KimiBlock.CALL, KimiBlock.CALL_END, KimiBlock.ARGUMENTS);
            case HARMONY -> HarmonyReader.LITERALS;
        };
    }

    /** Texts with which a block of calls begins; none where the whole answer is the block. */
    List<String> markers() {
        return switch (this) {
            case HERMES, QWEN3_CODER, GLM4, GLM47 -> List.of(HermesBlock.OPEN);
            case MISTRAL_V3, MISTRAL_V11, MISTRAL_V13 -> List.of(MistralBlock.OPEN);
            case PYTHONIC_LFM2 -> List.of(Lfm2Block.OPEN);
            case GEMMA4 -> List.of(GemmaBlock.OPEN);
            case DEEPSEEK_V3, DEEPSEEK_V3_1 -> List.of(DeepSeekBlock.OPEN);
            case DEEPSEEK_DSML -> DsmlBlock.OPEN;
            case KIMI_K2 -> List.of(KimiBlock.OPEN);
            case LLAMA3_JSON, LLAMA4, PYTHONIC, HARMONY -> List.of();
        };
    }

    /** Whether the whole answer is a block of calls or none of it. */
    boolean isWholeAnswer() {
        return this == LLAMA3_JSON || this == LLAMA4 || this == PYTHONIC;
    }

    /** A reader of a block, from the marker on. */
    BlockReader block(int marker, RequestTools tools, Work work) {
        return switch (this) {
            case HERMES -> new HermesBlock(tools, work);
            case QWEN3_CODER -> new CoderBlock(tools, work);
            case GLM4, GLM47 -> new GlmBlock(tools, work);
            case MISTRAL_V3, MISTRAL_V11, MISTRAL_V13 -> new MistralBlock(tools, work);
            case LLAMA3_JSON -> new Llama3Block(tools, work);
            case LLAMA4 -> new Llama4Block(tools, work);
            case PYTHONIC_LFM2 -> new Lfm2Block(tools, work);
            case PYTHONIC -> new PythonicBlock(tools, work);
            case GEMMA4 -> new GemmaBlock(tools, work);
            case DEEPSEEK_V3 -> new DeepSeekBlock(true, tools, work);
            case DEEPSEEK_V3_1 -> new DeepSeekBlock(false, tools, work);
            case DEEPSEEK_DSML -> new DsmlBlock(marker, tools, work);
            case KIMI_K2 -> new KimiBlock(tools, work);
            case HARMONY -> throw new IllegalStateException("Harmony has messages, not blocks");
        };
    }
}
